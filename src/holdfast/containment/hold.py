"""A hold: subject x restriction x until x why. Everything that stops something is one."""

from __future__ import annotations

import enum

import msgspec

from .cohort import Cohort


@enum.unique
class SubjectKind(enum.StrEnum):
    """What a hold can be placed on."""

    POST = "post"
    ACCOUNT = "account"
    LURE = "lure"
    COHORT = "cohort"
    STAFF = "staff"
    TOOL_SESSION = "tool_session"
    TOOL = "tool"
    APP = "app"


class Subject(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing a hold is placed on.

    A lure's id is `kind:value` (a held text's is `text:` and the hash of the text), a cohort's is its `cohort_key`,
    a tool's is its name, a function's `tool/function`; all others are the platform's own opaque ids.
    """

    kind: SubjectKind
    id: str


@enum.unique
class Restriction(enum.StrEnum):
    """What a hold stops."""

    HIDE_POST = "hide_post"
    REFUSE_LURE = "refuse_lure"
    NO_POSTING = "no_posting"
    NO_MESSAGING = "no_messaging"
    NO_SIGN_IN = "no_sign_in"
    NO_CREDENTIAL_CHANGE = "no_credential_change"
    NO_EXPORT = "no_export"
    END_SESSIONS = "end_sessions"
    REVOKE_APP = "revoke_app"
    HIDE_ACCOUNT = "hide_account"
    NO_TOOL = "no_tool"
    NO_TOOL_FUNCTION = "no_tool_function"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One hold. Times are milliseconds since 1970 UTC; `until` None stands until lifted.

    `harm` is the expected harm it stops (posts seen x reach, any one scale): the order in which holds are pushed.
    `cohort` is given when the subject is one; on a lure it names the only accounts that may not post it (None: nobody
    may). `text` is the held text when the subject is a lure of kind text. `place` makes holds, and only possible ones.
    """

    id: str
    subject: Subject
    restriction: Restriction
    starts: int
    until: int | None = None
    lifted_at: int | None = None
    why: str
    campaign: str = ""
    plan: str = ""
    placed_by: str = ""
    harm: float = 0.0
    cohort: Cohort | None = None
    text: str = ""

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond: started, not expired, not lifted."""
        return (
            self.starts <= now
            and (self.until is None or now < self.until)
            and (self.lifted_at is None or now < self.lifted_at)
        )
