"""What is told of a staff member whose access looks abused, and of a campaign against staff?"""

from __future__ import annotations

import enum

import msgspec

from holdfast.detection.campaign import Term


@enum.unique
class StaffTier(enum.StrEnum):
    """How sure it is: enough to ask the person, to propose that all they do be justified for some days, or that their tools be held."""

    ASK = "ask"
    WATCH = "watch"
    HOLD = "hold"


class StaffAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member's access looks abused. Times are milliseconds since 1970 UTC.

    `score` (nats) is the sum of `evidence`. `actions` counts what was done in tools from `since`, the first of the signs
    that stand, until `at`; `accounts` are those to ask about, the last 32 of them: of that day, of its own hands only what
    nobody asked for, and what was taken over since. It is a reason to ask, not a
    verdict: whoever was talked out of a credential has done nothing wrong.
    """

    staff: str
    tool_session: str
    tier: StaffTier
    since: int
    at: int
    score: float
    actions: int
    accounts: tuple[str, ...]
    evidence: tuple[Term, ...]


class ReportWave(msgspec.Struct, frozen=True, kw_only=True):
    """So many staff members reported calls or messages within hours that somebody seems to be working on all of them.

    Times are milliseconds since 1970 UTC. `staff` are those who reported, the first 100 in the order in which they did.
    `level` is the lockdown that is proposed: nobody is suspected for having reported.
    """

    since: int
    at: int
    people: int
    staff: tuple[str, ...]
    level: int
    evidence: tuple[Term, ...]
