"""Do the plain rules group what shares a key, and nothing else?"""

from benchmarks.peers.grouping import Grouping

DAY = 86_400_000


def groups(posts, window=DAY, alike=lambda one, other: True):
    grouping = Grouping(window, alike)
    for post in posts:
        grouping.add(*post)
    return [(sorted(group.accounts), group.found_at) for group in grouping.groups()]


def test_three_accounts_that_share_a_key_are_a_group():
    """It is found at the third account, and goes on growing."""
    posts = [("a", 1, ["k"]), ("b", 2, ["k"]), ("b", 3, ["k"]), ("c", 4, ["k", "l"]), ("d", 5, ["l"])]
    assert groups(posts) == [(["a", "b", "c", "d"], 4)]


def test_one_account_alone_is_none():
    """However often an account repeats itself, and with whomever it is a pair."""
    assert groups([("a", time, ["k"]) for time in range(9)] + [("b", 10, ["k"])]) == []


def test_a_group_is_over_after_the_window():
    """What comes later begins a new one."""
    early, late = ([(who, start + time, ["k"]) for time, who in enumerate("abc")] for start in (0, 2 * DAY))
    assert groups(early + late) == [(["a", "b", "c"], 2), (["a", "b", "c"], 2 * DAY + 2)]


def test_unlike_posts_stay_apart():
    """A shared key is not enough where posts are also compared."""
    posts = [(who, time, ["k"], who.isupper()) for time, who in enumerate("aAbBcC")]
    assert groups(posts, alike=lambda one, other: one == other) == [(["a", "b", "c"], 4)]
