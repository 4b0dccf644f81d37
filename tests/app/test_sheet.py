"""Tables for spreadsheets: what is hostile in them is text."""

import csv
import io

import pytest

from holdfast.app.sheet import sheet

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "x;=1", "x|+1", "x; =1"]


def cells(text):
    """The cells of the one line under the headings."""
    return next(iter([*csv.reader(io.StringIO(text))][1:]))


@pytest.mark.parametrize("hostile", FORMULAS)
def test_no_cell_begins_a_formula(hostile):
    """Whichever character a spreadsheet parts cells by: what stood before it is there, and an apostrophe."""
    (cell,) = cells(sheet(("word",), [{"word": hostile}]))
    parts = [part.lstrip() for part in cell.replace("|", ";").split(";")]
    assert [] == [part for part in parts if part[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"}]
    assert "'" in cell or "\N{MIDDLE DOT}" in cell


def test_what_cannot_be_seen_is_a_mark_and_what_parts_cells_stays_in_its_own():
    """Line ends, text that turns around, commas and quotes."""
    said = 'a,"b"\n\u202ec'
    assert ['a,"b"\N{MIDDLE DOT}\N{MIDDLE DOT}c', "one two", "", "true", "3"] == cells(
        sheet(("a", "b", "c", "d", "e"), [{"a": said, "b": ["one", "two"], "c": None, "d": True, "e": 3}])
    )
