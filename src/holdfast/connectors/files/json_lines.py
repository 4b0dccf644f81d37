"""What events do chunks of JSON Lines hold, however they are cut?"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.events import Batch, Decoded, Decoder, Dialect, Lines, LineSplitter, Reject


class JsonLines:
    """Turns chunks of bytes into events as soon as their lines are complete; remembers the unfinished line only."""

    def __init__(self, dialect: Dialect, *, longest_line: int) -> None:
        """Begin at line 1."""
        self._decoder = Decoder(dialect)
        self._splitter = LineSplitter(longest=longest_line)

    def feed(self, chunk: bytes) -> Iterator[Decoded]:
        """The events of the lines that `chunk` completes."""
        return self._decoded(self._splitter.feed(chunk))

    def finish(self) -> Iterator[Decoded]:
        """The event of a last line without a line break."""
        return self._decoded(self._splitter.finish())

    def _decoded(self, parts: Iterator[Lines | Reject]) -> Iterator[Decoded]:
        for part in parts:
            if isinstance(part, Reject):
                yield Decoded(batch=Batch(), rejects=(part,))
            else:
                yield self._decoder.decode(part.data, part.first)
