"""On platforms by another hand the cause is named or said to be unknown, and nobody innocent is named."""

from __future__ import annotations

from collections import Counter

import pytest

from holdfast.investigation import common_cause_of, next_accounts

from .elsewhere import NOW, PLATFORMS, make, ways_of

SEEDS = range(1_000, 1_054)  # nothing was tuned on these
RIGHT_AT_LEAST = 0.95


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_cause_is_named_or_unknown_and_nobody_else_is(name: str) -> None:
    """Over fifty worlds and more, of every way in turn; the next accounts are found where the cause is."""
    platform, verdicts, found = PLATFORMS[name], Counter(), Counter()
    ways = ways_of(platform)
    for seed in SEEDS:
        world = make(platform, ways[seed % len(ways)], seed)
        touches = world.touches()
        cause = common_cause_of(world.used, touches, platform.people, NOW)
        named = cause.named.factor.key if cause.named else None
        assert named is None or named in world.causes, f"seed {seed}: {cause.why}"
        verdicts["right" if bool(named) == bool(world.causes) else "unknown"] += 1
        if named:
            likely = {each.account for each in next_accounts(cause, touches, world.used, NOW) if each.likely}
            found += Counter(found=len(likely & world.waiting), waiting=len(world.waiting))
    assert verdicts["right"] >= RIGHT_AT_LEAST * len(SEEDS)
    assert found["found"] >= RIGHT_AT_LEAST * found["waiting"]


def test_the_ways_of_a_platform_are_those_that_it_records() -> None:
    """Where there are no tool sessions none can be stolen, and where there are no carriers no number is ported."""
    assert {"stolen_session", "ported"}.isdisjoint(ways_of(PLATFORMS["fediverse"]))
    assert {"stolen_session", "ported"} <= set(ways_of(PLATFORMS["studio"]))
