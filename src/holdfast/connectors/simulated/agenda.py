"""What happens next, and when: everything that is still to come on the platform, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any


class Agenda:
    """A queue of happenings. Those of one moment happen in the order in which they were put here."""

    def __init__(self) -> None:
        """Nothing is to come."""
        self._queue: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []
        self._count = 0

    def at(self, time: int, happening: Callable[..., object], *details: Any) -> None:  # noqa: ANN401  (whatever it takes)
        """Call `happening(*details, time)` when `time` (milliseconds since 1970 UTC) comes."""
        self._count += 1
        heapq.heappush(self._queue, (time, self._count, happening, details))

    def run(self, until: int) -> None:
        """Let everything before `until` happen, what it brings about included."""
        while self._queue and self._queue[0][0] < until:
            time, _, happening, details = heapq.heappop(self._queue)
            happening(*details, time)
