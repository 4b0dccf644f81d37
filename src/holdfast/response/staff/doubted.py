"""Which look-ups did nobody ask for, though a ticket was named?

What is heard of staff goes on without a ticket that the help desk has not told of, that is about others, or that they
opened themselves. Where it is told of later, detection hears then that it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from holdfast.detection.bounded import remember
from holdfast.events import SecurityEvent, StaffAction, spelling_key
from holdfast.guard.staff import Ticket, asked_for

_MOST, _OF_ONE = 10_000, 16  # tickets that may still be told of, and look-ups with each: a day of a desk of thousands


class HeardTickets(Protocol):
    """What is known of tickets, and of how well they are known."""

    def get(self, id_: str) -> Ticket | None:
        """The ticket of this id in any spelling."""
        ...

    def judged(self, at: int) -> bool:
        """Whether a ticket that is not known would have been told of by then."""
        ...


class Doubted:
    """The look-ups of late whose tickets do not stand for them."""

    def __init__(self, tickets: HeardTickets) -> None:
        """Hold what is heard against `tickets`."""
        self._tickets = tickets
        self._waiting: dict[str, tuple[StaffAction, ...]] = {}

    def heard(self, events: Sequence[SecurityEvent]) -> Sequence[SecurityEvent]:
        """The same, without tickets that do not stand for what was done."""
        return [
            self._weighed(event) if isinstance(event, StaffAction) and event.ticket and event.target else event
            for event in events
        ]

    def told(self, tickets: Iterable[Ticket]) -> list[StaffAction]:
        """What was in doubt and was asked for, as is known now that these are told of."""
        found: list[StaffAction] = []
        for ticket in tickets:
            key = spelling_key(ticket.id)
            waiting = self._waiting.pop(key, ())
            stands = [event for event in waiting if asked_for(ticket, event.target, event.staff)]
            found += (msgspec.structs.replace(event, id=event.id and f"{event.id}/told") for event in stands)
            if len(stands) < len(waiting):
                self._waiting[key] = tuple(event for event in waiting if event not in stands)
        return found

    def _weighed(self, event: StaffAction) -> StaffAction:
        ticket = self._tickets.get(event.ticket)
        if asked_for(ticket, event.target, event.staff) or (ticket is None and not self._tickets.judged(event.time)):
            return event
        key = spelling_key(event.ticket)
        remember(self._waiting, key, (*self._waiting.get(key, ()), event)[-_OF_ONE:], _MOST)
        return msgspec.structs.replace(event, ticket="")
