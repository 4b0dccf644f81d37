"""What happens on a live stream, and what is to be decided about it?"""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from holdfast.backends import SqlStore, file_of, load_or_create_signer
from holdfast.connectors.files import Delivery
from holdfast.connectors.simulated import MirroredPlatform
from holdfast.connectors.told import ToldCustody
from holdfast.detection import StreamTime
from holdfast.errors import SettingsError, UsageError
from holdfast.events import Batch
from holdfast.guard import Policy
from holdfast.guard.staff import StaffPolicy
from holdfast.guard.staff.proof import DOMAIN
from holdfast.ledger import Signer
from holdfast.ports import Signatures
from holdfast.reading import read_text
from holdfast.response import AutoResponder, Happening, NoResponder, Offer, Response, ResponseSettings

from .wiring import make_engine

ORIGIN = "holdfast.local/watch"
CHANGE_LINKS = b"holdfast/change-links/1"  # for what else the signing key is used: links by which holders undo changes
VALUES = b"holdfast/values/1"  # and the salt of the hashes of new values, where the platform has given none
_KEY_BYTES = 16
_SECRET_BYTES = 32
MOMENT = (
    10_000  # milliseconds of stream time judged at once: a plan's approval takes a minute, a lure's third post seconds
)
_AHEAD_AT_MOST = 24 * 3_600_000  # milliseconds that a clock may have been ahead: no hold of accounts ends later
_FORGET_EVERY = (
    3_600_000  # milliseconds: what a platform told of owners goes within the hour in which it became useless
)
_AHEAD = 4  # deliveries read before they are needed: the reader waits for the watch, not the other way round


class LiveClock(Protocol):
    """A clock that may go by what the stream tells."""

    def now(self) -> int:
        """Milliseconds since 1970 UTC; it never goes back."""
        ...

    def saw(self, batch: Batch) -> None:
        """Hear of `batch`."""
        ...

    def reached(self, time: int) -> None:
        """It is `time` (milliseconds since 1970 UTC) or later: so much is on record."""
        ...


def wall_time() -> int:
    """Milliseconds since 1970 UTC by this machine: what tokens expire by, whatever a recorded stream tells."""
    return time.time_ns() // 1_000_000


class WallClock:
    """The time of this machine, whatever the stream says: for a stream that tells what happens now.

    Where the machine's clock is set back, time stands still until it has come there again: what was placed by a clock
    that was ahead must not be out of force because of it.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """`wall` gives seconds since 1970 UTC."""
        self._wall = wall
        self._latest = 0

    def now(self) -> int:
        """Milliseconds since 1970 UTC; it never goes back."""
        self._latest = max(self._latest, int(self._wall() * 1000))
        return self._latest

    def saw(self, batch: Batch) -> None:
        """Nothing comes of it."""

    def reached(self, time: int) -> None:
        """Stand still until then, if that is within a day; a record from farther on would stop the time."""
        if time - self.now() <= _AHEAD_AT_MOST:
            self._latest = max(self._latest, time)


class StreamClock:
    """The stream's own time: that of its newest event, and what has gone by on this machine since that was read.

    So a recorded stream is judged as it was lived, however fast it is read, and a live one moves on when quiet. An
    event whose time nothing bears out does not move it, nor one that has not come yet: a broken clock would make every
    hold run out.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        """Begin at 0; `monotonic` gives seconds that never go back, `wall` seconds since 1970 UTC."""
        self._monotonic, self._wall = monotonic, wall
        self._time = StreamTime()
        self._newest = 0
        self._read_at = monotonic()

    def now(self) -> int:
        """Milliseconds since 1970 UTC; it never goes back."""
        if not self._newest:
            return 0
        return self._newest + int((self._monotonic() - self._read_at) * 1000)

    def saw(self, batch: Batch) -> None:
        """Move to the newest event of `batch` that can be believed, if it is newer than now."""
        self._time.settle(batch)
        self.reached(min(self._time.now or 0, int(self._wall() * 1000)))

    def reached(self, time: int) -> None:
        """Move to `time` (milliseconds since 1970 UTC), if that is later than now."""
        if time > self.now():
            self._newest, self._read_at = time, self._monotonic()


def key_beside(store: Path | str) -> Path:
    """Where the signing key of the store in a file lies unless somebody says otherwise.

    Raises:
        UsageError: the store is in a database, which is no place for its key.

    """
    file = file_of(store)
    if file is None:
        raise UsageError("the key that signs a record in a database lies elsewhere", advice="Name its file with --key.")
    return file.with_name(file.name + ".key")


class LiveWatch:
    """One stream, the response to it, and the mirror of the platform behind it on which holds are carried out."""

    def __init__(  # noqa: PLR0913 - what a stream and its record are
        self,
        *,
        approve_after: float | None,
        store: Path | str | None,
        memory_mb: int,
        key: Path | None = None,
        clock: LiveClock | None = None,
        behaviour: ResponseSettings | None = None,
        told: bool = False,
        policy: Policy | None = None,
        signatures: Signatures | None = None,
        staff_policy: StaffPolicy | None = None,
        value_key: bytes | None = None,
    ) -> None:
        """Without `store` the record is forgotten at the end; `approve_after` None leaves every plan to people.

        `key` is the file of the signing key, made if it is not there; beside a store's file when it is not given.
        `policy` says who may do what, `staff_policy` what in internal tools; the shipped ones where they are left out.
        `value_key` is the salt that the platform hashes new values with, too.
        `behaviour` is how patient and how far-reaching the response is. `signatures` can tell what passkeys signed.

        Raises:
            UsageError: `store` is a database and no `key` is given.
            StoreError: the store cannot be opened.
            SettingsError: its key is not the owner's alone, or `approve_after` would replace people.

        """
        signer = (
            Signer(ORIGIN, secrets.token_bytes(_SECRET_BYTES))
            if store is None
            else load_or_create_signer(key or key_beside(store), origin=ORIGIN)
        )
        self.clock: LiveClock = clock or StreamClock()
        self.platform = MirroredPlatform()
        self.store = SqlStore(store or ":memory:", signer=signer, owned=True)
        self.proof_key = signer.derived(DOMAIN)
        self.custody = ToldCustody(self.store) if told else None
        engine = make_engine(memory_mb=memory_mb)
        with contextlib.ExitStack() as undo:  # who tries again must find the store free
            undo.callback(self.store.close)
            self.response = Response(
                self.platform,
                self.store,
                engine,
                self.clock,
                behaviour or ResponseSettings(),
                read=read_text,
                key=secrets.token_bytes(_KEY_BYTES),
                warnings=engine.detector.take_warnings,
                policy=policy,
                custody=self.custody,
                signatures=signatures,
                staff_policy=staff_policy,
                link_key=signer.derived(CHANGE_LINKS),
                value_key=value_key or signer.derived(VALUES),
                responder=NoResponder() if approve_after is None else AutoResponder(approve_after),
            )
            if approve_after is not None and self.response.people.persons:
                raise SettingsError(
                    "People are registered here, so nothing is approved by itself.",
                    advice="Leave --auto and response.auto_seconds out, or use another store.",
                )
            undo.pop_all()
        if self.custody is not None:
            self.custody.occasion_of = self.response.returning.occasion
        self._engine = engine
        self._told = self._forgot_at = 0
        self._offers: dict[str, int] = {}

    def take(self, batch: Batch) -> None:
        """Deal with one batch."""
        for _ in self.taking(batch):
            pass

    def taking(self, batch: Batch) -> Iterator[None]:
        """Deal with one batch, a moment of the stream's time after the other; gives way after each."""
        for _ in self._hearing(batch):
            self.tick()
            yield

    def hear_again(self, batch: Batch) -> None:
        """Know again what an earlier process heard. Nothing is done by half of it: call `tick` after all of it."""
        for _ in self._hearing(batch):
            pass

    def _hearing(self, batch: Batch) -> Iterator[None]:
        self.platform.learn(batch)
        if self.platform.grown:
            self.response.meet(self.platform.accounts())
        for moment in moments(batch):
            self.clock.saw(moment)
            self.response.observe(moment, self.clock.now())
            yield

    def tick(self) -> None:
        """Do what is due."""
        now = self.clock.now()
        self.response.work(now)
        if self.custody is not None and now - self._forgot_at >= _FORGET_EVERY:
            self.custody.forget()
            self._forgot_at = now

    @property
    def counters(self) -> Mapping[str, int]:
        """What detection took in, let go of, and could not name."""
        return self._engine.detector.counters

    def happenings(self) -> Iterator[Happening]:
        """What has happened since this was last asked."""
        fresh = self.response.timeline[self._told :]
        self._told = len(self.response.timeline)
        yield from fresh

    def offers(self) -> Iterator[Offer]:
        """The offers made since this was last asked."""
        for offer in self.response.desk.offers:
            if offer.number > self._offers.get(offer.about, 0):
                self._offers[offer.about] = offer.number
                yield offer


def moments(batch: Batch) -> Iterator[Batch]:
    """The events of `batch` by their own time, `MOMENT` of it at once: a chunk of a file may hold hours.

    Events of one moment stay in the order in which they came.
    """
    posts, others = (
        np.asarray(times, dtype=np.int64) // MOMENT
        for times in (batch.posts.column("time"), [event.time for event in batch.others])
    )
    by_post, by_other = np.argsort(posts, kind="stable"), np.argsort(others, kind="stable")
    rows = batch.posts.take(pa.array(by_post))
    for moment in np.union1d(posts, others):
        first, last = np.searchsorted(posts, (moment, moment + 1), sorter=by_post)
        start, stop = np.searchsorted(others, (moment, moment + 1), sorter=by_other)
        yield Batch(posts=rows.slice(first, last - first), others=tuple(batch.others[n] for n in by_other[start:stop]))


def deliveries(source: Iterable[Delivery], idle: float) -> Iterator[Delivery | None]:
    """What `source` delivers, and None whenever it has been quiet for `idle` seconds.

    Raises:
        BaseException: whatever `source` raised, after all that it delivered.

    """
    inbox: queue.Queue[Delivery | BaseException | None] = queue.Queue(maxsize=_AHEAD)

    def read() -> None:
        try:
            for delivery in source:
                inbox.put(delivery)
            inbox.put(None)
        except BaseException as error:  # noqa: BLE001 - the thread that waits must hear of it, whatever it is
            inbox.put(error)

    threading.Thread(target=read, name="stream", daemon=True).start()
    while True:
        try:
            found = inbox.get(timeout=idle)
        except queue.Empty:
            yield None
            continue
        if found is None:
            return
        if isinstance(found, BaseException):
            raise found
        yield found
