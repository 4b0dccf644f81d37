"""Who owns the response? One thread: it hears events, does what is due, and answers what others want to know of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from holdfast.app.live import LiveWatch
from holdfast.errors import (
    DeposedError,
    HoldfastError,
    LedgerError,
    NotAllowedError,
    RecoveryError,
    SignInError,
    StoreError,
    StoreFullError,
    UsageError,
)
from holdfast.events import LONGEST_LINE, Batch, Decoded, Decoder, Dialect, LineSplitter, Reject
from holdfast.response import HappeningKind, HoldState, RequestState
from holdfast.response.breaker import BreakerState

from .answers import RefusedError
from .logs import Log, crash
from .memory import Memory
from .turns import Job, Turns

T = TypeVar("T")

BEAT = 0.25  # seconds between looks at what is due, when nothing comes in: well within the second a new hold may take
_HEAR_STAFF_EVERY = 1.0  # seconds between two tellings of what the staff gate has seen
_STAFF_AT_ONCE = 250  # of what it has seen: some 5 ms
_PROBE = "probe"  # the collection, and the one key in it, that is written after something could not be
_PROBE_EVERY = 1.0  # seconds between looks at the store
_SETTLE_EVERY = 1.0  # seconds that an answer waits at most for others to be made safe with it
_TELL_EVERY = 10.0  # seconds between two log lines about the same trouble
# Whoever asked is told; with us nothing is wrong.
_ASKED_WRONGLY = (RefusedError, UsageError, NotAllowedError, SignInError, RecoveryError)
_REJECTS_TOLD = 100  # of one body: enough to see what is wrong, too few to send a body back


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no event, counted from 1, and why."""

    line: int
    reason: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What one body of events held: all of it has been dealt with, and what follows from it is on record.

    `rejected` names the first 100 of the lines that are no events; `rejects` counts them all. `kept` says whether the
    events survive this process in the archive, so that a new start knows what was seen.
    """

    posts: int = 0
    events: int = 0
    rejects: int = 0
    rejected: tuple[Rejected, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the worker is; it makes a new one after each round.

    `seen_at` is when it last knew that every hold is known and the store can be reached (monotonic seconds).
    """

    phase: str = "starting"
    seen_at: float = float("-inf")
    trouble: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    forgotten: dict[str, int] = field(default_factory=dict)


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """That something could be written again, `at` (milliseconds since 1970 UTC)."""

    at: int


def _nobody_follows() -> None:
    """The holds are asked about here alone."""


def _room_enough() -> bool:
    """What is kept is kept where room never runs short."""
    return False


class Worker:
    """The thread; give it bodies with `hear`, questions with `ask`. Everything it owns is touched by it alone."""

    def __init__(  # noqa: PLR0913 - what it owns, and whom it tells
        self,
        run: LiveWatch,
        memory: Memory,
        *,
        dialect: Dialect,
        log: Log,
        publish: Callable[[], None] = _nobody_follows,
        short: Callable[[], bool] = _room_enough,
    ) -> None:
        """Own `run` and `memory`; recall first what was seen before. `short` tells whether the disk is all but full.

        `publish` is called after each deed and each look at the store, before anybody is told of it: who follows the
        holds then knows them too.
        """
        self._run, self._memory, self._log, self._publish, self._short = run, memory, log, publish, short
        self._unwritten = False  # something could not be written, and nothing has been since
        self._unsettled: list[tuple[Future[Heard], Heard]] = []
        self._unsettled_since = 0.0
        self._decoder = Decoder(dialect)
        self._turns = Turns()
        self._wake = threading.Condition()
        self._stopping = self._begun = False
        self._probed_at = self._ticked_at = self._heard_staff_at = float("-inf")
        self._told: dict[str, float] = {}
        self._thread = threading.Thread(target=self._live, name="worker", daemon=True)
        self.totals = {"posts": 0, "events": 0, "rejects": 0, "errors": 0, "archive_failures": 0, "alarms": 0}
        self._heard_of = 0  # happenings of the time line
        self.status = Status()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def seen(self, within: float) -> bool:
        """Whether the state was seen in the last `within` seconds."""
        return time.monotonic() - self.status.seen_at < within

    def hear(self, body: bytes) -> Future[Heard]:
        """Deal with JSON Lines; done when what follows from them is on record."""
        return self._add(self._turns.hear, lambda: self._hear(body))

    def ask(self, question: Callable[[LiveWatch], T]) -> Future[T]:
        """The answer to `question`; it is not done when the future was cancelled before its turn came."""
        return self._add(self._turns.ask, lambda: question(self._run))

    def ask_first(self, question: Callable[[LiveWatch], T]) -> Future[T]:
        """The same, before all else that waits: what people stand before a closed door for."""
        return self._add(self._turns.ask_first, lambda: question(self._run), first=True)

    def stop(self, within: float) -> bool:
        """Deal with all that waits, then end; False when that takes more than `within` seconds."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.ident is not None:
            self._thread.join(within)
        return not self._thread.is_alive()

    def _add(self, wait: Callable[[Job[T]], None], do: Callable[[], T], *, first: bool = False) -> Future[T]:
        job: Job[T] = Job(do, Future(), first)
        with self._wake:
            wait(job)
            self._wake.notify()
        return job.done

    def _live(self) -> None:
        try:
            self._begin()
            while (job := self._next()) is not None or not self._stopping:
                if job is not None:
                    self._answer(job)
                if job is None or not job.first or time.monotonic() - self._ticked_at >= BEAT:
                    self._guarded(self._tick)
                self._settle()
            self._archive(lambda: self._memory.close(self._run))
            self.status = replace(self.status, phase="stopped", seen_at=float("-inf"))
        except DeposedError as error:
            self._log.error("deposed", advice=error.advice)
            self.status = replace(self.status, phase="deposed", seen_at=float("-inf"), trouble=type(error).__name__)
            self._refuse_all(error)
        except LedgerError as error:
            self._log.error("record_broken", error=type(error).__name__, advice=error.advice)
            self.status = replace(self.status, phase="broken", seen_at=float("-inf"), trouble=type(error).__name__)
            self._refuse_all(error)

    def _next(self) -> Job[Any] | None:
        with self._wake:
            if not self._turns and not self._stopping:
                self._wake.wait(BEAT)
            return self._turns.take()

    def _answer(self, job: Job[Any]) -> None:
        try:
            told = job.do()
            self._publish()
        except _ASKED_WRONGLY as error:
            _tell(job.done, error)
            return
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            _tell(job.done, error)
            self._note(error)
            return
        if isinstance(told, Heard):
            self._unsettled_since = self._unsettled_since if self._unsettled else time.monotonic()
            self._unsettled.append((job.done, told))
        else:
            _tell(job.done, told)

    def _settle(self) -> None:
        """Answer bodies once they are safe: at once when no more wait, else many together."""
        late = time.monotonic() - self._unsettled_since >= _SETTLE_EVERY
        if not self._unsettled or (self._turns.bodies and not late):
            return
        kept = self._archive(lambda: self._memory.settle(self._run))
        for done, heard in self._unsettled:
            _tell(done, msgspec.structs.replace(heard, kept=bool(kept)))
        self._unsettled = []

    def _guarded(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except Exception as error:  # noqa: BLE001 - one round that failed must not end the thread; it is told of below
            self._note(error)

    def _note(self, error: BaseException) -> None:
        """Tell of a round that failed.

        Raises:
            DeposedError: the store is another's now, so nothing more may be done.
            LedgerError: the record cannot vouch for itself, so nothing more may be done.

        """
        self.totals["errors"] += 1
        if isinstance(error, (DeposedError, LedgerError)):
            raise error
        self._unwritten |= isinstance(error, StoreError)
        self.status = replace(self.status, trouble=type(error).__name__)  # before it is told: who hears of it may ask
        if not isinstance(error, HoldfastError):
            crash(self._log, error)
        elif self._due_to_tell(type(error).__name__):
            self._log.warning("round_failed", error=type(error).__name__, advice=error.advice)

    def _due_to_tell(self, what: str) -> bool:
        """Whether `what` was not told of just now: a store that is gone would fill the log."""
        now = time.monotonic()
        due = now - self._told.get(what, float("-inf")) >= _TELL_EVERY
        if due:
            self._told[what] = now
        return due

    def _refuse_all(self, error: HoldfastError) -> None:
        while not self._stopping:
            job = self._next()
            if job is not None:
                _tell(job.done, error)

    def _begin(self) -> None:
        self.status = Status(phase="hearing again")
        self._guarded(self._wake_up)
        self._guarded(lambda: self._memory.recall(self._run, self._log))
        self._guarded(lambda: self._run.response.staff.changing.heard(self._run.clock.now()))
        self._guarded(self._govern)
        self.status = Status(phase="at work")

    def _govern(self) -> None:
        """Have it be on record by which policies is decided, and nothing go on that rested on those before."""
        self._run.response.governing.begin(self._run.clock.now())
        self._begun = True

    def _wake_up(self) -> None:
        """Give holders back the time in which nobody hears them: from the last entry of the record on, at the most."""
        run, size = self._run, self._run.store.checkpoint().size
        for entry in run.store.entries(max(0, size - 1)):
            run.response.staff.changing.begin(entry.record.time, run.clock.now())

    def _tick(self) -> None:
        self._ticked_at = time.monotonic()
        self._run.store.check()
        if not self._begun:  # the store took nothing at the start
            self._guarded(self._govern)
        self._run.tick()
        self._hear_staff()
        self._publish()
        self._tell_alarms()
        self._probe()

    def _hear_staff(self) -> None:
        """Have detection hear what the staff gate has seen, once a second: to hear of one costs as much as of twenty.

        Of many it hears some at a time, so that whoever stands before the gate does not wait for all of it.
        """
        now = time.monotonic()
        if now - self._heard_staff_at < _HEAR_STAFF_EVERY:
            return
        self._heard_staff_at = now
        tidings = self._run.response.staff.tidings
        for _ in range(0, len(tidings), _STAFF_AT_ONCE):
            self._take(Batch(others=tidings.take(_STAFF_AT_ONCE)))

    def _tell_alarms(self) -> None:
        """Log that a person has to look: how often, and no word of whom it is about."""
        timeline = self._run.response.timeline
        fresh = sum(each.kind is HappeningKind.ALARM for each in timeline[self._heard_of :])
        self._heard_of = len(timeline)
        if fresh:
            self.totals["alarms"] += fresh
            dead = len(self._run.response.desk.dead_letters)
            self._log.warning("alarm", alarms=fresh, dead_letters=dead, advice="See `holdfast brakes` and `letters`.")

    def _archive(self, deed: Callable[[], T]) -> T | None:
        """Do it with the archive; where that fails it is told, and events are judged all the same."""
        try:
            return deed()
        except StoreError as error:
            self.totals["archive_failures"] += 1
            if self._due_to_tell("archive"):
                self._log.error("archive_failed", error=type(error).__name__, advice=error.advice)
            return None

    def _probe(self) -> None:
        now = time.monotonic()
        if now - self._probed_at < _PROBE_EVERY or self.status.phase == "hearing again":
            return
        if self._unwritten:
            self._write()
        figures = _figures(self._run)
        trouble = StoreFullError.__name__ if self._short() else ""
        self._probed_at = now
        news = bool(self.status.trouble) or not self.status.figures
        self.status = Status(
            phase="at work", seen_at=now, trouble=trouble, figures=figures, forgotten=dict(self._run.counters)
        )
        self._publish()  # that the state was seen is news, too
        if trouble and self._due_to_tell("room"):
            self._log.error("disk_full", advice="Free some space; until then what is decided may not be kept.")
        elif news and not trouble:
            self._log.info("ready")

    def _write(self) -> None:
        """See whether the store takes something again: to be read is not enough.

        Raises:
            StoreError: it does not.

        """
        with self._run.store.begin() as transaction:
            transaction.put(_PROBE, _PROBE, _Written(at=self._run.clock.now()))
        self._unwritten = False

    def _hear(self, body: bytes) -> Heard:
        rejects: list[Reject] = []
        posts = events = 0
        for decoded in self._decoded(body):
            batch = decoded.batch
            rejects += decoded.rejects
            if batch.posts.num_rows or batch.others:
                self._take(batch)
            posts, events = posts + batch.posts.num_rows, events + len(batch.others)
        for name, count in (("posts", posts), ("events", events), ("rejects", len(rejects))):
            self.totals[name] += count
        told = tuple(Rejected(line=each.line, reason=each.reason) for each in rejects[:_REJECTS_TOLD])
        return Heard(posts=posts, events=events, rejects=len(rejects), rejected=told)

    def _take(self, batch: Batch) -> None:
        self._archive(lambda: self._memory.take(batch))
        for _ in self._run.taking(batch):
            self._publish()
            self._probe()
            self._answer_first()

    def _answer_first(self) -> None:
        """Answer what goes before all else, though a body is not dealt with yet."""
        while True:
            with self._wake:
                job = self._turns.take_first()
            if job is None:
                return
            self._answer(job)

    def _decoded(self, body: bytes) -> Iterator[Decoded]:
        splitter = LineSplitter(longest=LONGEST_LINE)
        for parts in (splitter.feed(body), splitter.finish()):
            for part in parts:
                if isinstance(part, Reject):
                    yield Decoded(batch=Batch(), rejects=(part,))
                else:
                    yield self._decoder.decode(part.data, part.first)


def _tell(done: Future[Any], what: object) -> None:
    """Hand over an answer or an error, unless whoever asked has gone."""
    if not done.set_running_or_notify_cancel():
        return
    if isinstance(what, BaseException):
        done.set_exception(what)
    else:
        done.set_result(what)


def _figures(run: LiveWatch) -> dict[str, int]:
    """What is counted once a second; reading the head of the record shows that the store can be reached."""
    response = run.response
    now = run.clock.now()
    live = [held for held in response.book.holds.values() if held.state is not HoldState.ENDED]
    return {
        "ledger_entries": run.store.checkpoint().size,
        "campaigns": len(response.docket.cases),
        "proposals_waiting": sum(offer.wanted for offer in response.desk.offers),
        "holds_in_force": sum(held.hold.in_force(now) for held in live),
        "dead_letters": len(response.desk.dead_letters),
        "requests_open": sum(filed.state is RequestState.OPEN for filed in response.desk.requests.values()),
        "reviews_owed": len(response.emergencies.owed),
        "reviews_late": sum(review.due <= now for review in response.emergencies.owed),
        "quorums_unreachable": response.entitled.unreachable,
        "people": sum(person.active for person in response.people.persons.values()),
        "errands": len(response.book.errands),
        "one_way_waiting": len(response.brakes.waiting()),
        "breaker_open": int(response.line.state(now) is not BreakerState.CLOSED),
        "untrue": response.report.untrue,
        "unreadable": response.report.unreadable,
        "unaccounted": response.report.unaccounted,
        "store_turn": run.store.turn,
        "accounts": len(response.knowledge.directory),
        "snapshot_version": response.gate.version,
        **response.given_back(),
    }
