"""Waves: a cohort goes free part by part, and trouble takes the last part back."""

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import Directory, Verified
from holdfast.errors import RecoveryError, SettingsError
from holdfast.events import ACCOUNTS
from holdfast.recovery import Bounds, Health, Order, Phase, Schedule, Waves, planned, restored, step, trouble
from holdfast.recovery.waves import EVERYBODY, NOBODY, Finish, HoldAgain, Look, Over, Release, Resume, left

WELL, ILL = Health(), Health(lures=1)
SCHEDULE = Schedule(shares=(0.1, 0.4, 1.0), quiet=60, every=30)


def directory(count=2_000):
    """Accounts of which every second is verified, with reaches all over the place."""
    reach = np.random.default_rng(1).lognormal(6, 2, count).astype(int)
    rows = [
        {
            "account": f"a{place}",
            "handle": None,
            "verified": place % 2 == 0,
            "reach": int(reach[place]),
            "tier": "ordinary",
            "org": None,
            "emergency": False,
            "created": 0,
            "posts_per_hour": 1.0,
        }
        for place in range(count)
    ]
    return Directory(pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS))


TOWN = directory()
MEMBERS = TOWN.mask(Verified(), 0)


def waves(order=Order.RANDOM, shares=SCHEDULE.shares):
    schedule = msgspec.structs.replace(SCHEDULE, order=order, shares=shares)
    return planned(schedule, "seed", TOWN.reach[MEMBERS], 0)


def figures(run):
    return restored(MEMBERS, TOWN.mask(run.freed, 0))


def at(now, health=WELL):
    return Look(now=now, health=health)


@pytest.mark.parametrize("order", Order)
def test_a_quiet_cohort_goes_free_in_waves_of_the_stated_size(order):
    """A tenth, four tenths, everybody, each at its time and not before."""
    run, out = waves(order), []
    for now in range(0, 200, 10):
        run, commands = step(run, at(now))
        out += [(now, type(command)) for command in commands]
        if commands:
            out[-1] = (*out[-1], round(figures(run).restored / figures(run).all, 1))

    assert [(60, Release, 0.1), (90, Release, 0.4), (120, Release, 1.0), (150, Finish, 1.0)] == out
    assert Phase.DONE is run.phase


def test_those_with_the_fewest_followers_go_first_by_risk():
    """What goes wrong in an early wave is seen by few."""
    run, _ = step(waves(Order.RISK), at(60))
    free = TOWN.mask(run.freed, 0) & MEMBERS
    assert TOWN.reach[free].max() <= TOWN.reach[MEMBERS & ~free].min()


def test_trouble_takes_the_last_wave_back_and_waits_for_a_person():
    """The waves before it stay free; nothing goes on by itself, however long all is well."""
    run, _ = step(waves(), at(60))
    first = run.freed
    run, _ = step(run, at(90))
    run, commands = step(run, at(100, ILL))

    assert (HoldAgain(free=first, why=("1 new lure posts, at most 0 are healthy",)),) == commands
    assert (Phase.PAUSED, first) == (run.phase, run.freed)
    assert (run, ()) == step(run, at(10_000))

    run, commands = step(run, Resume(now=10_000))
    assert (Phase.WATCHING, ()) == (run.phase, commands)
    assert (run, ()) == step(run, at(10_029))
    assert isinstance(step(run, at(10_030))[1][0], Release)


def test_before_the_first_wave_trouble_only_makes_it_wait():
    """Nobody was let go yet, so nobody has to be asked."""
    run, commands = step(waves(), at(50, ILL))
    assert ((), Phase.WATCHING) == (commands, run.phase)
    assert () == step(run, at(109))[1]
    assert isinstance(step(run, at(110))[1][0], Release)


def test_what_is_not_paused_cannot_be_resumed():
    """Else a word too much would put off the next wave."""
    with pytest.raises(RecoveryError, match="not paused"):
        step(waves(), Resume(now=5))


def test_who_is_left_is_named_without_a_list():
    """Before any wave it is the cohort itself, after the last one nobody."""
    assert Verified() == left(Verified(), NOBODY)
    assert left(Verified(), EVERYBODY) is None


@pytest.mark.parametrize("shares", [(), (0.5,), (0.4, 0.1, 1.0), (0.0, 1.0), (0.5, 1.0, 1.0)])
def test_shares_that_do_not_grow_to_all_are_refused(shares):
    """A schedule that would never end, or free somebody twice, is none."""
    with pytest.raises(SettingsError):
        Schedule(shares=shares)


@pytest.mark.parametrize("times", [{"quiet": 0}, {"every": -1}])
def test_waves_without_time_to_look_are_refused(times):
    """Waves that follow at once are one wave."""
    with pytest.raises(SettingsError):
        Schedule(**times)


@pytest.mark.parametrize(
    ("health", "broken"),
    [
        (Health(released=10, complaints=3, refusals=3), 0),
        (Health(released=10, complaints=4, refusals=4), 2),
        (Health(released=100_000, complaints=100, refusals=100), 0),
        (Health(released=100_000, complaints=101), 1),
        (Health(released=100_000, lures=1), 1),
        (Health(released=100_000, takeovers=1), 1),
    ],
)
def test_bounds_grow_with_the_number_let_go_but_for_lures_and_takeovers(health, broken):
    """Of many honest people some are reported each hour; not one of them posts a lure."""
    assert broken == len(trouble(health, Bounds()))


health = st.builds(Health, lures=st.sampled_from([0, 0, 0, 1]), complaints=st.sampled_from([0, 2, 9]))
looks = st.tuples(st.integers(0, 50), health)
news = st.lists(st.one_of(looks, st.just("resume"), st.just("over")), max_size=40)


def played(story, order):
    """Every state that the story leads through, with the news and the commands between."""
    run, now, told = waves(order), 0, []
    for each in story:
        if each == "resume" and run.phase is not Phase.PAUSED:
            continue
        if isinstance(each, tuple):
            now += each[0]
        item = Resume(now=now) if each == "resume" else Over() if each == "over" else at(now, each[1])
        before = run
        run, commands = step(before, item)
        told.append((before, item, run, commands))
    return told


@given(news, st.sampled_from(Order))
def test_whatever_happens_nobody_is_lost_and_trouble_frees_nobody(story, order):
    """Restored and held are always everybody; more go free only by a release while all is well; a pause holds again."""
    for before, item, after, commands in played(story, order):
        count = figures(after)
        assert MEMBERS.sum() == count.all == count.restored + count.held
        wrong = isinstance(item, Look) and bool(trouble(item.health, SCHEDULE.bounds))
        if figures(before).restored < count.restored:
            assert isinstance(commands[0], Release)
            assert not wrong
            assert before.phase is Phase.WATCHING
        if wrong and before.given and before.phase is Phase.WATCHING:
            assert (Phase.PAUSED, before.given - 1) == (after.phase, after.given)
            assert isinstance(commands[0], HoldAgain)
        if before.phase is Phase.PAUSED and isinstance(item, Look):
            assert (before, ()) == (after, commands)


@given(news, st.sampled_from(Order))
def test_the_same_news_give_the_same_waves(story, order):
    """Nothing is drawn, nothing is read from a clock; and a state kept and read again goes on alike."""
    again = played(story, order)
    assert played(story, order) == again
    for before, item, after, commands in again:
        kept = msgspec.json.decode(msgspec.json.encode(before), type=Waves)
        assert (after, commands) == step(kept, item)


def test_what_was_done_since_the_first_wave_counts_at_every_look():
    """News comes late: a lure posted before the second wave must not be forgotten because that wave has gone."""
    run = waves()
    for now in (60, 90):
        run, _ = step(run, at(now))
    assert [60, 90] == [since for _, since in run.watched]
    run, _ = step(run, at(91, ILL))
    run, _ = step(run, Resume(now=95))
    assert [95] == [since for _, since in run.watched]


def test_a_clock_set_back_makes_the_waiting_begin_anew():
    """No wave waits for a time that was none, and none goes because of it."""
    run, _ = step(waves(), at(60))
    run, out = step(run, at(20))
    assert ((), 20, [20]) == (out, run.since, [since for _, since in run.watched])
    assert () == step(run, at(49))[1]
    assert step(run, at(50))[1]
