"""How do the bytes of a file come out, unpacked and a chunk at a time, even if it ends too early?"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from holdfast.errors import UnreadableFileError

from .kinds import HEAD_BYTES, Packing, refuse_no_lines

T = TypeVar("T")

_BROKEN = (OSError, EOFError, zlib.error, pa.ArrowException)
STEP = 256 * 1024  # bytes unpacked at once: a small file can unpack to any size, so never the whole


class Unpacked:
    """The bytes of a file, unpacked as they are read; several packed members in a row count as one.

    Only `UnreadableFileError` comes out. When a packed file is damaged, everything before the damage comes out first.
    """

    def __init__(self, path: Path, packing: Packing | None) -> None:
        """Open `path`.

        Raises:
            UnreadableFileError: it is missing or may not be read.

        """
        self._path, self._packing = path, packing
        self._raw = translated(path, lambda: pa.OSFile(os.fsencode(path)))
        self._given = 0
        self.bytes_read = 0
        """How many bytes of the file itself have been taken, for the sake of progress."""

    def chunks(self, size: int) -> Iterator[bytes]:
        """Chunks of about `size` bytes, the last one shorter.

        Raises:
            UnreadableFileError: what comes out are no lines, or the file is damaged or ends too early: it says how far
                reading got.

        """
        stream = self._unpack(self._raw)
        gathered: list[bytes] = []
        gathered_size = 0
        while True:
            try:
                piece = stream.read1(min(STEP, size))
            except _BROKEN as error:
                gathered.append(self._before_the_damage())
                if any(gathered):
                    yield b"".join(gathered)
                raise self._damaged(error) from error
            if not self._given:
                refuse_no_lines(str(self._path), piece[:HEAD_BYTES])
            self._given += len(piece)
            self.bytes_read = self._raw.tell()
            gathered.append(piece)
            gathered_size += len(piece)
            if gathered_size and (not piece or gathered_size >= size):
                yield b"".join(gathered)
                gathered, gathered_size = [], 0
            if not piece:
                return

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()

    def _unpack(self, raw: pa.NativeFile) -> pa.NativeFile | gzip.GzipFile:
        if self._packing == "gzip":  # this one gives all before a wrong checksum, and takes padding with zeros as such
            return gzip.GzipFile(fileobj=raw)
        return raw if self._packing is None else pa.CompressedInputStream(raw, self._packing)

    def _before_the_damage(self) -> bytes:
        """What a failed read of many bytes swallowed: read again from the start, and at last byte by byte."""
        found = bytearray()
        with pa.OSFile(os.fsencode(self._path)) as raw:
            stream = self._unpack(raw)
            try:
                left = self._given
                while left:
                    left -= len(stream.read1(min(left, STEP)))
                while len(found) < STEP and (byte := stream.read1(1)):
                    found += byte
            except _BROKEN:
                pass
        self._given += len(found)
        return bytes(found)

    def _damaged(self, error: Exception) -> UnreadableFileError:
        self.bytes_read, total = self._raw.tell(), self._path.stat().st_size
        return UnreadableFileError(
            f"{self._path} is damaged or incomplete: {self._given} bytes could be unpacked, "
            f"then reading stopped near byte {self.bytes_read} of {total} ({error})",
            advice="What was read before has been used. Fetch the file again, or repair it, and run the command again.",
        )


def head_of(path: Path) -> bytes:
    """The first `HEAD_BYTES` of a file.

    Raises:
        UnreadableFileError: it is missing or may not be read.

    """

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)

    return translated(path, read)


def translated(path: Path | str, work: Callable[[], T]) -> T:
    """What `work` on `path` gives; a refusal of the operating system becomes ours."""
    try:
        return work()
    except FileNotFoundError as error:
        raise UnreadableFileError(f"{path} does not exist") from error
    except IsADirectoryError as error:
        raise UnreadableFileError(f"{path} is a folder", advice="Name the files in it.") from error
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror or error}") from error
