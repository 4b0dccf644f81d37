"""Which bytes come down a stream, now or when they are there?"""

from __future__ import annotations

import select
import sys
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from holdfast.errors import UnreadableFileError

from .unpacking import translated

_PIECE = 1024 * 1024  # bytes asked for at once


class LiveStream(Protocol):
    """A binary stream that can say what is there now instead of waiting for all that was asked for."""

    def read1(self, size: int, /) -> bytes:
        """Up to `size` bytes as soon as there are any; none at the end."""
        ...


class PatientStream:
    """A stream read past its buffer: a thread waiting in a buffer's lock makes the interpreter abort at its end.

    Whoever started us may have made it non-blocking: then it says "nothing yet", which is not the end.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read `stream`, of whose buffer nothing has been read; it is not closed."""
        self._raw = getattr(stream, "raw", stream)

    def read1(self, size: int, /) -> bytes:
        """Up to `size` bytes as soon as there are any; none at the end.

        Raises:
            OSError: the stream broke.

        """
        while True:
            chunk: bytes | None = self._raw.read(size)
            if chunk is not None:
                return chunk
            select.select([self._raw], [], [])

    def read(self) -> bytes:
        """All there is, up to the end.

        Raises:
            OSError: the stream broke.

        """
        return b"".join(iter(lambda: self.read1(_PIECE), b""))


def chunks_of(stream: LiveStream, size: int, *, source: str) -> Iterator[bytes]:
    """All of a stream, about `size` bytes at a time, the last time fewer.

    Raises:
        UnreadableFileError: the stream broke; what came before has been given.

    """
    held = bytearray()
    try:
        while part := translated(source, lambda: stream.read1(size)):
            held += part
            if len(held) >= size:
                yield bytes(held)
                held.clear()
    except UnreadableFileError:
        if held:
            yield bytes(held)
        raise
    if held:
        yield bytes(held)


def standard_input() -> PatientStream:
    """The bytes of the standard input.

    Raises:
        UnreadableFileError: the process was started without one.

    """
    if sys.stdin is None:
        raise UnreadableFileError("the standard input is closed", advice="Pipe events in, or name a file.")
    return PatientStream(sys.stdin.buffer)
