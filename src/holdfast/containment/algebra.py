"""How do holds add up? In any order, told once or twice, they come to the union of those in force.

A hold as it is known at one place is a *version* of it. Versions of one hold join: it starts at the earliest start
told, ends at the latest end, and once lifted it stays lifted. The join is commutative, associative and idempotent (a
join-semilattice; Shapiro et al., "Conflict-free Replicated Data Types", 2011), so no order of arrival and no
redelivery changes the outcome. Expiry is nobody's deed: it is read off the clock that the question brings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
import rfc8785

from holdfast.errors import HoldError

from .cohort import AccountFacts, Cohort
from .hold import Hold, Restriction, Subject, SubjectKind
from .membership import cohort_key, includes
from .undoing import EFFECTS

ID_HEX = 16  # 64 bits: two of a million holds share an id with probability 3e-8


def place(  # noqa: PLR0913  (one argument for each fact that a hold states; all but three have a default)
    subject: Subject,
    restriction: Restriction,
    *,
    starts: int,
    why: str,
    until: int | None = None,
    campaign: str = "",
    plan: str = "",
    occasion: str = "",
    placed_by: str = "",
    harm: float = 0.0,
    cohort: Cohort | None = None,
    text: str = "",
) -> Hold:
    """A hold, valid by construction; times are milliseconds since 1970 UTC.

    Its id follows from what it is (subject, restriction, campaign, plan, occasion): placed again, it is the same hold.
    What was lifted stays lifted: name a new `occasion` to place it anew.

    Raises:
        HoldError: the restriction does not go with the subject, the hold ends before it starts, or its cohort is
            not the one that the subject names.

    """
    if until is not None and until <= starts:
        raise HoldError(f"the hold on {subject.id} would end at {until}, before it starts at {starts}")
    _check(subject, restriction, cohort, text)
    named = [subject.kind.value, subject.id, restriction.value, campaign, plan, occasion]
    return Hold(
        id=hashlib.sha256(rfc8785.dumps(list(named))).hexdigest()[:ID_HEX],
        subject=subject,
        restriction=restriction,
        starts=starts,
        until=until,
        why=why,
        campaign=campaign,
        plan=plan,
        placed_by=placed_by,
        harm=harm,
        cohort=cohort,
        text=text,
    )


def _check(subject: Subject, restriction: Restriction, cohort: Cohort | None, text: str) -> None:
    if subject.kind not in EFFECTS[restriction].subjects:
        raise HoldError(f"{restriction.value} cannot be placed on a {subject.kind.value} ({subject.id})")
    if subject.kind is SubjectKind.COHORT and (cohort is None or cohort_key(cohort) != subject.id):
        raise HoldError(f"the hold on cohort {subject.id} does not carry the cohort of that key")
    if cohort is not None and subject.kind not in {SubjectKind.COHORT, SubjectKind.LURE}:
        raise HoldError(f"a hold on a {subject.kind.value} ({subject.id}) cannot carry a cohort")
    if subject.kind is SubjectKind.LURE and subject.id.startswith("text:") and not text:
        raise HoldError(f"the hold on {subject.id} does not carry the text it holds")


def extend(hold: Hold, until: int | None) -> Hold:
    """The hold standing until `until` (None: until lifted); extending never shortens."""
    return msgspec.structs.replace(hold, until=_later(hold.until, until))


def lift(hold: Hold, at: int) -> Hold:
    """The hold ended at `at`; lifting again changes nothing that an earlier lift has settled."""
    return msgspec.structs.replace(hold, lifted_at=_earlier(hold.lifted_at, at))


def join(one: Hold, other: Hold) -> Hold:
    """What two versions of the same hold come to, whichever was told first.

    Raises:
        HoldError: they are not versions of one hold.

    """
    if one.id != other.id or one.subject != other.subject or one.restriction is not other.restriction:
        raise HoldError(f"{one.id} and {other.id} are not the same hold")
    # Words and weights do not add up; the version that sorts first speaks, so that every reader hears the same one.
    speaks = min(one, other, key=lambda hold: (hold.starts, msgspec.json.encode(hold)))
    return msgspec.structs.replace(
        speaks,
        starts=min(one.starts, other.starts),
        until=_later(one.until, other.until),
        lifted_at=_earlier(one.lifted_at, other.lifted_at),
        harm=max(one.harm, other.harm),
    )


def fold(versions: Iterable[Hold]) -> dict[str, Hold]:
    """Every hold by its id, from its versions in any order and any number."""
    known: dict[str, Hold] = {}
    for version in versions:
        before = known.get(version.id)
        known[version.id] = version if before is None else join(before, version)
    return known


def desired(holds: Iterable[Hold], now: int) -> dict[Subject, frozenset[Restriction]]:
    """What should be in force at `now`, by subject: the union of the holds in force. Free subjects are left out."""
    wanted: dict[Subject, set[Restriction]] = {}
    for hold in holds:
        if hold.in_force(now):
            wanted.setdefault(hold.subject, set()).add(hold.restriction)
    return {subject: frozenset(restrictions) for subject, restrictions in wanted.items()}


def desired_for(holds: Iterable[Hold], facts: AccountFacts, now: int) -> frozenset[Restriction]:
    """What should be in force on one account at `now`: by its own holds and those of the cohorts it is in then."""
    return frozenset(hold.restriction for hold in holds if hold.in_force(now) and _concerns(hold, facts, now))


def _concerns(hold: Hold, facts: AccountFacts, now: int) -> bool:
    if hold.subject.kind is SubjectKind.ACCOUNT:
        return hold.subject.id == facts.account
    return hold.subject.kind is SubjectKind.COHORT and hold.cohort is not None and includes(hold.cohort, facts, now)


def _later(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
