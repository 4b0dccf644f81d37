"""The exact test agrees with whole-number arithmetic, at every size."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.investigation.exact import holm, log_tail, log_tail_chosen, with_evidence


def oracle(touched: int, of: int, base_touched: int, base_of: int) -> float:
    """The log of the tail by exact fractions."""
    ways = sum(
        math.comb(base_touched, hits) * math.comb(base_of - base_touched, of - hits)
        for hits in range(touched, min(of, base_touched) + 1)
    )
    tail = Fraction(ways, math.comb(base_of, of))
    return math.log(tail.numerator) - math.log(tail.denominator)


@st.composite
def drawings(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """A possible outcome of a drawing."""
    base_of = draw(st.integers(1, 150))
    base_touched = draw(st.integers(0, base_of))
    of = draw(st.integers(0, base_of))
    least = max(0, of + base_touched - base_of)
    return draw(st.integers(least, min(of, base_touched))), of, base_touched, base_of


@given(drawings())
def test_tail_is_the_exact_fraction(drawing: tuple[int, int, int, int]) -> None:
    """For every possible drawing of up to 150 accounts the tail is right to nine digits."""
    assert log_tail(*drawing)[0] == pytest.approx(oracle(*drawing), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "drawing",
    [
        (3, 3, 130, 330_000_000),
        (45, 45, 130, 10**9),
        (20, 20, 10**6, 10**9),
        (45, 45, 5 * 10**8, 10**9),
        (50, 1_000, 10**6, 10**9),
        (2, 40, 3 * 10**8, 10**9),
    ],
)
def test_tail_is_exact_on_the_largest_platforms(drawing: tuple[int, int, int, int]) -> None:
    """With up to a thousand million accounts no digit is lost to cancellation."""
    assert log_tail(*drawing)[0] == pytest.approx(oracle(*drawing), rel=1e-9)


@given(st.integers(2, 60), st.integers(1, 400), st.integers(0, 10**7))
def test_more_overlap_is_less_likely(of: int, spare: int, others: int) -> None:
    """The probability falls strictly as more of the accounts are touched, all else being equal."""
    base_of = of + spare + others
    log_p = log_tail(np.arange(0, of + 1), of, of + spare // 2, base_of)
    assert np.all(np.diff(log_p[log_p < 0]) < 0)
    assert log_p[0] == 0


def test_many_factors_at_once_give_what_each_gives_alone() -> None:
    """Arrays broadcast, and no factor changes another's answer."""
    touched, base = np.array([3, 5, 0, 7]), np.array([3, 100, 5_000, 9_000])
    together = log_tail(touched, 7, base, 10_000)
    assert together.tolist() == [log_tail(k, 7, m, 10_000)[0] for k, m in zip(touched, base, strict=True)]


@pytest.mark.parametrize("drawing", [(4, 3, 5, 10), (2, 3, 1, 10), (1, 3, 11, 10), (-1, 3, 5, 10), (1, 11, 5, 10)])
def test_impossible_drawings_are_refused(drawing: tuple[int, int, int, int]) -> None:
    """Numbers that no drawing can give are an error, not a probability."""
    with pytest.raises(ValueError, match="must hold"):
        log_tail(*drawing)


def test_holm_multiplies_each_by_the_hypotheses_still_open() -> None:
    """The smallest is corrected for all tried, the next for one fewer, never below the one before, never above 1."""
    corrected = np.exp(holm(np.log(np.array([0.01, 0.0001, 0.5, 0.0101])), 10))
    assert corrected == pytest.approx([0.09, 0.001, 1.0, 0.09])


@given(drawings())
def test_a_choice_without_bias_is_chance(drawing: tuple[int, int, int, int]) -> None:
    """At odds of one to one the bound of a chosen sample is the exact test itself."""
    assert log_tail_chosen(*drawing, 1.0) == pytest.approx(float(log_tail(*drawing)[0]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("drawing", "odds"), [((4, 6, 9, 60), 3), ((5, 5, 20, 300), 10), ((2, 8, 30, 40), 2)])
def test_a_biased_choice_is_the_noncentral_law(drawing: tuple[int, int, int, int], odds: int) -> None:
    """The tail agrees with the sum of weights in whole numbers."""
    touched, of, marked, total = drawing
    weights = {
        x: math.comb(marked, x) * math.comb(total - marked, of - x) * odds**x
        for x in range(max(0, of + marked - total), min(of, marked) + 1)
    }
    tail = sum(weight for x, weight in weights.items() if x >= touched) / sum(weights.values())
    assert log_tail_chosen(*drawing, odds) == pytest.approx(math.log(tail), rel=1e-9)


@given(drawings(), st.floats(1, 100), st.floats(1, 10))
def test_more_bias_explains_more(drawing: tuple[int, int, int, int], odds: float, times: float) -> None:
    """Nothing looks rarer for a more biased choice, and nothing is impossible by rounding, on the largest platforms too."""
    assert log_tail_chosen(*drawing, odds) <= log_tail_chosen(*drawing, odds * times) + 1e-9
    assert -1e5 < log_tail_chosen(45, 45, 130, 10**9, odds) < 0


@given(st.floats(-100, 0), st.floats(-50, 100))
def test_evidence_never_weakens_a_test(log_p: float, nats: float) -> None:
    """Evidence for it makes chance less likely or leaves it; none, or evidence against it, changes nothing."""
    together = with_evidence(log_p, nats)
    assert together <= log_p
    if nats <= 0:
        assert together == log_p


def test_evidence_is_a_p_value_of_its_own() -> None:
    """Of two independent tests the product is taken, with what the best of many products is worth."""
    assert with_evidence(math.log(0.01), math.log(100)) == pytest.approx(math.log(1e-4 * (1 - math.log(1e-4))))


@pytest.mark.parametrize("wrong", [(4, 3, 5, 10, 2.0), (2, 3, 1, 10, 2.0), (1, 3, 5, 10, 0.5)])
def test_impossible_choices_are_refused(wrong: tuple[int, int, int, int, float]) -> None:
    """Numbers of no drawing, and a bias against being touched, are errors."""
    with pytest.raises(ValueError, match="must hold"):
        log_tail_chosen(*wrong)
