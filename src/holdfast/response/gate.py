"""May this happen just now? What the platform's write path asks, answered from the holds in the book."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.containment import Directory, Hold
from holdfast.containment.compile import compile_rule
from holdfast.guard import Answer, Question, Reader, Rule, Snapshot

from .book import Book


class Gate:
    """The guard's snapshot, made anew whenever the holds change, and swapped in one assignment.

    It is up to date before the intent of a hold has an outcome: a cohort or a lure is in force from the moment in which its
    intent is kept. Rules end by the time that each question brings, so expiry needs no swap.
    """

    def __init__(self, book: Book, directory: Directory, read: Reader) -> None:
        """Answer for the holds in `book`; `read` is `reading.read_text`."""
        self._book = book
        self._directory = directory
        self._read = read
        self._rules: dict[str, tuple[Hold, Rule | None]] = {}  # a rule changes only when its hold does
        self._snapshot = Snapshot((), version=0, read=read)
        self.refresh(0)
        book.when_moved(self.refresh)

    @property
    def version(self) -> int:
        """The version of the snapshot in force; it grows with each change of the holds."""
        return self._snapshot.version

    def refresh(self, now: int) -> None:
        """Put a snapshot of the holds as they are in force; those that ended before `now` are left out."""
        rules = (self._rule(held.hold) for held in self._book.holds.values() if not _over(held.hold, now))
        compiled = (rule for rule in rules if rule is not None)
        self._snapshot = Snapshot(compiled, version=self._snapshot.version + 1, read=self._read)

    def ask(self, question: Question) -> Answer:
        """The answer to one question, by the holds in force at its time."""
        return self._snapshot.answer(question)

    def may_post(self, accounts: Sequence[str], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` may post at all at `now` (milliseconds since 1970 UTC)."""
        return self._snapshot.may_post(accounts, now)

    def held_accounts(self, rows: npt.NDArray[np.int64], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of the accounts in these rows of the platform's `accounts()` may not post at all at `now`."""
        if not self._rules:
            return np.zeros(len(rows), dtype=np.bool_)
        accounts = self._directory.column("account").take(pa.array(rows)).to_pylist()
        return ~self.may_post(accounts, now)

    def _rule(self, hold: Hold) -> Rule | None:
        known = self._rules.get(hold.id)
        if known is None or known[0] is not hold:
            known = self._rules[hold.id] = (hold, compile_rule(hold, self._directory, self._read))
        return known[1]


def _over(hold: Hold, now: int) -> bool:
    """Whether it has ended at `now` for good."""
    return any(end is not None and end <= now for end in (hold.until, hold.lifted_at))
