"""Numbers ported at one carrier speak for it, and numbers ported elsewhere in the same hours against it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.investigation.market import Ports, evidence

NOBODY = Ports()


def beta_binomial(own: int, of: int, a: float, b: float) -> float:
    """The log of the probability of `own` of `of` in one order, with an unknown share ~ Beta(a, b)."""

    def beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return beta(a + own, b + of - own) - beta(a, b)


@given(st.integers(0, 12), st.integers(0, 4), st.integers(0, 30), st.integers(0, 30))
def test_of_the_accounts_alone_it_is_a_ratio_of_beta_binomials(own: int, rest: int, held: int, rivals: int) -> None:
    """With nobody else ported in these hours the integrals have a closed form."""
    found = evidence(Ports(own=own, of=own + rest), NOBODY, 0.0, Ports(own=held, of=held + rivals))
    closed = beta_binomial(own, own + rest, 19, 1) - beta_binomial(own, own + rest, 1 + held, 2 + rivals)
    assert found == pytest.approx(closed, abs=0.05)


@given(st.integers(3, 8), st.integers(0, 12), st.integers(0, 12))
def test_every_number_ported_elsewhere_meanwhile_speaks_against_the_carrier(own: int, here: int, there: int) -> None:
    """And every one ported here for it, as long as none is to be expected on any day."""
    asked, market = Ports(own=own, of=own), Ports(own=5, of=10)
    found = evidence(asked, Ports(own=here, of=here + there), 0.0, market)
    assert evidence(asked, Ports(own=here, of=here + there + 1), 0.0, market) < found
    assert evidence(asked, Ports(own=here + 1, of=here + there + 1), 0.0, market) > found


def test_what_may_have_been_ported_on_any_day_says_nothing() -> None:
    """As many others as are usual leave the evidence as it is, but for what they tell of the market."""
    asked, market = Ports(own=5, of=5), Ports(own=500, of=1_000)
    alone = evidence(asked, NOBODY, 0.0, market)
    assert evidence(asked, Ports(own=6, of=12), 12.0, market) == pytest.approx(alone, abs=0.05)
