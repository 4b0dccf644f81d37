"""Which posts does labelled data hold, in order of time, and which of them are part of an attack?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from holdfast.app.bench.hijack.data import read_data
from holdfast.app.bench.hijack.rows import UNNAMED, Label, RowReader
from holdfast.errors import NoEventsError
from holdfast.events import Batch, SecurityEvent

_BATCH = 10_000  # posts


class Labelled:
    """Posts and events in order of time; iterate for batches, each with bool[n]: whether a post is part of an attack.

    A post is when it names a campaign and is not said to be without its lure.
    """

    def __init__(self, posts: pa.Table, labels: Sequence[Label], events: Sequence[SecurityEvent]) -> None:
        """`labels` stand beside `posts` (schema `POSTS`), in any order of time."""
        order = posts.column("time").to_numpy().argsort(kind="stable")
        attack = np.array([label.campaign != UNNAMED and label.lure is not False for label in labels], bool)
        self._posts, self._attack = posts.take(pa.array(order)).combine_chunks(), attack[order]
        self._events = sorted(events, key=lambda event: event.time)
        self.posts, self.attacks = len(order), int(attack.sum())

    def __iter__(self) -> Iterator[tuple[Batch, Any]]:
        """Batches in order of time; events come with the first batch whose last post is not older."""
        times = self._posts.column("time").to_numpy()
        given = 0
        for start in range(0, self.posts, _BATCH):
            stop = min(start + _BATCH, self.posts)
            due = given
            while due < len(self._events) and (stop == self.posts or self._events[due].time <= times[stop - 1]):
                due += 1
            (piece,) = self._posts.slice(start, stop - start).to_batches()
            yield Batch(posts=piece, others=self._events[given:due]), self._attack[start:stop]
            given = due


def read_labelled(path: Path) -> Labelled:
    """A benchmark's folder, or one file of JSON Lines whose posts name the campaign they belong to, if any.

    Raises:
        InputError: it cannot be read, or holds no posts.

    """
    if path.is_dir():
        data = read_data(path)
        none = [Label(campaign=UNNAMED, variant=UNNAMED)] * data.background.num_rows
        posts = pa.concat_tables([data.background, data.injected.posts])
        return Labelled(posts, [*none, *data.injected.labels], [*data.events, *data.injected.events])
    rows = RowReader(path.parent).read(path)
    if not rows.labels:
        reason = f"; the first refused: {rows.first_reject}" if rows.rejects else ""
        raise NoEventsError(f"{path} holds no posts{reason}")
    return Labelled(rows.posts, rows.labels, rows.events)
