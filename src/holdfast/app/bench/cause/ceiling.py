"""How often could anybody have told the cause, knowing these very worlds?

The judge who knows the worlds' odds names a factor if, among all worlds, factors at least as telling are nearly always
the cause. What is telling is told by the counts that Holdfast weighs: how many of the accounts it touched, how few
others, and the order of things. An innocent factor of the same kind and manner that is no worse in any of them is a
twin: who names the one names the other. A right factor that has too many twins cannot be named by anybody who is seldom
wrong.

It is a ceiling in two ways: the twins are those that turned up in the worlds that were made, fewer than there may be,
and a judge of whom no more is asked than to know these worlds may do what would be wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from holdfast.investigation import CauseSettings, Hypothesis, Touches, common_cause_of

from .terrain import NOW
from .worlds import World

MOST_TWINS: Final = 0.05  # of the factors that tell as much: as often as a single answer may be wrong
_EVERYTHING: Final = 10_000  # factors told of one world: all
_WINDOWS: Final = (CauseSettings().window, CauseSettings().long_window)

Alike = tuple[str, int, bool, bool, bool, int]


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """One factor of one world as a judge sees it; larger numbers in `telling` speak for it more.

    Factors are compared with those `alike`: of one kind and manner, seen in as long a time, of as many accounts.
    """

    alike: Alike
    right: bool
    telling: tuple[float, ...]


def sights(world: World, touches: Touches) -> tuple[Sight, ...]:
    """Every factor that touched three of the carriers, in the three days before their use and in fourteen."""
    found = []
    for window in _WINDOWS:
        settings = CauseSettings(window=window, long_window=window, also=_EVERYTHING)
        cause = common_cause_of(world.first_used, touches, world.people, NOW, settings)
        weighed = (*((cause.named,) if cause.named else ()), *cause.also)
        found += [_seen(each, window, right=each.factor in world.accepted) for each in dict.fromkeys(weighed)]
    return tuple(found)


def _seen(each: Hypothesis, window: int, *, right: bool) -> Sight:
    """What is told of a factor; a country or a channel is never the cause, and what follows from staff is theirs."""
    others = (each.base_touched - each.touched + 1) / (each.base_of - each.tested + 1)
    elsewhere = each.market_tested - each.touched, each.meanwhile_of - each.meanwhile_touched
    return Sight(
        alike=(str(each.factor.kind), window, each.opened, each.asked, each.late or each.symptom, each.of),
        right=right,
        telling=(each.touched, -others, each.before, -each.after, -float(max(0, sum(elsewhere)))),
    )


def reachable(worlds: Sequence[Iterable[Sight]]) -> list[bool]:
    """Of each world, whether the best judge could have named a right factor of it."""
    groups: dict[Alike, list[tuple[int, Sight]]] = {}
    for number, seen in enumerate(worlds):
        for each in seen:
            groups.setdefault(each.alike, []).append((number, each))
    reached = [False] * len(worlds)
    for some in groups.values():
        for number in _told_apart(some):
            reached[number] = True
    return reached


def _told_apart(some: Sequence[tuple[int, Sight]]) -> set[int]:
    """The worlds with a right factor among these that has few twins enough."""
    right, twins = ([(number, each) for number, each in some if each.right is wanted] for wanted in (True, False))
    causes, innocent = (np.array([each.telling for _, each in group]) for group in (right, twins))
    apart = set()
    for number, each in right:
        told = np.array(each.telling)
        as_right = {right[at][0] for at in np.flatnonzero((causes >= told).all(axis=1))}
        as_twins = {twins[at][0] for at in np.flatnonzero((innocent >= told).all(axis=-1))} if twins else set()
        if len(as_twins - as_right) <= MOST_TWINS * len(as_twins | as_right):
            apart.add(number)
    return apart
