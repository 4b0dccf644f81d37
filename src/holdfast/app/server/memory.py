"""What must survive this process, and how does a new start know it again?

What was decided is in the store. What was only seen is in a folder: every event, which accounts there are, and from
where they are entered. A new start knows these, hears again the events of as many hours as the response looks back, and
tells the mirror, which forgets with the process, what stands on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from holdfast.app.live import LiveWatch
from holdfast.backends import ParquetArchive, load_roll, save_roll
from holdfast.events import Batch
from holdfast.ports import Archive
from holdfast.response import HoldState
from holdfast.response.executor import Way, way_of

from .logs import Log

ACCOUNTS_FILE = "accounts.parquet"
HOMES_FILE = "homes.parquet"
_HOUR = 3_600_000  # milliseconds of events at once: enough to be quick, little enough to be held
_SAVE_EVERY = 3_600.0  # seconds between two tables of accounts
_GROWN = 1.2  # or as soon as there are a fifth more: so often is cheap, for each table is that much larger


class Memory:
    """The folder, or none: then a new start knows what was decided, and nothing that was only seen."""

    def __init__(self, folder: Path | None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Open it; `monotonic` gives seconds that never go back.

        Raises:
            StoreError: the folder cannot be made or read.

        """
        self._archive: ParquetArchive | None = None if folder is None else ParquetArchive(folder)
        self._folder = folder
        self._monotonic = monotonic
        self._saved, self._saved_at = 0, monotonic()

    def take(self, batch: Batch) -> None:
        """Take in events; they are safe from the next `settle` on.

        Raises:
            StoreError: they are not kept.

        """
        if self._archive is not None:
            self._archive.keep(batch)

    def settle(self, run: LiveWatch) -> bool:
        """Make what was taken in survive a crash; False where there is no folder.

        Raises:
            StoreError: it is not safe.

        """
        if self._archive is None:
            return False
        self._archive.settle()
        if len(run.platform) > self._saved * _GROWN or self._monotonic() - self._saved_at >= _SAVE_EVERY:
            self._save(run)
        return True

    def close(self, run: LiveWatch) -> None:
        """Settle for good.

        Raises:
            StoreError: as `settle`.

        """
        if self._archive is not None:
            self._archive.close()
            self._save(run)

    def recall(self, run: LiveWatch, log: Log) -> None:
        """Let `run` know again what was seen.

        Raises:
            StoreError: something that was kept cannot be read.

        """
        if self._archive is None or self._folder is None:
            return
        known, homes = load_roll(self._folder / ACCOUNTS_FILE), load_roll(self._folder / HOMES_FILE)
        if homes is not None:
            run.response.staff.changing.homes.meet(homes)
        if known is not None:
            run.platform.meet(known)
            self._saved = len(run.platform)
        posts = events = 0
        now = run.clock.now()
        for batch in _by_hour(self._archive, run.response.since(now), now):
            run.hear_again(batch)
            posts, events = posts + batch.posts.num_rows, events + len(batch.others)
        run.response.meet(run.platform.accounts())
        log.info("heard_again", posts=posts, events=events, accounts=len(run.platform))

    def _save(self, run: LiveWatch) -> None:
        assert self._folder is not None
        save_roll(run.platform.known(), self._folder / ACCOUNTS_FILE)
        save_roll(run.response.staff.changing.homes.known(), self._folder / HOMES_FILE)
        self._saved, self._saved_at = len(run.platform), self._monotonic()


def put_back(run: LiveWatch) -> None:
    """Tell the mirror what stands on it, and a clock of the stream how late it is by the record."""
    for held in run.response.book.holds.values():
        pushed = way_of(held.hold, run.platform) is Way.PUSH
        if pushed and held.state is HoldState.IN_FORCE:
            run.platform.apply(held.hold)
    for entry in run.store.entries(max(0, run.store.checkpoint().size - 1)):
        run.clock.reached(entry.record.time)


def _by_hour(archive: Archive, since: int, until: int) -> Iterator[Batch]:
    """Posts and other events together: an archive gives them one kind after the other."""
    for start in range(max(0, since), until + 1, _HOUR):
        found = list(archive.read(start, min(start + _HOUR, until + 1)))
        rows = [batch.posts for batch in found if batch.posts.num_rows]
        others = tuple(event for batch in found for event in batch.others)
        if rows:
            yield Batch(posts=pa.Table.from_batches(rows).combine_chunks().to_batches()[0], others=others)
        elif others:
            yield Batch(others=others)
