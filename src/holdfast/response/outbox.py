"""What is still to be done on the platform, in which order, and when is it tried again?

An errand is one deed waiting for its worker. It is queued in the transaction that records its intent and leaves in the
one that records its outcome (the transactional outbox), so a crash in between only means that an idempotent deed is
done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

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


def due_first(errands: Iterable[Errand], now: int) -> list[Errand]:
    """The errands due at `now`: lifts after applies, greatest expected harm first, then in order of hold."""
    due = [errand for errand in errands if errand.due <= now]
    return sorted(due, key=lambda errand: (errand.deed is Deed.LIFT, -errand.harm, errand.hold))


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
