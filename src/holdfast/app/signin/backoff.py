"""When may somebody who did not answer be asked again? After twice as long each time, whoever would like to ask."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST, MOST = 1.0, 60.0  # seconds: a hiccup costs nobody a sign-in, and who is gone for hours is found within a minute


class Backoff:
    """Counts the failures in a row of one who is asked."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """None so far; `monotonic` gives seconds that never go back."""
        self._monotonic = monotonic
        self._next, self._until = LEAST, float("-inf")

    @property
    def left(self) -> float:
        """Seconds until they may be asked again; 0 when at once."""
        return max(0.0, self._until - self._monotonic())

    def failed(self) -> None:
        """They did not answer, or not as agreed."""
        self._until = self._monotonic() + self._next
        self._next = min(MOST, 2 * self._next)

    def answered(self) -> None:
        """They did."""
        self._next, self._until = LEAST, float("-inf")
