"""What speaks against a factor is said, and more of it never speaks for the factor."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.investigation.cause import Factor, FactorKind, Hypothesis
from holdfast.investigation.exact import log_tail
from holdfast.investigation.objections import CHOSEN, log_p_together, objection, stands_out

kinds = st.sampled_from(sorted(CHOSEN))


def weighed(kind: FactorKind = FactorKind.STAFF, *, touched: int = 10, others: int = 2, **said: Any) -> Hypothesis:
    """A factor that touched so many of ten accounts, and so many others of ten thousand."""
    return Hypothesis(
        factor=Factor(kind=kind, value="x"),
        touched=touched,
        of=10,
        tested=10,
        base_touched=touched + others,
        base_of=10_000,
        p_value=0.0,
        p_corrected=0.0,
        explained=tuple(f"a{n}" for n in range(touched)),
        **{"log_p": min(0.0, 4.0 + float(log_tail(touched, 10, touched + others, 10_000)[0])), **said},
    )


@pytest.mark.parametrize(
    ("each", "said"),
    [
        (weighed(), ""),
        (weighed(symptom=True), "it follows from a takeover"),
        (weighed(touched=3, others=900), "chance would do as much"),
        (weighed(after=5.0), "it may have helped"),
        (weighed(FactorKind.NETWORK, after=5.0), "what opened the accounts"),
        (weighed(FactorKind.NETWORK, others=500), "open to all"),
        (weighed(FactorKind.CLIENT, home_touched=150, home_of=200), "open to all"),
        (
            weighed(FactorKind.CARRIER, touched=5, market_touched=5, market_of=10, market_tested=10),
            "a carrier of its size",
        ),
        (weighed(FactorKind.APP, others=3_000, log_p=-9.0), "as often as others"),
        (weighed(touched=4, others=900, log_p=-9.0), "as often as others"),
        (weighed(habit_touched=6, habit_of=10), "its habit"),
    ],
)
def test_each_of_the_other_explanations_is_told(each: Hypothesis, said: str) -> None:
    """In words for a person; nothing speaks against what touched these and hardly anybody else."""
    assert said in objection(each)
    assert bool(objection(each)) == bool(said)


@given(kinds, st.integers(3, 10), st.integers(0, 4_000), st.integers(0, 4_000))
def test_whom_else_it_touched_never_speaks_for_a_factor(kind: FactorKind, touched: int, others: int, more: int) -> None:
    """What is objected to at few others is so at more of them."""
    if objection(weighed(kind, touched=touched, others=others)):
        assert objection(weighed(kind, touched=touched, others=others + more))


@given(kinds, st.integers(3, 10), st.integers(0, 200), st.floats(0, 20), st.floats(0, 20))
def test_having_come_later_never_speaks_for_a_factor(
    kind: FactorKind, touched: int, others: int, after: float, more: float
) -> None:
    """Nor does more evidence that it came after the break-ins."""
    if objection(weighed(kind, touched=touched, others=others, after=after)):
        assert objection(weighed(kind, touched=touched, others=others, after=after + more))


@given(st.integers(3, 10), st.integers(0, 300), st.integers(1, 10_000), st.floats(1, 20))
def test_more_ways_and_more_bias_explain_more(touched: int, others: int, ways: int, times: float) -> None:
    """What does not stand out does not do so as one of many, or for choosier attackers."""
    each = weighed(touched=touched, others=others)
    if not stands_out([each]):
        assert not stands_out([each], ways=ways)
        assert not stands_out([each], times)


@given(st.integers(3, 8), st.integers(0, 40))
def test_a_part_more_is_another_choice(touched: int, others: int) -> None:
    """Two that touched the same accounts are worth less together than one: there are more ways to find two."""
    one = weighed(touched=touched, others=others)
    twin = msgspec.structs.replace(one, factor=Factor(kind=FactorKind.STAFF, value="y"))
    alone = float(log_tail(touched, 10, touched + others, 10_000)[0])
    assert log_p_together([one, twin], 50) >= min(alone, 0.0)
