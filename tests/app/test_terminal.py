"""Hostile text on a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.terminal import plain, printable


@given(st.text())
def test_nothing_a_post_says_reaches_the_terminal_as_a_command(text):
    """No control, format, line-breaking or unassigned character survives."""
    assert all(unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029" for char in printable(text))


def test_an_escape_sequence_is_shown_as_text():
    """A post cannot clear the screen or set the window's title."""
    assert "·[2J·]0;owned·" == printable("\x1b[2J\x1b]0;owned\x07")


def test_bidi_overrides_do_not_reorder_the_screen():
    """An override is a mark like any other."""
    assert "safe·exe.txt" == printable("safe\u202eexe.txt")


def test_markup_in_a_post_is_only_brackets():
    """Square brackets of a post are shown, not obeyed."""
    assert "[bold red]x[/]" == plain("[bold red]x[/]").plain


def test_long_text_is_cut_and_says_so():
    """A cut text ends in an ellipsis."""
    assert "aaaaa…" == printable("a" * 9, limit=5)
