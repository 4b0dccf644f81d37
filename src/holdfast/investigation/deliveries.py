"""Which events are there really: each once and in order of time, though delivered late, twice and in any order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import msgspec

from holdfast.events import SecurityEvent, StaffAction


def in_order(events: Iterable[SecurityEvent]) -> list[SecurityEvent]:
    """Each event once, oldest first; those of one time in an order that does not depend on arrival.

    The same (platform, type, id) is one event; without an id, all that it says is.
    """
    said = [(event.time, msgspec.msgpack.encode(event), event) for event in events]
    once: dict[Hashable, SecurityEvent] = {}
    for _, text, event in sorted(said, key=lambda each: each[:2]):
        once.setdefault((type(event), event.platform, event.id) if event.id else text, event)
    return list(once.values())


def subject(event: SecurityEvent) -> str:
    """The account that an event is about; empty when it is about none."""
    account = event.target if isinstance(event, StaffAction) else getattr(event, "account", "")
    return account if isinstance(account, str) else ""
