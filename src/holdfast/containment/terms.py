"""How long does each kind of hold stand unless somebody renews it, and why so long?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .hold import Restriction, SubjectKind

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """How long (milliseconds; None: until lifted) and why."""

    milliseconds: int | None
    reason: str


TERMS: Mapping[SubjectKind, Term] = {
    SubjectKind.POST: Term(milliseconds=None, reason="a scam must not come back by itself because nobody was on shift"),
    SubjectKind.ACCOUNT: Term(milliseconds=_DAY, reason="a recovery case takes hours; a forgotten hold must still end"),
    SubjectKind.LURE: Term(milliseconds=7 * _DAY, reason="copycats carry a lure for days; addresses are seldom reused"),
    SubjectKind.COHORT: Term(
        milliseconds=30 * _MINUTE, reason="innocent people are held: somebody must decide again soon"
    ),
    SubjectKind.STAFF: Term(
        milliseconds=_DAY, reason="long enough to reach the person by a known number and renew keys"
    ),
    SubjectKind.TOOL_SESSION: Term(milliseconds=_DAY, reason="longer than any session of an internal tool lives"),
    SubjectKind.TOOL: Term(
        milliseconds=2 * _HOUR, reason="support cannot work without it for longer than a shift's half"
    ),
    SubjectKind.APP: Term(milliseconds=_DAY, reason="long enough for the app's maker to answer and replace its keys"),
}

# A hijacked account is in the intruder's hands: nothing it could do in its owner's name or to its owner's data goes on.
# Sign-in is among it because in 2020 the intruders read 36 inboxes after the posts had been dealt with.
HIJACKED: tuple[Restriction, ...] = (
    Restriction.NO_POSTING,
    Restriction.NO_MESSAGING,
    Restriction.NO_EXPORT,
    Restriction.NO_CREDENTIAL_CHANGE,
    Restriction.NO_SIGN_IN,
    Restriction.END_SESSIONS,
)
# An account that the cause touched but that is more likely in its owner's hands: every day's use goes on, while what
# would complete a takeover (a reset, an archive) does not.
TOUCHED: tuple[Restriction, ...] = (Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_EXPORT)
# A cohort of the innocent: what the campaign does in public, and what would bring it new accounts.
COHORT: tuple[Restriction, ...] = (Restriction.NO_POSTING, Restriction.NO_CREDENTIAL_CHANGE)

LIKELY = 0.5  # from here on an account is more likely in the intruder's hands than in its owner's


def ends(kind: SubjectKind, starts: int) -> int | None:
    """When a hold on such a subject that starts at `starts` ends of itself."""
    lasting = TERMS[kind].milliseconds
    return None if lasting is None else starts + lasting
