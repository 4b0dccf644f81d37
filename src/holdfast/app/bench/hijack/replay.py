"""What does detection say while a stream passes by? Posts in order of time; those of interest are fed one by one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.backends import EmbeddedEngine
from holdfast.detection import Campaign
from holdfast.events import Batch, SecurityEvent

BATCH = 10_000
"""Posts handed over at once: what a large platform writes in two seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Posts (schema `POSTS`) and events in order of time; `alone` are the places of posts fed one by one."""

    posts: pa.Table
    events: Sequence[SecurityEvent] = ()
    alone: npt.NDArray[np.int64]

    @classmethod
    def of(cls, background: pa.Table, events: Sequence[SecurityEvent], others: pa.Table | None = None) -> Stream:
        """The background with other posts among it; of posts in one millisecond, those of the background come first."""
        if others is None:
            return cls(posts=background, events=events, alone=np.zeros(0, np.int64))
        both = pa.concat_tables([background, others])
        order = both.column("time").to_numpy().argsort(kind="stable")
        return cls(
            posts=both.take(pa.array(order)).combine_chunks(),
            events=sorted(events, key=lambda event: event.time),
            alone=np.flatnonzero(order >= background.num_rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A campaign as it was told after the first `posts` posts of the stream, the last of them at `time` ms."""

    campaign: Campaign
    posts: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """All that was told, in order, and how everything stood at the end.

    `took` is the processor time of each batch in seconds, float64[b]; `sizes` its number of posts, int64[b].
    """

    told: tuple[Seen, ...]
    campaigns: tuple[Campaign, ...]
    took: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]


def replay(stream: Stream, engine: EmbeddedEngine, progress: Callable[[int], None] = lambda _: None) -> Replay:
    """Feed a stream to an engine that has seen nothing; `progress` hears after each batch how many posts it had."""
    told: list[Seen] = []
    times = stream.posts.column("time").to_numpy()
    events, given = stream.events, 0
    took, sizes = [], []
    edges = _edges(len(times), stream.alone)
    for start, stop in itertools.pairwise(edges):
        due = given
        while due < len(events) and (stop == len(times) or events[due].time <= times[stop - 1]):
            due += 1
        batches = _batches(stream.posts, start, stop, events[given:due])
        given = due
        began = time.process_time()
        found = list(engine.run(batches))
        took.append(time.process_time() - began)
        sizes.append(stop - start)
        told += [Seen(campaign=campaign, posts=stop, time=int(times[stop - 1])) for campaign in found]
        progress(stop - start)
    campaigns = engine.detector.campaigns()
    return Replay(told=tuple(told), campaigns=campaigns, took=np.array(took), sizes=np.array(sizes, np.int64))


def _edges(count: int, alone: npt.NDArray[np.int64]) -> list[int]:
    """Where batches begin and end, the last number being the end of the stream."""
    found: list[int] = np.unique(np.concatenate([np.arange(0, count, BATCH), alone, alone + 1, [count]])).tolist()
    return found


def _batches(posts: pa.Table, start: int, stop: int, events: Sequence[SecurityEvent]) -> list[Batch]:
    """Some posts as batches: one, unless their columns are held in several pieces."""
    pieces = posts.slice(start, stop - start).to_batches()
    return [Batch(posts=piece, others=events if piece is pieces[0] else ()) for piece in pieces]
