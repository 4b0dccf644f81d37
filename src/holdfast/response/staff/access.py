"""Who could do what with the internal tools on a date? By the policies of then, and the gate's own decision code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from holdfast.events import spelling_key
from holdfast.guard.people import person_key
from holdfast.guard.staff import Grant, Need, StaffPolicy, Tier, joined, takes
from holdfast.guard.staff.known import Known, Who
from holdfast.response.past import Date


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """That `person` could use `function` (`tool/function`) on accounts of `tier`, by what it `takes`.

    `grants` are theirs in force that reach so far; where it takes a grant and there is none, `now` is false: somebody
    would have had to give them one first. `level` is the lockdown they were under.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    function: str
    tier: Tier
    takes: tuple[Need, ...]
    grants: tuple[str, ...]
    level: int
    now: bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rights are asked for: of this person, function (`tool/function` or the function alone), tier or account.

    What is empty (for a tier: None) is any.
    """

    person: str = ""
    function: str = ""
    tier: Tier | None = None
    target: str = ""


def rights(date: Date, policy: StaffPolicy, at: int, wanted: Wanted) -> Iterator[Right]:
    """The rights on that date, by person, function and tier. `policy` is that of the date."""
    known = Known(date.facts)
    found: dict[tuple[object, ...], tuple[Need, ...] | None] = {}  # once for all of whom the policies say the same
    tiers = tuple(Tier) if wanted.tier is None else (wanted.tier,)
    if wanted.target:
        tiers = (max(known.tiers.get(spelling_key(wanted.target), {"": Tier.ORDINARY}).values()),)
    for who in sorted(known.people.values(), key=lambda each: each.person.id):
        if not who.person.counts or (wanted.person and who.key != person_key(wanted.person)):
            continue
        for tool, function in policy.functions:
            if wanted.function not in {"", function, f"{tool}/{function}"}:
                continue
            locked = joined(known.locks.fitting(who, tool, function, (), at))
            if locked.shuts_out(who.key):
                continue
            for tier in tiers:
                case = (who.roles, who.person.id if policy.names_persons else "", tool, function, tier, locked.level)
                if case not in found:
                    found[case] = takes(policy, who.person, f"{tool}/{function}", tier, level=locked.level)
                needs = found[case]
                if needs is not None:
                    theirs = [each for each in known.grants.get(who.person.id, {}).values() if _stands(known, each)]
                    yield _right(who, (tool, function), tier, needs, locked.level, theirs)


def _stands(known: Known, grant: Grant) -> bool:
    """Whether whoever gave it is there, and who they were when they did, as the gate asks too."""
    giver = known.people.get(grant.granted_by)
    return giver is not None and giver.person.counts and grant.giver_revision in {None, giver.person.revision}


def _right(  # noqa: PLR0913, PLR0917 - what a right is made of
    who: Who, name: tuple[str, str], tier: Tier, needs: tuple[Need, ...], level: int, theirs: Iterable[Grant]
) -> Right:
    tool, function = name
    grants = tuple(
        each.id for each in theirs if each.tool == tool and each.function in {function, "*"} and tier <= each.tier
    )
    return Right(
        person=who.person.id,
        name=who.person.name,
        roles=tuple(map(str, who.person.roles)),
        function=f"{tool}/{function}",
        tier=tier,
        takes=needs,
        grants=grants,
        level=level,
        now=Need.GRANT not in needs or bool(grants),
    )
