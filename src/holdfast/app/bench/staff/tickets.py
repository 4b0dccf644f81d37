"""What does the help desk of the benchmark tell of its tickets, and how far is it from what the desk does?

Of the tickets that honest agents name, one in a hundred is mistyped and one is about another account than they look at;
two in a hundred they opened themselves, for a caller; two are told only within the hour.
"""

from __future__ import annotations

import heapq

import msgspec

from holdfast.connectors.simulated.streams import stream
from holdfast.events import SecurityEvent, StaffAction
from holdfast.guard.staff import Opener, Ticket

MISTYPED, ELSEWHERE, BY_PHONE, LATE = 0.01, 0.01, 0.02, 0.02  # shares of tickets
HOUR = 3_600_000  # milliseconds
FOR_ALL = "t-migration"  # the ticket of a migration is about no account in particular


class HelpDesk:
    """Its tickets, of which some are told late. It never falls silent."""

    def __init__(self, seed: int) -> None:
        """Draw from `seed`."""
        self._rng = stream(seed, "tickets")
        self._told: dict[str, Ticket] = {FOR_ALL: ticket(FOR_ALL, (), 0)}
        self._late: list[tuple[int, str]] = []
        self._untold: dict[str, Ticket] = {}

    def get(self, id_: str) -> Ticket | None:
        """The ticket of this id, once it was told."""
        return self._told.get(id_)

    def judged(self, at: int) -> bool:
        """It is heard all the time, from the world's first day on."""
        return at >= 0

    def tell(self, *told: Ticket) -> None:
        """Tell of some at once."""
        self._told.update((each.id, each) for each in told)

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
            self._untold[id_] = told
            heapq.heappush(self._late, (event.time + delay, id_))
        else:
            self.tell(told)
        return msgspec.structs.replace(event, ticket=id_)

    def late_by(self, time: int) -> list[Ticket]:
        """Those that are told late, and by now."""
        found = []
        while self._late and self._late[0][0] < time:
            found.append(self._untold.pop(heapq.heappop(self._late)[1]))
        self.tell(*found)
        return found


def ticket(id_: str, accounts: tuple[str, ...], at: int, opener: str = "") -> Ticket:
    """A ticket in a queue, opened by a holder, or by the `opener` among the staff."""
    by = Opener.STAFF if opener else Opener.HOLDER
    return Ticket(id=id_, accounts=accounts, opened_at=at, opened_by=by, opener=opener, as_of=at, heard_at=at)
