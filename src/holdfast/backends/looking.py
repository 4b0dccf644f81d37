"""What do the collections of a store hold, for somebody who only reads and keeps nobody from writing?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from sqlalchemy.engine.interfaces import DBAPICursor

from .claim import OWNER, TURN, Turn
from .database import Seam
from .statements import Statements
from .transaction import decoded

T = TypeVar("T")


class Look:
    """The rows as of one commit; good for as long as the block that gave it."""

    def __init__(self, cursor: DBAPICursor, statements: Statements, seam: Seam) -> None:
        """Read with `cursor`, which is within a transaction that reads."""
        self._cursor, self._statements, self._seam = cursor, statements, seam

    def turn(self) -> int:
        """How many have owned the store, its owner of now among them.

        Raises:
            StoreError: it cannot be read.

        """
        kept = self.get(OWNER, TURN, Turn)
        return 0 if kept is None else kept.number

    def get(self, collection: str, key: str, kind: type[T]) -> T | None:
        """What is kept under `key`, if anything.

        Raises:
            StoreError: it is not a `kind`, or cannot be read.

        """
        with self._seam:
            row = self._statements.row.one(self._cursor, collection=collection.encode(), key=key.encode())
        return None if row is None else decoded(row[1], kind, f"{collection}/{key}")

    def all(self, collection: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Everything in the collection, in order of key.

        Raises:
            StoreError: one of them is not a `kind`, or cannot be read.

        """
        with self._seam:
            rows = self._statements.rows.all(self._cursor, collection=collection.encode())
        return ((key.decode(), decoded(value, kind, f"{collection}/{key!r}")) for key, value in rows)
