"""What does the record lack, or hold twice, or tell late?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import numpy as np

from holdfast.events import CredentialChange, SecurityEvent, SignIn, StaffAction

Record = list[SecurityEvent]
_LOST = 0.3  # the share of events, or of their fields, that a patchy record lacks
_OPTIONAL = ("asn", "ip", "country", "client", "tool_session", "ticket", "session")
_SKEW = 120_000  # milliseconds by which clocks of different machines differ


def _without(*fields: str) -> Callable[[Record, np.random.Generator], Record]:
    """A record in which these fields are never said."""

    def strip(events: Record, _random: np.random.Generator) -> Record:
        return [_blank(event, fields) for event in events]

    return strip


def _patchy(events: Record, random: np.random.Generator) -> Record:
    """Every optional field is missing now and then."""
    gone = random.random((len(events), len(_OPTIONAL))) < _LOST
    return [
        _blank(event, [name for name, out in zip(_OPTIONAL, row, strict=True) if out])
        for event, row in zip(events, gone.tolist(), strict=True)
    ]


def _sparse(events: Record, random: np.random.Generator) -> Record:
    """Three in ten events never arrive."""
    kept = random.random(len(events)) >= _LOST
    return [event for event, keep in zip(events, kept.tolist(), strict=True) if keep]


def _twice(events: Record, random: np.random.Generator) -> Record:
    """Many events are delivered twice or three times, some under another id."""
    again = [events[number] for number in random.integers(len(events), size=len(events)).tolist()]
    return events + [msgspec.structs.replace(event, id=f"again{number % 2}") for number, event in enumerate(again)]


def _skewed(events: Record, random: np.random.Generator) -> Record:
    """Clocks differ by minutes between the tools and the front door."""
    kinds = (SignIn, StaffAction, CredentialChange)
    by: dict[type, int] = {kind: int(random.integers(-_SKEW, _SKEW)) for kind in kinds}
    return [msgspec.structs.replace(event, time=event.time + by.get(type(event), 0)) for event in events]


def _blank(event: SecurityEvent, fields: tuple[str, ...] | list[str]) -> SecurityEvent:
    """The event with these fields not said, as far as it has them."""
    had = [field for field in fields if getattr(event, field, "")]
    return msgspec.structs.replace(event, **dict.fromkeys(had, "")) if had else event


GAPS: Final[Mapping[str, Callable[[Record, np.random.Generator], Record]]] = {
    "nothing": lambda events, _random: events,
    "no asn": _without("asn"),
    "no ip": _without("ip"),
    "no country and client": _without("country", "client"),
    "no tool session": _without("tool_session"),
    "no ticket": _without("ticket"),
    "patchy fields": _patchy,
    "lost events": _sparse,
    "told twice": _twice,
    "skewed clocks": _skewed,
}
