"""The cause bench counts as it says, and tells between what bounds a rate may lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.bench.cause.figures import following, share, tally

counts = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts)
def test_a_rate_lies_between_its_bounds(counted: tuple[int, int]) -> None:
    """The bounds hold what was found, and mirror those of the opposite."""
    found, opposite = share(*counted), share(counted[1] - counted[0], counted[1])
    assert 0 <= found.at_least <= found.rate <= found.at_most <= 1
    assert found.at_least == pytest.approx(1 - opposite.at_most, abs=1e-9)


@given(counts)
def test_more_worlds_narrow_the_bounds(counted: tuple[int, int]) -> None:
    """The same rate over four times as many lies in a narrower stretch."""
    few, many = share(*counted), share(4 * counted[0], 4 * counted[1])
    assert many.at_most - many.at_least < few.at_most - few.at_least


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 300, 0.0, 1 - 0.025 ** (1 / 300)), (7, 20, 0.1539, 0.5922)]
)
def test_the_bounds_are_exact(count: int, of: int, low: float, high: float) -> None:
    """As in tables of Clopper and Pearson."""
    found = share(count, of)
    assert (found.at_least, found.at_most) == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_anything_may_be() -> None:
    """No world tells nothing, and no more can be right than were asked."""
    assert (share(0, 0).rate, share(0, 0).at_least, share(0, 0).at_most) == (0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="no share"):
        share(3, 2)


def test_verdicts_and_next_accounts_are_added_up() -> None:
    """Every world counts once; next accounts count one by one."""
    counted = tally(["right", "wrong", "right", "unknown"])
    assert (counted.right.count, counted.wrong.count, counted.unknown.count, counted.right.of) == (2, 1, 1, 4)
    found = following([(3, 4, 5), (1, 1, 5)])
    assert (found.recall.count, found.recall.of) == (4, 10)
    assert (found.precision.count, found.precision.of) == (4, 5)
