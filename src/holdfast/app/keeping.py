"""How is a stream kept while it is watched? Every event goes to the archive, and is safe there within a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from holdfast.events import Batch
from holdfast.ports import Archive

SETTLE_EVERY = 60.0  # seconds of this machine: what a crash may cost, against a file for each time


class Keeper:
    """Hands batches to an archive and settles it now and then; without an archive it does nothing."""

    def __init__(self, archive: Archive | None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` gives seconds that never go back."""
        self._archive, self._monotonic = archive, monotonic
        self._settled_at = monotonic()

    def take(self, batch: Batch) -> None:
        """Keep a batch.

        Raises:
            StoreError: it is not kept.

        """
        if self._archive is not None:
            self._archive.keep(batch)
            self.tick()

    def tick(self) -> None:
        """Settle, when it is time.

        Raises:
            StoreError: what came in since the last time is not safe.

        """
        if self._archive is not None and self._monotonic() - self._settled_at >= SETTLE_EVERY:
            self._archive.settle()
            self._settled_at = self._monotonic()

    def close(self) -> None:
        """Settle what is left.

        Raises:
            StoreError: as `tick`.

        """
        if self._archive is not None:
            self._archive.close()
