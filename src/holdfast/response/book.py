"""What should be in force, and how far has each hold come?

The book mirrors in memory what the store keeps. Every change is one transaction of the store: the ledger's records, the
holds and the errands are kept together or not at all, and only then does the mirror move. A book made anew on the same
store is the same book.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, assert_never

import msgspec

from holdfast.containment import Hold, Subject
from holdfast.errors import StoreError
from holdfast.ledger import Record, RecordKind
from holdfast.ports import Store, Transaction

from .conduct import LIVE, Alarm, Command, Conclude, Held, Intend, News, Observe, Send, Settle, conduct, placed
from .ends import Ends
from .outbox import Errand, Outbox, Pace, wait_before
from .timeline import HappeningKind, Timeline

T = TypeVar("T")

HOLDS = "holds"
ERRANDS = "errands"
PAGES = "pages"
COLLECTIONS = (
    HOLDS,
    ERRANDS,
    PAGES,
    "cases",
    "enrolments",
    "followed",
    "found",
    "gate_again",
    "gate_asked",
    "gate_asleep",
    "gate_attempt_ends",
    "gate_attempts",
    "gate_beyond",
    "gate_changes",
    "gate_certified",
    "gate_consents",
    "gate_grants",
    "gate_homes",
    "gate_locks",
    "gate_lookups",
    "gate_past",
    "gate_presence",
    "gate_proposals",
    "gate_protected",
    "gate_sessions",
    "gate_spending",
    "gate_strangers",
    "gate_tellings",
    "gate_ticket_feed",
    "gate_tickets",
    "gate_wanted",
    "gone",
    "notices",
    "offers",
    "passkeys",
    "people",
    "plans",
    "policies",
    "raised",
    "recoveries",
    "requests",
    "reviews",
    "sessions",
    "staff_alarms",
    "staff_known",
    "staff_reports",
    "staff_waves",
    "stopped",
    "suspicions",  # of versions before decision 0206: forgotten with the rest
    "takeovers",
    "tokens",
    "waves",
)
ACTOR = "holdfast"  # who is named on the record when no person asked for it


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Which page was kept last: so can be found out what became of one whose keeping was not answered."""

    number: int


LAST = "last"  # where the stamp lies in its collection


def named(subject: Subject) -> str:
    """The name of a subject on the record: `kind:id`."""
    return f"{subject.kind}:{subject.id}"


class Book:
    """The holds, the errands, and the one way to change them."""

    def __init__(self, store: Store, pace: Pace, timeline: Timeline) -> None:
        """Open the book that `store` keeps."""
        self._store = store
        self._pace = pace
        self.timeline = timeline
        self._when_moved: list[Callable[[Collection[str], int], None]] = []
        with store.begin() as transaction:
            self._holds = dict(transaction.all(HOLDS, Held))
            self._errands = Outbox(errand for _, errand in transaction.all(ERRANDS, Errand))
            stamp = transaction.get(PAGES, LAST, Stamp)
        self._number = 0 if stamp is None else stamp.number
        self._unsure: Page | None = None  # whether it was kept is not known
        self._ends = Ends(self._holds)
        self._on: dict[Subject, dict[str, None]] = {}
        for held in self._holds.values():
            self._on.setdefault(held.hold.subject, {})[held.hold.id] = None

    @property
    def holds(self) -> Mapping[str, Held]:
        """Every hold ever placed, by id."""
        return self._holds

    @property
    def errands(self) -> Outbox:
        """What is still to be done, by the id of the hold."""
        return self._errands

    @property
    def next_end(self) -> int | None:
        """When the next hold ends of itself that the platform still has (milliseconds since 1970 UTC), if any does."""
        return self._ends.next

    def expired(self, now: int) -> list[str]:
        """The holds whose time is over at `now` though the platform has not been told, in order of their ends."""
        return self._ends.over(now)

    @property
    def subjects(self) -> Iterator[Subject]:
        """Every subject that a hold was ever placed on."""
        return iter(self._on)

    def on(self, subject: Subject) -> list[Held]:
        """The holds ever placed on `subject`, in order of placing."""
        return [self._holds[key] for key in self._on.get(subject, ())]

    def when_moved(self, heard: Callable[[Collection[str], int], None]) -> None:
        """Have `heard` called with the holds that were placed or ended, and the time, once that is kept."""
        self._when_moved.append(heard)

    def check(self) -> None:
        """Make sure that this book is still the one that counts, before a platform is told anything.

        Raises:
            DeposedError: another process has taken the store over.
            StoreError: that cannot be found out.

        """
        self._store.check()

    def read(self, collection: str, kind: type[T]) -> dict[str, T]:
        """All that the store keeps in `collection`."""
        with self._store.begin() as transaction:
            return dict(transaction.all(collection, kind))

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """What the store keeps, for who looks for a few things in a collection too large to be mirrored.

        Raises:
            StoreError: it cannot be reached.

        """
        with self._store.begin() as transaction:
            yield transaction

    @contextmanager
    def change(self, now: int) -> Iterator[Page]:
        """A page to write on: kept whole when the block ends, gone without trace when it raises.

        Raises:
            StoreError: nothing was kept, or whether it was cannot be known yet; then it is settled before all else.

        """
        if self.settle():
            raise StoreError("what was written last had been kept after all", advice="Look again, and ask again.")
        page = None
        try:
            with self._store.begin() as transaction:
                written = Page(transaction, self, now)
                yield written
                transaction.put(PAGES, LAST, Stamp(number=self._number + 1))
                page = written
        except StoreError:
            if page is None:
                raise
            self._unsure = page  # the commit was asked for, and not answered
            if not self.settle():
                raise
        else:
            self._turn(page)

    def settle(self) -> bool:
        """Find out what became of a page whose keeping was not answered; True when it was kept, and is turned now.

        Raises:
            StoreError: it still cannot be known.

        """
        page = self._unsure
        if page is None:
            return False
        with self._store.begin() as transaction:
            stamp = transaction.get(PAGES, LAST, Stamp)
        self._unsure = None
        kept = stamp is not None and stamp.number > self._number
        if kept:
            self._turn(page)
        return kept

    def _turn(self, page: Page) -> None:
        self._number += 1
        for key, held in page.holds.items():
            self._holds[key] = held
            self._on.setdefault(held.hold.subject, {})[key] = None
        self._ends.note(page.holds)
        for key, errand in page.errands.items():
            if errand is None:
                self._errands.drop(key)
            else:
                self._errands.put(errand)
        for then in page.then:
            then()
        for kind, text, subject in page.happenings:
            self.timeline.add(page.now, kind, text, subject)
        if page.moved:
            for heard in self._when_moved:
                heard(page.moved, page.now)

    def due(self, hold: Hold, command: Send, now: int) -> int:
        """When the deed that `command` asks for may be done, milliseconds since 1970 UTC."""
        return max(now + wait_before(self._pace, hold.id, command.deed, command.tries), hold.starts)


class Page:
    """One transaction's worth of change."""

    def __init__(self, transaction: Transaction, book: Book, now: int) -> None:
        """Write into `transaction`; every record made here carries the time `now`."""
        self.transaction = transaction
        self.now = now
        self.holds: dict[str, Held] = {}
        self.errands: dict[str, Errand | None] = {}
        self.happenings: list[tuple[HappeningKind, str, str]] = []
        self.then: list[Callable[[], None]] = []  # to be done once the page is kept
        self.moved: set[str] = set()  # the holds that were placed or ended
        self._book = book

    def held(self, key: str) -> Held | None:
        """The hold as it stands on this page, if there is one."""
        return self.holds.get(key) or self._book.holds.get(key)

    def place(self, hold: Hold) -> bool:
        """Want `hold` in force, from its intent on; False, and nothing done, when it was placed before."""
        if self.held(hold.id) is not None:
            return False
        self.moved.add(hold.id)
        self._keep(*placed(hold))
        return True

    def tell(self, key: str, news: News) -> None:
        """Bring `news` of the hold `key`, and write down all that follows from it."""
        held = self.held(key)
        assert held is not None, f"news of a hold that was never placed: {key}"
        after, commands = conduct(held, news)
        if held.state in LIVE and after.state not in LIVE:
            self.moved.add(key)
        self._keep(after, commands)

    def record(self, kind: RecordKind, key: str, subject: str, body: dict[str, Any], *, actor: str = ACTOR) -> None:
        """Put on the ledger what is not about one hold's deeds; once per `key`."""
        record = Record(key=key, kind=kind, time=self.now, actor=actor, subject=subject, body=body)
        self.transaction.record(record)

    def note(self, kind: HappeningKind, text: str, subject: str = "") -> None:
        """Show it to those who watch, once it is kept."""
        self.happenings.append((kind, text, subject))

    def _keep(self, held: Held, commands: tuple[Command, ...]) -> None:
        self.holds[held.hold.id] = held
        self.transaction.put(HOLDS, held.hold.id, held)
        for command in commands:
            self._carry_out(held.hold, command)

    def _carry_out(self, hold: Hold, command: Command) -> None:
        match command:
            case Intend(deed=deed, number=number, why=why):
                body = {"deed": str(deed), "hold": msgspec.to_builtins(hold), "why": why}
                self.record(RecordKind.INTENT, f"intent/{hold.id}/{deed}/{number}", named(hold.subject), body)
            case Conclude(deed=deed, number=number, result=result, detail=detail):
                body = {"deed": str(deed), "hold": hold.id, "result": result, "detail": detail}
                self.record(RecordKind.OUTCOME, f"outcome/{hold.id}/{deed}/{number}", named(hold.subject), body)
            case Observe(deed=deed, number=number, what=what, detail=detail):
                body = {"deed": str(deed), "hold": hold.id, "detail": detail}
                self.record(RecordKind.OBSERVATION, f"{what}/{hold.id}/{deed}/{number}", named(hold.subject), body)
            case Send():
                self._queue(hold, command)
            case Settle():
                self.errands[hold.id] = None
                self.transaction.delete(ERRANDS, hold.id)
            case Alarm(deed=deed, reason=reason):
                text = f"{deed} {hold.restriction} on {named(hold.subject)} was given up: {reason}"
                self.note(HappeningKind.ALARM, text, hold.id)
            case _:
                assert_never(command)

    def _queue(self, hold: Hold, command: Send) -> None:
        errand = Errand(
            hold=hold.id,
            deed=command.deed,
            number=command.number,
            restriction=hold.restriction,
            due=self._book.due(hold, command, self.now),
            harm=hold.harm,
        )
        self.errands[hold.id] = errand
        self.transaction.put(ERRANDS, hold.id, errand)


class Shelf(Mapping[str, T], Generic[T]):
    """A small collection of the store, mirrored in memory; the mirror moves when the page that wrote to it is kept."""

    def __init__(self, book: Book, collection: str, kind: type[T]) -> None:
        """What the store keeps in `collection`, one of `COLLECTIONS`, all of one `kind`."""
        assert collection in COLLECTIONS, f"{collection} would not be forgotten with the rest"
        self._collection = collection
        self._kept = book.read(collection, kind)

    def __getitem__(self, key: str) -> T:
        return self._kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, page: Page, key: str, value: T) -> None:
        """Keep `value` under `key`, in place of what was there."""
        page.transaction.put(self._collection, key, value)
        page.then.append(lambda: self._kept.__setitem__(key, value))

    def drop(self, page: Page, key: str) -> None:
        """Forget what is kept under `key`, which must be there."""
        page.transaction.delete(self._collection, key)
        page.then.append(lambda: self._kept.__delitem__(key))
