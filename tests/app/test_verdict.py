"""How what was named is scored."""

import pytest

from holdfast.app.verdict import judged
from holdfast.connectors.simulated import Truth
from holdfast.response import Named

RIGHT, ALSO_RIGHT, WRONG = "tool_session:ts-1", "staff:s-1", "app:quiz"
ATTACK = Truth(scenario="x", seed=1, cause=(RIGHT, ALSO_RIGHT), told="a session")
NOON = 1_594_814_400_000  # 2020-07-15T12:00:00Z
NO_COMMON_CAUSE = Truth(scenario="x", seed=1, cause=(), told="nothing")


def named(factor, at=0):
    """Something that was named so many milliseconds after noon."""
    return Named(factor=factor, at=NOON + at)


def test_the_cause_of_a_campaign_is_told_with_the_time_of_its_first_naming():
    """An accusation that came earlier stands beside it."""
    score = judged([named(RIGHT, 2_000)], [named(ALSO_RIGHT, 1_000), named(RIGHT, 2_000)], ATTACK)

    assert (RIGHT, True, "2020-07-15T12:00:02.000Z") == (score.named, score.right, score.at)
    assert (ALSO_RIGHT,) == score.also


@pytest.mark.parametrize("truth", [ATTACK, NO_COMMON_CAUSE])
@pytest.mark.parametrize("causes", [[], [named(RIGHT, 1)], [named(RIGHT, 1), named(WRONG, 9)]])
def test_anything_wrong_is_told_and_nothing_else_makes_it_good(truth, causes):
    """A wrong name that was given later, elsewhere or for a while only accused somebody all the same."""
    score = judged(causes, [named(WRONG, 9)], truth)

    assert not score.right
    assert score.named not in truth.cause


def test_where_no_campaign_has_a_cause_the_first_accusation_speaks():
    """A staff member who only reads leaves no campaign."""
    score = judged([], [named(ALSO_RIGHT, 5), named(RIGHT, 3)], ATTACK)

    assert (RIGHT, True, (ALSO_RIGHT,)) == (score.named, score.right, score.also)


@pytest.mark.parametrize(("truth", "right"), [(ATTACK, False), (NO_COMMON_CAUSE, True)])
def test_unknown_is_right_where_there_is_nothing_in_common(truth, right):
    """And not named, rather than wrong, where there is."""
    score = judged([], [], truth)

    assert ("unknown", None, right) == (score.named, score.at, score.right)
