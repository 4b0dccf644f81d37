"""Which rows does a Parquet file hold, a few at a time, however much they say in however few bytes?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from holdfast.errors import UnreadableFileError
from holdfast.events import Reject

from .parquet_plan import ROWS, plan
from .unpacking import translated

T = TypeVar("T")
Sizes = npt.NDArray[np.int64]

_NUMBER_BYTES = 8  # of a number, a time or a truth value, at most and nearly


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some rows one after the other, the first of which has the number `first` in the file, counted from 1."""

    first: int
    rows: pa.RecordBatch


class ParquetRows:
    """A Parquet file open for reading. Only `UnreadableFileError` comes out, of `with` and of `read`."""

    def __init__(self, path: Path, *, longest: int) -> None:
        """Read `path`; a row of more than `longest` bytes is none, and no slice has more of them."""
        self._path, self._longest, self._done = path, longest, 0
        self.names: list[str] = []
        """The names of the columns, once the file is open."""

    def __enter__(self) -> Self:
        self._safely(self._open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close(force=True)

    @property
    def part_read(self) -> float:
        """How much of the rows has been read, from 0 to 1."""
        return self._done / (self._file.metadata.num_rows or 1)

    def read(self, columns: Sequence[str]) -> Iterator[Slice | Reject]:
        """The rows in order, with these `columns`, and a reject for each that is too long."""
        for rows in self._gathered(columns):
            sizes = self._safely(partial(_row_sizes, rows))
            for start, stop in _cuts(sizes, self._longest):
                first = self._done + 1
                self._done += stop - start
                if sizes[start] > self._longest:
                    reason = f"longer than {self._longest} bytes"
                    yield Reject(line=first, reason=reason, raw=b"", length=int(sizes[start]))
                else:
                    # Taken, not sliced: what is made of a slice of lists is made of all their items.
                    whole = stop - start == rows.num_rows
                    yield Slice(first=first, rows=rows if whole else rows.take(pa.array(range(start, stop))))

    def _gathered(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """About `ROWS` rows each time, or about `longest` bytes; those before a damage come before it is told."""
        batches = self._safely(lambda: self._batches(columns))
        held: list[pa.RecordBatch] = []
        held_rows = held_bytes = 0
        damage: UnreadableFileError | None = None
        rows: pa.RecordBatch | None
        while True:
            try:
                rows = self._safely(lambda: next(batches, None))
            except UnreadableFileError as error:
                rows, damage = None, error
            if rows is not None:
                held.append(rows)
                held_rows, held_bytes = held_rows + rows.num_rows, held_bytes + rows.nbytes
            if held and (rows is None or held_rows >= ROWS or held_bytes >= self._longest):
                yield pa.concat_batches(held) if len(held) > 1 else held[0]
                held, held_rows, held_bytes = [], 0, 0
            if rows is None:
                break
        if damage is not None:
            raise damage

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._path.open("rb") as file:
            found = plan(file, self._file.metadata, columns)
        already = [part.name for part in self._file.schema_arrow if pa.types.is_dictionary(part.type)]
        self._file.close(force=True)
        self._open([*already, *found.dictionaries])
        batches: Iterator[pa.RecordBatch] = self._file.iter_batches(batch_size=found.rows, columns=list(columns))
        return batches

    def _open(self, dictionaries: Sequence[str] = ()) -> None:
        raw = translated(self._path, lambda: pa.OSFile(os.fsencode(self._path)))
        self._file = pa.parquet.ParquetFile(raw, read_dictionary=list(dictionaries))
        self.names = list(self._file.schema_arrow.names)

    def _safely(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            said = f"{self._path} is no whole Parquet file: after {self._done} rows, {error}"
            raise UnreadableFileError(said) from error


def _cuts(sizes: Sizes, most: int) -> Iterator[tuple[int, int]]:
    """From where to where rows of these `sizes` are no more than `most` together, or a single one that is."""
    ends, start = np.cumsum(sizes), 0
    while start < len(sizes):
        before = ends[start] - sizes[start]
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield start, stop
        start = stop


def _row_sizes(rows: pa.RecordBatch) -> Sizes:
    return _total([_sizes(column) for column in rows.columns], rows.num_rows)


def _sizes(column: pa.Array) -> Sizes:
    """How many bytes each value of a column takes once it is spelt out.

    Raises:
        ValueError: a value is not in its dictionary. Nobody else looks, and C would read beyond it.

    """
    kind, count = column.type, len(column)
    if pa.types.is_dictionary(kind):
        places = column.indices.drop_null().to_numpy()
        if len(places) and not 0 <= places.min() <= places.max() < len(column.dictionary):
            raise ValueError("a value is not in its dictionary")
        chosen: Sizes = np.append(_sizes(column.dictionary), 0)[column.indices.fill_null(0).to_numpy()]
        return chosen
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        ends: Sizes = np.append(0, np.cumsum(_sizes(column.values)))[column.offsets.to_numpy()]
        return ends[1:] - ends[:-1]
    if pa.types.is_struct(kind):
        return _total([_sizes(part) for part in column.flatten()], count)
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        lengths: Sizes = pc.binary_length(column).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return lengths
    return np.full(count, _NUMBER_BYTES, np.int64)


def _total(sizes: list[Sizes], count: int) -> Sizes:
    return sum(sizes, start=np.zeros(count, np.int64))
