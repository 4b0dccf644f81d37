"""The whole response: killed anywhere, run again, it ends the same."""

from contextlib import suppress

import pytest

from holdfast.containment import Restriction
from holdfast.errors import StoreFullError
from holdfast.response import AutoResponder, HappeningKind, HoldState, NoResponder, forget
from holdfast.testing import Crash, Faults, FaultyPlatform, FaultyStore, SetClock, SmallPlatform, When

SECOND, MINUTE = 1_000, 60_000


def test_a_minute_after_the_third_post_the_carriers_and_those_who_are_next_are_held(store, platform, clock, make_town):
    """Named cause, approved plan, holds in force on the platform and at the gate, every step on record in its order."""
    town = make_town(store, platform, clock, responder=AutoResponder(60))
    town.attack()
    town.run(59 * SECOND)
    assert not platform.flags()

    town.run(2 * SECOND)

    assert all(town.held(star) for star in town.stars)
    assert not any(town.held(fan) for fan in town.fans)
    assert not town.response.book.errands
    kinds = [entry.record.key.split("/")[0] for entry in store.entries()]
    steps = ["campaign", "cause", "offer", "request", "approval", "permit", "intent", "outcome"]
    assert sorted(kinds.index(step) for step in steps) == [kinds.index(step) for step in steps]


def test_without_a_responder_nothing_is_done(store, platform, clock, make_town):
    """What is proposed waits for people."""
    town = make_town(store, platform, clock, responder=NoResponder())
    town.attack()
    town.run(60 * MINUTE)

    assert town.offer.wanted
    assert not town.response.book.holds


def test_it_says_when_to_come_back(store, platform, clock, make_town):
    """Nothing waits on a quiet day; then the approval, the queue, the looks and the ends of holds do."""
    town = make_town(store, platform, clock, responder=AutoResponder(30))
    assert town.response.work(clock.now()) is None

    town.attack()
    assert clock.now() + 30 * SECOND == town.response.work(clock.now())
    town.run(30 * SECOND)
    again = town.response.work(clock.now())
    assert clock.now() < again <= clock.now() + MINUTE


def test_holds_end_by_themselves_and_the_platform_lets_go(store, platform, clock, make_town):
    """After a day the accounts are free again though nobody lifted anything; hidden posts stay hidden."""
    town = make_town(store, platform, clock, responder=AutoResponder(60))
    town.attack()
    town.run(25 * 60 * MINUTE)

    assert not any(town.held(star) for star in town.stars)
    assert {Restriction.HIDE_POST} == {restriction for _, restriction in platform.flags()}
    assert HappeningKind.ENDED in {each.kind for each in town.response.timeline}


def test_news_that_could_not_be_kept_is_told_again(store, platform, clock, make_town):
    """A full disk loses nothing: the sighting is kept as soon as there is room."""
    quiet = make_town(store, platform, clock)
    faults = Faults()
    town = make_town(FaultyStore(store, faults), platform, clock)
    town.attack(posts=2)
    town.clock.advance(SECOND)
    faults.arm(faults.calls + 2, raising=lambda: StoreFullError("no room"))

    with pytest.raises(StoreFullError):
        town.lure(town.stars[2])
    assert 2 == len(town.case.campaign.accounts)
    town.tell()

    assert 3 == len(town.case.campaign.accounts)
    assert town.offer.wanted
    assert not quiet.response.docket.cases  # a response reads the store when it is made, so this one knows nothing yet


KILLS = 20  # spread over all calls across a seam; `test_crashes.py` kills the acting core at every one of them


def story(town):
    """When what happens (milliseconds after the start): swaps, three posts, and growth two minutes later."""
    script = [(0, lambda: town.swap(town.stars))]
    script += [(10 * MINUTE + at * SECOND, lambda at=at: town.lure(town.stars[at])) for at in range(3)]
    script += [(12 * MINUTE, lambda: town.lure(town.stars[3], "fan1")), (15 * MINUTE, lambda: None)]
    return script


def play(town, since=0):
    """Let the story happen; what was before `since` is told again at once, with its own times."""
    for at, happens in story(town):
        town.run(max(0, town.start + at - town.clock.now()))
        with town.at(town.start + at):
            happens()
        if at > since:
            town.response.work(town.clock.now())


def small_world(make_town):
    """A clock at the start, and a platform that goes by it."""
    clock = SetClock(make_town.start)
    return clock, SmallPlatform(clock, accounts=[*make_town.stars, *make_town.fans])


def calm_run(make_store, make_town):
    """What is left when nothing goes wrong: the ledger's root, the platform's flags, and the calls it took."""
    clock, platform = small_world(make_town)
    faults = Faults()
    with make_store() as store:
        seams = FaultyStore(store, faults), FaultyPlatform(platform, faults)
        play(make_town(*seams, clock, responder=AutoResponder(60)))
        return store.checkpoint().root, platform.flags(), faults.calls


def test_run_again_from_the_first_event_it_writes_the_same_ledger(make_store, make_town):
    """Killed anywhere and repeated from the start on the same store: the same bytes on record, nothing twice."""
    root, flags, calls = calm_run(make_store, make_town)
    assert flags

    for at in range(1, calls + 1, calls // KILLS):
        faults = Faults(at, When.AFTER if at % 2 else When.BEFORE)
        with make_store() as store:
            for _ in range(2):
                clock, platform = small_world(make_town)
                forget(store)
                with suppress(Crash):
                    seams = FaultyStore(store, faults), FaultyPlatform(platform, faults)
                    play(make_town(*seams, clock, responder=AutoResponder(60)))
            assert faults.struck
            assert (root, flags) == (store.checkpoint().root, platform.flags()), f"killed at call {at}"


def test_restarted_on_the_same_platform_it_goes_on(make_store, make_town):
    """Killed anywhere and restarted where it stood, events told again: the same holds in force, each deed on record once."""
    _, flags, calls = calm_run(make_store, make_town)

    for at in range(1, calls + 1, calls // KILLS):
        faults = Faults(at, When.BEFORE if at % 2 else When.AFTER)
        with make_store() as store:
            clock, platform = small_world(make_town)
            with suppress(Crash):
                seams = FaultyStore(store, faults), FaultyPlatform(platform, faults)
                play(make_town(*seams, clock, responder=AutoResponder(60)))
            town = make_town(store, platform, clock, responder=AutoResponder(60))
            play(town, since=clock.now())
            town.run(2 * MINUTE)

            assert flags == platform.flags(), f"killed at call {at}"
            assert {HoldState.IN_FORCE} == {held.state for held in town.response.book.holds.values()}
            outcomes = town.keys("outcome/")
            assert len(outcomes) == len(town.keys("intent/"))
            assert len(platform.deeds) == len(set(platform.deeds))
