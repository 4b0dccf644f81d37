"""What would each control of the staff gate have saved by itself? A scenario is played under each, over several seeds.

Unless asked otherwise nobody responds in these runs, so that what a control does is its own doing: no detection, no
holds, no warnings heeded. Then the world is a tenth of the scenario's and says little; attack, staff and tickets are
whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

import msgspec

from holdfast.connectors.simulated import (
    SHIPPED,
    Control,
    Scenario,
    SimulatedPlatform,
    Way,
    controlled,
    lockdown_of,
    scenario,
)
from holdfast.errors import UsageError

from .drill import Drill, DrillOptions

SMALLER = 10  # the part of its accounts that the world has here: bystanders bear on nothing that is counted
QUIET = 0.05  # posts per second of everybody else
_TICK = 600_000  # ms of simulated time at a time: nobody looks in between
_MINUTE = 60_000
EARLY = 120  # minutes: about as long as the intruder had in July 2020 before the first lure
_STRICT = SHIPPED | {Control.TWO_PERSON, Control.LOCKDOWN_2}

WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "no gate": None,
        **{str(control): frozenset({control}) for control in Control},
        "two-person, passkeys": frozenset({Control.TWO_PERSON, Control.PASSKEYS}),
        "budgets, roles": frozenset({Control.BUDGETS, Control.ROLES}),
        "as shipped": SHIPPED,
        "all": _STRICT,
    }
)
"""No gate, each control alone, some together, those of the shipped policies, and all but the hardest lockdown."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Accounts whose contact details were `looked_at`; `taken` over or read; that `posted` lures.

    Of those taken, `meant` are the ones that the scenario's plan names, the others stand in for some that were guarded
    too well; `early` were taken in the first two hours.
    `followers` are those of the accounts that posted. `minutes` go from the intruder's first use of the tool to the
    last account taken, lure posted, inbox read or archive taken. `deeds` are those of honest staff, of which `helped`
    took a colleague and `refused` could not be done. `taken_after` is when each account was taken, in those minutes.
    """

    seed: int
    looked_at: int
    taken: int
    meant: int
    early: int
    posted: int
    lures: int
    followers: int
    inboxes: int
    archives: int
    minutes: float
    deeds: int
    helped: int
    refused: int
    taken_after: tuple[float, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one way, seed by seed."""

    name: str
    controls: tuple[Control, ...] | None
    outcomes: tuple[Outcome, ...]

    def range(self, figure: str) -> tuple[float, float]:
        """The least and the most of a figure over the seeds."""
        values = [getattr(each, figure) for each in self.outcomes]
        return min(values), max(values)


class ControlTable(msgspec.Struct, frozen=True, kw_only=True):
    """Every way through one scenario.

    `responder` is seconds from each proposal of the response to its approval, None where nobody responds;
    `credentials` is how many the intruder has with rights to the tool, None for as many as the scenario says.
    """

    scenario: str
    title: str
    seeds: tuple[int, ...]
    responder: float | None = None
    credentials: int | None = None
    rows: tuple[Row, ...]


def parsed(text: str) -> Way:
    """The controls of these names, comma-separated; `none` is no gate, `shipped` and `all` as in `WAYS`.

    Raises:
        UsageError: there is no such control, or no gate is asked for with controls.

    """
    names = [name for name in text.split(",") if name]
    if names == ["none"]:
        return None
    known = {"shipped": SHIPPED, "all": _STRICT, **{str(each): frozenset({each}) for each in Control}}
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None or not names:
        raise UsageError(
            f"there is no control {wrong or ''!r}", advice=f"Controls are: {', '.join(known)}; or none, for no gate."
        )
    return frozenset().union(*(known[name] for name in names))


def compare(  # noqa: PLR0913 - each is a word on the command line
    name: str,
    seeds: Sequence[int],
    texts: Mapping[str, str],
    *,
    ways: Mapping[str, Way] = WAYS,
    responder: float | None = None,
    credentials: int | None = None,
    told: Callable[[str], object] = lambda _: None,
) -> ControlTable:
    """Play the scenario under each way and seed; `texts` are the policies of the gate, `told` hears of each way.

    Raises:
        UsageError: there is no such scenario, or no staff tool is used in it.

    """
    played = _with(scenario(name), credentials)
    if played.attack is None or not any(stolen.rights for stolen in played.attack.staff):
        raise UsageError(
            f"nobody uses a staff tool in {name}, so no control of it saves anything",
            advice="Take a scenario with staff: twitter-2020-07-15 or bribed-reader.",
        )
    rows = []
    for label, way in ways.items():
        told(label)
        outcomes = tuple(
            unanswered(played, seed, texts, way) if responder is None else answered(played, seed, way, responder)
            for seed in seeds
        )
        rows.append(Row(name=label, controls=None if way is None else _in_order(way), outcomes=outcomes))
    return ControlTable(
        scenario=name,
        title=played.title,
        seeds=tuple(seeds),
        responder=responder,
        credentials=credentials,
        rows=tuple(rows),
    )


def unanswered(played: Scenario, seed: int, texts: Mapping[str, str], way: Way) -> Outcome:
    """Play a scenario once in its smaller world, with nobody responding."""
    people = played.population
    smaller = dataclasses.replace(
        people,
        ordinary=people.ordinary // SMALLER,
        verified=people.verified // SMALLER,
        posts_per_second=QUIET,
    )
    platform = SimulatedPlatform(
        dataclasses.replace(played, population=smaller),
        seed=seed,
        tick=_TICK,
        gate=None if way is None else controlled(texts, way),
        lockdown=lockdown_of(way),
    )
    for _ in platform.events():
        pass
    return _outcome(platform)


def answered(played: Scenario, seed: int, way: Way, responder: float) -> Outcome:
    """Play it once, whole, with the response: each proposal is approved `responder` seconds later."""
    with Drill(DrillOptions(scenario=played.name, seed=seed, approve_after=responder, controls=way)) as drill:
        for _ in drill.play():
            pass
        return _outcome(drill.platform)


def _outcome(platform: SimulatedPlatform) -> Outcome:
    truth, work = platform.truth(), platform.honest_work
    start, planned = _first_use(platform.scenario), platform.planned
    after = tuple(round((time - start) / _MINUTE, 1) for time in sorted(truth.touched_at))
    return Outcome(
        seed=platform.seed,
        looked_at=len(truth.looked_at),
        taken=len(truth.touched),
        meant=len(planned.intersection(truth.touched)),
        early=sum(minutes < EARLY for minutes in after),
        posted=len(truth.posted),
        lures=sum(not post.refused for post in truth.lure_posts),
        followers=platform.followers(truth.posted),
        inboxes=len(truth.inboxes_read),
        archives=len(truth.exports),
        minutes=round((truth.harmed_at[-1] - start) / _MINUTE, 1) if truth.harmed_at else 0.0,
        deeds=work.deeds,
        helped=work.helped,
        refused=work.refused,
        taken_after=after,
    )


def _with(played: Scenario, credentials: int | None) -> Scenario:
    """The same with so many stolen credentials with rights at most, the first ones."""
    if credentials is None or played.attack is None:
        return played
    able = [stolen for stolen in played.attack.staff if stolen.rights][:credentials]
    others = [stolen for stolen in played.attack.staff if not stolen.rights]
    return dataclasses.replace(played, attack=dataclasses.replace(played.attack, staff=(*others, *able)))


def _first_use(played: Scenario) -> int:
    """When the first credential with rights to the tool is in the intruder's hands."""
    staff = () if played.attack is None else played.attack.staff
    return min(stolen.at for stolen in staff if stolen.rights)


def _in_order(way: Collection[Control]) -> tuple[Control, ...]:
    return tuple(control for control in Control if control in way)
