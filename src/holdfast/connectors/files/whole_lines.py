"""Which lines does a file hold, plain or packed, whatever they say?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from holdfast.events import LONGEST_LINE, Lines, LineSplitter, Reject

from .kinds import kind_of
from .unpacking import Unpacked, head_of

BLOCK_BYTES = 4 * 1024 * 1024  # of unpacked text at once


def lines_of(path: Path, *, longest_line: int = LONGEST_LINE) -> Iterator[Lines | Reject]:
    """The whole lines of a file in blocks, and rejects for lines too long to hold.

    Raises:
        UnreadableFileError: it is missing or may not be read, or it is damaged; what came before has been given.

    """
    unpacked = Unpacked(path, kind_of(path.name, head_of(path)).packing)
    splitter = LineSplitter(longest=longest_line)
    try:
        for chunk in unpacked.chunks(BLOCK_BYTES):
            yield from splitter.feed(chunk)
        yield from splitter.finish()
    finally:
        unpacked.close()
