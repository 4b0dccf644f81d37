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

    A factor that touched many more accounts than were used (a phone carrier, a network) is held only where credentials
    changed lately.
    """
    factor = hypothesis.factor
    if factor.kind is FactorKind.APP:
        return None  # nothing it touched is in danger once it is revoked, see `spares`
    if hypothesis.touched < NARROW * hypothesis.base_touched:
        return touched_lately(factor)
    return _held(factor, TouchedBy(factor=factor.key), "what it touched")


def touched_lately(factor: Factor) -> Cut:
    """The cohort of what the factor touched or will touch, where credentials changed since yesterday."""
    cohort = AllOf(cohorts=(TouchedBy(factor=factor.key), CredentialChangedWithin(milliseconds=RECENT_MS)))
    return _held(factor, cohort, "what it touched with credentials changed since yesterday")


def _held(factor: Factor, cohort: Cohort, says: str) -> Cut:
    return Cut(
        subject=cohort_subject(cohort),
        restrictions=(Restriction.NO_POSTING, Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_EXPORT),
        says=f"Hold {says} ({factor.key})",
        cohort=cohort,
    )


def spares(cause: Cause) -> bool:
    """Whether the cut alone makes what the cause touched safe again, so that those accounts stay free.

    A revoked app can do nothing more with the accounts that let it in, and nothing of theirs was in other hands. Where
    it shares the carriers with other factors, theirs are in danger still.
    """
    return cause.named is not None and cause.named.factor.kind is FactorKind.APP and not cause.parts
