"""The seam to whatever runs the operators: this process, or a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from holdfast.detection import Campaign
from holdfast.events import Batch


class Engine(Protocol):
    """Feeds batches to detection, keeps its keyed state, and resumes from a snapshot."""

    def run(self, batches: Iterable[Batch]) -> Iterator[Campaign]:
        """Each campaign as it comes to light, and again whenever it grows or changes tier."""
        ...

    def snapshot(self) -> bytes:
        """Everything needed to go on from here, as plain data."""
        ...

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`, giving the same answers as if never stopped.

        Raises:
            InputError: the snapshot is of another version or is damaged.

        """
        ...
