"""How good are the answers? Asks for the cause in world after world, and compares it with the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import numpy as np

from holdfast.investigation import Cause, Touches, common_cause_of, next_accounts

from .figures import Following, Share, Tally, following, tally
from .pipeline import through_the_program
from .terrain import NOW
from .ways import WAYS
from .worlds import World, make

RIGHT_AT_LEAST = 0.95
WRONG_AT_MOST = 0.01
_WORLDS_OF_A_SEED = 1_000_003  # seeds further apart than there are worlds give other worlds
_EARLY = (3, 4, 5)  # carriers known when a response first asks

Asker = Callable[[World], tuple[Cause, Touches, dict[str, int]]]


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was aimed at, what was found, and whether it was reached."""

    goal: str
    found: Share
    reached: bool


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of processor time for one question, and events taken in a second."""

    question_ms_median: float
    question_ms_p99: float
    events_per_second: float


class Stratum(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one sort of worlds; `by_carriers` and `next_accounts` of those that have a cause."""

    total: Tally
    with_cause: Tally
    without_cause: Tally
    by_way: dict[str, Tally]
    by_carriers: dict[str, Tally]
    next_accounts: Following
    next_by_way: dict[str, Following]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure.

    `usual` and `hard` are as many worlds each. `by_reach` and the others split the hard worlds by what they are made
    of; `early` asks of the first carriers only, at the time of the last of them. `plain` are the hard worlds whose
    record is whole and whose cause reached most of the carriers.
    """

    worlds: int
    seed: int
    pipeline: bool
    goals: tuple[Goal, ...]
    usual: Stratum
    hard: Stratum
    plain: Tally
    by_reach: dict[str, Tally]
    by_decoy: dict[str, Tally]
    by_gap: dict[str, Tally]
    early: dict[str, Tally]
    speed: Speed

    @property
    def reached(self) -> bool:
        """Whether every goal was."""
        return all(goal.reached for goal in self.goals)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one world. `next` counts next accounts: named rightly, named, to be named."""

    usual: bool
    way: str
    carriers: int
    reach: str
    decoys: tuple[str, ...]
    gap: str
    told: bool
    verdict: str
    named: str
    early: dict[int, str]
    next: tuple[int, int, int]
    question_seconds: float
    events: int
    events_seconds: float


def measure(
    worlds: int,
    seed: int,
    *,
    accounts: int = 0,
    pipeline: bool = False,
    done: Callable[[], None] = lambda: None,
) -> Report:
    """The report over so many worlds of each sort from this seed; `done` is called after each.

    In every world so many `accounts` were used; 0 leaves it to the seed.
    """
    outcomes = []
    for outcome in asked(worlds, seed, accounts=accounts, pipeline=pipeline):
        outcomes.append(outcome)
        done()
    return summed(outcomes, seed, pipeline=pipeline)


def asked(worlds: int, seed: int, *, accounts: int = 0, pipeline: bool = False) -> Iterator[Outcome]:
    """The outcome of world after world, a hard one and a usual one of every way in turn."""
    ways = tuple(WAYS)
    for number in range(worlds):
        for usual in (False, True):
            world = make(seed * _WORLDS_OF_A_SEED + number, ways[number % len(ways)], accounts, usual=usual)
            yield ask(world, pipeline=pipeline, usual=usual)


def ask(world: World, *, pipeline: bool = False, usual: bool = False) -> Outcome:
    """Ask for the cause of one world, at first of its first carriers only."""
    touches = Touches()
    began = time.process_time()
    touches.observe(world.events)
    taken = time.process_time() - began
    used = dict(sorted(world.first_used.items(), key=lambda each: each[1]))
    early = {
        count: verdict(common_cause_of(first, touches, world.people, max(first.values())), world)
        for count in _EARLY
        if len(first := dict(list(used.items())[:count])) == count
    }
    began = time.process_time()
    cause = common_cause_of(used, touches, world.people, NOW)
    seconds = time.process_time() - began
    if pipeline:
        cause, touches = through_the_program(world)
    given = verdict(cause, world)
    return Outcome(
        usual=usual,
        way=world.way,
        carriers=len(used),
        reach=world.reach,
        decoys=world.decoys,
        gap=world.gap,
        told=bool(world.accepted),
        verdict=given,
        named=cause.named.factor.key if cause.named else "",
        early=early,
        next=_following(world, cause, touches) if world.accepted and given == "right" else (0, 0, 0),
        question_seconds=seconds,
        events=len(world.events),
        events_seconds=taken,
    )


def verdict(cause: Cause, world: World) -> str:
    """How the answer stands to the truth: `right`, `wrong` or `unknown`."""
    if cause.named is None:
        return "unknown" if world.accepted else "right"
    return "right" if cause.named.factor in world.accepted else "wrong"


def summed(outcomes: Sequence[Outcome], seed: int, *, pipeline: bool = False) -> Report:
    """The figures of these outcomes."""
    hard = [each for each in outcomes if not each.usual]
    usual, all_hard = (_stratum(some) for some in ([each for each in outcomes if each.usual], hard))
    plain = tally(each.verdict for each in hard if each.gap == "nothing" and each.reach == "most")
    early = {count: [each.early[count] for each in hard if count in each.early] for count in _EARLY}
    seconds = np.array([each.question_seconds for each in outcomes] or [0.0])
    return Report(
        worlds=len(hard),
        seed=seed,
        pipeline=pipeline,
        goals=(
            _goal(f"right in {RIGHT_AT_LEAST:.0%} of the usual worlds", usual.total.right, RIGHT_AT_LEAST),
            _goal(f"wrong in {WRONG_AT_MOST:.0%} of the usual worlds at most", usual.total.wrong, -WRONG_AT_MOST),
            _goal(
                f"right in {RIGHT_AT_LEAST:.0%} of the hard worlds whose record is whole", plain.right, RIGHT_AT_LEAST
            ),
            _goal(f"wrong in {WRONG_AT_MOST:.0%} of the hard worlds at most", all_hard.total.wrong, -WRONG_AT_MOST),
            _goal("no cause named where there is none", all_hard.without_cause.wrong, -WRONG_AT_MOST),
        ),
        usual=usual,
        hard=all_hard,
        plain=plain,
        by_reach=_split([each for each in hard if each.told], lambda each: [each.reach]),
        by_decoy=_split(hard, lambda each: each.decoys),
        by_gap=_split(hard, lambda each: [each.gap]),
        early={f"after {count}": tally(verdicts) for count, verdicts in early.items()},
        speed=Speed(
            question_ms_median=1_000 * float(np.median(seconds)),
            question_ms_p99=1_000 * float(np.quantile(seconds, 0.99)),
            events_per_second=sum(each.events for each in outcomes)
            / max(1e-9, sum(each.events_seconds for each in outcomes)),
        ),
    )


def _stratum(outcomes: Sequence[Outcome]) -> Stratum:
    """The figures of worlds of one sort."""
    with_cause = [each for each in outcomes if each.told]
    return Stratum(
        total=tally(each.verdict for each in outcomes),
        with_cause=tally(each.verdict for each in with_cause),
        without_cause=tally(each.verdict for each in outcomes if not each.told),
        by_way=_split(outcomes, lambda each: [each.way]),
        by_carriers=_split(with_cause, lambda each: [f"{each.carriers:>2}"]),
        next_accounts=following([each.next for each in outcomes]),
        next_by_way={
            way: following([each.next for each in some])
            for way, some in _grouped(with_cause, lambda each: [each.way]).items()
        },
    )


def _goal(goal: str, found: Share, bound: float) -> Goal:
    """A rate to be at least `bound`, or at most its opposite when that is negative."""
    return Goal(goal=goal, found=found, reached=found.rate >= bound if bound >= 0 else found.rate <= -bound)


def _split(outcomes: Iterable[Outcome], groups: Callable[[Outcome], Iterable[str]]) -> dict[str, Tally]:
    """The verdicts by group, in order of name."""
    return {name: tally(each.verdict for each in some) for name, some in _grouped(outcomes, groups).items()}


def _grouped(outcomes: Iterable[Outcome], groups: Callable[[Outcome], Iterable[str]]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for name in groups(outcome):
            found.setdefault(name, []).append(outcome)
    return dict(sorted(found.items()))


def _following(world: World, cause: Cause, touches: Touches) -> tuple[int, int, int]:
    """Next accounts: named rightly, named, to be named."""
    named = {each.account for each in next_accounts(cause, touches, world.first_used, NOW) if each.likely}
    return len(named & world.unused), len(named), len(world.unused)
