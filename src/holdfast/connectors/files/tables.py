"""Which posts do a CSV file and a Parquet file hold?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from holdfast.errors import ColumnError, UnreadableFileError
from holdfast.events import REQUIRED, Batch, Decoded, Dialect, Post, Reject, RowDecoder, check_columns

from .csv_rows import CsvRows, Rows
from .parquet_rows import ParquetRows
from .unpacking import Unpacked


def read_csv(path: Path, unpacked: Unpacked, dialect: Dialect, *, block: int, longest: int) -> Iterator[Decoded]:
    """The posts of a CSV file (RFC 4180, the first row naming the columns), about `block` bytes at a time.

    Rows are counted from 1, the row of names left out. One with too few or too many values, or with a line of more
    than `longest` bytes, is a reject.

    Raises:
        ColumnError: a column that is needed or named is not there.
        UnreadableFileError: the file is damaged, or its first row cannot be read; what came before has been given.

    """
    reader, decoder = CsvRows(longest=longest), RowDecoder(dialect)
    places: dict[str, int] | None = None
    for rows in _rows(unpacked, reader, block):
        if places is None and reader.names is not None:
            places = _places(path, reader.names, dialect)
        if places is not None and (rows.values or rows.rejects):
            decoded = decoder.decode(_batch(rows, places), rows.numbers)
            rejects = sorted((*decoded.rejects, *rows.rejects), key=lambda bad: bad.line)
            yield Decoded(batch=decoded.batch, rejects=tuple(rejects), lines=decoded.lines)
    if places is None:
        _places(path, [], dialect)


def read_parquet(path: Path, dialect: Dialect, *, longest: int) -> Iterator[tuple[Decoded, float]]:
    """The posts of a Parquet file, each time with the part of the file's rows that has been read (0 to 1).

    A row of more than `longest` bytes is a reject.

    Raises:
        ColumnError: a column that is needed or named is not there.
        UnreadableFileError: the file is damaged; what came before has been given.

    """
    with ParquetRows(path, longest=longest) as file:
        places = _places(path, file.names, dialect)
        decoder = RowDecoder(dialect)
        for part in file.read(list(places)):
            if isinstance(part, Reject):
                yield Decoded(batch=Batch(), rejects=(part,)), file.part_read
            else:
                numbers = np.arange(part.first, part.first + part.rows.num_rows)
                yield decoder.decode(part.rows, numbers), file.part_read


def _rows(unpacked: Unpacked, reader: CsvRows, block: int) -> Iterator[Rows]:
    try:
        for chunk in unpacked.chunks(block):
            yield reader.feed(chunk)
    except UnreadableFileError:
        yield reader.finish()
        raise
    yield reader.finish()


def _batch(rows: Rows, places: dict[str, int]) -> pa.RecordBatch:
    columns = {name: _column([row[place] for row in rows.values]) for name, place in places.items()}
    return pa.RecordBatch.from_pydict(columns)


def _column(values: list[str]) -> pa.Array:
    """Text; bytes where not all of it is UTF-8: what that means is decided row by row, never for the whole."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value.encode(errors="surrogateescape") for value in values], pa.binary())


def _places(path: Path, names: list[str], dialect: Dialect) -> dict[str, int]:
    """Where the columns are that are asked for; one without a name is called by its number.

    Raises:
        ColumnError: one that is needed or named is not there, or is there twice.
        UnreadableFileError: the names are not UTF-8.

    """
    try:
        "".join(names).encode()
    except UnicodeEncodeError as error:
        raise UnreadableFileError(f"{path} has no readable first row of column names ({error})") from error
    names = [name or f"column {number}" for number, name in enumerate(names, start=1)]
    check_columns(dialect, names, str(path), needed=sorted(REQUIRED[Post]))
    meant = {*dialect.named(Post), dialect.name_of("type")}
    wanted = [(name, place) for place, name in enumerate(names) if dialect.keep_unknown or name in meant]
    for name, times in Counter(name for name, _ in wanted).items():
        if times > 1:
            raise ColumnError(f"{path} has two columns called {name!r}", advice="Rename one of them.")
    return dict(wanted)
