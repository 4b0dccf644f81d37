"""What is signed is shown exactly: nothing invisible stays so, and what may look like something else is marked."""

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.console.exact import exact, exact_json
from holdfast.reading.definition import ignorable


def said(found):
    """The text as it stands on the page."""
    return "".join(part.text for part in found.parts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \\ text", "plain \\\\ text"),
        ("gnp.\u202eexe", "gnp.\\u{202e}exe"),
        ("a\u200bb\x1bc\nd", "a\\u{200b}b\\u{001b}c\\u{000a}d"),
        ("e\u0301", "e\\u{0301}"),
        ("a\u00a0b", "a\\u{00a0}b"),
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    """A mark that changes a plain letter too; marks of a script that needs them stay."""
    assert shown == said(exact(text))


def test_whatever_draws_nothing_is_written_out():
    """Beside a plain letter, and inside a word of another script."""
    for char in (*ignorable(), "\u2800"):
        for text in (f"a{char}b", f"\u0430{char}\u0431"):
            assert f"\\u{{{ord(char):04x}}}" in said(exact(text)), hex(ord(char))


def test_a_letter_that_looks_like_another_is_marked_and_named():
    """An address with a Cyrillic letter in it is not taken for the one without."""
    found = exact_json({"email": "p\u0430y@example.org"})
    assert ["\u0430"] == [part.text for part in found.parts if part.marked]
    assert ("cyrillic small letter a (U+0430)",) == found.named


@given(st.text(), st.text())
def test_two_texts_of_plain_letters_and_invisible_ones_never_look_the_same(one, other):
    """Whatever is written, an escape cannot be feigned."""
    one, other = (
        "".join(char for char in text if char.isascii() or unicodedata.category(char)[0] in "CZ")
        for text in (one, other)
    )
    assert (one == other) == (said(exact(one)) == said(exact(other)))


@given(
    st.dictionaries(
        st.text(), st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists)
    )
)
def test_only_what_is_plain_is_left_unmarked(value):
    """And the lines of a record are its own: no value begins one."""
    found = exact_json(value)
    assert all(
        part.text == "\n" or (part.text.isascii() and part.text.isprintable())
        for part in found.parts
        if not part.marked
    )
    assert said(found).count("\n") == msgspec.json.format(msgspec.json.encode(value), indent=2).count(b"\n")


def test_a_tower_of_brackets_stays_small():
    """Its margins would be most of it."""
    tower = []
    for _ in range(400):
        tower = [tower]
    assert 2_000 > len(said(exact_json({"a": tower})))
