"""The clean form and the skeleton are what the definition says, for every code point and every mixture."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.reading import agreement, read_text
from holdfast.reading import definition as plain
from holdfast.reading.desk import MOST


def test_every_code_point_has_the_clean_form_of_its_definition(clean):
    """No code point that Python knows too is mapped otherwise than NFKC without what is ignorable."""
    points = sorted(plain.known())
    for first in range(0, len(points), 8_192):
        text = "|".join(map(chr, points[first : first + 8_192]))
        if clean(text.encode()) != plain.clean(text):
            assert [
                c for c in points[first : first + 8_192] if clean(f"a{chr(c)}b".encode()) != plain.clean(f"a{chr(c)}b")
            ] == []


def test_every_code_point_that_changes_has_the_skeleton_of_its_definition(marked):
    """Folded, confusable, composed and marked letters give the features that the definition gives."""
    changing = [c for c in sorted(plain.known()) if c < 0xAC00 or c > 0xD7A3]
    changing = [c for c in changing if not 0x3400 <= c < 0xA000 and c < 0x20000]
    for first in range(0, len(changing), 512):
        text = " ".join(f"{chr(c)}x{chr(c)}" for c in changing[first : first + 512])
        assert marked(text) == plain.fingerprint(plain.clean(text)), hex(changing[first])


@settings(deadline=None)
@given(data=st.data())
def test_any_mixture_reads_as_defined(data, texts, clean, marked):
    """White space, jamo, marks, look-alikes and invisible characters next to each other change nothing about that."""
    text = data.draw(texts)
    assert clean(text.encode()) == plain.clean(text)
    assert marked(text) == plain.fingerprint(plain.clean(text))


@settings(deadline=None)
@given(data=st.data())
def test_normal_forms_are_idempotent(data, texts, clean):
    """The clean form of a clean form, and the skeleton of a skeleton, are themselves."""
    text = data.draw(texts)
    once = clean(text.encode())
    assert clean(once.encode()) == once
    bone = plain.skeleton(plain.clean(text))
    assert plain.skeleton(bone) == bone


@settings(deadline=None)
@given(data=st.data())
def test_marks_may_stand_in_any_order(data, texts, marked):
    """Canonically equivalent texts have one fingerprint, so nothing needs to be put in order first."""
    text = "".join(c for c in data.draw(texts) if not "\u1100" <= c <= "\u11ff")
    assert marked(unicodedata.normalize("NFD", text)) == marked(unicodedata.normalize("NFC", text))


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_read(clean, data):
    """Bytes that are no UTF-8 become U+FFFD, and what stands around them is read all the same."""
    assert clean(b"before " + data + b" after").startswith("before")
    assert clean(b"before " + data + b" after").endswith("after")


def test_ill_formed_utf8_becomes_the_replacement_character(clean):
    """Overlong forms, surrogates and cut sequences are not decoded."""
    for bad in (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xff"):
        assert set(clean(b"a" + bad + b"z")[1:-1]) == {"\ufffd"}, bad


def test_lines_end_where_they_did(clean):
    """A run of white space becomes one space, or one line feed when a line ended in it."""
    assert clean("  a \t b \r\n\u2003 c\u2028d \n".encode()) == "a b\nc\nd"


def test_a_text_is_read_up_to_its_limit(clean):
    """The clean form has at most 65,536 code points and one longer mapping, whatever is poured in."""
    assert MOST <= len(clean(b"x" * 300_000)) <= MOST + 20
    assert MOST <= len(clean("ﷺ".encode() * 100_000)) <= MOST + 20


DISGUISES = {
    "zero width": "\u200b".join,
    "bidirectional controls": lambda text: "\u202e" + "\u2066".join(text) + "\u202c",
    "soft hyphens": "\u00ad".join,
    "variation selectors": "\ufe0f".join,
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "mathematical": lambda text: "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in text),
    "look-alikes": lambda text: text.translate(str.maketrans("aeopcxyi", "аеорсхуі")),
    "marks": lambda text: "".join(c + "\u0336\u0315" for c in text),
    "capitals": str.upper,
    "spaces": lambda text: text.replace(" ", "\u2003 \u00a0"),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_text_in_disguise_has_its_own_fingerprint(disguise):
    """What cannot be seen, or looks the same, does not make another text of it."""
    text = "send me two coins to this place and everybody gets five of them back today"
    open_, hidden = read_text(text), read_text(disguise(text))
    assert hidden.bands == open_.bands
    assert agreement(hidden.signature, open_.signature) == 16
