"""Who could do what with the internal tools on a date? By the policies of then, and the gate's own decision code."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

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
        tiers = (known.tier_of(wanted.target),)
    named = [name for name in policy.functions if wanted.function in {"", name[1], "/".join(name)}]
    counting = [who for who in known.people.values() if who.person.counts]
    for who in sorted(counting, key=lambda each: each.person.id):
        if wanted.person and who.key != person_key(wanted.person):
            continue
        for tool, function in named:
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
                    grants = tuple(each.id for each in known.granted(who, tool, function, tier, at))
                    yield Right(
                        person=who.person.id,
                        name=who.person.name,
                        roles=tuple(map(str, who.roles)),
                        function=f"{tool}/{function}",
                        tier=tier,
                        takes=needs,
                        grants=grants,
                        holds=holds,
                        level=locked.level,
                        now=not holds and (Need.GRANT not in needs or bool(grants)),
                    )


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
