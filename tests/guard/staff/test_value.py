"""New addresses and numbers are known by a salted hash, the same however they are written."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.client import value_hash as for_platforms
from holdfast.guard.staff import value_hash

SALT = b"s" * 32


def by_hand(text):
    """What the how-to tells a platform to compute."""
    return hmac.new(SALT, text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("what", "value", "form"),
    [
        ("email", "thief@example.net", "email:thief@example.net"),
        ("email", " Thief@Example.NET. ", "email:thief@example.net"),
        ("email", "thief+potus@example.net", "email:thief@example.net"),
        ("email", "\uff54hief@example.net", "email:thief@example.net"),
        ("email", "t.h.ief+1@googlemail.com", "email:thief@gmail.com"),
        ("email", "t.hief@example.net", "email:t.hief@example.net"),
        ("email", "+1@example.net", "email:+1@example.net"),
        ("phone", "+1 (555) 010-0199", "phone:15550100199"),
        ("phone", "001 555 0100199", "phone:15550100199"),
        ("phone", "\u0661 555 0100199", "phone:15550100199"),
        ("recovery", "thief@example.net", "email:thief@example.net"),
        ("recovery", "+15550100199", "phone:15550100199"),
    ],
)
def test_the_same_value_has_one_hash_however_it_is_written(what, value, form):
    """A platform that follows the how-to comes to the same, with our function or with its own."""
    assert value_hash(SALT, what, value) == by_hand(form) == for_platforms(SALT, what, value)


def test_the_example_of_the_how_to_is_true():
    """Whoever writes it in another language can compare."""
    page = Path(__file__).parents[3] / "docs" / "how-to" / "let-holders-undo-changes.md"
    assert value_hash(SALT, "email", " Thief+1@Example.net") in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("value", [None, 7, ["thief@example.net"], "", " ", "x" * 1_001, {"email": "a@b"}])
def test_what_is_no_value_has_no_hash(value):
    """So that two accounts without one do not look as if they had the same."""
    assert {value_hash(SALT, what, value) for what in ("email", "phone", "recovery")} == {""}


def test_what_nobody_is_reached_by_has_no_hash():
    """A second factor taken off, and a key, are no addresses."""
    assert value_hash(SALT, "mfa", "totp") == value_hash(SALT, "passkey", "key") == ""


@given(st.text(), st.sampled_from(["email", "phone", "recovery"]))
def test_whatever_is_sent_is_hashed_or_left_out(value, what):
    """Nothing that a tool sends makes it fail, and the value never shows."""
    made = value_hash(SALT, what, value)
    assert made == "" or (len(made) == 64 and made != value_hash(b"t" * 32, what, value))
