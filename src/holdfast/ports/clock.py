"""The seam to time."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Whoever needs the time asks a clock; nothing else in Holdfast reads one."""

    def now(self) -> int:
        """The time, in milliseconds since 1970 UTC; it never goes back within one process."""
        ...
