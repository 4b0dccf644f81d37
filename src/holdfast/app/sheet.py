"""How does a table that holds hostile text become CSV that no spreadsheet takes for formulas?

What would begin a formula gets an apostrophe before it, also where a program takes another character than the comma to
part cells, and what cannot be seen is shown as a mark. Who needs each character as it was takes the JSON.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .terminal import printable

ACCESS_COLUMNS = ("person", "name", "roles", "function", "tier", "takes", "grants", "level", "now", "holds")
ATTEMPT_COLUMNS = (
    "id",
    "at",
    "allowed",
    "person",
    "tool",
    "function",
    "target",
    "tier",
    "reasons",
    "reason",
    "ticket",
    "ticket_seen",
    "agreed",
    "level",
    "network",
    "action_hash",
    "times",
    "last_at",
)
LOOKUP_COLUMNS = ("id", "at", "person", "what", "asked", "via")
_OF_ALL = ("at", "policy")  # what an answer says once, and a table that is passed on has to say in each line
_LONGEST = 4_000  # characters of a cell: a report pasted whole
_BEGINS = re.compile("(^|[;|])(?=\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")  # also as full-width characters


def sheet(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV (RFC 4180) with a line of headings, and the values of `rows` under them."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    for row in rows:
        table.writerow(_cell(row[name]) for name in columns)
    return written.getvalue()


def access_sheet(found: Mapping[str, Any]) -> str:
    """CSV of an answer to who could do what: each line says of which date it is, and by which policies."""
    whole = {name: found[name] for name in _OF_ALL}
    return sheet((*ACCESS_COLUMNS, *_OF_ALL), ({**row, **whole} for row in found["items"]))


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        text = " ".join(map(str, value))
    elif isinstance(value, str):
        text = value
    else:
        return "" if value is None else str(value).lower()
    return _BEGINS.sub(r"\1'", printable(text, _LONGEST))
