"""What is copied before the gate is asked, and what cannot be."""

from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.client.frozen import frozen, thawed
from holdfast.errors import UsageError
from holdfast.guard.staff import DEEPEST, too_deep

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_a_copy_says_the_same_and_is_the_same_as_its_copy(value):
    """Through JSON and back."""
    copy = frozen(value, "it")
    assert value == thawed(copy)
    assert copy == frozen(copy, "it")
    assert msgspec.json.encode(value) == msgspec.json.encode(thawed(copy))


def test_nothing_that_holds_the_original_can_change_the_copy():
    """Lists become tuples, records read-only, all the way down."""
    inner = {"list": [1, {"a": 2}]}
    copy = frozen([inner], "it")
    inner["list"][1]["a"] = 3
    inner["list"].append(4)
    assert ({"list": (1, {"a": 2})},) == copy
    with pytest.raises(TypeError):
        copy[0]["list"] = ()
    assert MappingProxyType is type(copy[0])


class Sly(str):
    """A text that says one thing now and another later."""

    __slots__ = ()


class SlyDict(dict):
    """The same for a record."""


def deep():
    """Lists in lists."""
    value = []
    for _ in range(100):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), 2**53, b"x", Sly("x"), SlyDict(), {1: 2}, {Sly("a"): 1}, object(), {1}, deep(), [Sly("x")]],
)
def test_what_cannot_be_agreed_to_exactly_is_refused(value):
    """Numbers that JSON rounds, types that can change their mind, and what lies too deep."""
    with pytest.raises(UsageError) as raised:
        frozen(value, "it")
    assert raised.value.advice


def test_what_is_taken_here_the_gate_takes_as_well():
    """Neither takes more lists in each other than the other does."""
    deepest = "x"
    for _ in range(DEEPEST):
        deepest = [deepest]
    assert not too_deep({"notes": thawed(frozen(deepest, "notes"))})
    with pytest.raises(UsageError):
        frozen([deepest], "notes")
    assert too_deep({"notes": [deepest]})
