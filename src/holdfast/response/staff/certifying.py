"""Who still needs the tools they may use? Each right is looked at again, and whoever looks at it says so on record."""

from __future__ import annotations

import msgspec

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import RefusalCode
from holdfast.guard.people import Person, Role
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Shelf
from holdfast.response.emergency import reason
from holdfast.response.people import People, same
from holdfast.response.timeline import HappeningKind

from .attempts import Attempt, Attempts

DAY = 86_400_000  # milliseconds
UNUSED_DAYS = 90  # a quarter: whoever did not need it in that time will ask again
OF_TOOLS = frozenset({Role.SUPPORT, Role.SPECIALIST})
"""The roles that are for the tools alone: these are what is taken away."""


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """That `by` looked at the rights of `person` at `at` (ms since 1970 UTC), who keeps them or does not, and why."""

    person: str
    roles: tuple[Role, ...]
    keep: bool
    why: str
    by: str
    at: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever has roles for the tools: what they did last with one, when that was looked at last, what is proposed.

    `remove`: they have had these roles for as long as is allowed without any use.
    """

    person: Person
    last: Attempt | None
    certified: Certified | None
    remove: bool


class Certifying:
    """The reviews. Whoever calls it has made sure that `by` may say who is there."""

    def __init__(self, book: Book, people: People, attempts: Attempts) -> None:
        """As kept in the book's store."""
        self._book, self._people, self._attempts = book, people, attempts
        self.kept = Shelf(book, "gate_certified", Certified)

    def due(self, now: int, *, days: int = UNUSED_DAYS) -> list[Due]:
        """Everybody with roles for the tools at `now`, those first whose rights nobody used for so many days."""
        found = [self.due_of(person, now, days=days) for person in self.of_tools.values()]
        return sorted(found, key=lambda each: (not each.remove, each.person.id))

    @property
    def of_tools(self) -> dict[str, Person]:
        """Everybody who is there and has roles for the tools, by id."""
        return self._people.having(OF_TOOLS)

    def due_of(self, person: Person, now: int, *, days: int = UNUSED_DAYS) -> Due:
        """What there is to be said of one of them."""
        last, certified = self._attempts.last_allowed(person.id), self.kept.get(person.id)
        since = [person.since, person.back or 0, 0 if last is None else last.time]
        since += [certified.at] if certified is not None and certified.keep else []
        return Due(person=person, last=last, certified=certified, remove=now - max(since) >= days * DAY)

    def decide(self, id_: str, by: str, now: int, *, keep: bool, why: str) -> Certified:
        """Say that somebody keeps their roles for the tools, or take these away.

        Raises:
            UsageError: there is nobody of this id with such roles.
            NotAllowedError: somebody would say so of themselves, or no reason is given.
            StoreError: not all of it was kept; say it again.

        """
        person = self.of_tools.get(id_)
        if person is None:
            raise UsageError(
                f"{id_!r} has no role for the tools alone", advice="`holdfast gate recertify` names who has."
            )
        if same(id_, by):
            raise NotAllowedError(
                f"{by} cannot decide about their own roles",
                code=RefusalCode.OWN_DEED,
                advice=f"Allowed when somebody other than {id_} decides.",
            )
        made = Certified(person=id_, roles=person.roles, keep=keep, why=reason(why), by=by, at=now)
        with self._book.change(now) as page:
            self.kept.put(page, id_, made)
            body = {"roles": list(made.roles), "keep": keep, "why": made.why}
            page.record(RecordKind.DECISION, f"certified/{id_}/{now}", id_, body, actor=by)
            text = f"{by} let {id_} keep the tools" if keep else f"{by} took the tools from {id_}"
            page.note(HappeningKind.PEOPLE, f"{text}: {made.why}", id_)
        if not keep:  # last: without these roles nothing could be said of them again
            self._people.change(id_, None, [role for role in person.roles if role not in OF_TOOLS], by, now)
        return made
