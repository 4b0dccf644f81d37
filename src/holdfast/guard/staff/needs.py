"""What can a function take of whoever uses it, and what is a member of staff told who lacks it?"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping

from .answer import StaffReason


@enum.unique
class Need(enum.StrEnum):
    """What may be asked for, in the order in which a person would see to it."""

    REASON = "reason"
    TICKET = "ticket"
    GRANT = "grant"
    STEP_UP = "step_up"
    CONSENT = "consent"
    WATCH = "watch"

    @property
    def lacking(self) -> StaffReason:
        """Why something is not allowed that takes it."""
        return _LACKING[self]


_LACKING = {
    Need.REASON: StaffReason.REASON_NEEDED,
    Need.TICKET: StaffReason.TICKET_NEEDED,
    Need.GRANT: StaffReason.GRANT_NEEDED,
    Need.STEP_UP: StaffReason.STEP_UP_NEEDED,
    Need.CONSENT: StaffReason.SECOND_PERSON_NEEDED,
    Need.WATCH: StaffReason.WATCHER_NEEDED,
}

_SENTENCES: Mapping[StaffReason, str] = {
    StaffReason.NO_SESSION: "Sign in at the gate: it knows only the sessions that it opened itself.",
    StaffReason.SESSION_OVER: "Sign in at the gate again: this session is over.",
    StaffReason.PERSON_GONE: (
        "Sign in at the gate again: who you are registered as has changed, or is not confirmed yet. If that fails, "
        "ask an administrator."
    ),
    StaffReason.OTHER_TOOL: (
        "Open this tool at the gate: each has a session of its own, and this one is another's. If it was not you, "
        "somebody has its secret: end it, and call the incident desk."
    ),
    StaffReason.STAFF_HELD: (
        "Your staff access is held while an incident is looked into. Call the incident desk by the number you know, "
        "not by one that somebody gives you."
    ),
    StaffReason.TOOL_SESSION_HELD: "This session was cut because of an incident. Call the incident desk.",
    StaffReason.TOOL_HELD: (
        "This tool, or this function of it, is held for everybody because of an incident. Call the incident desk."
    ),
    StaffReason.UNKNOWN_FUNCTION: "Ask whoever keeps tools.toml to add it: nobody may do what is not in the catalogue.",
    StaffReason.NOT_PERMITTED: "Ask somebody with a role that may use {what} on {tier} accounts: {roles}.",
    StaffReason.FORBIDDEN: "A policy forbids it ({policies}). {advice}",
    StaffReason.GRANT_NEEDED: (
        "Ask somebody else for a time-boxed grant of {what} on {tier} accounts, with a reason and a ticket."
    ),
    StaffReason.REASON_NEEDED: "Say in words why you do it.",
    StaffReason.TICKET_NEEDED: "Name the ticket that you do it for.",
    StaffReason.TICKET_UNKNOWN: "{ticket}",
    StaffReason.TICKET_UNFIT: "{ticket}",
    StaffReason.STEP_UP_NEEDED: "Use your passkey for the class {class_}: it counts for {step_up} minutes.",
    StaffReason.SECOND_PERSON_NEEDED: (
        "Have somebody else agree to exactly {hash}{signed}; it counts once, for you alone. These may: {agreeing}."
    ),
    StaffReason.WATCHER_NEEDED: (
        "Have somebody else be present, who confirms it at least every {watch} seconds. These may: {watching}."
    ),
    StaffReason.BUDGET_SPENT: "You have done as many as one person may do in an hour. Wait until {next}.",
    StaffReason.LOCKED_DOWN: "Lockdown level {level}: {lockdown}. It ends at {unlocked}, or when it is lifted.",
    StaffReason.STATE_UNSEEN: "Try again in some seconds: the gate cannot see just now what is in force.",
}


def sentences(reasons: Iterable[StaffReason], facts: Mapping[str, object]) -> tuple[str, ...]:
    """A sentence for each of `reasons` that says what to do, with the `facts` that it names."""
    return tuple(_SENTENCES[reason].format_map(facts) for reason in reasons)


def clock(time: int | None) -> str:
    """The second at which `time` (milliseconds since 1970 UTC) has come, in words; None: a time nobody can say."""
    if time is None:
        return "a time that nobody can say"
    return f"{dt.datetime.fromtimestamp(-(-time // 1_000), tz=dt.UTC):%H:%M:%S} UTC"
