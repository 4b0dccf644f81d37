"""Whose posts were those? Names, texts and lures of recent posts, kept in columns while room lasts, found again by lure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

_MERGE_BELOW = 2_048  # rows: chunks are merged up to here, so that a search visits few of them

NAMES = pa.schema(
    [("id", pa.string()), ("account", pa.string()), ("text", pa.string()), ("urls", pa.list_(pa.string()))]
)
COLUMNS = {
    "sequence": "i8",
    "voice": "i8",
    "time": "i8",
    "features": "i8",
    "page": "i8",
    "signature": "u1",
    "first": "i8",
    "kinds": "u1",
    "keys": "u8",
    "valid": "u1",
}
"""The columns of a chunk besides its names, and their dtypes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some posts in order of arrival: sequence, voice, time, features, page, signature (n each); their lures from `first` (n + 1)."""

    names: Any
    sequence: Any
    voice: Any
    time: Any
    features: Any
    page: Any
    signature: Any
    first: Any
    kinds: Any
    keys: Any
    valid: Any

    @property
    def nbytes(self) -> int:
        """What it occupies."""
        return int(self.names.nbytes) + sum(int(getattr(self, name).nbytes) for name in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One post as the log remembers it."""

    sequence: int
    voice: int
    time: int
    features: int
    page: int
    signature: bytes
    id: str
    account: str
    text: str
    urls: tuple[str, ...]
    lures: tuple[tuple[int, int, int], ...]  # (kind, key, checksum)


class PostLog:
    """The most recent posts that fit into `budget` bytes."""

    def __init__(self, budget: int) -> None:
        """Empty."""
        self._budget = budget
        self._chunks: deque[Chunk] = deque()
        self._bytes = 0

    def append(self, chunk: Chunk) -> None:
        """Take a chunk in; the oldest go when room runs out."""
        if len(chunk.sequence) == 0:
            return
        self._bytes += chunk.nbytes
        while self._chunks and self._mergeable(self._chunks[-1], chunk):
            last = self._chunks.pop()
            self._bytes -= last.nbytes + chunk.nbytes
            chunk = _merged(last, chunk)
            self._bytes += chunk.nbytes
        self._chunks.append(chunk)
        while self._bytes > self._budget and len(self._chunks) > 1:
            self._bytes -= self._chunks.popleft().nbytes

    @staticmethod
    def _mergeable(last: Chunk, new: Chunk) -> bool:
        return len(last.sequence) <= len(new.sequence) and len(last.sequence) + len(new.sequence) <= _MERGE_BELOW

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """What is kept, oldest first."""
        return tuple(self._chunks)

    def carrying(self, key: int, until: int) -> list[Named]:
        """Posts that carry the lure `key`, up to sequence number `until`."""
        found = []
        for chunk in self._chunks:
            if chunk.sequence[0] > until:
                break
            hits = np.flatnonzero(chunk.keys == np.uint64(key))
            rows = np.unique(np.searchsorted(chunk.first, hits, side="right") - 1)
            found += [named(chunk, int(row)) for row in rows if chunk.sequence[row] <= until]
        return found

    def numbered(self, sequences: frozenset[int]) -> list[Named]:
        """The posts with these sequence numbers, as far as they are kept."""
        wanted = np.array(sorted(sequences), np.int64)
        found = []
        for chunk in self._chunks:
            rows = np.unique(np.searchsorted(chunk.sequence, wanted))
            rows = rows[rows < len(chunk.sequence)]
            found += [named(chunk, int(row)) for row in rows if int(chunk.sequence[row]) in sequences]
        return found


def named(chunk: Chunk, row: int) -> Named:
    """One row of a chunk."""
    names = chunk.names
    first, last = int(chunk.first[row]), int(chunk.first[row + 1])
    urls = names.column(3)[row].as_py() or ()
    return Named(
        sequence=int(chunk.sequence[row]),
        voice=int(chunk.voice[row]),
        time=int(chunk.time[row]),
        features=int(chunk.features[row]),
        page=int(chunk.page[row]),
        signature=chunk.signature[row].tobytes(),
        id=names.column(0)[row].as_py(),
        account=names.column(1)[row].as_py(),
        text=names.column(2)[row].as_py(),
        urls=tuple(url for url in urls if url),
        lures=tuple(
            (int(kind), int(key), int(valid))
            for kind, key, valid in zip(
                chunk.kinds[first:last], chunk.keys[first:last], chunk.valid[first:last], strict=True
            )
        ),
    )


def _merged(one: Chunk, two: Chunk) -> Chunk:
    """Two chunks as one."""
    table = pa.Table.from_batches([one.names, two.names]).combine_chunks()
    columns = {name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in COLUMNS if name != "first"}
    first = np.concatenate([one.first, two.first[1:] + one.first[-1]])
    return Chunk(names=table.to_batches()[0], first=first, **columns)


def chunk_of(posts: Any, rows: Any, columns: dict[str, Any], lures: tuple[Any, Any, Any, Any], sequence: int) -> Chunk:
    """The rows of a batch worth keeping: `columns` voice, time, features, page, signature (n each); lures (from, kinds, keys, valid)."""
    lure_from, kinds, keys, valid = lures
    starts = lure_from[rows]
    counts = lure_from[rows + 1] - starts
    first = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(counts, out=first[1:])
    picked = np.repeat(starts - first[:-1], counts) + np.arange(first[-1])
    names = posts.select(NAMES.names).take(pa.array(rows))
    return Chunk(
        names=names if names.schema.equals(NAMES) else pa.RecordBatch.from_arrays(names.columns, schema=NAMES),
        sequence=rows + sequence,
        first=first,
        kinds=kinds[picked],
        keys=keys[picked],
        valid=valid[picked],
        **{name: column[rows] for name, column in columns.items()},
    )
