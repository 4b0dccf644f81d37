"""Are the groups of all contestants measured with one measure?"""

import pytest
from benchmarks.peers.judge import HOUR, Found, Group, Truth, judged, scored

MINUTE = 60_000
LURE = [(f"victim{number}", 10 * HOUR + number * MINUTE) for number in range(1, 7)]


def world(**campaigns):
    return Truth(background=1_000, campaigns=campaigns, variants={name: name for name in campaigns}, lookalikes=10)


def group(*accounts, at=None):
    return Group(accounts=frozenset(accounts), found_at=at)


def victims(count):
    return [name for name, _ in LURE[:count]]


def test_half_of_a_group_is_enough():
    """A group of which half carries the campaign finds it, and recalls the accounts that it names."""
    verdict = judged([group(*victims(3), "a", "b", "c", at=10 * HOUR)], world(V0=LURE))
    assert verdict.found["V0"].recalled == 0.5
    assert (verdict.false_groups, verdict.innocent) == (0, 3)


def test_less_than_half_is_a_false_alarm():
    """A group most of which is innocent finds nothing, and accuses."""
    verdict = judged([group(*victims(2), "a", "b", "c")], world(V0=LURE))
    assert verdict.found == {"V0": None}
    assert (verdict.false_groups, verdict.innocent) == (1, 3)


def test_two_accounts_are_no_group():
    """A pair neither finds nor accuses."""
    verdict = judged([group(*victims(2)), group("a", "b")], world(V0=LURE))
    assert (verdict.found, verdict.false_groups, verdict.innocent) == ({"V0": None}, 0, 0)


def test_campaigns_thrown_together_are_no_false_alarm():
    """Three campaigns in one group are found by nobody, but nobody innocent is accused."""
    names = [f"{who}{number}" for who in "xyz" for number in range(3)]
    truth = world(**{f"V{who}": [(name, HOUR) for name in names if name[0] == who] for who in "xyz"})
    verdict = judged([group(*names)], truth)
    assert set(verdict.found.values()) == {None}
    assert (verdict.false_groups, verdict.innocent) == (0, 0)


def test_said_while_reading_counts_from_that_moment():
    """Posts are counted up to the one at which the group was said."""
    verdict = judged([group(*victims(6), at=LURE[3][1])], world(V0=LURE))
    assert verdict.found["V0"] == Found(posts_until=4, recalled=1.0)


def test_nobody_knows_before_the_third_carrier():
    """A group said for other reasons finds a campaign only when three of its carriers have posted."""
    verdict = judged([group(*victims(6), at=0)], world(V0=LURE))
    assert verdict.found["V0"].posts_until == 3


@pytest.mark.parametrize(("shift", "until"), [(0, 6), (-63 * MINUTE, 3)], ids=["within the hour", "at its end"])
def test_a_tool_that_reads_whole_files_runs_at_full_hours(shift, until):
    """Such a tool finds a campaign at the first full hour after the third carrier, at best."""
    lure = [(name, time + shift) for name, time in LURE]
    assert judged([group(*victims(6))], world(V0=lure)).found["V0"].posts_until == until


def test_the_earliest_of_several_groups_counts():
    """Groups that find the same campaign add their accounts; the first to be said gives the moment."""
    early, late = group(*victims(3), at=LURE[2][1]), group(*(name for name, _ in LURE[3:]), at=LURE[5][1])
    assert judged([late, early], world(V0=LURE)).found["V0"] == Found(posts_until=3, recalled=1.0)


def test_one_alarm_said_twice_is_one():
    """A false group within another false group is not counted again; one beside it is."""
    verdict = judged([group(*"abc"), group(*"abcd"), group(*"cde")], world(V0=LURE))
    assert (verdict.false_groups, verdict.innocent) == (2, 5)


def test_scores_are_over_all_campaigns():
    """A missed campaign recalls no account, and has no number of posts."""
    score = scored([Found(posts_until=3, recalled=1.0), None, Found(posts_until=5, recalled=0.5), None])
    assert (score.campaigns, score.found, score.recalled, score.posts_until) == (4, 2, 0.375, 4)
    assert scored([None]).posts_until is None
