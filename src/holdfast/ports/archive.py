"""The seam to where events are kept, in columns, long after detection has let go of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from holdfast.events import Batch


class Archive(Protocol):
    """Keeps events in the order in which they came, and gives them again by their times (milliseconds since 1970 UTC).

    What was settled survives a crash. What is told twice is kept twice: whoever reads it counts each event once.
    """

    def keep(self, batch: Batch) -> None:
        """Take a batch in; it is safe from the next `settle` on.

        Raises:
            StoreError: nothing of it was kept.

        """
        ...

    def settle(self) -> None:
        """Make all that was taken in so far survive a crash of the machine.

        Raises:
            StoreError: what was taken in since the last time is not safe; tell it again.

        """
        ...

    def read(self, since: int, until: int) -> Iterator[Batch]:
        """What was settled with a time from `since` to before `until`, in order of arrival, posts apart from the rest.

        Raises:
            StoreError: something kept cannot be read; it is named.

        """
        ...

    def close(self) -> None:
        """Settle, and let go of it.

        Raises:
            StoreError: as `settle`.

        """
        ...
