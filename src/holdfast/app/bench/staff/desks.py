"""Which kinds of support desk are there? Each has honest work that looks like abuse in a way of its own."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SHIFTS = (6, 8, 9, 10, 14, 22)  # hours UTC
_BY_DAY = (0.1, 0.25, 0.25, 0.15, 0.15, 0.1)
_BY_NIGHT = (0.05, 0.1, 0.05, 0.05, 0.15, 0.6)


@enum.unique
class Kind(enum.StrEnum):
    """The kinds."""

    MIXED = "mixed"
    NIGHT = "night"
    TRAINEES = "trainees"
    FAMOUS = "famous"
    CARELESS = "careless"
    ONE_ACCOUNT = "one_account"
    MIGRATION = "migration"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A kind of desk; shares lie between 0 and 1, days count from the world's first."""

    says: str
    shifts: tuple[float, ...] = _BY_DAY  # shares of `SHIFTS`
    rotate: float = 0.2
    hired: float = 0.06  # in the month
    shadowing: float = 0.0  # share of what newcomers look at beside somebody, without a ticket, on their first days
    famous: float = 0.05  # of the agents look after accounts of high reach
    careless: float = 0.03  # of the agents leave a third of their tickets out
    one_account: tuple[int, ...] = ()  # days on which everybody looks at one account, and at those around it
    migration: tuple[int, ...] = ()  # days on which a tenth of the desk changes thousands of accounts for one ticket
    outage: tuple[int, ...] = ()  # days on which a third of the desk has no tickets for three hours


DESKS: Mapping[Kind, Desk] = MappingProxyType(
    {
        Kind.MIXED: Desk(says="a bit of everything: what all others have too"),
        Kind.NIGHT: Desk(says="most work at night, and change their shift", shifts=_BY_NIGHT, rotate=0.6),
        Kind.TRAINEES: Desk(
            says="two in five were hired this month, and first look on without tickets", hired=0.4, shadowing=0.6
        ),
        Kind.FAMOUS: Desk(says="half of the agents look after the famous", famous=0.5),
        Kind.CARELESS: Desk(says="half of the agents leave a third of their tickets out", careless=0.5),
        Kind.ONE_ACCOUNT: Desk(says="two days on which everybody looks at one account", one_account=(14, 25)),
        Kind.MIGRATION: Desk(says="three days with thousands of changes for one ticket", migration=(14, 15, 16)),
        Kind.OUTAGE: Desk(says="the ticket system is down for a third of them, twice", outage=(13, 24)),
    }
)
