"""What must a store be able to ask of the database under it? The seam that SQLite and PostgreSQL answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor

from holdfast.errors import StoreError

from .claim import Claim

# A commit takes milliseconds: whoever holds the lock for this long is stuck, or is another Holdfast at work.
PATIENCE_MS = 5_000


class Seam:
    """A `with` block out of which foreign errors come as ours."""

    __slots__ = ("_errors", "_explain")

    def __init__(self, errors: tuple[type[BaseException], ...], explain: Callable[[BaseException], StoreError]) -> None:
        """Take which errors are foreign, and what says what they mean."""
        self._errors = errors
        self._explain = explain

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: object) -> None:
        if isinstance(why, self._errors):
            raise self._explain(why) from why


class Database(Protocol):
    """One database of one kind, for a store that writes."""

    name: str
    """What messages call it; it never holds a password."""
    engine: sa.Engine
    """Its connections run each statement by itself unless `begin` was called."""
    by_column: bool
    """Whether `insert_each` takes one list for each column in place of one mapping for each row."""

    @property
    def errors(self) -> tuple[type[BaseException], ...]:
        """Everything foreign that work with it can raise."""
        ...

    def explain(self, why: BaseException) -> StoreError:
        """What a foreign error means, and what to do next."""
        ...

    def claim(self) -> Claim:
        """Have the store to oneself, at once or not at all, until the claim is closed or this process has ended.

        Raises:
            OwnedError: another run has it.

        """
        ...

    def depose(self) -> None:
        """Take the store from whoever has it but is not heard of any more, where a database can."""
        ...

    def misfits(self, cursor: DBAPICursor) -> list[str]:
        """What is among its tables, or is not, other than in a store: a sentence each."""
        ...

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a transaction as the only writer, waiting for another to end; it sees all that was committed before."""
        ...

    def begin_reading(self, cursor: DBAPICursor) -> None:
        """Begin a transaction that sees one commit, whatever is written meanwhile."""
        ...

    def scrub(self, cursor: DBAPICursor) -> None:
        """After a commit that erased something: bring it out of where the database keeps it besides its tables."""
        ...

    def finish(self, cursor: DBAPICursor) -> None:
        """A copy is written: leave nothing beside it without which it could be carried away."""
        ...

    def indexed(self, key: sa.ColumnElement[bytes]) -> sa.ColumnElement[bytes]:
        """What stands for a key of any length in its unique index."""
        ...

    def insert_each(self, table: sa.Table) -> sa.sql.ClauseElement:
        """What inserts many rows of `table` at once; see `by_column`."""
        ...


class Reading(Protocol):
    """One database opened for reading only, as of one moment, by somebody who does not trust it."""

    name: str
    dialect: sa.Dialect

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as the driver gives them, texts as their bytes.

        Raises:
            BrokenLedgerError: it is damaged.
            StoreError: it cannot be reached, or somebody keeps it locked.

        """
        ...

    def as_declared(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """The value of `column`, or what nothing accepts where it is of another type than the column's."""
        ...

    def damage(self) -> Iterator[tuple[object, ...]]:
        """What is wrong with the database beside its rows: a sentence each, in rows of one column.

        Raises:
            BrokenLedgerError: so much that it cannot be told.
            StoreError: it cannot be reached, or somebody keeps it locked.

        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
