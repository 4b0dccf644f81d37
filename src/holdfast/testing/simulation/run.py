"""Does a schedule end as it must, and if not, which of its steps are to blame?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TypeAlias

import msgspec

from .draw import schedule
from .happen import happen
from .laws import Broken, broken, broken_now
from .steps import Step
from .story import Story
from .world import World

SAME = "the same schedule comes to the same record"

Place: TypeAlias = Callable[[], AbstractContextManager[str | Path]]  # where an empty store may lie, for a while


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a schedule ended: what broke a law, the head of its record (hex), and how much happened on the way."""

    seed: int
    steps: tuple[Step, ...]
    broken: tuple[Broken, ...]
    root: str
    entries: int
    calls: int
    lives: int


def play(seed: int, steps: Sequence[Step], place: Place) -> Outcome:
    """Let `steps` happen to a town of this seed whose record lies in a new `place`, then ask every law.

    Raises:
        StoreError: there is no such place.

    """
    with place() as where, closing(World(where, seed)) as world:
        story = Story()
        found: list[Broken] = []
        for step in steps:
            happen(world, step)
            story.read(world.store.entries(len(story.entries)))
            found += broken_now(world, story)
            if found:
                break
        world.calm()
        story.read(world.store.entries(len(story.entries)))
        root, lives = world.store.checkpoint().root.hex(), world.platform.life
        found += broken(world, story)
    return Outcome(
        seed=seed,
        steps=tuple(steps),
        broken=tuple(found),
        root=root,
        entries=len(story.entries),
        calls=len(world.platform.calls),
        lives=lives,
    )


def simulate(seed: int, place: Place, *, again: bool = False) -> Outcome:
    """Play the schedule of this seed; `again`: twice, and the records must be the same byte for byte.

    Raises:
        StoreError: there is no such place.

    """
    outcome = play(seed, schedule(seed), place)
    if again and not outcome.broken:
        other = play(seed, outcome.steps, place)
        if other.root != outcome.root:
            what = f"{outcome.root[:12]}, then {other.root[:12]}"
            return msgspec.structs.replace(outcome, broken=(Broken(law=SAME, what=what),))
    return outcome


def shrink(outcome: Outcome, place: Place, most: int) -> Outcome:
    """The outcome with as many steps left out as can be while the same law is still broken; `most` plays are tried.

    Ever smaller stretches are left out (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
    2002).

    Raises:
        StoreError: there is no such place.

    """
    stretch = len(outcome.steps) // 2
    while stretch and most:
        start = 0
        while start < len(outcome.steps) and most:
            fewer = (*outcome.steps[:start], *outcome.steps[start + stretch :])
            tried = play(outcome.seed, fewer, place)
            most -= 1
            if tried.broken and tried.broken[0].law == outcome.broken[0].law:
                outcome = tried
            else:
                start += stretch
        stretch //= 2
    return outcome
