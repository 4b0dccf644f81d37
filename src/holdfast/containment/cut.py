"""Which holds cut the cause itself, so that it gives the intruder no further accounts?"""

from __future__ import annotations

from typing import assert_never

import msgspec

from holdfast.investigation import Cause, Factor, FactorKind, Hypothesis

from .cohort import AllOf, Cohort, CredentialChangedWithin, TouchedBy
from .hold import Restriction, Subject, SubjectKind
from .subjects import cohort_subject

RECENT_MS = 24 * 3_600_000  # a day: what a takeover changes, it changes within hours of being used
NARROW = 0.1  # from one carrier in ten touched accounts on, being touched is reason enough to be held
SAME_STORY = 0.01  # a factor that lost against the named one is still cut when chance explains it less often than this

STAFF_CUT = (Restriction.NO_TOOL, Restriction.END_SESSIONS)


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Restrictions on one subject; `cohort` is given when the subject is one, and `says` puts the deed in words."""

    subject: Subject
    restrictions: tuple[Restriction, ...]
    says: str
    cohort: Cohort | None = None


def cuts_of(cause: Cause) -> tuple[Cut, ...]:
    """What cuts the named cause; nothing when no cause is named.

    A staff member and their tool session touch the same accounts; when the investigation named one and the other tells
    the same story, both are cut, since a session that is ended is opened anew with the same stolen credentials.
    """
    if cause.named is None:
        return ()
    inside = {FactorKind.STAFF, FactorKind.TOOL_SESSION}
    named = [cause.named]
    if cause.named.factor.kind in inside:
        named += [
            other
            for other in cause.also
            if other.factor.kind in inside and other.touched >= cause.named.touched and other.p_corrected < SAME_STORY
        ]
    return tuple(cut for hypothesis in named for cut in (_source(hypothesis.factor), _touched(hypothesis)) if cut)


def _source(factor: Factor) -> Cut | None:
    """The hold on the factor itself, where it is something that can be held."""
    match factor.kind:
        case FactorKind.STAFF:
            return Cut(
                subject=Subject(kind=SubjectKind.STAFF, id=factor.value),
                restrictions=STAFF_CUT,
                says=f"Take the tools from staff member {factor.value}",
            )
        case FactorKind.TOOL_SESSION:
            return Cut(
                subject=Subject(kind=SubjectKind.TOOL_SESSION, id=factor.value),
                restrictions=STAFF_CUT,
                says=f"End tool session {factor.value}",
            )
        case FactorKind.APP:
            return Cut(
                subject=Subject(kind=SubjectKind.APP, id=factor.value),
                restrictions=(Restriction.REVOKE_APP,),
                says=f"Revoke app {factor.value}",
            )
        case (
            FactorKind.RECOVERY_VALUE
            | FactorKind.NETWORK
            | FactorKind.CLIENT
            | FactorKind.COUNTRY_CHANGE
            | FactorKind.RESET_CHANNEL
            | FactorKind.CARRIER
        ):
            return None
        case _:
            assert_never(factor.kind)


def _touched(hypothesis: Hypothesis) -> Cut | None:
    """The cohort of all that the factor touched and will touch; no list, so an account is held as it is touched.

    A revoked app can do nothing more with the accounts it touched, so they stay free. A factor that touched many more
    accounts than were used (a phone carrier, a network) is held only where credentials changed lately.
    """
    factor = hypothesis.factor
    if factor.kind is FactorKind.APP:
        return None
    cohort: Cohort = TouchedBy(factor=factor.key)
    says = "what it touched"
    if hypothesis.touched < NARROW * hypothesis.base_touched:
        cohort = AllOf(cohorts=(cohort, CredentialChangedWithin(milliseconds=RECENT_MS)))
        says = "what it touched with credentials changed since yesterday"
    return Cut(
        subject=cohort_subject(cohort),
        restrictions=(Restriction.NO_POSTING, Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_EXPORT),
        says=f"Hold {says} ({factor.key})",
        cohort=cohort,
    )
