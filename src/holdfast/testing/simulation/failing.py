"""What if the store is full, out of reach, or keeps everything while its answer is lost?

`holdfast.testing.faults` strikes once, at one call, and is for what kills the process. This stands behind it and fails
as stores fail: with an error that the process survives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from holdfast.errors import StoreError, StoreFullError
from holdfast.ledger import Checkpoint, Entry, Record
from holdfast.ports import Store, Transaction

from .steps import Trouble

T = TypeVar("T")


class FailingStore(Store):
    """A store before `inner` that fails when it was told to."""

    def __init__(self, inner: Store) -> None:
        """Fail at nothing so far."""
        self.inner = inner
        self.gone = False
        self._left = 0  # calls until it fails; 0: it does not
        self._trouble = Trouble.FULL

    def arm(self, at: int, trouble: Trouble) -> None:
        """Fail so at the `at`-th call from here; an answer is lost at the first commit from there on."""
        self._left, self._trouble = at, trouble

    def calm_down(self) -> None:
        """Fail at nothing any more."""
        self.gone, self._left = False, 0

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """As `inner`, or the failure.

        Raises:
            StoreError: it fails; after the commit, where it is the answer that is lost.

        """
        self.call()
        with self.inner.begin() as transaction:
            yield _FailingTransaction(transaction, self)
            self.call()
        if self._left == 1 and self._trouble is Trouble.UNHEARD:
            self._left = 0
            raise StoreError("the store has not answered whether it kept this")

    def call(self) -> None:
        """One call to the store.

        Raises:
            StoreError: it fails.

        """
        if self.gone:
            raise StoreError("the store is out of reach")
        if self._left == 1 and self._trouble is not Trouble.UNHEARD:
            self._left = 0
            raise StoreFullError("no room is left") if self._trouble is Trouble.FULL else StoreError("no answer")
        self._left = max(min(self._left, 1), self._left - 1)

    def check(self) -> None:
        """As `inner`, or the failure.

        Raises:
            StoreError: it fails.

        """
        self.call()
        self.inner.check()

    def checkpoint(self) -> Checkpoint:
        """As `inner`."""
        return self.inner.checkpoint()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """As `inner`."""
        return self.inner.entries(start, stop)

    def close(self) -> None:
        """As `inner`."""
        self.inner.close()


class _FailingTransaction(Transaction):
    def __init__(self, inner: Transaction, store: FailingStore) -> None:
        self._inner = inner
        self._store = store

    def record(self, record: Record) -> Entry:
        self._store.call()
        return self._inner.record(record)

    def put(self, collection: str, key: str, value: Any) -> None:  # noqa: ANN401 - as the port has it
        self._store.call()
        self._inner.put(collection, key, value)

    def get(self, collection: str, key: str, kind: type[T]) -> T | None:
        self._store.call()
        return self._inner.get(collection, key, kind)

    def all(self, collection: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        self._store.call()
        return self._inner.all(collection, kind)

    def delete(self, collection: str, key: str) -> None:
        self._store.call()
        self._inner.delete(collection, key)
