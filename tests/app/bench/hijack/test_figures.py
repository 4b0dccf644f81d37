"""What becomes of an attack, what is false, and the figures made of both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.bench.hijack.figures import false_alarms, parts_of, row_of, rows_of, seen_by
from holdfast.app.bench.hijack.outcomes import outcomes
from holdfast.app.bench.hijack.poisson import at_most, bounds
from holdfast.app.bench.hijack.replay import Replay, Seen
from holdfast.app.bench.hijack.thresholds import at_thresholds
from holdfast.app.bench.hijack.truth import Part, Parts, Truth

PARTS = Parts(start=0, end=8_000_000)
PLACES = {f"V0#00:{n}": 10 * n for n in range(5)} | {f"V1#00:{n}": 10 * n + 5 for n in range(5)}


def replayed(*told):
    """A replay in which these were told, (campaign, posts fed) each; of each campaign the last one told stands."""
    seen = tuple(Seen(campaign=found, posts=posts, time=60_000 * posts // 10) for found, posts in told)
    final = {each.campaign.id: each.campaign for each in seen}
    return Replay(told=seen, campaigns=tuple(final.values()), took=np.ones(1), sizes=np.ones(1, np.int64))


@pytest.fixture
def two(attack):
    """Two attacks whose posts take turns."""
    return attack("V0#00", "abcde"), attack("V1#00", "fghij", start=30_000)


def judged(attacks, replay, injected=()):
    """The outcomes of a replay."""
    truth = Truth(attacks, [*PLACES, *injected])
    return outcomes(replay, truth, PLACES, PARTS)


def test_an_attack_is_seen_when_a_campaign_with_two_of_its_carriers_is_told(two, campaign):
    """Counted in lure posts and seconds, from the first and past the third account's."""
    early = campaign(["V0#00:0", "V0#00:1", "V0#00:2"], "abc", detected_at=120_000)
    grown = campaign([f"V0#00:{n}" for n in range(5)], "abcde", detected_at=120_000, contained_at=240_000)
    first, second = judged(two, replayed((early, 21), (grown, 41)))
    assert (3, 0, 120.0, 0.0) == (
        first.delay.posts, first.delay.posts_beyond, first.delay.seconds, first.delay.seconds_beyond,
    )  # fmt: skip
    assert (5, 5, True, ("c-1",)) == (first.recalled, first.carriers, first.contained, first.found)
    assert second.delay.posts is None
    assert (0, (), False) == (second.recalled, second.found, second.joined)


def test_one_carrier_alone_tells_of_no_attack(two, campaign):
    """It may have fallen to two attackers; of an attack by one account it does."""
    found = campaign(["V0#00:0", "V0#00:1", "V1#00:0"], "abf")
    assert [3, None] == [each.delay.posts for each in judged(two, replayed((found, 21)))]


def test_an_attack_taken_into_an_older_campaign_is_joined_and_seen_then(two, campaign):
    """Not before its own posts were there, and it costs the purity of the other."""
    old = campaign([f"V0#00:{n}" for n in range(3)], "abc", detected_at=120_000)
    both = campaign([*(f"V0#00:{n}" for n in range(5)), "V1#00:3", "V1#00:4"], "abcdeij", detected_at=120_000)
    first, second = judged(two, replayed((old, 21), (both, 46)))
    assert (False, True) == (first.joined, second.joined)
    assert 5 == second.delay.posts
    assert 276 - 30 == second.delay.seconds
    assert (7, 5, 0, 0) == (first.accounts, first.true_accounts, second.accounts, second.true_accounts)
    row = row_of([first, second])
    assert (0, 1, 5 / 7) == (row.missed, row.joined, row.purity)


def test_a_campaign_mostly_of_other_posts_is_false(two, campaign):
    """Even if it caught two carriers; injected posts without a lure are not strangers to it."""
    posts = ["V0#00:0", "V0#00:1", "x", "y", "z"]
    found = campaign(posts, "abxyz", contained_at=1)
    assert judged(two, replayed((found, 50)))[0].delay.posts is None
    assert 5 == judged(two, replayed((found, 50)), injected=["x"])[0].delay.posts
    assert Truth(two, PLACES).is_false(found)


def test_the_innocent_held_are_those_whom_nobody_hijacked(two, campaign):
    """Another attack's carriers spoil the purity, but they are not innocent."""
    found = campaign([f"V0#00:{n}" for n in range(5)], "abcdefx", contained_at=9)
    (outcome, _) = judged(two, replayed((found, 50)))
    assert (7, 5, 7, 1) == (outcome.accounts, outcome.true_accounts, outcome.held, outcome.innocent_held)
    assert 1 / 7 == row_of([outcome]).innocent
    assert 4 / 10 == row_of([outcome], more_held=3).innocent


def test_rows_are_by_variant_and_part_and_shares_of_nothing_are_none(two, campaign):
    """A variant that nobody saw has figures too."""
    found = campaign([f"V0#00:{n}" for n in range(5)], "abcde", detected_at=120_000)
    told = judged(two, replayed((found, 41)))
    rows = rows_of(told)
    assert (["V0", "V1"], 1, 0) == (list(rows), rows["V1"].missed, rows["V0"].missed)
    assert (1.0, 0.0, None) == (rows["V0"].recalled, rows["V1"].recalled, rows["V1"].purity)
    assert (0.0, 1.0) == (rows["V0"].by_third, rows["V0"].by_fifth)
    assert rows["V1"].posts is None
    assert {"warm_up": 2, "development": 0, "test": 0} == {name: row.campaigns for name, row in parts_of(told).items()}
    assert [0.0, 0.0, 0.0, 0.0, 0.5, 0.5] == seen_by(told, 6)


def test_the_background_is_divided_in_a_quarter_a_quarter_and_a_half():
    """Weeks 1 and 2, 3 and 4, and 5 to 8 of eight; what lies outside belongs beside it."""
    times = [-1, 0, 1_999_999, 2_000_000, 3_999_999, 4_000_000, 9_000_000]
    assert [Part.WARM_UP] * 3 + [Part.DEVELOPMENT] * 2 + [Part.TEST] * 2 == [PARTS.of(time) for time in times]


def test_false_alarms_are_counted_after_the_warm_up(campaign):
    """By tier, with the accounts that would be held."""
    found = [
        campaign("x", "x", name="c-1", detected_at=1_000_000, contained_at=1_000_000),
        campaign("xy", "xyz", name="c-2", detected_at=2_500_000),
        campaign("xy", "xy", name="c-3", detected_at=5_000_000, contained_at=6_000_000),
    ]
    alarms = false_alarms(found, PARTS, 500_000)
    assert (2, 1, 1, 2) == (alarms.alert.campaigns, alarms.contain.campaigns, alarms.warming_up, alarms.held)
    assert 4.0 == alarms.alert.per_million
    assert alarms.alert.at_least < 4.0 < alarms.alert.at_most
    assert ("bc1",) == alarms.campaigns[0].lures


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (10, 4.7954, 18.3904)]
)
def test_poisson_bounds_are_those_of_the_tables(count, low, high):
    """Exact, both sides, 95 % (Garwood 1936)."""
    assert (low, high) == pytest.approx(bounds(count), abs=1e-4)


@given(st.integers(0, 2_000), st.sampled_from([0.8, 0.95, 0.99]))
def test_poisson_bounds_leave_out_what_they_say(count, confidence):
    """Half of the rest on each side, for any count."""
    low, high = bounds(count, confidence)
    assert low <= count < high
    assert at_most(count, high) == pytest.approx((1 - confidence) / 2, rel=1e-6)
    if count:
        assert 1 - at_most(count - 1, low) == pytest.approx((1 - confidence) / 2, rel=1e-6)


def test_false_alarms_by_threshold_count_each_campaign_at_its_highest(campaign):
    """Those that merged count as one, and the warm-up does not count."""
    told = [
        (campaign("x", "x", name="c-0", detected_at=1, score=20.0), 1),
        (campaign("x", "x", name="c-1", detected_at=3_000_000, score=9.0), 1),
        (campaign("x", "x", name="c-1", detected_at=3_000_000, score=5.0), 2),
        (campaign("y", "y", name="c-2", detected_at=3_000_000, score=6.0), 3),
        (campaign("xy", "xy", name="c-2", detected_at=3_000_000, score=7.0, merged=["c-1"]), 4),
        (campaign("z", "z", name="c-3", detected_at=3_000_000, score=4.5), 5),
    ]
    levels = {at.threshold: at.rate.campaigns for at in at_thresholds(replayed(*told).told, PARTS, 1_000_000, 12.0)}
    assert {4.0: 2, 4.5: 2, 4.75: 1, 9.0: 1, 9.25: 0, 12.0: 0} == {
        at: levels[at] for at in (4.0, 4.5, 4.75, 9.0, 9.25, 12.0)
    }
