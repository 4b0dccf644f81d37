"""What does a SQLite file hold, when nobody vouches for it? Read only; a damaged one is read as far as it goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect

from holdfast.errors import BrokenLedgerError, StoreError

from .sqlite import explain, is_busy, is_damage
from .sqlite_layout import misfits
from .wal import lost_commits

_CLASSES = {sa.LargeBinary: "blob", sa.Integer: "integer", sa.String: "text"}
"""How SQLite keeps what each type of column is for (sqlite.org/datatype3.html)."""

_MISFILED = 0.5  # a real, which no column of ours is declared to hold
_DAMAGE = "PRAGMA integrity_check(20)"
"""What is wrong with pages and indexes: up to 20 lines, or the one word `_SOUND`."""

_SOUND = b"ok"


class SqliteReading:
    """The file at `name` for reading only, texts as raw bytes: a `Reading`."""

    def __init__(self, path: str) -> None:
        """Open it, as of now.

        Raises:
            StoreError: there is no such file, or it may not be read.

        """
        self.name = path
        self.dialect: sa.Dialect = dialect()
        self._lost, self._connection = _open(path)

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, up to where the file cannot be read any further."""
        try:
            yield from self._connection.execute(sql)
        except (sqlite3.Error, UnicodeDecodeError) as why:
            if is_busy(why):
                raise explain(why, self.name) from why
            raise BrokenLedgerError(f"The file {self.name} cannot be read: {why}") from why

    def as_declared(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """The value of `column`, or a real where it is not of the storage class that the column is declared for.

        SQLite keeps a text where bytes should be, or a real in place of an integer, without a word; the driver then
        gives what compares equal to the right thing.
        """
        kept = next(kept for kind, kept in _CLASSES.items() if isinstance(column.type, kind))
        kinds = [kept, "null"] if column.nullable else [kept]
        return sa.case((sa.func.typeof(column).in_(kinds), column), else_=sa.cast(_MISFILED, sa.Float))

    def damage(self) -> Iterator[tuple[object, ...]]:
        """What the log beside the file lost, what does not belong in the file, what SQLite finds wrong in it."""
        if self._lost is not None:
            yield (self._lost,)
        yield from ((misfit,) for misfit in misfits(self.rows))
        yield from (row for row in self.rows(_DAMAGE) if row[0] != _SOUND)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _open(path: str) -> tuple[str | None, sqlite3.Connection]:
    """What was lost from the log beside the file, and a connection that has begun to read."""
    if not Path(path).is_file():
        raise StoreError(f"There is no store at {path}.", advice="Check the path.")
    try:
        Path(path).open("rb").close()
        lost = lost_commits(path)
        connection = _read_only(path, "mode=ro")
        try:
            _look(connection)
        except sqlite3.OperationalError:
            # A copy in a folder that may not be written to: there is no writer, and no log beside it to be read.
            if Path(f"{path}-wal").exists():
                raise
            connection.close()
            connection = _read_only(path, "mode=ro&immutable=1")
            _look(connection)
    except (sqlite3.OperationalError, OSError) as why:
        if not is_damage(why):
            raise explain(why, path) from why
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        pass  # damage is for the reader to find, and to say how far it got
    return lost, connection


def _read_only(path: str, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(Path(path).absolute()))}?{how}", uri=True, isolation_level=None)
    connection.text_factory = bytes
    return connection


def _look(connection: sqlite3.Connection) -> None:
    """Begin to read: what is committed from here on is not seen."""
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
