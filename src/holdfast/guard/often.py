"""How often may one person do what leaves a trace each time? So often in any hour, whoever has their session."""

from __future__ import annotations

from collections import deque
from math import ceil

from holdfast.errors import TooOftenError

from .people import person_key

_HOUR = 3_600_000  # milliseconds
_SWEEP_EVERY = 60_000  # milliseconds between two looks for those who did nothing for an hour: memory is of the others


class Often:
    """Counts one kind of deed by person, in memory: a new start begins anew, which staff cannot bring about."""

    def __init__(self, most: int, deed: str) -> None:
        """At most so many in any hour; `deed` is said to whoever is refused: `opened sessions`."""
        self._most, self._deed = most, deed
        self._times: dict[str, deque[int]] = {}
        self._swept_at = 0

    def take(self, person: str, now: int) -> None:
        """Count one more at `now` (milliseconds since 1970 UTC).

        Raises:
            TooOftenError: there were so many in this hour already.

        """
        wait = self.wait(person, now)
        if wait:
            raise TooOftenError(
                f"{person} has {self._deed} {self._most:,} times within the hour",
                advice=f"Try again in {ceil(wait / 60)} minutes, or have a colleague do it. Who did not do all that "
                "themselves has lost a session: end it, and call the incident desk.",
                after=wait,
            )
        self._times[person_key(person)].append(now)

    def wait(self, person: str, now: int) -> int:
        """For how many seconds one more would be refused; 0 if it would not be."""
        if not 0 <= now - self._swept_at < _SWEEP_EVERY:
            self._swept_at = now
            for key in [key for key, times in self._times.items() if not times or now - times[-1] >= _HOUR]:
                del self._times[key]
        times = self._times.setdefault(person_key(person), deque(maxlen=self._most))
        if len(times) < self._most or not 0 <= now - times[0] < _HOUR:
            return 0
        return ceil((times[0] + _HOUR - now) / 1_000)
