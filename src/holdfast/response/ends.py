"""Which hold ends of itself next, and which should have ended by now?"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from .conduct import LIVE, Held


class Ends:
    """The ends of the holds that the platform has not been told to let go of, found without a look at all of them."""

    def __init__(self, holds: Mapping[str, Held]) -> None:
        """Look up in `holds`, as it goes on changing, how each stands."""
        self._holds = holds
        self._ends: list[tuple[int, str]] = []
        self._known: set[tuple[int, str]] = set()  # what is in the heap
        self.note(holds)

    def note(self, keys: Iterable[str]) -> None:
        """Take in when these holds end: they are new, or have changed."""
        for key in keys:
            until = self._until(key)
            if until is not None and (until, key) not in self._known:
                self._known.add((until, key))
                heapq.heappush(self._ends, (until, key))

    @property
    def next(self) -> int | None:
        """The earliest of the ends (milliseconds since 1970 UTC), if any hold ends of itself."""
        while self._ends:
            until, key = self._ends[0]
            if self._until(key) == until:
                return until
            self._known.discard(heapq.heappop(self._ends))
        return None

    def over(self, now: int) -> list[str]:
        """The holds that have ended by `now`, in order of their ends; the same again until they are let go of."""
        found: list[tuple[int, str]] = []
        while (until := self.next) is not None and until <= now:
            found.append(heapq.heappop(self._ends))
        for end in found:
            heapq.heappush(self._ends, end)
        return [key for _, key in found]

    def _until(self, key: str) -> int | None:
        held = self._holds[key]
        return held.hold.until if held.state in LIVE else None
