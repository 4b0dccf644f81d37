"""Whose turn is it? Questions go before bodies of events, but never so many in a row that no events are heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

IN_A_ROW = 8  # questions while a body waits: who looks waits for one body at most, and events get on, whoever floods


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """Something to do, and where what came of it is told; `first` if people wait for it before a closed door."""

    do: Callable[[], T]
    done: Future[T]
    first: bool = False


class Turns:
    """What waits for the worker; whoever uses it holds a lock."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._first: deque[Job[Any]] = deque()
        self._questions: deque[Job[Any]] = deque()
        self._bodies: deque[Job[Any]] = deque()
        self._in_a_row = 0

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._first or self._questions or self._bodies)

    @property
    def bodies(self) -> bool:
        """Whether a body waits."""
        return bool(self._bodies)

    def ask_first(self, job: Job[Any]) -> None:
        """Have a question wait that goes before all others, and between two moments of a body."""
        self._first.append(job)

    def ask(self, job: Job[Any]) -> None:
        """Have a question wait."""
        self._questions.append(job)

    def hear(self, job: Job[Any]) -> None:
        """Have a body wait."""
        self._bodies.append(job)

    def take_first(self) -> Job[Any] | None:
        """A question that goes before all others; None when none waits."""
        return self._first.popleft() if self._first else None

    def take(self) -> Job[Any] | None:
        """What is next; None when nothing waits. A question that nobody waits for any more is passed over."""
        if self._first and not (self._bodies and self._in_a_row >= IN_A_ROW):
            self._in_a_row += 1
            return self._first.popleft()
        while self._questions and self._questions[0].done.cancelled():
            self._questions.popleft()
        if self._questions and not (self._bodies and self._in_a_row >= IN_A_ROW):
            self._in_a_row += 1
            return self._questions.popleft()
        self._in_a_row = 0
        return self._bodies.popleft() if self._bodies else None
