"""In which order are the posts of a batch taken? In that of their times, then of their ids, however they arrived.

Of two ids the shorter comes first, then bytes decide: ids that count up (9, 10, 11) stand in order as they came, and an
ordered batch costs one look at its times.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from holdfast.events import SecurityEvent
from holdfast.reading.columns import strings
from holdfast.reading.kernel import Array, kernel

E = TypeVar("E", bound=SecurityEvent)


def in_order(posts: Any) -> Any:
    """A batch of posts (schema `POSTS`) by time, then by id; those with the same of both stay as they came."""
    ids = posts.column("id")
    if _stands(posts.column("time").to_numpy(), *strings(ids)):
        return posts
    keys = pa.table({"time": posts.column("time"), "length": pc.binary_length(ids), "id": ids})
    return posts.take(pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]))


def events_in_order(events: Iterable[E]) -> list[E]:
    """Events by time; of one moment by kind, whose names happen to stand in the order of a takeover, then by id and account."""
    return sorted(events, key=lambda event: (event.time, type(event).__name__, event.id, getattr(event, "account", "")))


@kernel
def _stands(time: Array, data: Array, offsets: Array) -> bool:
    """Whether posts stand by time, then by id."""
    for post in range(1, len(time)):
        if time[post] < time[post - 1]:
            return False
        if time[post] == time[post - 1] and _is_less(data, offsets[post], offsets[post + 1], offsets[post - 1]):
            return False
    return True


@kernel
def _is_less(data: Array, start: int, stop: int, other: int) -> bool:
    """Whether the id in `data[start:stop]` comes before the one that begins at `other` and ends where this begins."""
    length, longer = stop - start, start - other
    if length != longer:
        return bool(length < longer)
    for at in range(length):
        if data[start + at] != data[other + at]:
            return bool(data[start + at] < data[other + at])
    return False
