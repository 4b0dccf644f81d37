"""Where does one line of a stream of bytes end and the next begin, and what of a line too long to hold?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .rejects import RAW_LIMIT, Reject

_BREAK = ord("\n")
LONGEST_LINE = 16 * 1024 * 1024  # bytes: a post with its attachments described takes a few thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Whole lines, each but perhaps the last ending in a line break; `first` is the number of the first one."""

    first: int
    data: bytes


class LineSplitter:
    """Cuts chunks of bytes, of any size, into blocks of whole lines, and holds back no more than one line.

    A line of more than `longest` bytes becomes a reject (its start, length and hash); its bytes are let go in passing.
    """

    def __init__(self, *, longest: int = LONGEST_LINE, first: int = 1) -> None:
        """Begin at line `first`. `longest` counts bytes, without the line break."""
        self._longest = longest
        self._line = first
        self._held = bytearray()
        self._too_long: _TooLong | None = None

    @property
    def held(self) -> int:
        """How many bytes of an unfinished line are held back."""
        return len(self._held)

    def feed(self, chunk: bytes) -> Iterator[Lines | Reject]:
        """The lines that `chunk` completes, in order."""
        for start in range(0, len(chunk), self._longest):
            yield from self._feed(chunk[start : start + self._longest])

    def finish(self) -> Iterator[Lines | Reject]:
        """The last line, if the stream ended without a line break. Further bytes begin a new line."""
        if self._too_long is not None:
            yield self._too_long.reject(self._line, self._longest)
            self._line += 1
        elif self._held:
            yield Lines(first=self._line, data=bytes(self._held))
            self._line += 1
        self._too_long = None
        self._held.clear()

    def _feed(self, piece: bytes) -> Iterator[Lines | Reject]:
        """As `feed`, for a piece so short that only its first line can be too long, together with what is held."""
        end = piece.rfind(b"\n") + 1
        if not end:
            self._hold(piece)
            return
        start = piece.index(b"\n") + 1
        if self._too_long is not None or len(self._held) + start - 1 > self._longest:
            self._hold(piece[: start - 1])
            yield from self.finish()
            whole = piece[start:end]
        else:
            whole = bytes(self._held) + piece[:end]
            self._held.clear()
        if whole:
            yield Lines(first=self._line, data=whole)
            self._line += int(np.count_nonzero(np.frombuffer(whole, dtype=np.uint8) == _BREAK))
        self._hold(piece[end:])

    def _hold(self, part: bytes) -> None:
        if self._too_long is None and len(self._held) + len(part) > self._longest:
            self._too_long = _TooLong(bytes(self._held))
            self._held.clear()
        if self._too_long is None:
            self._held += part
        else:
            self._too_long.add(part)


class _TooLong:
    """What is remembered of a line while it passes."""

    def __init__(self, start: bytes) -> None:
        self._start, self._length, self._hash = b"", 0, hashlib.sha256()
        self.add(start)

    def add(self, part: bytes) -> None:
        self._start += part[: RAW_LIMIT - len(self._start)]
        self._length += len(part)
        self._hash.update(part)

    def reject(self, line: int, longest: int) -> Reject:
        reason = f"longer than {longest} bytes"
        return Reject(line=line, reason=reason, raw=self._start, length=self._length, sha256=self._hash.hexdigest())
