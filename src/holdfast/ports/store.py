"""The seam to what must outlive the process: the ledger and small typed collections, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from holdfast.ledger import Checkpoint, Entry, Record

T = TypeVar("T")


class Transaction(Protocol):
    """Everything done in it is kept together or not at all."""

    def record(self, record: Record) -> Entry:
        """Append `record` to the ledger. A record whose `key` is there already is not appended again.

        Raises:
            DivergedError: the key is there with another body.
            StoreError: it was not kept.

        """
        ...

    def record_all(self, records: Iterable[Record]) -> list[Entry]:
        """The same as `record` for each of them in turn; a store may do it with fewer questions to its database.

        Raises:
            DivergedError: a key is there with another body.
            StoreError: they were not kept.

        """
        return [self.record(record) for record in records]

    def put(self, collection: str, key: str, value: Any) -> None:  # noqa: ANN401 - any msgspec Struct
        """Keep `value` (a msgspec Struct) under `key`, in place of what was there."""
        ...

    def get(self, collection: str, key: str, kind: type[T]) -> T | None:
        """What is kept under `key`, if anything."""
        ...

    def some(self, collection: str, keys: Iterable[str], kind: type[T]) -> dict[str, T]:
        """What is kept under each of `keys`, without those under which nothing is; a store may ask for many at once."""
        found = ((key, self.get(collection, key, kind)) for key in keys)
        return {key: value for key, value in found if value is not None}

    def all(self, collection: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Everything in the collection, in order of key."""
        ...

    def delete(self, collection: str, key: str) -> None:
        """Forget what is kept under `key`; harmless when nothing is."""
        ...


class Store(Protocol):
    """Keeps the ledger and the state of the response."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StoreFullError: no room is left.
            StoreError: the store cannot be reached or is damaged.

        """
        ...

    def check(self) -> None:
        """Make sure that nobody has taken the store over, before something is done that no transaction can undo.

        Raises:
            DeposedError: somebody has.
            StoreError: it cannot be reached.

        """
        ...

    def checkpoint(self) -> Checkpoint:
        """The signed head of the ledger as it stands."""
        ...

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The ledger's entries in order, from `start` up to `stop`."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
