"""What goes with what: on which subjects a restriction can be placed, what undoes it, and who can."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from .hold import Restriction, SubjectKind


@enum.unique
class Undo(enum.StrEnum):
    """Who can bring back what a restriction took away."""

    LIFT = "lift"  # Holdfast: the end of the hold gives everything back
    REDO = "redo"  # the person concerned, alone and at once, by doing it again (signing in)
    NEVER = "never"  # nobody for all of them: a one-way deed, which needs more agreement


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table: where a restriction can be placed, the name of what undoes it, and who can do that."""

    subjects: frozenset[SubjectKind]
    inverse: str
    undo: Undo = Undo.LIFT


_WHO = frozenset({SubjectKind.ACCOUNT, SubjectKind.COHORT})
_SESSIONS = frozenset({SubjectKind.ACCOUNT, SubjectKind.COHORT, SubjectKind.STAFF, SubjectKind.TOOL_SESSION})
_TOOLS = frozenset({SubjectKind.STAFF, SubjectKind.TOOL_SESSION, SubjectKind.TOOL})

EFFECTS: Mapping[Restriction, Effect] = {
    Restriction.HIDE_POST: Effect(subjects=frozenset({SubjectKind.POST}), inverse="show_post"),
    Restriction.REFUSE_LURE: Effect(subjects=frozenset({SubjectKind.LURE}), inverse="allow_lure"),
    Restriction.NO_POSTING: Effect(subjects=_WHO, inverse="allow_posting"),
    Restriction.NO_MESSAGING: Effect(subjects=_WHO, inverse="allow_messaging"),
    Restriction.NO_SIGN_IN: Effect(subjects=_WHO, inverse="allow_sign_in"),
    Restriction.NO_CREDENTIAL_CHANGE: Effect(subjects=_WHO, inverse="allow_credential_change"),
    Restriction.NO_EXPORT: Effect(subjects=_WHO, inverse="allow_export"),
    Restriction.END_SESSIONS: Effect(subjects=_SESSIONS, inverse="sign_in_again", undo=Undo.REDO),
    # Every holder who let the app in has to do so again, and most never will.
    Restriction.REVOKE_APP: Effect(subjects=frozenset({SubjectKind.APP}), inverse="authorise_again", undo=Undo.NEVER),
    Restriction.HIDE_ACCOUNT: Effect(subjects=frozenset({SubjectKind.ACCOUNT}), inverse="show_account"),
    Restriction.NO_TOOL: Effect(subjects=_TOOLS, inverse="allow_tool"),
    Restriction.NO_TOOL_FUNCTION: Effect(subjects=frozenset({SubjectKind.TOOL}), inverse="allow_tool_function"),
}


def one_way(restriction: Restriction) -> bool:
    """Whether nothing gives back what this restriction takes."""
    return EFFECTS[restriction].undo is Undo.NEVER
