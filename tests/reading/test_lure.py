"""A lure for people."""

from holdfast.reading import Lure, LureKind, most_telling


def test_what_can_be_followed_is_told_before_the_words_around_it():
    """Every kind has its place; addresses and sites come first, words last, and nothing is told twice."""
    lures = [Lure(kind=kind, value=f"{kind} {n}") for n in range(2) for kind in reversed(LureKind)]
    told = most_telling([*lures, *lures])

    assert sorted(lures, key=str) == sorted(told, key=str)
    assert [LureKind.ADDRESS, LureKind.ADDRESS, LureKind.DOMAIN] == [lure.kind for lure in told[:3]]
    assert ["text 0", "text 1"] == [lure.value for lure in told[-2:]]
