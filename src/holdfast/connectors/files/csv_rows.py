"""Which rows do chunks of a CSV file hold, however they are cut, and which lines of it are none?

RFC 4180, strictly: a row takes several lines only where a quotation mark says so. Where the marks do not add up, what
they would have swallowed is taken line by line, so that one forgotten mark costs the line that it stands on.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from holdfast.events import LONGEST_LINE, Lines, LineSplitter, Reject, reject

# The library's own bound, for the whole process, is far below that of a line; ours is kept by counting.
csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_LINE))

_SWALLOWED_MOST = 1024 * 1024  # characters of further lines that a quotation mark may hold: a text has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows with the number of each, and rejects for what stands between them.

    Rows are counted from 1, the row of names and empty lines left out. Bytes that are not UTF-8 are lone surrogates in
    the values (PEP 383).
    """

    values: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


class CsvRows:
    """Turns chunks of bytes into rows as soon as they are complete; remembers the unfinished row only."""

    def __init__(self, *, longest: int = LONGEST_LINE) -> None:
        """Begin at the row of names. A line of more than `longest` bytes is none."""
        self.names: list[str] | None = None
        """The first row, as soon as it has been read."""
        self._splitter = LineSplitter(longest=longest)
        self._lines: list[str] = []
        self._exhausted = False
        self._count = 0
        self._rows = Rows()

    def feed(self, chunk: bytes) -> Rows:
        """The rows that `chunk` completes."""
        return self._given(self._splitter.feed(chunk), last=False)

    def finish(self) -> Rows:
        """What is left when nothing follows."""
        return self._given(self._splitter.finish(), last=True)

    def _given(self, parts: Iterator[Lines | Reject], *, last: bool) -> Rows:
        self._rows = Rows()
        for part in parts:
            if isinstance(part, Lines):
                data = part.data.removeprefix(codecs.BOM_UTF8) if part.first == 1 else part.data
                self._lines += io.StringIO(data.decode(errors="surrogateescape"), newline="")
                self._read(last=False)
            else:
                self._read(last=True)
                self._count += 1
                self._rows.rejects.append(msgspec.structs.replace(part, line=self._count))
        if last:
            self._read(last=True)
        return self._rows

    def _read(self, *, last: bool) -> None:
        """Take the lines at hand, but for those of a row that may go on when `last` does not say otherwise."""
        done = 0
        while done < len(self._lines):
            begin = done
            reader = csv.reader(self._lines_from(begin), strict=True)
            try:
                for row in reader:
                    self._take(row, begin + reader.line_num - done, done)
                    done = begin + reader.line_num
            except csv.Error:
                wrong = begin + reader.line_num - 1  # the line on which it shows; it may be a good one by itself
                if self._exhausted:
                    if not last and sum(map(len, self._lines[done + 1 :])) <= _SWALLOWED_MOST:
                        break
                    wrong = len(self._lines)
                wrong = max(wrong, done + 1)
                for place in range(done, wrong):
                    self._take_alone(place)
                done = wrong
        del self._lines[:done]

    def _lines_from(self, place: int) -> Iterator[str]:
        self._exhausted = False
        for at in range(place, len(self._lines)):
            yield self._lines[at]
        self._exhausted = True

    def _take(self, row: list[str], lines: int, place: int) -> None:
        if not row:
            return
        if self.names is None:
            self.names = row
            return
        self._count += 1
        if len(row) == len(self.names):
            self._rows.values.append(row)
            self._rows.numbers.append(self._count)
        else:
            text = "".join(self._lines[place : place + lines])
            self._refuse(f"has {len(row)} values for {len(self.names)} columns", text)

    def _take_alone(self, place: int) -> None:
        """A line for itself; marks within a value are only marks then, as careless writers mean them."""
        line = self._lines[place]
        if self.names is not None and line.count('"') % 2:
            self._count += 1
            self._refuse("has a quotation mark that is not closed", line)
        else:
            self._take(next(csv.reader([line]), []), 1, place)

    def _refuse(self, reason: str, text: str) -> None:
        self._rows.rejects.append(reject(self._count, reason, text.rstrip("\r\n").encode(errors="surrogateescape")))
