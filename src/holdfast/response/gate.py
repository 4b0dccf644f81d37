"""May this happen just now? What the platform's write path asks, answered from the holds in the book."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from holdfast.containment import Directory, Hold, compile_rule, compile_rules
from holdfast.guard import Answer, Question, Reader, Snapshot, says_a_lure

from .book import Book
from .conduct import LIVE
from .signs import Sign, Signs
from .silence import Silence


class Gate:
    """The guard's snapshot, made anew whenever the holds change, and swapped in one assignment.

    It is up to date before the intent of a hold has an outcome: a cohort or a lure is in force from the moment in which
    its intent is kept. Rules end by the time that each question brings, so expiry needs no swap.
    """

    def __init__(self, book: Book, directory: Directory, read: Reader, signs: Signs | None = None) -> None:
        """Answer for the holds in `book`; `read` is `reading.read_text`; refusals for what is said go to `signs`."""
        self._book = book
        self._directory = directory
        self._read = read
        self._signs = signs
        self._snapshot = Snapshot((), version=0, read=read)
        self._silence: Silence | None = None
        self._when_moved: list[Callable[[Collection[str]], None]] = []
        self.compile_anew()
        book.when_moved(self.refresh)

    @property
    def version(self) -> int:
        """The version of the snapshot in force; it grows with each change of the holds."""
        return self._snapshot.version

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        return self._snapshot

    def when_moved(self, heard: Callable[[Collection[str]], None]) -> None:
        """Have `heard` called with the holds whose rules have changed, once the snapshot after that is in force."""
        self._when_moved.append(heard)

    def compile_anew(self) -> None:
        """Put a snapshot of every live hold in force: at the start, and when the directory has changed."""
        before = self._snapshot.rules.keys()
        rules = compile_rules(self._standing(), self._directory, self._read, 0)
        self._snapshot = Snapshot(rules, version=self._snapshot.version + 1, read=self._read)
        self._silence = None
        self._tell(before ^ self._snapshot.rules.keys())  # what a rule says of a hold does not change with accounts

    def refresh(self, moved: Collection[str], now: int) -> None:  # noqa: ARG002 - rules know their own times
        """Put a snapshot in force that follows from the one before by the holds that were placed or ended."""
        live = (self._book.holds[key].hold for key in moved if self._book.holds[key].state in LIVE)
        rules = (compile_rule(hold, self._directory, self._read) for hold in live)
        self._snapshot = self._snapshot.changed(
            version=self._snapshot.version + 1,
            add=[rule for rule in rules if rule is not None],
            drop=[key for key in moved if self._book.holds[key].state not in LIVE],
        )
        self._silence = None
        self._tell(moved)

    def ask(self, question: Question) -> Answer:
        """The answer to one question, by the holds in force at its time."""
        answer = self._snapshot.answer(question)
        if says_a_lure(answer):
            self.note_refusal(question.account, question.time)
        return answer

    def note_refusal(self, account: str, at: int) -> None:
        """`account` was refused at `at` (milliseconds since 1970 UTC) for what it said, here or by a copy."""
        if self._signs is not None:
            self._signs.note(Sign.REFUSAL, account, at)

    def may_post(self, accounts: Sequence[str], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` may post at all at `now` (milliseconds since 1970 UTC)."""
        return self._snapshot.may_post(accounts, now)

    def held_accounts(self, rows: npt.NDArray[np.int64], now: int) -> npt.NDArray[np.bool_]:
        """bool[n]: which of the accounts in these rows of the platform's `accounts()` may not post at all at `now`."""
        if not self._book.holds:
            return np.zeros(len(rows), dtype=np.bool_)
        if self._silence is None:
            self._silence = Silence(self._standing(), self._directory, self._read)
        return self._silence.held(rows, now)

    def _tell(self, moved: Collection[str]) -> None:
        for heard in self._when_moved:
            heard(moved)

    def _standing(self) -> Iterator[Hold]:
        return (held.hold for held in self._book.holds.values() if held.state in LIVE)
