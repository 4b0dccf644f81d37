"""What is still to be done on the platform, in which order, and when is it tried again?

An errand is one deed waiting for its worker. It is queued in the transaction that records its intent and leaves in the
one that records its outcome (the transactional outbox), so a crash in between only means that an idempotent deed is
done again.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from holdfast.containment import Restriction

from .conduct import Deed

MILLISECONDS = 1_000  # in a second


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One deed on one hold, not before `due` (milliseconds since 1970 UTC); the greatest `harm` goes first."""

    hold: str
    deed: Deed
    number: int
    restriction: Restriction
    due: int
    harm: float


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """When a failed deed is tried again; times in milliseconds."""

    first_wait: int = 1 * MILLISECONDS
    longest_wait: int = 60 * MILLISECONDS
    tries: int = 8  # with these waits a platform may be gone for about three minutes before a person is told
    jitter: float = 0.25  # the share of each wait that is spread, so that errands do not come back together


Key: TypeAlias = tuple[int, float, str, int, int]  # what a heap sorts by; the third is the hold


class Outbox(Mapping[str, Errand]):
    """The errands by hold. What is to be done first is found without a look at all the others.

    A platform's limits are per restriction, and so are the two heaps: what is due, the greatest harm on top, and what
    has to wait, the soonest on top. An errand that was replaced or withdrawn is passed over when it comes up.
    """

    def __init__(self, errands: Iterable[Errand] = ()) -> None:
        """Queue `errands`."""
        self._errands: dict[str, Errand] = {}
        self._due: dict[Restriction, list[Key]] = {}
        self._waiting: dict[Restriction, list[Key]] = {}
        for errand in errands:
            self.put(errand)

    def __getitem__(self, hold: str) -> Errand:
        return self._errands[hold]

    def __iter__(self) -> Iterator[str]:
        return iter(self._errands)

    def __len__(self) -> int:
        return len(self._errands)

    def put(self, errand: Errand) -> None:
        """Queue it, in place of the errand of the same hold if there is one."""
        self._errands[errand.hold] = errand
        self._due.setdefault(errand.restriction, [])
        heapq.heappush(self._waiting.setdefault(errand.restriction, []), _soon(errand))

    def drop(self, hold: str) -> None:
        """Withdraw the errand of `hold`, if there is one."""
        self._errands.pop(hold, None)

    def first(self, now: int, shut: Collection[Restriction] = ()) -> Errand | None:
        """Of the errands due at `now`, the one to do first; those of the restrictions in `shut` cannot go now.

        Lifts come after applies, the greatest expected harm comes first, then it goes by hold.
        """
        heads = (self._ready(restriction, now) for restriction in self._due if restriction not in shut)
        return min((head for head in heads if head is not None), key=_rank, default=None)

    def take(self, errand: Errand) -> None:
        """Let it not come first again, until it is put anew; it is not done yet."""
        heap = self._due[errand.restriction]
        assert heap[0] == _rank(errand), f"it is not the turn of {errand.hold}"
        heapq.heappop(heap)

    def next_at(self, silent: Mapping[Restriction, int]) -> int | None:
        """When the next errand may go, by its own time and by that until which its restriction is `silent`.

        Some time that is over, where one may go already.
        """
        times = []
        for restriction, waiting in self._waiting.items():
            errand = self._top(self._due[restriction], _rank) or self._top(waiting, _soon)
            if errand is not None:
                times.append(max(errand.due, silent.get(restriction, 0)))
        return min(times, default=None)

    def _ready(self, restriction: Restriction, now: int) -> Errand | None:
        """The first of the errands of one restriction that are due."""
        waiting, due = self._waiting[restriction], self._due[restriction]
        while (errand := self._top(waiting, _soon)) is not None and errand.due <= now:
            heapq.heappop(waiting)
            heapq.heappush(due, _rank(errand))
        return self._top(due, _rank)

    def _top(self, heap: list[Key], key: Callable[[Errand], Key]) -> Errand | None:
        """The errand on top of the heap, once those are gone that are no longer what they were."""
        while heap:
            errand = self._errands.get(heap[0][2])
            if errand is not None and key(errand) == heap[0]:
                return errand
            heapq.heappop(heap)
        return None


def _rank(errand: Errand) -> Key:
    return (errand.deed is Deed.LIFT, -errand.harm, errand.hold, errand.number, errand.due)


def _soon(errand: Errand) -> Key:
    return (errand.due, 0.0, errand.hold, errand.number, errand.due)


def wait_before(pace: Pace, hold: str, deed: Deed, tries: int) -> int:
    """Milliseconds to wait before attempt `tries` (1 goes at once): doubling, capped, spread by a seed of its own.

    The spread is drawn from a hash of what is tried, so the same run waits the same times (exponential back-off with
    jitter, after Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    """
    if tries <= 1:
        return 0
    whole = min(pace.first_wait * 2 ** (tries - 2), pace.longest_wait)
    drawn = hashlib.blake2b(f"{hold}/{deed}/{tries}".encode(), digest_size=8).digest()
    share = int.from_bytes(drawn, "big") / 2**64
    return int(whole * (1 - pace.jitter * share))


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A token bucket of one second's worth, as it was at `at` (milliseconds since 1970 UTC)."""

    tokens: float
    at: int


def take(bucket: Bucket | None, per_second: float, now: int) -> tuple[Bucket, int]:
    """The bucket after one deed at `now`, and when that deed may go: `now`, or later when the bucket is empty.

    Nothing is taken when the deed has to wait. `per_second` of 0 means that no limit is known.
    """
    if per_second <= 0:
        return Bucket(tokens=0.0, at=now), now
    room = max(1.0, per_second)
    tokens = room if bucket is None else min(room, bucket.tokens + max(0, now - bucket.at) * per_second / MILLISECONDS)
    if tokens >= 1.0:
        return Bucket(tokens=tokens - 1.0, at=now), now
    wait = int((1.0 - tokens) * MILLISECONDS / per_second) + 1
    return Bucket(tokens=tokens, at=now), now + wait
