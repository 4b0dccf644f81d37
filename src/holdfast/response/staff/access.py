"""Who could do what with the internal tools on a date? By the policies of then, and the gate's own decision code."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from holdfast.events import spelling_key
from holdfast.guard import RuleKind
from holdfast.guard.people import person_key
from holdfast.guard.staff import Need, StaffPolicy, Tier, joined, takes
from holdfast.guard.staff.known import Known, Who
from holdfast.response.past import Date


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """That `person` could use `function` (`tool/function`) on accounts of `tier`, by what it `takes`.

    `grants` are theirs in force that reach so far, `holds` those on them, the tool or the function. Where it takes a
    grant and there is none, or something is held, `now` is false: somebody would have had to give them one, or to lift
    it, first. `level` is the lockdown they were under.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    function: str
    tier: Tier
    takes: tuple[Need, ...]
    grants: tuple[str, ...]
    holds: tuple[str, ...]
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
            holds = _holds(known, who, tool, function, at)
            for tier in tiers:
                case = (who.roles, who.person.id if policy.names_persons else "", tool, function, tier, locked.level)
                if case not in found:
                    found[case] = takes(policy, who.person, f"{tool}/{function}", tier, level=locked.level)
                needs = found[case]
                if needs is not None:
                    grants = _grants(known, who, (tool, function), tier, at)
                    yield _right(who, f"{tool}/{function}", tier, needs, grants, holds, locked.level)


def unknown(date: Date, policy: StaffPolicy, wanted: Wanted) -> Iterator[str]:
    """Which names of what is `wanted` fitted nobody, or no function, on that date: a slip is not taken for a no."""
    people = {who.key for who in Known(date.facts).people.values()}
    if wanted.person and person_key(wanted.person) not in people:
        yield f"nobody was registered as {wanted.person}"
    if wanted.function and not any(wanted.function in {name, f"{tool}/{name}"} for tool, name in policy.functions):
        yield f"there was no function {wanted.function}"


def _holds(known: Known, who: Who, tool: str, function: str, at: int) -> tuple[str, ...]:
    on = ((RuleKind.STAFF, who.key), (RuleKind.TOOL, tool), (RuleKind.FUNCTION, f"{tool}/{function}"))
    return tuple(hold.id for kind, subject in on for hold in known.held_at(kind, subject, at))


def _grants(known: Known, who: Who, name: tuple[str, str], tier: Tier, at: int) -> tuple[str, ...]:
    """Those that the gate would let count, too."""
    tool, function = name
    return tuple(
        each.id
        for each in known.grants.get(who.person.id, {}).values()
        if each.tool == tool and each.function in {function, "*"} and tier <= each.tier and known.leave(each, who, at)
    )


def _right(  # noqa: PLR0913, PLR0917 - what a right is made of
    who: Who,
    function: str,
    tier: Tier,
    needs: tuple[Need, ...],
    grants: tuple[str, ...],
    holds: tuple[str, ...],
    level: int,
) -> Right:
    return Right(
        person=who.person.id,
        name=who.person.name,
        roles=tuple(map(str, who.person.roles)),
        function=function,
        tier=tier,
        takes=needs,
        grants=grants,
        holds=holds,
        level=level,
        now=not holds and (Need.GRANT not in needs or bool(grants)),
    )
