"""The worlds are what they say: the truth is on record, decoys touch no truth, gaps lose what they name."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.app.bench.cause import terrain
from holdfast.app.bench.cause.decoys import EVERY_DECOY
from holdfast.app.bench.cause.draft import Attack, Draft
from holdfast.app.bench.cause.gaps import GAPS
from holdfast.app.bench.cause.terrain import DAY, HOUR, MINUTE, NOW
from holdfast.app.bench.cause.ways import WAYS
from holdfast.app.bench.cause.worlds import ACCOUNTS_PER_TARGET, COUNTS, make
from holdfast.investigation import Factor, FactorKind, Touches

WITHOUT_CAUSE = {"session theft", "drainer kit", "swaps anywhere", "independent"}


def recorded(events) -> Touches:
    """The record of these events."""
    touches = Touches()
    touches.observe(events)
    return touches


@pytest.fixture(scope="module", params=sorted(WAYS))
def world(request):
    """One world of each way."""
    return make(11, request.param, carriers=8)


def test_the_same_seed_gives_the_same_world(world) -> None:
    """Event by event; another seed gives another."""
    assert make(11, world.way, carriers=8) == world
    assert make(12, world.way, carriers=8).events != world.events


def test_the_truth_is_on_record(world) -> None:
    """Whatever may rightly be named touched three of the carriers; nothing may where there is no common cause."""
    touches = recorded(world.events)
    for factor in world.accepted:
        assert len(world.first_used.keys() & touches.accounts_of(factor).keys()) >= 3
    assert bool(world.accepted) == (world.way not in WITHOUT_CAUSE)
    assert bool(world.unused) == bool(world.accepted)
    assert world.unused.isdisjoint(world.first_used)


def test_an_attack_is_over_when_it_is_asked_about(world) -> None:
    """Every carrier was used before now, and a platform is much larger than what is taken of it."""
    assert len(world.first_used) == 8
    assert max(world.first_used.values()) < NOW
    assert world.people >= ACCOUNTS_PER_TARGET * len(world.first_used)


def test_carriers_are_as_many_as_the_seed_says() -> None:
    """Five at least, as many as in July 2020 at most."""
    drawn = {len(make(seed, "drainer kit").first_used) for seed in range(12)}
    assert drawn <= set(COUNTS)
    assert len(drawn) > 2


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_usual_world_has_the_decoys_of_every_platform(way: str) -> None:
    """Its record is whole, the cause reached most, and the four decoys are there, whatever the way in."""
    world = make(11, way, carriers=8, usual=True)
    assert set(world.decoys) == {"popular client", "carrier NAT", "busy agent", "reset mailing"}
    assert (world.gap, world.reach) == ("nothing", "most")
    touches = recorded(world.events)
    for decoy in (Factor(kind=FactorKind.NETWORK, value="AS64999"), Factor(kind=FactorKind.STAFF, value="busy")):
        assert len(touches.accounts_of(decoy)) > 8
        assert decoy not in world.accepted


def draft(seed: int = 3) -> Draft:
    """An empty world."""
    random = np.random.default_rng(seed)
    return Draft(random, terrain.draw(random, least=600))


def attack(people: int) -> Attack:
    """Six accounts touched an hour apart, used ten minutes after the intruders came in."""
    touched = {who: NOW - DAY + turn * HOUR for turn, who in enumerate(range(0, 6 * (people // 7), people // 7))}
    return Attack(
        touched=touched,
        otherwise=frozenset(),
        entered={who: at + MINUTE for who, at in touched.items()},
        used={who: at + 11 * MINUTE for who, at in touched.items()},
    )


@pytest.mark.parametrize("name", sorted(EVERY_DECOY))
def test_a_decoy_writes_something_that_took_no_account(name: str) -> None:
    """Each leaves events of its own, and of none that was touched by the way in: it knows only that there was one."""
    drafted = draft()
    EVERY_DECOY[name](drafted, attack(drafted.terrain.people))
    assert drafted.events
    assert all(event.time <= NOW for event in drafted.events)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_decoy_is_a_right_name(way: str) -> None:
    """What may rightly be named is on record only by the way in."""
    drafted = draft()
    assault = attack(drafted.terrain.people)
    accepted = WAYS[way](draft(4), assault)
    for decoy in EVERY_DECOY.values():
        decoy(drafted, assault)
    carriers = [f"a{who}" for who in assault.used]
    named = {
        factor
        for touches in recorded(drafted.events).of_accounts(carriers).values()
        for touch in touches
        for factor in touch.contents.factors
    }
    assert named.isdisjoint(accepted)


@pytest.mark.parametrize("gap", sorted(GAPS))
def test_a_gap_invents_nothing(gap: str) -> None:
    """What is left was there before, but for the clock and for fields that are empty now."""
    drafted = draft()
    WAYS["tool session"](drafted, attack(drafted.terrain.people))
    for decoy in EVERY_DECOY.values():
        decoy(drafted, attack(drafted.terrain.people))
    left = GAPS[gap](drafted.events, np.random.default_rng(5))
    before = {(type(event), getattr(event, "account", ""), getattr(event, "target", "")) for event in drafted.events}
    assert {(type(event), getattr(event, "account", ""), getattr(event, "target", "")) for event in left} <= before
    match gap:
        case "nothing":
            assert left == drafted.events
        case "told twice":
            assert len(left) > len(drafted.events)
        case "lost events":
            assert 0.6 < len(left) / len(drafted.events) < 0.8
        case _:
            assert len(left) == len(drafted.events)
            assert left != drafted.events
