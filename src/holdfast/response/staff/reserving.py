"""Which units of budgets were taken in advance, for looking at ordinary accounts, and what has come of each?

A process that answers may use them up without asking again, and tells each use a moment later. What it can no longer
tell, because it died, stays spent: the record says how many uses there may have been that nobody heard of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType

import msgspec

from holdfast.guard.staff import StaffAnswer, ToolQuestion
from holdfast.ledger import RecordKind
from holdfast.response.book import Page

from .attempts import Attempt
from .spending import Spending

MOST_UNITS = 32  # out at a time: the most uses that may go unheard of, for each person and tool
LASTS_MS = 10_000  # long enough for a page and what it loads, short enough that what is unused is soon there again
_KNOWN_MS = 60_000  # how long after its end a reservation is known, so that what is told twice is known as well
_NONE: Mapping[str, int] = MappingProxyType({})


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """So many `units` of a budget, to be used before `until` (ms since 1970 UTC); `id` is the attempt it came with.

    `version` is that of the state it was made by: under policies that came later it is good for nothing.
    """

    id: str
    budget: str
    units: int
    until: int
    version: int = 0

    def unit(self, number: int) -> str:
        """What the use of a unit is called, counted from 1."""
        return f"{self.id}.{number}"


class Afterwards(msgspec.Struct, frozen=True, kw_only=True):
    """What was allowed by the unit of this `number`; its `answer` names it. `more` is as of a `Take`."""

    reservation: str
    number: int
    question: ToolQuestion
    answer: StaffAnswer
    more: int = 0


class _Course(msgspec.Struct, kw_only=True):
    """How far a reservation is used, as far as is on record."""

    reservation: Reservation
    used: int = 0
    ended: bool = False

    def out(self, now: int, used: int) -> int:
        """How many units whoever answers still has at `now` when so many are known to be used."""
        lost = now - self.reservation.until > _KNOWN_MS  # and with it whoever could have told of it
        return 0 if lost else self.reservation.units - max(self.used, used)


class Reservations:
    """Those that this process has made. They need no store: after a restart nobody is left who could use them."""

    def __init__(self) -> None:
        """There is none."""
        self._courses: dict[str, _Course] = {}
        self._of: dict[str, list[_Course]] = {}  # those of a budget that have not ended
        self._made: list[Reservation] = []

    def take(self) -> tuple[Reservation, ...]:
        """Those that were made since this was last asked."""
        made, self._made = self._made, []
        return tuple(made)

    def make(  # noqa: PLR0913 - where, of what, for what, and what is known by then
        self,
        page: Page,
        spending: Spending,
        answer: StaffAnswer,
        attempt: Attempt,
        wanted: int,
        *,
        used: Mapping[str, int] = _NONE,
        ended: Collection[str] = (),
    ) -> None:
        """Take up to `wanted` further units of what this attempt was charged, on its page; none near the end.

        With those that are out there are never more than `MOST_UNITS`; `used` and `ended` are what the page tells of
        them.
        """
        charge = answer.charges[0]
        until = page.now + LASTS_MS
        courses = [each for each in self._of.get(charge.key, ()) if each.reservation.id not in ended]
        out = sum(each.out(page.now, used.get(each.reservation.id, 0)) for each in courses)
        units = spending.take_ahead(charge, max(0, min(wanted, MOST_UNITS - out)), until)
        if not units:
            return
        made = Reservation(id=attempt.id, budget=charge.key, units=units, until=until, version=answer.version)
        body = {"budget": made.budget, "units": units, "until": until, "tool": attempt.tool}
        key = f"reservation/{attempt.number}"
        page.record(RecordKind.DECISION, key, f"tool:{attempt.tool}", body, actor=attempt.person)
        page.then.append(lambda: self._keep(made))

    def fresh(self, told: Sequence[Afterwards]) -> list[Afterwards]:
        """Those that were not heard before."""
        return [each for each in told if each.number > self._used(each.reservation)]

    def hear(self, page: Page, spending: Spending, fresh: Sequence[Afterwards], ended: Sequence[str]) -> None:
        """Note the uses of units, and give back what is left of those that are `ended`.

        What was used of one that an owner before this one made is counted anew: it is not known what is left of it.
        """
        used = used_of(fresh)
        for each in fresh:
            if each.reservation not in self._courses:
                spending.owe(each.answer.charges[0].key, each.question.time)
        for id_ in ended:
            course = self._courses.get(id_)
            if course is None or course.ended:
                continue
            made = course.reservation
            done = max(course.used, used.get(id_, 0))
            spending.give_back(made.budget, made.units - done, made.until)
            key = f"reservation/{id_.removeprefix('a-')}/ended"
            body = {"budget": made.budget, "used": done, "given_back": made.units - done}
            page.record(RecordKind.OUTCOME, key, f"attempt:{id_}", body)
        page.then.append(lambda: self._heard(used, ended, page.now))

    def _keep(self, made: Reservation) -> None:
        self._courses[made.id] = course = _Course(reservation=made)
        self._of.setdefault(made.budget, []).append(course)
        self._made.append(made)

    def _used(self, id_: str) -> int:
        course = self._courses.get(id_)
        return 0 if course is None else course.used

    def _heard(self, used: dict[str, int], ended: Sequence[str], now: int) -> None:
        for id_, number in used.items():
            unknown = Reservation(id=id_, budget="", units=0, until=now)
            self._courses.setdefault(id_, _Course(reservation=unknown)).used = number
        for id_ in ended:
            if id_ in self._courses:
                self._end(self._courses[id_])
        known = takewhile(lambda each: now - each[1].reservation.until > _KNOWN_MS, self._courses.items())
        for id_ in [id_ for id_, each in known if each.ended]:
            del self._courses[id_]

    def _end(self, course: _Course) -> None:
        course.ended, budget = True, course.reservation.budget
        others = [each for each in self._of.get(budget, ()) if not each.ended]
        if others:
            self._of[budget] = others
        else:
            self._of.pop(budget, None)


def used_of(told: Sequence[Afterwards]) -> dict[str, int]:
    """How many units of each reservation are used, by what is told."""
    return {each.reservation: each.number for each in told}
