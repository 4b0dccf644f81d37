"""What must a new start know again? What the mirror held, and, from the archive, what was seen."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from holdfast.app.live import LiveWatch
from holdfast.connectors.simulated import MirroredPlatform
from holdfast.events import Batch
from holdfast.ports import Archive
from holdfast.response import HoldState

from .logs import Log

_HOUR = 3_600_000  # milliseconds of events at once: enough to be quick, little enough to be held


def remember(run: LiveWatch) -> None:
    """Tell the mirror, which forgets with the process, what stands on it; and a clock of the stream, the time."""
    for held in run.response.book.holds.values():
        if held.state is HoldState.IN_FORCE and _is_pushed(run.platform, held.hold.restriction):
            run.platform.apply(held.hold)
    size = run.store.checkpoint().size
    for entry in run.store.entries(max(0, size - 1)):
        run.clock.reached(entry.record.time)


def hear_again(run: LiveWatch, archive: Archive | None, log: Log) -> None:
    """Hear what the archive has of the last hours; what was decided is in the store, and is not decided again.

    Raises:
        StoreError: something in the archive cannot be read.

    """
    if archive is None:
        return
    posts = events = 0
    now = run.clock.now()
    for batch in _by_hour(archive, run.response.since(now), now):
        run.take(batch)
        posts, events = posts + batch.posts.num_rows, events + len(batch.others)
    log.info("heard_again", posts=posts, events=events)


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


def _is_pushed(platform: MirroredPlatform, restriction: object) -> bool:
    return restriction in platform.capabilities
