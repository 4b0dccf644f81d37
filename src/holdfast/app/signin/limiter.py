"""Who tries to sign in too often?

Counted are failures, by address, and by address and person together; never by person alone, or anybody could lock
anybody out. No guess at a passkey or a link comes true: the limit only keeps down what trying costs us.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

WINDOW_MS = 60_000
MOST_BY_ADDRESS = 30  # failures a minute: a company's people behind one address, on a bad morning
MOST_BY_PERSON = 5  # failures a minute at one address: somebody with several keys, and the wrong one first
_REMEMBERED = 20_000  # addresses and persons, some 3 MB


@dataclass(slots=True)
class _Count:
    since: int
    failures: int


class Limiter:
    """Counts failures in windows of a minute; what was not seen for longest is forgotten first."""

    def __init__(self) -> None:
        """Nobody has failed yet."""
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def wait(self, address: str, person: str, now: int) -> int:
        """Milliseconds until `person` (empty: nobody in particular) may try again from `address`; 0 when at once."""
        waits = [self._left((address, ""), MOST_BY_ADDRESS, now)]
        if person:
            waits.append(self._left((address, person), MOST_BY_PERSON, now))
        return max(waits)

    def failed(self, address: str, person: str, now: int) -> None:
        """Count a failure at `now` (milliseconds since 1970 UTC)."""
        for key in {(address, ""), (address, person)}:
            count = self._counts.get(key)
            if count is None or not 0 <= now - count.since < WINDOW_MS:
                count = self._counts[key] = _Count(now, 0)
            count.failures += 1
            self._counts.move_to_end(key)
        while len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)

    def _left(self, key: tuple[str, str], most: int, now: int) -> int:
        count = self._counts.get(key)
        if count is None or count.failures < most or not 0 <= now - count.since < WINDOW_MS:
            return 0
        return count.since + WINDOW_MS - now
