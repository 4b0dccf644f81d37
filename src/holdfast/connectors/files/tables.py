"""Which posts do a CSV file and a Parquet file hold?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from holdfast.errors import ColumnError, UnreadableFileError
from holdfast.events import REQUIRED, Decoded, Dialect, Post, Reject, RowDecoder, check_columns

from .unpacking import Unpacked, translated

ROWS = 10_000  # of a Parquet file at once: about as many posts as 4 MiB of JSON Lines hold


def read_csv(path: Path, unpacked: Unpacked, dialect: Dialect, *, block: int) -> Iterator[Decoded]:
    """The posts of a CSV file (RFC 4180, the first row naming the columns), about `block` bytes at a time.

    Rows are counted from 1, the row of names left out. One with too few or too many values is a reject.

    Raises:
        ColumnError: a column that is needed or named is not there.
        UnreadableFileError: the file is damaged, or one row is longer than a block.

    """
    feed = _Feed(unpacked, block)
    names = _names(path, feed.first())
    check_columns(dialect, names, str(path), needed=sorted(REQUIRED[Post]))
    misshapen: list[pa.csv.InvalidRow] = []
    decoder, row = RowDecoder(dialect), 1
    for rows in _csv_batches(path, feed, names, block, misshapen):
        numbers = _numbers(row, rows.num_rows, [bad.number - 1 for bad in misshapen])
        decoded = decoder.decode(rows, numbers)
        row = int(numbers[-1]) + 1 if len(numbers) else row
        rejects = [*decoded.rejects, *_taken(misshapen, row)]
        in_order = tuple(sorted(rejects, key=lambda bad: bad.line))
        yield Decoded(batch=decoded.batch, rejects=in_order, lines=decoded.lines)
    if misshapen:
        yield Decoded(batch=decoder.decode(_no_rows(names), []).batch, rejects=tuple(_taken(misshapen, None)))
    if feed.damage is not None:
        raise feed.damage


def read_parquet(path: Path, dialect: Dialect) -> Iterator[tuple[Decoded, float]]:
    """The posts of a Parquet file, each time with the part of the file's rows that has been read (0 to 1).

    Raises:
        ColumnError: a column that is needed or named is not there.
        UnreadableFileError: the file is damaged.

    """
    done = 0
    try:
        with translated(path, lambda: pa.parquet.ParquetFile(str(path))) as file:
            names = file.schema_arrow.names
            _refuse_doubles(path, names)
            check_columns(dialect, names, str(path), needed=sorted(REQUIRED[Post]))
            wanted = names if dialect.keep_unknown else [*dialect.named(Post), dialect.name_of("type")]
            decoder = RowDecoder(dialect)
            for rows in file.iter_batches(batch_size=ROWS, columns=[name for name in names if name in wanted]):
                decoded = decoder.decode(rows, np.arange(done + 1, done + 1 + rows.num_rows))
                done += rows.num_rows
                yield decoded, done / file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path} is no whole Parquet file: after {done} rows, {error}") from error


class _Feed(io.RawIOBase):
    """Unpacked bytes as a file; damage looks like its end, and is remembered, so that what came before is used."""

    def __init__(self, unpacked: Unpacked, block: int) -> None:
        self.damage: UnreadableFileError | None = None
        self._chunks = unpacked.chunks(block)
        self._held = b""

    def first(self) -> bytes:
        """The first chunk, without taking it."""
        self._held = self._next()
        return self._held

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._held = self._held or self._next()
        piece, self._held = (self._held, b"") if size < 0 else (self._held[:size], self._held[size:])
        return piece

    def _next(self) -> bytes:
        try:
            return next(self._chunks, b"")
        except UnreadableFileError as damage:
            self.damage = damage
            return b""


def _csv_batches(
    path: Path, feed: _Feed, names: list[str], block: int, misshapen: list[pa.csv.InvalidRow]
) -> Iterator[pa.RecordBatch]:
    """The rows with every value as bytes: what they mean is decided row by row, never for the file as a whole."""

    def keep(row: pa.csv.InvalidRow) -> str:
        misshapen.append(row)
        return "skip"

    try:
        yield from pa.csv.open_csv(
            pa.PythonFile(feed, "r"),
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=block),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
        )
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            f"{path} is no whole CSV file: {error}",
            advice=f"Look for a quotation mark that is not closed, or a row longer than {block} bytes.",
        ) from error


def _names(path: Path, start: bytes) -> list[str]:
    try:
        names = next(csv.reader(io.StringIO(start.decode("utf-8-sig", errors="surrogateescape"))), [])
        "".join(names).encode()
    except (csv.Error, UnicodeEncodeError) as error:
        raise UnreadableFileError(f"{path} has no readable first row of column names ({error})") from error
    _refuse_doubles(path, names)
    return names


def _refuse_doubles(path: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ColumnError(f"{path} has two columns called {name!r}", advice="Rename one of them.")


def _numbers(first: int, count: int, missing: list[int]) -> np.ndarray:
    candidates = np.arange(first, first + count + len(missing))
    return candidates[~np.isin(candidates, missing)][:count]


def _taken(misshapen: list[pa.csv.InvalidRow], before: int | None) -> list[Reject]:
    """Rejects for the misshapen rows numbered below `before` (all, if None), which are taken off the list."""
    taken = [row for row in misshapen if before is None or row.number - 1 < before]
    misshapen[:] = misshapen[len(taken) :]
    return [
        Reject(
            line=row.number - 1,
            reason=f"has {row.actual_columns} values for {row.expected_columns} columns",
            raw=row.text.encode(),
            length=len(row.text.encode()),
        )
        for row in taken
    ]


def _no_rows(names: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: pa.array([], pa.binary()) for name in names})
