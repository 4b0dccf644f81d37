"""Was the gate told of the ticket that a member of staff names, and does it stand for just this?

The help desk tells of its tickets. Whoever names one that it has not told of, that is closed, about somebody else, a
colleague's, or of their own making has shown no more than a text.
"""

from __future__ import annotations

import enum
from typing import NamedTuple, Protocol

import msgspec

from holdfast.events import format_time, spelling_key
from holdfast.guard.people import person_key

from .answer import StaffReason
from .question import ToolQuestion


@enum.unique
class TicketRule(enum.StrEnum):
    """Which tickets count where one is needed."""

    ANY = "any"  # whatever has a letter or digit
    TOLD = "told"  # those that the help desk told the gate of, and that stand for what is asked


@enum.unique
class Opener(enum.StrEnum):
    """Who had a ticket opened. One that staff open says less: nobody outside asked for anything."""

    HOLDER = "holder"
    STAFF = "staff"


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the help desk told of a ticket, as of `as_of`; heard at `heard_at`. Times are ms since 1970 UTC.

    `accounts` are those it is about, `workers` the persons who work it; nobody: it waits in a queue. `opener` is who of
    the staff opened it, empty where a holder did.
    """

    id: str
    accounts: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    opened_at: int
    opened_by: Opener
    opener: str = ""
    closed_at: int | None = None
    as_of: int
    heard_at: int

    def about(self, account: str) -> bool:
        """Whether it is about this account, in any spelling."""
        return account in self.accounts or _spelt(account, self.accounts)

    def opened_by_person(self, key: str) -> bool:
        """Whether the person of this `person_key` opened it."""
        return self.opened_by is Opener.STAFF and person_key(self.opener) == key


class ToldTickets(Protocol):
    """What is known of tickets where the last word is spoken."""

    def get(self, id_: str) -> Ticket | None:
        """The ticket of this id in any spelling; None where none was told of, or it is forgotten."""
        ...

    def silent_since(self, now: int) -> int | None:
        """When the help desk was last heard of (ms since 1970 UTC), where that is too long ago; 0: never."""
        ...


@enum.unique
class TicketSeen(enum.StrEnum):
    """What the gate saw of a ticket that was named: a closed list, the same in every version."""

    STANDS = "stands"
    BY_STAFF = "by_staff"  # it stands, and another member of staff opened it
    UNKNOWN = "unknown"  # the gate was not told of it
    CLOSED = "closed"
    ABOUT_OTHERS = "about_others"  # it is about other accounts
    ABOUT_NONE = "about_none"  # it names no account, and what is asked for is about one
    OF_OTHERS = "of_others"  # others work it
    OWN = "own"  # whoever names it opened it

    @property
    def stands(self) -> bool:
        """Whether it is a ticket for just this."""
        return self in {TicketSeen.STANDS, TicketSeen.BY_STAFF}


_SILENT = (
    "The gate was not told of this ticket, and has heard of none since {last}: the help desk seems to be down. Until "
    "it is heard again a time-boxed grant of {what} on {tier} accounts, from somebody else, stands in for that."
)
_WORDS = {
    TicketSeen.UNKNOWN: (
        "The gate was not told of this ticket. Look at its number, or try again once the help desk has told of it."
    ),
    TicketSeen.CLOSED: "This ticket is closed. Name one that is open, or have it opened again.",
    TicketSeen.ABOUT_OTHERS: (
        "This ticket is about other accounts. Name the one in which this holder asks, or have the account put on it."
    ),
    TicketSeen.ABOUT_NONE: "This ticket names no account. Have the account put on it, or name one that is about it.",
    TicketSeen.OF_OTHERS: "Others work this ticket. Have it given to you at the help desk.",
    TicketSeen.OWN: "You opened this ticket yourself. Name one that somebody else opened, best the holder.",
    TicketSeen.BY_STAFF: "A member of staff opened this ticket. Name one that the holder opened.",
}


class Look(NamedTuple):
    """What comes of looking at the ticket of a question: whether it `counts`, and what was `seen` (None: no look).

    `by_staff` says that it counts though a member of staff opened it. `silent_since` is as that of `ToldTickets`, where
    it was asked for.
    """

    counts: bool
    seen: TicketSeen | None = None
    by_staff: bool = False
    silent_since: int | None = None

    def named(self, reason: StaffReason) -> StaffReason:
        """The same reason; where a ticket is lacking though one was looked at, the one that says what is wrong."""
        if reason is not StaffReason.TICKET_NEEDED or self.seen is None or self.seen is TicketSeen.STANDS:
            return reason
        return StaffReason.TICKET_UNKNOWN if self.seen is TicketSeen.UNKNOWN else StaffReason.TICKET_UNFIT

    @property
    def words(self) -> str:
        """A sentence that says what is wrong with it and what to do; it may name `what` and `tier`."""
        if self.silent_since is None:
            return "" if self.seen is None else _WORDS.get(self.seen, "")
        return _SILENT.replace("{last}", format_time(self.silent_since) if self.silent_since else "its start")


def look_at(  # noqa: PLR0913 - all that a ticket is held against
    tickets: ToldTickets,
    question: ToolQuestion,
    key: str,
    rule: TicketRule,
    *,
    about_one: bool,
    granted: bool,
) -> Look:
    """What comes of the ticket that `question` names, asked by the person of this `person_key`.

    `about_one` says that what is asked for is about one account, whether it names one or not. A grant stands in for
    word of a ticket while the help desk is silent, and at no other time.
    """
    ticket = tickets.get(question.ticket)
    seen = see(ticket, question.action.target, key, about_one=about_one)
    if rule is TicketRule.ANY or seen.stands:
        return Look(counts=True, seen=seen, by_staff=ticket is not None and ticket.opened_by is Opener.STAFF)
    silent = tickets.silent_since(question.time) if seen is TicketSeen.UNKNOWN else None
    return Look(counts=granted and silent is not None, seen=seen, silent_since=silent)


def see(ticket: Ticket | None, account: str, key: str, *, about_one: bool) -> TicketSeen:
    """What a ticket is for the person of this `person_key` and this account, by the last word of the help desk.

    One that was told of as closed is closed, whatever its clock says.
    """
    if ticket is None:
        return TicketSeen.UNKNOWN
    if ticket.closed_at is not None:
        return TicketSeen.CLOSED
    if about_one and not ticket.about(account):
        return TicketSeen.ABOUT_OTHERS if ticket.accounts else TicketSeen.ABOUT_NONE
    if ticket.workers and all(person_key(each) != key for each in ticket.workers):
        return TicketSeen.OF_OTHERS
    if ticket.opened_by_person(key):
        return TicketSeen.OWN
    return TicketSeen.STANDS if ticket.opened_by is Opener.HOLDER else TicketSeen.BY_STAFF


def asked_for(ticket: Ticket | None, account: str, staff: str) -> bool:
    """Whether somebody else asked that `staff` look at this account: a ticket about it, or about none in particular.

    When it was closed and who works it is not asked here: colleagues help, and look again.
    """
    if ticket is None or (ticket.opened_by is Opener.STAFF and ticket.opened_by_person(person_key(staff))):
        return False
    return not ticket.accounts or ticket.about(account)


def _spelt(account: str, accounts: tuple[str, ...]) -> bool:
    key = spelling_key(account)
    return bool(key) and any(spelling_key(each) == key for each in accounts)
