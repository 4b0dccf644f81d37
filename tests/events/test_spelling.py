"""One rule says which ids look the same, for people and for accounts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import spelling_key
from holdfast.guard import person_key


@pytest.mark.parametrize(
    "other",
    [
        "Account-1",
        "ACCOUNT-1",
        "account\u00ad-1",
        " account-1\u200b",
        "acc\u00f6unt-1",
        "\uff41ccount-1",
        "account\t-1",
        "account-1\u3164",
        "account\uffa0-1",
        "account\u2800-1\U000e0fff",
    ],
)
def test_what_the_eye_takes_for_one_has_one_key(other):
    """Case, width, accents, white space and what is not seen make no other account."""
    assert spelling_key(other) == spelling_key("account-1") == "account-1"


@given(st.text(st.characters(max_codepoint=127)))
def test_the_short_way_comes_to_the_same(id_):
    """Plain ids are not looked at letter by letter, and have the key that they would have."""
    unseen = {"Cf", "Cc", "Zs", "Zl", "Zp", "Mn"}
    folded = unicodedata.normalize("NFKD", id_.casefold())
    assert spelling_key(id_) == "".join(each for each in folded if unicodedata.category(each) not in unseen)


@given(st.text())
def test_a_key_is_its_own_key_and_people_have_the_same(id_):
    """It is one rule: what tells accounts apart tells people apart."""
    assert spelling_key(spelling_key(id_)) == spelling_key(id_) == person_key(id_)
