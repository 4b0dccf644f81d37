"""Who was given leave to use which tools, for a while, by whom and what for?"""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Often, RefusalCode
from holdfast.guard.staff import Grant, Tier, not_there, says_something
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page
from holdfast.response.emergency import reason
from holdfast.response.notices import Notices
from holdfast.response.people import People, same
from holdfast.response.timeline import HappeningKind

from .kept import Changes, FactShelf, named

HOUR = 3_600_000  # milliseconds
LONGEST_HOURS = 12  # a shift: what is needed for longer is a role
MOST_GIVEN = 200  # by one person in an hour: a grant to each of a large shift, one by one. [judged]
LONGEST_NAME = 512  # characters of a tool, a function, a ticket
_KEPT_MS = 24 * HOUR  # how long a grant that is over is shown; the record keeps it for good


class Grants:
    """The register of grants. Whoever calls it has made sure that `by` may do so."""

    def __init__(
        self,
        book: Book,
        people: People,
        notices: Notices,
        changes: Changes,
        functions: Callable[[], Collection[tuple[str, str]]],
    ) -> None:
        """As kept in the book's store; `functions` gives what there is to grant just now, with its tools."""
        self._book, self._people, self._notices, self._functions = book, people, notices, functions
        self._giving = Often(MOST_GIVEN, "given grants")
        self.kept = FactShelf(book, "gate_grants", Grant, changes, "grants")

    def give(  # noqa: PLR0913 - what a grant says
        self,
        person: str,
        tool: str,
        by: str,
        now: int,
        *,
        hours: float,
        why: str,
        ticket: str,
        function: str = "*",
        tier: Tier = Tier.ORDINARY,
    ) -> Grant:
        """Let `person` use `function` (`*`: each) of `tool` from `now` on for so many hours.

        Raises:
            UsageError: there is no such person, tool or function, no such hours, or reason or ticket say nothing.
            NotAllowedError: somebody would give it to themselves, no reason is given, or they gave too many.
            StoreError: nothing was kept.

        """
        there = self._people.person(person)
        if there is None or not there.active:
            raise UsageError(f"nobody is registered as {person!r}", advice="`holdfast people list` names everybody.")
        if same(person, by):
            raise NotAllowedError(
                f"{by} cannot give themselves a grant",
                code=RefusalCode.OWN_DEED,
                advice=f"Allowed when somebody other than {person} gives it.",
            )
        if not all(0 < len(each) <= LONGEST_NAME for each in (tool, function, ticket.strip())):
            raise UsageError(
                "a grant names a tool, a function and a ticket", advice=f"Each has at most {LONGEST_NAME} characters."
            )
        said = reason(why)
        if not (says_something(said) and says_something(ticket)):
            raise UsageError(
                "the reason or the ticket says nothing, and the gate would let no such grant count",
                advice="Give both in letters or digits.",
            )
        if slip := not_there(self._functions(), tool, "" if function == "*" else function):
            raise UsageError(
                f"there is no {slip}: the grant would let {person} do nothing", advice="Look at tools.toml."
            )
        if not 0 < hours <= LONGEST_HOURS:
            raise UsageError(f"a grant is for at most {LONGEST_HOURS} hours", advice="For longer, give them a role.")
        grant = Grant(
            id="",
            person=person,
            tool=tool,
            function=function,
            tier=tier,
            starts=now,
            until=now + int(hours * HOUR),
            reason=said,
            ticket=ticket.strip(),
            granted_by=by,
            giver_revision=None if (giver := self._people.person(by)) is None else giver.revision,
            revision=there.revision,
        )
        grant = msgspec.structs.replace(grant, id=named("g", msgspec.to_builtins(grant)))
        self._giving.take(by, now)
        with self._book.change(now) as page:
            self.kept.prune(page, lambda each: _ended(each) < now - _KEPT_MS)
            self.kept.put(page, grant.id, grant)
            page.record(RecordKind.DECISION, f"grant/{grant.id}", person, msgspec.to_builtins(grant), actor=by)
            text = f"{by} let {person} use {function} of {tool} for {hours:g} hours ({grant.ticket})"
            page.note(HappeningKind.PEOPLE, text, person)
            self._notices.tell(page, grant.id, [person], text)
        return grant

    def revoke(self, id_: str, by: str, now: int) -> Grant:
        """Have a grant count no more. Harmless when it was done before.

        Raises:
            UsageError: there is no such grant.
            StoreError: nothing was kept.

        """
        old = self.kept.get(id_)
        if old is None:
            raise UsageError(f"there is no grant {id_}", advice="`holdfast staff grants` names them.")
        if old.revoked_at is not None:
            return old
        with self._book.change(now) as page:
            return self.revoke_on(page, old, by)

    def revoke_on(self, page: Page, old: Grant, by: str) -> Grant:
        """The same on the page of what ends it."""
        grant = msgspec.structs.replace(old, revoked_at=page.now)
        self.kept.put(page, old.id, grant)
        page.record(RecordKind.DECISION, f"grant/{old.id}/revoked", old.person, {"person": old.person}, actor=by)
        page.note(HappeningKind.PEOPLE, f"{by} took the grant {old.id} of {old.person} back", old.person)
        return grant


def _ended(grant: Grant) -> int:
    return grant.until if grant.revoked_at is None else min(grant.until, grant.revoked_at)
