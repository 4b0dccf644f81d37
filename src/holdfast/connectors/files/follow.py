"""Which events come in just now, down a pipe or at the end of a growing file?"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from holdfast.errors import UnreadableFileError
from holdfast.events import LONGEST_LINE, Decoded, Dialect

from .delivery import Delivery
from .json_lines import JsonLines
from .kinds import HEAD_BYTES, refuse_other_kinds
from .streams import LiveStream, PatientStream
from .unpacking import translated

READ_BYTES = 1024 * 1024  # at once: all that a busy pipe holds (64 KiB), and a fair part of a file being caught up with


class FollowStream:
    """The events of a stream of JSON Lines, such as the standard input, as soon as their lines are there."""

    def __init__(
        self, stream: LiveStream, *, source: str = "-", dialect: Dialect | None = None, longest_line: int = LONGEST_LINE
    ) -> None:
        """Read `stream`; it is not closed."""
        self._stream, self._source = stream, source
        self._lines = JsonLines(dialect or Dialect(), longest_line=longest_line)

    def __iter__(self) -> Iterator[Delivery]:
        """Deliver until the stream ends.

        Raises:
            UnreadableFileError: it is packed or no JSON Lines, or it broke; whole lines before that have come.

        """
        read = 0
        while chunk := translated(self._source, lambda: self._stream.read1(READ_BYTES)):
            if not read:
                refuse_other_kinds(self._source, chunk[:HEAD_BYTES])
            read += len(chunk)
            yield from _deliveries(self._lines.feed(chunk), self._source, read)
        yield from _deliveries(self._lines.finish(), self._source, read)


class FollowFile:
    """The events of a growing file of JSON Lines, from its start, as soon as their lines are whole.

    When the file is cut short, reading goes on at its start; when another takes its name (rotation), the old one is
    read to its end first. A line left unfinished then is read as it is. A file cut short and grown beyond the old
    place between two looks cannot be told from one that grew. A pipe with a name is a stream: it ends when all that
    write to it have.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        wait: Callable[[], bool],
        dialect: Dialect | None = None,
        longest_line: int = LONGEST_LINE,
    ) -> None:
        """Follow `path`. `wait` is called when nothing is new: it waits a moment, and says False to end."""
        self._path, self._wait, self._dialect = Path(path), wait, dialect
        self._lines = JsonLines(dialect or Dialect(), longest_line=longest_line)
        self._read = 0

    def __iter__(self) -> Iterator[Delivery]:
        """Deliver until `wait` says that it is enough.

        Raises:
            UnreadableFileError: the file is not there at the beginning, is packed, or may not be read.

        """
        file = self._open()
        try:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                stream = PatientStream(file)
                yield from FollowStream(stream, source=str(self._path), dialect=self._dialect)
                return
            refuse_other_kinds(str(self._path), translated(self._path, lambda: os.pread(file.fileno(), HEAD_BYTES, 0)))
            while True:
                yield from self._grown(file)
                successor = self._successor(file)
                if successor is not None:
                    yield from self._grown(file)
                    yield from self._given_up()
                    file.close()
                    file = successor
                elif os.fstat(file.fileno()).st_size < file.tell():
                    yield from self._given_up()
                    file.seek(0)
                elif not self._wait():
                    yield from self._given_up()
                    return
        finally:
            file.close()

    def _grown(self, file: BinaryIO) -> Iterator[Delivery]:
        while chunk := translated(self._path, lambda: file.read(READ_BYTES)):
            self._read += len(chunk)
            yield from _deliveries(self._lines.feed(chunk), str(self._path), self._read)

    def _given_up(self) -> Iterator[Delivery]:
        return _deliveries(self._lines.finish(), str(self._path), self._read)

    def _open(self) -> BinaryIO:
        return translated(self._path, lambda: self._path.open("rb", buffering=0))

    def _successor(self, file: BinaryIO) -> BinaryIO | None:
        """The file that has taken the name of `file`, if another has; between the two there may be none for a while."""
        try:
            there = self._path.stat()
            return None if os.path.samestat(there, os.fstat(file.fileno())) else self._path.open("rb", buffering=0)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableFileError(f"{self._path} cannot be read: {error.strerror or error}") from error


def _deliveries(decoded: Iterator[Decoded], source: str, read: int) -> Iterator[Delivery]:
    for part in decoded:
        yield Delivery.of(part, source=source, bytes_read=read)
