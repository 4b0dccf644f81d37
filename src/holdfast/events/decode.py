"""Which events do these lines tell of, and which lines tell of none?"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import PostScanner
from .dialect import Dialect
from .encode import posts_to_batch
from .interpret import Interpreter, UnfitError
from .posts import Batch
from .rejects import Reject, reject
from .scan import LEFT
from .vocabulary import Post, SecurityEvent

_FEW = 256 * 1024  # bytes in all: interpreted in less time than it takes to load the kernels, let alone compile them
_SHORT = 8 * 1024  # bytes at a time: interpreted in less time than it takes to call the kernels
_MOST = 1 << 30  # bytes: the kernels count places in 31 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The events of some lines, in order of arrival, and the lines (or rows) that are none.

    `lines` has the number of the line or row of each post, int64[n].
    """

    batch: Batch
    rejects: tuple[Reject, ...] = ()
    lines: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


class Decoder:
    """Decodes JSON Lines in one dialect. What it gives depends on the call alone; how, on how much there was before."""

    def __init__(self, dialect: Dialect | None = None, *, few: int = _FEW, short: int = _SHORT) -> None:
        """Decode the vocabulary itself, unless another `dialect` is said.

        The first `few` bytes, and later on blocks of up to `short` bytes, are interpreted line by line.
        """
        self._interpreter = Interpreter(dialect or Dialect())
        self._scanner = PostScanner(dialect or Dialect())
        self._few, self._short = few, short
        self._seen = 0

    def decode(self, lines: bytes, first_line: int = 1) -> Decoded:
        """The events of whole `lines` (the last needs no line break), numbered from `first_line`.

        Blank lines are skipped, and so is a byte order mark before line 1. Nothing in `lines` raises.
        """
        if first_line == 1:
            lines = lines.removeprefix(codecs.BOM_UTF8)
        self._seen += len(lines)
        if self._seen <= self._few or not self._short < len(lines) <= _MOST:
            return self._interpret(enumerate(lines.split(b"\n")), first_line).decoded(first_line)
        data = lines if lines.endswith(b"\n") else lines + b"\n"
        posts, places, found = self._scanner.read(data)
        starts = np.concatenate(([0], found.ends[:-1] + 1))
        left = np.flatnonzero(found.kinds == LEFT)
        rest = self._interpret(((line, data[starts[line] : found.ends[line]]) for line in left.tolist()), first_line)
        if rest.places:
            places = np.concatenate((places, rest.places))
            order = np.argsort(places, kind="stable")
            posts, places = pa.concat_batches([posts, rest.posts()]).take(pa.array(order)), places[order]
        batch = Batch(posts=posts, others=tuple(rest.others))
        return Decoded(batch=batch, rejects=tuple(rest.rejects), lines=places + first_line)

    def _interpret(self, lines: Iterable[tuple[int, bytes]], first_line: int) -> _Interpreted:
        told = _Interpreted()
        for place, line in lines:
            if not line.strip(b" \t\r"):
                continue
            try:
                event, unknown = self._interpreter.interpret(line)
            except UnfitError as error:
                told.rejects.append(reject(first_line + place, str(error), line))
                continue
            if isinstance(event, Post):
                told.records.append(event)
                told.unknown.append(unknown)
                told.places.append(place)
            else:
                told.others.append(event)
        return told


class _Interpreted:
    """What single lines told: posts with the places of their lines, other events, rejects."""

    def __init__(self) -> None:
        self.records: list[Post] = []
        self.unknown: list[str | None] = []
        self.places: list[int] = []
        self.others: list[SecurityEvent] = []
        self.rejects: list[Reject] = []

    def posts(self) -> pa.RecordBatch:
        return posts_to_batch(self.records, self.unknown)

    def decoded(self, first_line: int) -> Decoded:
        batch = Batch(posts=self.posts(), others=tuple(self.others))
        return Decoded(batch=batch, rejects=tuple(self.rejects), lines=np.array(self.places, np.int64) + first_line)
