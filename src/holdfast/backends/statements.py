"""Which statements does a store run? SQLAlchemy writes them for the database at hand; its driver runs them.

Through SQLAlchemy's own execution each would cost about 30 microseconds more, and a durable append is allowed
1,000 for eight of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect

from .database import Database
from .schema import checkpoints, collections, entries, facts, seal, tiles


class Statement:
    """One statement in the words of one driver (PEP 249), run with a mapping of values."""

    __slots__ = ("_bound", "_by_column", "_sql")

    def __init__(self, statement: sa.sql.ClauseElement, dialect: Dialect, *, by_column: bool = False) -> None:
        """Compile `statement` for `dialect`; `by_column` says that it takes one list for each column."""
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        self._sql = str(compiled)
        self._bound = _binder(compiled.positiontup)
        self._by_column = by_column

    def run(self, cursor: DBAPICursor, **values: Any) -> None:  # noqa: ANN401 - column values
        """Run it once."""
        cursor.execute(self._sql, self._bound(values))

    def run_each(self, cursor: DBAPICursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each of `rows`, which have the same names."""
        given = list(rows)
        if given and self._by_column:
            self.run(cursor, **{name: [row[name] for row in given] for name in given[0]})
        elif given:
            cursor.executemany(self._sql, list(map(self._bound, given)))

    def one(self, cursor: DBAPICursor, **values: Any) -> Any:  # noqa: ANN401 - a row as the driver gives it
        """Its only row, or None. All is fetched: a statement left half read would hold the database's snapshot."""
        rows = self.all(cursor, **values)
        return rows[0] if rows else None

    def all(self, cursor: DBAPICursor, **values: Any) -> list[Any]:  # noqa: ANN401 - column values
        """Every row."""
        self.run(cursor, **values)
        return list(cursor.fetchall())


def _binder(names: Sequence[str] | None) -> Callable[[Mapping[str, Any]], Any]:
    """What turns a mapping into the driver's parameters: a tuple in the order of `names`, or itself if None."""
    match names:
        case None:
            return lambda values: values
        case []:
            return lambda _: ()
        case [name]:
            return lambda values: (values[name],)
        case _:
            return itemgetter(*names)


# Many spread the cost of asking; each number of them is a statement that the database keeps prepared.
_KEYS_AT_ONCE = (100, 10, 1)
_KEY = sa.bindparam("key", type_=sa.LargeBinary)
_NAMES = [f"key{number}" for number in range(_KEYS_AT_ONCE[0])]


class Statements:
    """Every statement of a store, for one database."""

    def __init__(self, database: Database) -> None:
        """Compile them all for `database`."""

        def made(statement: sa.sql.ClauseElement) -> Statement:
            return Statement(statement, database.engine.dialect)

        indexed = database.indexed

        def many(table: sa.Table) -> Statement:
            return Statement(database.insert_each(table), database.engine.dialect, by_column=database.by_column)

        whole_entry = sa.select(entries.c.position, entries.c.leaf, entries.c.salt, entries.c.body)
        this_tile = (tiles.c.level == sa.bindparam("level")) & (tiles.c.number == sa.bindparam("number"))
        this_row = (collections.c.collection == sa.bindparam("collection")) & (
            indexed(collections.c.key) == indexed(_KEY)
        )
        this_entry = indexed(entries.c.key) == indexed(_KEY)

        self.fact = made(sa.select(facts.c.value).where(facts.c.name == sa.bindparam("name")))
        self.add_fact = many(facts)

        def among(keys: sa.Column[bytes], size: int) -> sa.ColumnElement[bool]:
            asked = [indexed(sa.bindparam(name, type_=sa.LargeBinary)) for name in _NAMES[:size]]
            return indexed(keys).in_(asked) if size > 1 else indexed(keys) == asked[0]

        self._entries = {size: made(whole_entry.where(among(entries.c.key, size))) for size in _KEYS_AT_ONCE}
        self.some_entries = made(
            whole_entry.where(
                entries.c.position >= sa.bindparam("start"), entries.c.position < sa.bindparam("stop")
            ).order_by(entries.c.position)
        )
        self.add_entry = many(entries)
        self.erase_entry = made(sa.update(entries).where(this_entry).values(salt=sa.null(), body=sa.null()))

        self.tile = made(sa.select(tiles.c.hashes).where(this_tile))
        self.drop_tile = made(sa.delete(tiles).where(this_tile))
        self.add_tile = many(tiles)

        self.last_checkpoint = made(
            sa.select(checkpoints.c.note).where(
                checkpoints.c.size == sa.select(sa.func.max(checkpoints.c.size)).scalar_subquery()
            )
        )
        self.add_checkpoint = made(sa.insert(checkpoints))

        self.seal = made(sa.select(seal.c.note, seal.c.lanes))
        # The row is locked too, where a database can: a writer who did not take the writers' lock cannot change it.
        self.seal_note = made(sa.select(seal.c.note).with_for_update())
        self.seal_seen = made(sa.select(seal.c.note))
        self.add_seal = made(sa.insert(seal))
        self.set_seal = made(sa.update(seal).values(note=sa.bindparam("note"), lanes=sa.bindparam("lanes")))

        self.row = made(sa.select(collections.c.kind, collections.c.value).where(this_row))
        whole_row = sa.select(collections.c.key, collections.c.kind, collections.c.value)
        this_collection = collections.c.collection == sa.bindparam("collection")
        self._rows = {
            size: made(whole_row.where(this_collection, among(collections.c.key, size))) for size in _KEYS_AT_ONCE
        }
        self.rows = made(
            sa.select(collections.c.key, collections.c.value).where(this_collection).order_by(collections.c.key)
        )
        self.drop_row = made(sa.delete(collections).where(this_row))
        self.set_row = made(
            sa.update(collections).where(this_row).values(kind=sa.bindparam("kind"), value=sa.bindparam("value"))
        )
        self.add_row = many(collections)

    def find_entries(self, cursor: DBAPICursor, keys: Sequence[bytes]) -> list[Any]:
        """The rows of those entries whose key is among `keys`."""
        return _found(cursor, self._entries, keys)

    def find_rows(self, cursor: DBAPICursor, collection: bytes, keys: Sequence[bytes]) -> list[Any]:
        """Key, kind and value of those rows of the collection whose key is among `keys`."""
        return _found(cursor, self._rows, keys, collection=collection)


def _found(
    cursor: DBAPICursor,
    by_size: Mapping[int, Statement],
    keys: Sequence[bytes],
    **values: Any,  # noqa: ANN401 - column values
) -> list[Any]:
    found, start = list[Any](), 0
    for size, statement in by_size.items():
        while len(keys) - start >= size:
            found += statement.all(cursor, **dict(zip(_NAMES, keys[start : start + size], strict=False)), **values)
            start += size
    return found
