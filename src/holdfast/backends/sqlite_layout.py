"""Is a SQLite file made as a store is? A trigger, a view or another table in it could lie to whoever uses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache
from typing import Any, TypeAlias

from .schema import create_statements

Run: TypeAlias = Callable[[str], Iterable[Any]]
_Layout: TypeAlias = dict[tuple[str, str], frozenset[str]]

_OBJECTS = "SELECT type, name FROM sqlite_schema"
_PARTS = (
    """SELECT s.type, s.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
    FROM sqlite_schema AS s JOIN pragma_table_xinfo(s.name) AS c WHERE s.type = 'table'""",
    "SELECT type, name, rootpage > 0 FROM sqlite_schema",  # a virtual table has no page
    """SELECT s.type, s.name, x.seqno, x.name, x."desc", x.coll, x.key
    FROM sqlite_schema AS s JOIN pragma_index_xinfo(s.name) AS x WHERE s.type = 'index'""",
    """SELECT 'index', i.name, s.name, i."unique", i.origin, i.partial
    FROM sqlite_schema AS s JOIN pragma_index_list(s.name) AS i WHERE s.type = 'table'""",
)


def misfits(run: Run) -> list[str]:
    """What is in the database that `run` asks, or is not, other than in a store: a sentence each, none for a store.

    `run` gives the rows of a query, texts as texts or as their bytes.
    """
    found, wanted = _layout(run), _wanted()
    return [
        *(
            f"there is a {kind} {name!r:.100}, which no store has"
            for kind, name in sorted(found.keys() - wanted.keys())
        ),
        *(f"the {kind} {name!r} is not there" for kind, name in sorted(wanted.keys() - found.keys())),
        *(
            f"the {kind} {name!r} is not made as a store's is"
            for kind, name in sorted(found.keys() & wanted.keys())
            if found[kind, name] != wanted[kind, name]
        ),
    ]


@cache
def _wanted() -> _Layout:
    with closing(sqlite3.connect(":memory:")) as memory:
        for statement in create_statements("sqlite"):
            memory.execute(statement)
        return _layout(memory.execute)


def _layout(run: Run) -> _Layout:
    """What each object is made of, in words that two databases can be compared by."""
    parts: dict[tuple[str, str], set[str]] = {(_text(kind), _text(name)): set() for kind, name in run(_OBJECTS)}
    for query in _PARTS:
        for kind, name, *part in run(query):
            parts.setdefault((_text(kind), _text(name)), set()).add(repr([_text(value) for value in part]))
    return {what: frozenset(made) for what, made in parts.items()}


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
