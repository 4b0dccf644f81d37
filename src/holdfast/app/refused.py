"""Which lines were no events, and was there anything else?"""

from __future__ import annotations

from holdfast.connectors.files import Delivery, RejectFile
from holdfast.errors import NoEventsError


class Refused:
    """Counts the rejects of a source, remembers the first, and keeps them all where it is told to."""

    def __init__(self, keep: RejectFile | None = None) -> None:
        """Keep rejects in `keep`, if there is such a file."""
        self._keep = keep
        self.count = 0
        self.first = ""
        """Where the first one is, and what is wrong with it; empty as long as there is none."""

    def take(self, delivery: Delivery) -> None:
        """Count the rejects of `delivery`, and keep them.

        Raises:
            StoreError: they could not be kept; they are counted.

        """
        if delivery.rejects and not self.count:
            first = delivery.rejects[0]
            self.first = f"{delivery.source}, line {first.line}: {first.reason}"
        self.count += len(delivery.rejects)
        if self._keep is not None:
            self._keep.append(delivery.rejects, source=delivery.source)

    def check(self, events: int) -> None:
        """Tell a source of `events` events from one that holds something else altogether.

        Raises:
            NoEventsError: there were rejects, and no event at all.

        """
        if self.count and not events:
            raise NoEventsError(f"none of {self.count:,} lines is an event; the first: {self.first}")
