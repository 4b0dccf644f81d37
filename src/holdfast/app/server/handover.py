"""What does the owner of a store leave in it for a server that stands by, and how does that one read it?

Packets of the guard's rules as they go to the process that answers, and a sign of life. They lie in collections of
the store: whoever has lost it can leave nothing there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import msgspec

from holdfast.backends import Look, SqlStore
from holdfast.containment import Packet, Packets
from holdfast.errors import DeposedError, HoldfastError, StoreError
from holdfast.guard import ApiToken, Person
from holdfast.response import Roll

from .link import Pulse
from .logs import Log

LIFE, PACKETS = "standby", "standby packets"
_KEY = "life"
_LOOK_EVERY = 0.1  # seconds between looks for packets: with those of the reader well within the second of a new hold
_LIFE_EVERY = 1.0  # seconds between two signs of life: each is a signed commit
_TELL_EVERY = 10.0  # seconds between two log lines about the same trouble
_NEVER = 1e9  # seconds: the age of a state that was not seen yet


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's sign of life, and which packets lie there: a whole one of `whole`, and steps up to `seq`.

    `turn` and `number` never come twice. `age` is how many seconds ago the owner saw its state; `now` the time by which
    it judges holds (milliseconds since 1970 UTC).
    """

    turn: int
    number: int
    age: float
    now: int
    run: str
    whole: int
    seq: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """One packet as it lies there."""

    run: str
    seq: int
    whole: bool
    data: bytes


def _left(packet: Packet) -> Left:
    return Left(run=packet.run, seq=packet.seq, whole=packet.whole, data=packet.data)


def _key(seq: int, *, whole: bool) -> str:
    """Where a packet lies: a whole one has the number of the step before it."""
    return f"{'whole' if whole else 'step'}/{seq:015d}"


class Handover:
    """A thread of the owner's that leaves in the store what a standby needs, until the store is another's."""

    def __init__(self, store: SqlStore, packets: Packets, pulse: Pulse, *, lost: Callable[[], None], log: Log) -> None:
        """Leave `packets` in `store`; `lost` is called once that is another's."""
        self._store, self._packets, self._pulse, self._lost, self._log = store, packets, pulse, lost, log
        self._at, self._number, self._kept = "", 0, set[str]()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._live, name="handover", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being written is written."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _live(self) -> None:
        left_at = told_at = float("-inf")
        while not self._stopping.wait(_LOOK_EVERY):
            if self._packets.at == self._at and time.monotonic() - left_at < _LIFE_EVERY:
                continue
            try:
                self.leave()
                left_at = time.monotonic()
            except DeposedError:
                self._lost()
                return
            except HoldfastError as error:  # the store is away: all is left there once it is back
                if time.monotonic() - told_at >= _TELL_EVERY:
                    self._log.warning("handover_failed", error=type(error).__name__, advice=error.advice)
                    told_at = time.monotonic()

    def leave(self) -> None:
        """Leave what is new, forget what nobody needs any more, and give a sign of life: all at once.

        Raises:
            DeposedError: the store is another's.
            StoreError: nothing was kept.

        """
        packets = {_key(each.seq, whole=each.whole): each for each in self._packets.since("")}
        first, last = next(iter(packets.values())), next(reversed(packets.values()))
        beat = self._pulse()
        with self._store.begin() as transaction:
            before = self._kept if self._number else {key for key, _ in transaction.all(PACKETS, Left)}
            for key in before - packets.keys():
                transaction.delete(PACKETS, key)
            for key in packets.keys() - self._kept:
                transaction.put(PACKETS, key, _left(packets[key]))
            life = Life(
                turn=self._store.turn,
                number=self._number + 1,
                age=max(0.0, min(_NEVER, time.monotonic() - beat.seen_at)),
                now=beat.now,
                run=last.run,
                whole=first.seq,
                seq=last.seq,
            )
            transaction.put(LIFE, _KEY, life)
        self._at, self._number, self._kept = f"{last.run}-{last.seq}", self._number + 1, set(packets)


def life_in(look: Look) -> Life | None:
    """The newest sign of life.

    Raises:
        StoreError: it cannot be read.

    """
    return look.get(LIFE, _KEY, Life)


def packets_in(look: Look, life: Life, known: Packets) -> Iterator[Packet]:
    """What leads from the packets that are `known` to those of `life`.

    Raises:
        StoreError: they cannot be read, or one is missing.

    """
    follows = known.run == life.run and life.whole <= known.seq
    wanted = [] if follows else [_key(life.whole, whole=True)]
    start = known.seq if follows else life.whole
    wanted += [_key(seq, whole=False) for seq in range(start + 1, life.seq + 1)]
    for key in wanted:
        left = look.get(PACKETS, key, Left)
        if left is None:
            raise StoreError(f"The owner's packet {key} is not in the store.", advice="Start the owner again.")
        yield Packet(left.run, left.seq, left.whole, left.data)


def roll_in(look: Look) -> Roll:
    """Who is registered, and which tokens there are.

    Raises:
        StoreError: it cannot be read.

    """
    tokens = (token for _, token in look.all("tokens", ApiToken))
    return Roll(
        people=dict(look.all("people", Person)),
        tokens={bytes.fromhex(each.hash.removeprefix("sha256:")): each for each in tokens},
    )
