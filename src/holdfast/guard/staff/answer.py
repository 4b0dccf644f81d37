"""What does the gate answer, why, and what would make it allowed?"""

from __future__ import annotations

import enum

import msgspec

from .facts import Tier


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of the budget of this `key`, of which there are at most `limit` in any hour."""

    key: str
    limit: int


@enum.unique
class StaffReason(enum.StrEnum):
    """Why something was not allowed: a closed list, the same in every version."""

    NO_SESSION = "no_session"  # the gate has opened no such session
    SESSION_OVER = "session_over"  # it is too old, was idle for too long, or was ended
    PERSON_GONE = "person_gone"  # they are registered no more, or have changed since
    OTHER_TOOL = "other_tool"  # this session was opened for another tool
    STAFF_HELD = "staff_held"  # this member of staff has no tools just now
    TOOL_SESSION_HELD = "tool_session_held"  # this session is cut
    TOOL_HELD = "tool_held"  # nobody has this tool, or this function of it
    UNKNOWN_FUNCTION = "unknown_function"  # the catalogue has no such tool or function
    NOT_PERMITTED = "not_permitted"  # no policy lets this role do it to such a target
    FORBIDDEN = "forbidden"  # a policy forbids it
    GRANT_NEEDED = "grant_needed"  # it takes a time-boxed grant
    REASON_NEEDED = "reason_needed"  # it takes a reason
    TICKET_NEEDED = "ticket_needed"  # it takes a ticket
    TICKET_UNKNOWN = "ticket_unknown"  # the gate was not told of the ticket that was named
    TICKET_UNFIT = "ticket_unfit"  # that ticket is closed, about others, a colleague's, or of their own making
    STEP_UP_NEEDED = "step_up_needed"  # it takes a fresh passkey for this class of function
    SECOND_PERSON_NEEDED = "second_person_needed"  # somebody else must agree to exactly this
    WATCHER_NEEDED = "watcher_needed"  # somebody else must be present, and is not
    BUDGET_SPENT = "budget_spent"  # so many were done in this hour already
    LOCKED_DOWN = "locked_down"  # a lockdown lets only others, or nobody, do it
    STATE_UNSEEN = "state_unseen"  # it cannot be known just now what is in force


class StaffAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer by the state of this `version`; `needs` says in sentences what would make it allowed.

    `action_hash` is what an approval would have to name. `person` is whose session it is, empty where there is none.
    `level` is the lockdown level that applied, `tier` how much is at stake with the account (None: the catalogue has no
    such function). `until` (milliseconds since 1970 UTC) is when what stops it ends, if it
    ends by itself. An answer that allows says what taking it costs: `charges` to the budgets, and `consents` used up.
    `attempt` is what it is called on record, empty until it is there. Where `in_advance` a unit that was taken in
    advance may pay for it, and the record may hear of it a moment later.
    """

    allowed: bool
    version: int
    action_hash: str = ""
    person: str = ""
    reasons: tuple[StaffReason, ...] = ()
    needs: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    level: int = 0
    tier: Tier | None = None
    until: int | None = None
    charges: tuple[Charge, ...] = ()
    consents: tuple[str, ...] = ()
    attempt: str = ""
    in_advance: bool = False
