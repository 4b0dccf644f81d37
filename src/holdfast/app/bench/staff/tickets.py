"""What does the help desk of the benchmark tell of its tickets, and how far is it from what the desk does?

Of the tickets that honest agents name, one in a hundred is mistyped and one is about another account than they look at;
two in a hundred they opened themselves, for a caller; two are told only within the hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.connectors.simulated.streams import stream
from holdfast.events import SecurityEvent, StaffAction
from holdfast.guard.staff import Opener, Ticket
from holdfast.response.staff import Doubted

MISTYPED, ELSEWHERE, BY_PHONE, LATE = 0.01, 0.01, 0.02, 0.02  # shares of tickets
HOUR = 3_600_000  # milliseconds
FOR_ALL = "t-migration"  # the ticket of a migration is about no account in particular


class NoHelpDesk:
    """One that nothing is heard of: a ticket is a text."""

    def named(self, event: SecurityEvent) -> SecurityEvent:
        """An honest deed, by the ticket that is named for it."""
        return event

    def heard(self, events: Sequence[SecurityEvent]) -> Sequence[SecurityEvent]:
        """What detection hears of these."""
        return events

    def late_by(self, time: int) -> Sequence[StaffAction]:  # noqa: ARG002 - as the other
        """What was done before `time`, and is only now known to have been asked for."""
        return ()


class HelpDesk(NoHelpDesk):
    """One that tells of its tickets, of some late. It never falls silent."""

    def __init__(self, seed: int, abused: Iterable[Ticket]) -> None:
        """Draw from `seed`; besides honest ones it has those that are `abused`."""
        self._rng = stream(seed, "tickets")
        self._told: dict[str, Ticket] = {FOR_ALL: ticket(FOR_ALL, (), 0)}
        self._late: list[tuple[int, Ticket]] = []
        self._doubted = Doubted(self)
        self._tell(abused)

    def get(self, id_: str) -> Ticket | None:
        """The ticket of this id, once it was told."""
        return self._told.get(id_)

    def judged(self, at: int) -> bool:
        """It is heard all the time, from the world's first day on."""
        return at >= 0

    def named(self, event: SecurityEvent) -> SecurityEvent:
        """The same honest deed with a ticket of its own, where it names one; and that ticket, as it is told."""
        if not isinstance(event, StaffAction) or event.ticket in {"", FOR_ALL}:
            return event
        id_ = f"{event.ticket}-{event.staff}-{event.time}"
        what, late, delay = self._rng.random(), self._rng.random() < LATE, int(self._rng.integers(HOUR))
        about = "another" if MISTYPED <= what < MISTYPED + ELSEWHERE else event.target
        opener = event.staff if 1.0 - what < BY_PHONE else ""
        told = ticket(id_, (about,), event.time, opener)
        if what < MISTYPED:
            return msgspec.structs.replace(event, ticket=f"{id_}-mistyped")
        if late:
            self._late.append((event.time + delay, told))
        else:
            self._tell([told])
        return msgspec.structs.replace(event, ticket=id_)

    def heard(self, events: Sequence[SecurityEvent]) -> Sequence[SecurityEvent]:
        """The same, without tickets that do not stand for what was done."""
        return self._doubted.heard(events)

    def late_by(self, time: int) -> Sequence[StaffAction]:
        """What was done before `time`, and is only now known to have been asked for."""
        told = [each for at, each in self._late if at < time]
        self._late = [(at, each) for at, each in self._late if at >= time]
        self._tell(told)
        return self._doubted.told(told)

    def _tell(self, told: Iterable[Ticket]) -> None:
        self._told.update((each.id, each) for each in told)


def ticket(id_: str, accounts: tuple[str, ...], at: int, opener: str = "") -> Ticket:
    """A ticket in a queue, opened by a holder, or by the `opener` among the staff."""
    by = Opener.STAFF if opener else Opener.HOLDER
    return Ticket(id=id_, accounts=accounts, opened_at=at, opened_by=by, opener=opener, as_of=at, heard_at=at)
