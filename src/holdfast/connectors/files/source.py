"""Which events lie in these files?"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from holdfast.errors import UnreadableFileError
from holdfast.events import LONGEST_LINE, REQUIRED, Decoded, Dialect, Post, check_columns, names_in

from .delivery import Delivery
from .json_lines import JsonLines
from .kinds import HEAD_BYTES, kind_of, refuse_other_kinds
from .streams import PatientStream, chunks_of, standard_input
from .tables import read_csv, read_parquet
from .unpacking import Unpacked, head_of, translated

BATCH_BYTES = 4 * 1024 * 1024  # of unpacked text at once: about 10,000 posts, small beside the caches and the tables


class FileSource:
    """The events of files, one after the other: JSON Lines, CSV or Parquet, plain or packed with gzip or zstd.

    The path `-` is the standard input, read as JSON Lines to its end. Nothing is read twice or held as a whole, so a
    source may be iterated once if `-` or a pipe is among the paths.
    """

    def __init__(
        self,
        paths: Sequence[str | PathLike[str]],
        *,
        dialect: Dialect | None = None,
        batch_bytes: int = BATCH_BYTES,
        longest_line: int = LONGEST_LINE,
        standard_input: BinaryIO | None = None,
    ) -> None:
        """Look at every path, so that a missing file is known before the first is read.

        Raises:
            UnreadableFileError: a path does not exist, is a folder, or may not be read.

        """
        self._paths = [str(path) for path in paths]
        self._dialect = dialect or Dialect()
        self._batch_bytes, self._longest_line = batch_bytes, longest_line
        self._standard_input = standard_input
        sizes = [_size(path) for path in self._paths]
        self._sizes = [size or 0 for size in sizes]
        self.bytes_total = None if None in sizes else sum(self._sizes)

    def __iter__(self) -> Iterator[Delivery]:
        """The files' events in order.

        Raises:
            ColumnError: a file has other columns than the dialect says.
            UnreadableFileError: a file is damaged; what came before the damage has been delivered.

        """
        before = 0
        for path, size in zip(self._paths, self._sizes, strict=True):
            for decoded, read in self._read(path, size):
                yield Delivery.of(decoded, source=path, bytes_read=before + read, bytes_total=self.bytes_total)
            before += size

    def _read(self, path: str, size: int) -> Iterator[tuple[Decoded, int]]:
        if _size(path) is None:
            yield from self._read_stream(path)
            return
        file = Path(path)
        kind, longest = kind_of(path, head_of(file)), self._longest_line
        if kind.form == "parquet":
            if kind.packing is not None:
                raise UnreadableFileError(f"{path} is a packed Parquet file", advice="Unpack it first.")
            for decoded, part in read_parquet(file, self._dialect, longest=longest):
                yield decoded, int(size * part)
            return
        unpacked = Unpacked(file, kind.packing)
        try:
            if kind.form == "csv":
                for decoded in read_csv(file, unpacked, self._dialect, block=self._batch_bytes, longest=longest):
                    yield decoded, unpacked.bytes_read
            else:
                for decoded in self._json_lines(path, unpacked.chunks(self._batch_bytes)):
                    yield decoded, unpacked.bytes_read
        finally:
            unpacked.close()

    def _read_stream(self, path: str) -> Iterator[tuple[Decoded, int]]:
        read = 0

        def chunks(stream: PatientStream) -> Iterator[bytes]:
            nonlocal read
            for chunk in chunks_of(stream, self._batch_bytes, source=path):
                if not read:
                    refuse_other_kinds(path, chunk[:HEAD_BYTES])
                read += len(chunk)
                yield chunk

        if path == "-":
            given = self._standard_input
            stream = standard_input() if given is None else PatientStream(given)
            for decoded in self._json_lines("standard input", chunks(stream)):
                yield decoded, read
        else:
            with translated(path, lambda: Path(path).open("rb", buffering=0)) as file:
                for decoded in self._json_lines(path, chunks(PatientStream(file))):
                    yield decoded, read

    def _json_lines(self, path: str, chunks: Iterator[bytes]) -> Iterator[Decoded]:
        lines = JsonLines(self._dialect, longest_line=self._longest_line)
        start: bytes | None = None
        damage: UnreadableFileError | None = None
        while damage is None:
            try:
                chunk = next(chunks, b"")
            except UnreadableFileError as error:
                chunk, damage = b"", error
            start = chunk if start is None else start
            for decoded in lines.feed(chunk) if chunk else lines.finish():
                if start:
                    self._check_names(path, start, decoded)
                    start = b""
                yield decoded
            if not chunk:
                break
        if damage is not None:
            raise damage

    def _check_names(self, path: str, start: bytes, decoded: Decoded) -> None:
        """Refuse a file whose `start` lacks a column that is named, or whose posts are all spelt in other columns.

        Raises:
            ColumnError: so it is.

        """
        dialect = self._dialect
        wanted = set(dialect.columns.values())
        nothing_found = not decoded.batch.posts.num_rows and not decoded.batch.others
        if not wanted and not nothing_found:
            return
        present = names_in(start, wanted=None if nothing_found else wanted)
        foreign = present - dialect.named(Post).keys()
        others = nothing_found and foreign and dialect.name_of("type") not in present
        if present:
            check_columns(dialect, present, path, needed=sorted(REQUIRED[Post]) if others else ())


def _size(path: str) -> int | None:
    """The bytes of a file on disk; None for a stream (the standard input, a pipe), which has no size to know."""
    if path == "-":
        return None
    status = translated(path, Path(path).stat)
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableFileError(f"{path} is a folder", advice="Name the files in it.")
    return status.st_size if stat.S_ISREG(status.st_mode) else None
