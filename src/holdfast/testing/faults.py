"""What if the process is killed, or a seam fails, at exactly this point?

`Faults` counts every call that crosses a seam, of the platform and the store together, and strikes at the one it was
told to. `FaultyPlatform` and `FaultyStore` stand before the real ones and ask it, before the call and after it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pyarrow as pa

from holdfast.containment import Hold, Subject
from holdfast.events import Batch
from holdfast.ledger import Checkpoint, Entry, Record
from holdfast.ports import Platform, Standing, Store, Transaction

T = TypeVar("T")


class Crash(BaseException):
    """The process is killed here. Not an Exception: nothing in the house may catch it and go on."""


@enum.unique
class When(enum.Enum):
    """On which side of the call the fault strikes: before it has any effect, or after, its answer lost."""

    BEFORE = "before"
    AFTER = "after"


class Faults:
    """Counts the calls across the seams; at number `at` (the first is 1) raises what `raising` makes, once."""

    def __init__(self, at: int = 0, when: When = When.BEFORE, raising: Callable[[], BaseException] = Crash) -> None:
        """Strike at call `at`; 0 never strikes, and only counts."""
        self.calls = 0
        self.struck = False
        self._at = at
        self._when = when
        self._raising = raising

    def arm(self, at: int, when: When = When.BEFORE, raising: Callable[[], BaseException] = Crash) -> None:
        """Strike (once more) at call `at`, counted from the beginning."""
        self._at, self._when, self._raising = at, when, raising
        self.struck = False

    def cross(self, deed: Callable[[], T]) -> T:
        """Make one call across a seam, unless the fault strikes first."""
        self.calls += 1
        strikes = self.calls == self._at and not self.struck
        if strikes and self._when is When.BEFORE:
            self.struck = True
            raise self._raising()
        answer = deed()
        if strikes:
            self.struck = True
            raise self._raising()
        return answer

    def pass_by(self) -> None:
        """A point between two calls where the fault may strike too."""
        self.cross(lambda: None)


class FaultyPlatform(Platform):
    """A platform whose deeds and answers may be struck by a fault."""

    def __init__(self, inner: Platform, faults: Faults) -> None:
        """Stand before `inner`."""
        self.name = inner.name
        self.capabilities = inner.capabilities
        self.asks_guard = inner.asks_guard
        self._inner = inner
        self._faults = faults

    def events(self, since: int = 0) -> Iterator[Batch]:
        """As `inner`; reading a stream is not a deed."""
        return self._inner.events(since)

    def accounts(self) -> pa.RecordBatch:
        """As `inner`, or the fault."""
        return self._faults.cross(self._inner.accounts)

    def apply(self, hold: Hold) -> None:
        """As `inner`, or the fault."""
        self._faults.cross(lambda: self._inner.apply(hold))

    def lift(self, hold: Hold) -> None:
        """As `inner`, or the fault."""
        self._faults.cross(lambda: self._inner.lift(hold))

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """As `inner`, or the fault."""
        return self._faults.cross(lambda: self._inner.in_force(subject))


class _FaultyTransaction(Transaction):
    def __init__(self, inner: Transaction, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def record(self, record: Record) -> Entry:
        return self._faults.cross(lambda: self._inner.record(record))

    def put(self, collection: str, key: str, value: Any) -> None:  # noqa: ANN401 - as the port has it
        self._faults.cross(lambda: self._inner.put(collection, key, value))

    def get(self, collection: str, key: str, kind: type[T]) -> T | None:
        return self._faults.cross(lambda: self._inner.get(collection, key, kind))

    def all(self, collection: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        return self._faults.cross(lambda: self._inner.all(collection, kind))

    def delete(self, collection: str, key: str) -> None:
        self._faults.cross(lambda: self._inner.delete(collection, key))


class FaultyStore(Store):
    """A store whose transactions may be struck by a fault, down to the moment after the commit."""

    def __init__(self, inner: Store, faults: Faults) -> None:
        """Stand before `inner`."""
        self._inner = inner
        self._faults = faults

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """As `inner`; the fault may also strike before the beginning, before the commit, and after it."""
        self._faults.pass_by()
        with self._inner.begin() as transaction:
            yield _FaultyTransaction(transaction, self._faults)
            self._faults.pass_by()
        self._faults.pass_by()

    def check(self) -> None:
        """As `inner`, or the fault."""
        self._faults.cross(self._inner.check)

    def checkpoint(self) -> Checkpoint:
        """As `inner`."""
        return self._inner.checkpoint()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """As `inner`."""
        return self._inner.entries(start, stop)

    def close(self) -> None:
        """As `inner`."""
        self._inner.close()
