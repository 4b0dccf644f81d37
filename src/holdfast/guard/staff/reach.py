"""What would it take of whom to use a function, and is there anybody who could?

Asked by whoever writes policies or answers for them; the gate itself asks about one question at a time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from holdfast.errors import PolicyError
from holdfast.guard.people import Person, Role

from .facts import Tier
from .lockdown import LEVELS
from .needs import Need
from .policy import Case, Doing, StaffPolicy, hopeful


class Expectation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That whoever has just these roles uses `function` (`tool/function`) by what it `takes`; None: never."""

    roles: tuple[Role, ...]
    function: str
    tier: str = "ordinary"
    level: Annotated[int, Meta(ge=0, le=4)] = 0
    takes: tuple[Need, ...] | None = None


class _Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    expect: Annotated[tuple[Expectation, ...], Meta(min_length=1)]


def takes(policy: StaffPolicy, who: Person, function: str, tier: Tier, *, level: int = 0) -> tuple[Need, ...] | None:
    """All that `who` needs for `function` (`tool/function`), by their roles; None: they never may.

    Raises:
        KeyError: the catalogue has no such function.

    """
    tool, _, name = function.partition("/")
    _, found = policy.functions[tool, name]
    bare = policy.case(Doing(found.kind), function, who.roles, who.id)._replace(tier=tier, lockdown=level)
    best = hopeful(bare)._replace(granted=True)
    if LEVELS[level].nobody or policy.ruling(best).reasons:
        return None
    without = {
        Need.REASON: best._replace(reason=False),
        Need.TICKET: best._replace(ticket=False),
        Need.GRANT: best._replace(granted=False),
        Need.STEP_UP: best._replace(stepped_up=False),
        Need.CONSENT: best._replace(agreed=False),
        Need.WATCH: best._replace(watched=False),
    }
    asked = policy.needs(tool, name, tier, level)
    return tuple(need for need in Need if need in asked or policy.ruling(without[need]).reasons)


def out_of_reach(policy: StaffPolicy, people: Iterable[Person]) -> list[str]:
    """The functions that nobody of `people` could use, whatever they bring and whoever helps: a sentence each."""
    there = [person for person in people if person.counts]
    stuck = []
    for tool, function in policy.functions:
        name = f"{tool}/{function}"
        tiers = [tier for tier in Tier if not any(_could(policy, each, name, tier, there) for each in there)]
        if tiers:
            which = ", ".join(tier.phrase for tier in tiers)
            stuck.append(f"nobody can use {name} on accounts that are {which}: too few may do it, agree or watch")
    return stuck


def unmet(policy: StaffPolicy, text: str) -> list[str]:
    """Those of the expectations in `text` (TOML, `[[expect]]`) that do not hold: a sentence each.

    Raises:
        PolicyError: it is no TOML, or no expectations about functions and tiers that there are.

    """
    try:
        told: Any = tomllib.loads(text)
        expected = msgspec.convert(told, _Expected).expect
        return [said for each in expected if (said := _disappointed(policy, each))]
    except KeyError as why:
        name = "/".join(why.args[0]) if isinstance(why.args[0], tuple) else why.args[0]
        raise PolicyError(f"these are no expectations about the policies: there is no {name}") from why
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as why:
        raise PolicyError(f"these are no expectations about the policies: {why}") from why


def _disappointed(policy: StaffPolicy, expected: Expectation) -> str:
    tier = Tier.named(expected.tier)
    found = takes(policy, Person(id="", roles=expected.roles), expected.function, tier, level=expected.level)
    wanted = None if expected.takes is None else tuple(need for need in Need if need in expected.takes)
    if found == wanted:
        return ""
    who = ", ".join(expected.roles) or "no role"
    what = f"{expected.function} on {expected.tier} accounts at level {expected.level}"
    return f"{who}, {what}: expected {_listed(wanted)}, found {_listed(found)}"


def _could(policy: StaffPolicy, person: Person, function: str, tier: Tier, people: list[Person]) -> bool:
    needs = takes(policy, person, function, tier)
    return needs is not None and all(
        any(_helps(policy, each, doing, function, tier) for each in people if each.key != person.key)
        for need, doing in ((Need.CONSENT, Doing.AGREE), (Need.WATCH, Doing.WATCH))
        if need in needs
    )


def _helps(policy: StaffPolicy, person: Person, doing: Doing, function: str, tier: Tier) -> bool:
    case: Case = policy.case(doing, function, person.roles, person.id)._replace(tier=tier)
    return not policy.ruling(case).reasons


def _listed(needs: tuple[Need, ...] | None) -> str:
    return "never" if needs is None else ", ".join(needs) or "nothing besides"
