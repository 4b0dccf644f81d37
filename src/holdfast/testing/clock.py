"""What time is it, in a test: whatever it was set to."""

from __future__ import annotations

from holdfast.ports import Clock

# 15 July 2020, 19:13 UTC: the first company account posts the lure.
INCIDENT = 1_594_840_380_000


class SetClock(Clock):
    """A clock that stands still until it is told to move."""

    def __init__(self, now: int = INCIDENT) -> None:
        """Show `now`, milliseconds since 1970 UTC."""
        self._now = now

    def now(self) -> int:
        """The time it was set to, milliseconds since 1970 UTC."""
        return self._now

    def set(self, now: int) -> None:
        """Move to `now`; a clock never goes back, so an earlier time is refused.

        Raises:
            ValueError: `now` lies before the time it shows.

        """
        if now < self._now:
            raise ValueError(f"a clock does not go back from {self._now} to {now}")
        self._now = now

    def advance(self, milliseconds: int) -> None:
        """Move on."""
        self.set(self._now + milliseconds)
