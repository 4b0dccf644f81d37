"""Which statements does a store run? SQLAlchemy writes them once for the database at hand; its driver runs them.

Through SQLAlchemy's own execution each would cost about 30 microseconds more, and a durable append is allowed
1,000 for eight of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect

from .schema import checkpoints, collections, entries, facts, seal, tiles


class Statement:
    """One statement in the words of one driver (PEP 249), run with a mapping of values."""

    __slots__ = ("_bound", "_sql")

    def __init__(self, statement: sa.sql.ClauseElement, dialect: Dialect) -> None:
        """Compile `statement` for `dialect`."""
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        self._sql = str(compiled)
        self._bound = _binder(compiled.positiontup)

    def run(self, cursor: DBAPICursor, **values: Any) -> None:  # noqa: ANN401 - column values
        """Run it once."""
        cursor.execute(self._sql, self._bound(values))

    def run_each(self, cursor: DBAPICursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each of `rows`."""
        cursor.executemany(self._sql, list(map(self._bound, rows)))

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


class Statements:
    """Every statement of a store, for one database."""

    def __init__(self, dialect: Dialect) -> None:
        """Compile them all for `dialect`."""

        def made(statement: sa.sql.ClauseElement) -> Statement:
            return Statement(statement, dialect)

        whole_entry = sa.select(entries.c.position, entries.c.leaf, entries.c.salt, entries.c.body)
        this_tile = (tiles.c.level == sa.bindparam("level")) & (tiles.c.number == sa.bindparam("number"))
        this_row = (collections.c.collection == sa.bindparam("collection")) & (collections.c.key == sa.bindparam("key"))

        self.fact = made(sa.select(facts.c.value).where(facts.c.name == sa.bindparam("name")))
        self.add_fact = made(sa.insert(facts))

        self.entry = made(whole_entry.where(entries.c.key == sa.bindparam("key")))
        self.some_entries = made(
            whole_entry.where(
                entries.c.position >= sa.bindparam("start"), entries.c.position < sa.bindparam("stop")
            ).order_by(entries.c.position)
        )
        self.add_entry = made(sa.insert(entries))
        self.erase_entry = made(
            sa.update(entries).where(entries.c.key == sa.bindparam("key")).values(salt=sa.null(), body=sa.null())
        )

        self.tile = made(sa.select(tiles.c.hashes).where(this_tile))
        self.drop_tile = made(sa.delete(tiles).where(this_tile))
        self.add_tile = made(sa.insert(tiles))

        self.last_checkpoint = made(
            sa.select(checkpoints.c.note).where(
                checkpoints.c.size == sa.select(sa.func.max(checkpoints.c.size)).scalar_subquery()
            )
        )
        self.add_checkpoint = made(sa.insert(checkpoints))

        self.seal = made(sa.select(seal.c.note, seal.c.lanes))
        self.seal_note = made(sa.select(seal.c.note))
        self.add_seal = made(sa.insert(seal))
        self.set_seal = made(sa.update(seal).values(note=sa.bindparam("note"), lanes=sa.bindparam("lanes")))

        self.row = made(sa.select(collections.c.kind, collections.c.value).where(this_row))
        self.rows = made(
            sa.select(collections.c.key, collections.c.value)
            .where(collections.c.collection == sa.bindparam("collection"))
            .order_by(collections.c.key)
        )
        self.drop_row = made(sa.delete(collections).where(this_row))
        self.add_row = made(sa.insert(collections))
