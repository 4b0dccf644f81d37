"""Much alike texts are found by their bands and confirmed by their signatures, however many are held."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard import Rule, RuleKind
from holdfast.guard.texts import AGREEING, CANDIDATES, HeldTexts
from holdfast.reading import agreement

signatures = st.lists(st.integers(0, 2), min_size=16, max_size=16).map(lambda row: np.array(row, dtype=np.uint8))
bands = st.lists(st.integers(0, 6), min_size=8, max_size=8).map(tuple)


def held(number: int, signature: np.ndarray, keys: tuple[int, ...]) -> Rule:
    """A held text."""
    return Rule(hold=f"h{number}", kind=RuleKind.TEXT, id=f"text:{number}", starts=0, signature=signature, bands=keys)


@given(st.lists(st.tuples(signatures, bands), max_size=8), signatures, bands)
def test_alike_are_those_that_share_a_band_and_agree(
    texts: list[tuple[np.ndarray, tuple[int, ...]]], signature: np.ndarray, keys: tuple[int, ...]
) -> None:
    """A band that stands for nothing (0) is shared by nobody; half of the signature must agree."""
    rules = [held(number, *text) for number, text in enumerate(texts)]
    expected = {
        rule.hold
        for rule in rules
        if set(rule.bands) & set(keys) - {0} and agreement(rule.signature, signature) >= AGREEING
    }
    assert {rule.hold for rule in HeldTexts(rules).like(signature, keys)} == expected


def test_a_flood_of_held_texts_neither_hides_a_likeness_nor_costs_more() -> None:
    """Of thousands that share a band only so many are compared, and one of a campaign's own is found among them."""
    signature = np.arange(16, dtype=np.uint8)
    flood = [held(number, signature, (1, 2, 3, 4, 5, 6, 7, 8)) for number in range(3_000)]
    assert 0 < len(HeldTexts(flood).like(signature, (1, 2, 3, 4, 5, 6, 7, 8))) <= CANDIDATES


def test_nothing_held_is_like_nothing() -> None:
    """Without held texts there is nothing to compare."""
    texts = HeldTexts(())
    assert not texts
    assert texts.like(np.zeros(16, dtype=np.uint8), (1,) * 8) == ()
