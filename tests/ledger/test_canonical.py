"""The canonical form, against the examples of RFC 8785 and against the reference encoder."""

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InputError
from holdfast.ledger.canonical import canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["\U0001f600", "\ue000", "\uffff\U00010000", '\\"', "x:1.5", "[1e5", "sha256:12e3", "\x00\x1f\x7f"]
)
NUMBERS = (
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1e21, 1e20, 1e-6, 1e-7, 5e-324, 1.7976931348623157e308, 333333333.33333329])
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4) | st.tuples(inner),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5) | st.lists(VALUES, max_size=5))
def test_it_is_what_the_reference_writes(value):
    """The fast way is only taken where it gives the same bytes as the reference encoder."""
    assert canonical(value) == rfc8785.dumps(value)


def test_the_example_of_the_rfc_comes_out():
    """RFC 8785 section 3.2.2 to 3.2.4: its sample object gives its published bytes."""
    sample = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(sample) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_the_names_of_the_rfc_sort_as_it_says():
    """RFC 8785 section 3.2.3: names sort by UTF-16 code units, so an emoji comes before a Hebrew presentation form."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    expected = "{" + ",".join(f'"{name}":0'.replace("\r", "\\r") for name in order) + "}"
    assert canonical(dict.fromkeys(names, 0)) == expected.encode()


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        2**53,
        -(2**53),
        10**400,
        b"bytes",
        {1, 2},
        object(),
        "\ud800",
        ["\udfff"],
        {"\ud800": 1},
        {1: "name is a number"},
        {None: 1},
        1j,
    ],
    ids=repr,
)
def test_what_json_cannot_say_is_refused(value):
    """Nothing is bent into shape: what does not read back as it was is refused with advice."""
    with pytest.raises(InputError) as caught:
        canonical({"x": value})
    assert "finite" in caught.value.advice


def test_nesting_without_end_is_refused():
    """A value deeper than the stack, or one that contains itself, is refused and does not end the process."""
    deep: dict = {}
    for _ in range(100_000):
        deep = {"x": deep}
    endless: dict = {}
    endless["x"] = endless
    for value in (deep, endless):
        with pytest.raises(InputError):
            canonical(value)
