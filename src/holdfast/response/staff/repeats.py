"""Which refusals of somebody known share a row, and which are only counted? A session is no way to fill the record.

The same again within a minute (person, session, function, account, reasons) is counted in the row that is there. After
so many rows of one person in an hour only accounts above the ordinary tier get further ones, each its own: whether one
of these was tried is never lost. The others are counted, and told of once a minute with a sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import msgspec

from holdfast.events import spelling_key
from holdfast.guard.staff import StaffAnswer, Tier, ToolQuestion
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf

from .attempts import Again, Attempt, Attempts

MINUTE, HOUR = 60_000, 3_600_000  # milliseconds
MOST_ROWS = 300  # an hour of one person: each of 120 look-ups refused twice, and some more
WITHOUT_END = 10_000  # refusals in an hour, be they the same: three a second all of it, which no hand makes
_EXACT_FROM = Tier.HIGH_REACH
_LOOK_EVERY = 10_000  # milliseconds between two looks for rows that are over
_AT_ONCE = 200  # rows closed on one page: some 20 ms for which whoever asks the gate waits


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """How many refusals of one person are in no row: `total` since `since`, `untold` of them not on the ledger yet.

    `latest` is what the last one asked for. Times are milliseconds since 1970 UTC; `told_at` is of the last telling.
    """

    total: int = 0
    untold: int = 0
    since: int = 0
    last_at: int = 0
    latest: dict[str, str] = {}
    told_at: int = 0


class Flood(NamedTuple):
    """Somebody was refused without end: so often, and for so many different things, in the hour until `at`."""

    person: str
    session: str
    at: int
    refused: int
    rows: int


@dataclass(slots=True, kw_only=True)
class Row:
    """A row that refusals share until `until`; it has no `number` before the page is kept that opens it."""

    page: Page | None
    until: int
    first_at: int
    last_at: int
    times: int = 1
    number: int = 0


@dataclass(slots=True, kw_only=True)
class _Hour:
    since: int
    rows: int = 0
    refused: int = 0
    told: bool = False


class Place(NamedTuple):
    """Where an attempt goes: `noted` by itself or not, and the row that others may share with it."""

    noted: bool
    row: Row | None = None


ALONE = Place(noted=True)
"""Where what was allowed goes."""


class Repeats:
    """Who was refused what in this hour, in memory; what is counted lies in the store. One thread uses it."""

    def __init__(self, book: Book, attempts: Attempts) -> None:
        """Go on with what the book's store has counted and not told: rows of an earlier process are over."""
        self._attempts = attempts
        self._beyond = Shelf(book, "gate_beyond", Beyond)
        self._rows: dict[tuple[str, ...], Row] = {}
        self._hours: dict[str, _Hour] = {}
        self._over = [
            Row(page=None, until=0, number=int(key), times=each.times, first_at=each.first_at, last_at=each.last_at)
            for key, each in attempts.again.items()
        ]
        self._floods: list[Flood] = []
        self._counting_on: Page | None = None
        self._counting: dict[str, Beyond] = {}
        self._looked_at = 0
        self.again = 0
        """How many refusals since the start got no row of their own."""

    def place(self, page: Page, question: ToolQuestion, answer: StaffAnswer, tier: Tier) -> Place:
        """Where this refusal of somebody known goes on this page; `tier` is that of its account, in any spelling."""
        action, now = question.action, page.now
        hour = self._hour(answer.person, now)
        hour.refused += 1
        exact = (answer.person, question.session, action.tool, action.function, action.target, *answer.reasons)
        row = self._there(exact, page)
        if row is None and hour.rows < MOST_ROWS:
            hour.rows += 1
            return Place(noted=True, row=self._open(exact, page, now + MINUTE))
        if row is None or hour.refused >= WITHOUT_END:
            self._tell_flood(answer.person, question.session, hour, now)
        if row is None and tier >= _EXACT_FROM:
            alone = (answer.person, spelling_key(action.target))
            row = self._there(alone, page)
            if row is None:
                return Place(noted=True, row=self._open(alone, page, hour.since + HOUR))
        self.again += 1
        if row is None:
            self._count(page, question, answer)
        else:
            row.times, row.last_at = row.times + 1, now
        return Place(noted=False, row=row)

    def keep(self, page: Page, placed: Iterable[tuple[Row, Attempt | None]]) -> None:
        """Keep on this page how often each row is shared; those that it opens come with their attempts."""
        shared = dict[int, Row]()
        opened = dict[int, int]()
        for row, attempt in placed:
            if attempt is not None:
                opened[id(row)] = attempt.number
                page.then.append(lambda row=row, number=attempt.number: _numbered(row, number))  # type: ignore[misc]
            if row.times > 1:
                shared[opened.get(id(row), row.number)] = row
        for number, row in shared.items():
            self._attempts.count_on(page, number, Again(times=row.times, first_at=row.first_at, last_at=row.last_at))
        for person, beyond in self._counting.items() if self._counting_on is page else ():
            self._beyond.put(page, person, beyond)

    def due(self, now: int) -> bool:
        """Whether something is to be told on the ledger: of a row that is over, or of those that are in none."""
        if not 0 <= now - self._looked_at < _LOOK_EVERY:
            self._looked_at = now
            self._sweep(now)
        return bool(self._over) or any(_to_tell(each, now) for each in self._beyond.values())

    def tell_on(self, page: Page) -> None:
        """Put on record how often what is over was tried, and how many are in no row; once each."""
        closed = self._over[:_AT_ONCE]
        for row in closed:
            self._attempts.close_on(page, row.number)
        page.then.append(lambda: self._over.__delitem__(slice(len(closed))))
        for person, each in islice(((key, it) for key, it in self._beyond.items() if _to_tell(it, page.now)), _AT_ONCE):
            body = {"refused": each.untold, "in_all": each.total, "since": each.since, "latest": each.latest}
            page.record(RecordKind.OBSERVATION, f"refusals/{person}/{page.now}", person, body)
            self._beyond.put(page, person, msgspec.structs.replace(each, untold=0, told_at=page.now))

    def take_floods(self) -> list[Flood]:
        """Those since the last call: of each person one an hour at most."""
        taken, self._floods = self._floods, []
        return taken

    def beyond(self, person: str = "") -> tuple[int, int, int | None]:
        """How many refusals are in no row, of how many people, and since when; of all, or of one."""
        some = [each for key, each in self._beyond.items() if person in {"", key}]
        return sum(each.total for each in some), len(some), min((each.since for each in some), default=None)

    def _hour(self, person: str, now: int) -> _Hour:
        hour = self._hours.get(person)
        if hour is None or not 0 <= now - hour.since < HOUR:
            hour = self._hours[person] = _Hour(since=now)
        return hour

    def _there(self, key: tuple[str, ...], page: Page) -> Row | None:
        """The row of this key, if it is one yet: a page that was not kept has opened none; none is of times to come."""
        row = self._rows.get(key)
        there = row is not None and row.first_at <= page.now < row.until and (row.number or row.page is page)
        return row if there else None

    def _open(self, key: tuple[str, ...], page: Page, until: int) -> Row:
        before = self._rows.pop(key, None)
        if before is not None:
            self._close(before)
        row = self._rows[key] = Row(page=page, until=until, first_at=page.now, last_at=page.now)
        return row

    def _close(self, row: Row) -> None:
        if self._attempts.counts(row.number):  # the row itself may have been shared on a page that was not kept
            self._over.append(row)

    def _sweep(self, now: int) -> None:
        for key in [key for key, row in self._rows.items() if now >= row.until]:
            self._close(self._rows.pop(key))
        for person in [person for person, hour in self._hours.items() if not 0 <= now - hour.since < HOUR]:
            del self._hours[person]

    def _count(self, page: Page, question: ToolQuestion, answer: StaffAnswer) -> None:
        if self._counting_on is not page:
            self._counting_on, self._counting = page, {}
        before = self._counting.get(answer.person) or self._beyond.get(answer.person) or Beyond(since=page.now)
        action = question.action
        self._counting[answer.person] = msgspec.structs.replace(
            before,
            total=before.total + 1,
            untold=before.untold + 1,
            last_at=page.now,
            latest={
                "session": question.session,
                "network": question.network,
                "tool": action.tool,
                "function": action.function,
                "target": action.target,
            },
        )

    def _tell_flood(self, person: str, session: str, hour: _Hour, now: int) -> None:
        if not hour.told:
            hour.told = True
            self._floods.append(Flood(person, session, now, hour.refused, hour.rows))


def _numbered(row: Row, number: int) -> None:
    row.number, row.page = number, None


def _to_tell(beyond: Beyond, now: int) -> bool:
    """Once a minute."""
    return bool(beyond.untold) and not 0 <= now - beyond.told_at < MINUTE
