"""What is the least response that acts: a book, an executor and a reconciler on a store and a platform?

For trying a connector or a store with holds of one's own, without campaigns, plans or approvals. Made anew on the same
store, it goes on where the last one stopped, which is what a restart after `kill -9` does.
"""

from __future__ import annotations

from holdfast.containment import Hold
from holdfast.ports import Platform, Store
from holdfast.response.book import Book
from holdfast.response.brakes import Brakes, Caps
from holdfast.response.conduct import Anew, HoldState, Over
from holdfast.response.executor import Executor
from holdfast.response.found import FoundInPlace
from holdfast.response.line import Line
from holdfast.response.nearest import lasting
from holdfast.response.outbox import Pace
from holdfast.response.reconcile import Reconciler
from holdfast.response.timeline import Timeline

from .clock import SetClock

ROUNDS = 1_000  # far more than any small response needs; whoever needs more would never come to rest


class SmallResponse:
    """The parts, wired; `clock` is moved by `settle` to whenever something is due."""

    def __init__(
        self, store: Store, platform: Platform, clock: SetClock, pace: Pace | None = None, caps: Caps | None = None
    ) -> None:
        """Open the book that `store` keeps, and act on `platform`."""
        pace = pace or Pace()
        self.store = store
        self.platform = platform
        self.clock = clock
        self.timeline = Timeline()
        self.line = Line(platform, clock, self.timeline)
        self.book = Book(store, pace, self.timeline)
        self.brakes = Brakes(self.book, lasting(platform), caps or Caps())
        self.executor = Executor(self.line, self.book, clock, pace, self.brakes)
        self.reconciler = Reconciler(self.line, self.book, FoundInPlace(self.book), dead_every=0)

    def put(self, *holds: Hold) -> None:
        """Place holds, all in one transaction."""
        with self.book.change(self.clock.now()) as page:
            for hold in holds:
                page.place(hold)

    def end(self, hold: str, why: str = "ended") -> None:
        """Lift one hold."""
        with self.book.change(self.clock.now()) as page:
            page.tell(hold, Over(at=self.clock.now(), why=why))

    def again(self, hold: str, why: str = "asked for") -> None:
        """Have a dead letter tried again."""
        with self.book.change(self.clock.now()) as page:
            page.tell(hold, Anew(why=why))

    def state(self, hold: str) -> HoldState:
        """How far a hold has come."""
        return self.book.holds[hold].state

    def work_through(self) -> int:
        """Do all that is queued, moving the clock to each next time; answer how many waits it took.

        Raises:
            AssertionError: it never came to an end.

        """
        for rounds in range(ROUNDS):
            again = self.executor.work(self.clock.now())
            if again is None:
                return rounds
            self.clock.set(max(self.clock.now(), again))
        raise AssertionError("the executor never came to an end")

    def work_through_now(self) -> None:
        """Do all that may be done without waiting."""
        while (again := self.executor.work(self.clock.now())) is not None and again <= self.clock.now():
            pass

    def settle(self) -> None:
        """Work, end what has expired, and reconcile, until a look at the platform finds nothing to do.

        Raises:
            AssertionError: it never came to rest.

        """
        for _ in range(ROUNDS):
            self.work_through()
            swept = self.reconciler.sweep(self.clock.now())
            report = self.reconciler.once(self.clock.now())
            if report.again_at is not None:
                self.clock.set(report.again_at)
            elif not (swept or report.applied_again or report.lifted_again or report.unreadable):
                return
        raise AssertionError("the response never came to rest")

    def keys(self, prefix: str = "") -> list[str]:
        """The keys on the ledger that begin with `prefix`, in order."""
        keys = (entry.record.key for entry in self.store.entries())
        return [key for key in keys if key.startswith(prefix)]
