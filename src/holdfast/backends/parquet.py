"""Where are events kept? In Parquet files of one folder, which any tool that reads Parquet can be pointed at.

    posts-00000001-00000007.parquet    the columns of `events.POSTS`
    events-00000001-00000003.parquet   time, type, and the event as one JSON object

The numbers say which settled parts a file holds. A file is written under a name that no reader looks at, is flushed to
the disk, and then gets its own: it is there whole or not at all. Small neighbours are joined into larger files, so that
a quiet stream does not leave thousands; a file whose numbers lie within another's is a leftover of that: passed over.
One process writes at a time: whoever keeps something has the lock in the folder until he closes the archive.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfast.errors import StoreError, StoreFullError
from holdfast.events import POSTS, Batch, Decoder, SecurityEvent, encode_line

from .claim import FileClaim

EVENTS = pa.schema(
    [
        pa.field("time", pa.int64(), nullable=False),  # milliseconds since 1970 UTC
        pa.field("type", pa.string(), nullable=False),
        pa.field("event", pa.string(), nullable=False),  # as one line of JSON
    ]
)
SCHEMAS = {"posts": POSTS, "events": EVENTS}
ROWS = 1_000_000  # of a file: some hundred megabytes of posts, which one column of can be read at once
GROUP = 100_000  # rows that are read or passed over together
SIZES_APART = 2  # a file is joined with its neighbour unless that one is more than so many times as large
_NAME = re.compile(r"(posts|events)-(\d{8,18})-(\d{8,18})\.parquet")
_PART = re.compile(r"\.[0-9a-f]{16}\.part")
_LOCK = ".lock"
_ADVICE_FULL = (
    "Free some space. What was kept up to a minute before is whole, and what came later is not there: to have all of a "
    "file once, watch it again with a new archive."
)
_ADVICE_FOREIGN = "Move that file out of the archive; all others are whole."
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    """A file, by the numbers of the first and the last settled part that it holds."""

    first: int
    last: int
    path: Path

    def within(self, other: _Part) -> bool:
        return self is not other and other.first <= self.first and self.last <= other.last


class ParquetArchive:
    """The archive in `folder`, which is made if it is not there; the files are their owner's alone."""

    def __init__(self, folder: Path) -> None:
        """Open it.

        Raises:
            StoreError: the folder cannot be made or read.

        """
        self._folder = folder
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder} is no folder, so no archive is kept there", advice="Name a folder.")
        with failures(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._parts("posts")
        self._claim: FileClaim | None = None
        self._next: dict[str, int] = {}
        self._open: dict[str, _Writer] = {}
        self._spared: set[Path] = set()

    def keep(self, batch: Batch) -> None:
        """Take a batch in; a file that is full is settled."""
        for kind, rows in (("posts", batch.posts), ("events", _rows_of(batch.others))):
            if not rows.num_rows:
                continue
            with failures(self._folder):
                self._begin()
                if kind not in self._open:
                    self._open[kind] = _Writer(self._folder, SCHEMAS[kind])
                writer = self._open[kind]
                try:
                    writer.write(rows)
                except BaseException:
                    del self._open[kind]
                    writer.discard()
                    raise
                if writer.rows >= ROWS:
                    self._settle(kind)

    def settle(self) -> None:
        """Give every file that is being written its name, and join small ones."""
        for kind in tuple(self._open):
            with failures(self._folder):
                self._settle(kind)

    def read(self, since: int, until: int) -> Iterator[Batch]:
        """Posts, then the other events; a row group whose times lie outside is not even read."""
        for rows in self._rows("posts", since, until):
            yield Batch(posts=rows)
        for rows in self._rows("events", since, until):
            lines = "\n".join(rows.column("event").to_pylist()) + "\n"
            yield Batch(others=Decoder().decode(lines.encode()).batch.others)

    def close(self) -> None:
        """Settle, and let others write."""
        try:
            self.settle()
        finally:
            if self._claim is not None:
                self._claim.close()
            self._claim = None

    def _begin(self) -> None:
        """Be the only one who writes, and see what those before have left."""
        if self._claim is None:
            self._claim = FileClaim(str(self._folder), lock=self._folder / _LOCK)
            _sweep(self._folder)
            self._next = {kind: max((part.last for part in self._parts(kind)), default=0) + 1 for kind in SCHEMAS}

    def _parts(self, kind: str) -> list[_Part]:
        """The files that count, in order."""
        named = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        found = [
            _Part(int(name[2]), int(name[3]), self._folder / name[0]) for name in named if name and name[1] == kind
        ]
        return sorted(part for part in found if not any(part.within(other) for other in found))

    def _settle(self, kind: str) -> None:
        number = self._next[kind]
        self._open.pop(kind).settle(self._path(kind, number, number))
        self._next[kind] = number + 1
        self._join(kind)

    def _path(self, kind: str, first: int, last: int) -> Path:
        return self._folder / f"{kind}-{first:08}-{last:08}.parquet"

    def _join(self, kind: str) -> None:
        """Join the last files while they are of about one size: a row is written again only as sizes double.

        What cannot be joined stays as it is, for it is safe already; each such pair is told of once.
        """
        while len(parts := self._parts(kind)) >= 2:
            one, two = parts[-2:]
            try:
                if not self._joined(kind, one, two):
                    return
            except StoreError as why:
                if one.path not in self._spared:
                    logging.getLogger(__name__).warning("holdfast: files are not joined, and stay as they are: %s", why)
                self._spared.add(one.path)
                return

    def _joined(self, kind: str, one: _Part, two: _Part) -> bool:
        """Make one file of two, unless they had better stay apart."""
        files = [_opened(kind, part.path) for part in (one, two)]
        sizes = [file.metadata.num_rows for file in files]
        if sizes[0] > SIZES_APART * sizes[1] or sum(sizes) > ROWS or one.last + 1 != two.first:
            return False
        with failures(self._folder):
            writer = _Writer(self._folder, SCHEMAS[kind])
            try:
                for part, file in zip((one, two), files, strict=True):
                    with failures(part.path, advice=_ADVICE_FOREIGN):
                        for rows in file.iter_batches(GROUP):
                            writer.write(rows)
                writer.settle(self._path(kind, one.first, two.last))
            finally:
                writer.discard()
            for path in (one.path, two.path):
                path.unlink(missing_ok=True)
        return True

    def _rows(self, kind: str, since: int, until: int) -> Iterator[pa.RecordBatch]:
        for part in self._parts(kind):
            file = _opened(kind, part.path)
            with failures(part.path, advice=_ADVICE_FOREIGN):
                for group in range(file.num_row_groups):
                    if not _may_hold(file.metadata.row_group(group), since, until):
                        continue
                    for rows in file.iter_batches(GROUP, row_groups=[group]):
                        time = rows.column("time")
                        hit = rows.filter(pc.and_(pc.greater_equal(time, since), pc.less(time, until)))
                        if hit.num_rows:
                            yield hit


def _opened(kind: str, path: Path) -> pq.ParquetFile:
    """A file of the archive, if it has the columns that it should.

    Raises:
        StoreError: it has not, or cannot be read.

    """
    with failures(path, advice=_ADVICE_FOREIGN):
        file = pq.ParquetFile(path)
        if not file.schema_arrow.equals(SCHEMAS[kind]):
            raise StoreError(f"the archive {path}: its columns are not those of {kind}", advice=_ADVICE_FOREIGN)
        return file


class _Writer:
    """One file under way."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._path = folder / f".{secrets.token_hex(8)}.part"
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", compression_level=1)
        self._waiting: list[pa.RecordBatch] = []
        self._waits = 0
        self.rows = 0

    def write(self, rows: pa.RecordBatch) -> None:
        self._waiting.append(rows)
        self._waits += rows.num_rows
        self.rows += rows.num_rows
        if self._waits >= GROUP:
            self._write_group()

    def _write_group(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._writer.schema), row_group_size=GROUP)
        self._waiting, self._waits = [], 0

    def settle(self, path: Path) -> None:
        """Give it the name `path`, once it is on the disk.

        Raises:
            FileExistsError: somebody else has that name; two processes write to one archive.

        """
        try:
            self._write_group()
            self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.link(self._path, path)
        finally:
            self.discard()
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def discard(self) -> None:
        with contextlib.suppress(OSError, pa.ArrowException):
            self._writer.close()
        self._writer.is_open = False  # else it tries again when it is collected
        with contextlib.suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Delete what a process that was killed had begun to write; whoever has the lock is the only one who writes."""
    for path in [path for path in folder.iterdir() if _PART.fullmatch(path.name)]:
        path.unlink()


def _rows_of(events: Iterable[SecurityEvent]) -> pa.RecordBatch:
    listed = list(events)
    columns = [
        pa.array([event.time for event in listed], pa.int64()),
        pa.array([str(type(event).__struct_config__.tag) for event in listed], pa.string()),
        pa.array([encode_line(event).decode() for event in listed], pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS)


def _may_hold(group: pq.RowGroupMetaData, since: int, until: int) -> bool:
    """Whether times from `since` to before `until` can be in a row group, by its statistics."""
    column = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "time")
    statistics = column.statistics
    return statistics is None or not statistics.has_min_max or (statistics.min < until and statistics.max >= since)


@contextlib.contextmanager
def failures(where: Path, *, advice: str | None = None) -> Iterator[None]:
    """What the disk or the format refuses, as our own errors."""
    try:
        yield
    except OSError as error:
        said = f"the archive {where}: {error.strerror or error}"
        raise (
            StoreFullError(said, advice=_ADVICE_FULL) if error.errno in _FULL else StoreError(said, advice=advice)
        ) from error
    except pa.ArrowException as error:
        raise StoreError(f"the archive {where}: {error}", advice=advice) from error
