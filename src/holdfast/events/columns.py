"""Which Arrow columns do the posts make that a scan of JSON Lines has found?

Each text is copied once, from the lines into its column, and its escapes are resolved on the way; no post becomes a
Python object. Times that are not surely good are left to `interpret`, like anything else that `scan` was not sure of.

The functions compiled here call none outside this file, so numba sees when the code it has kept is out of date.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .dialect import Dialect
from .posts import POSTS
from .scan import (
    ABSENT,
    ESCAPED,
    FIELDS,
    LEFT,
    POST,
    TEXTS,
    TRUE,
    WHOLE,
    Bytes,
    Found,
    Numbers,
    Places,
    field_names,
    scan,
)
from .scan_times import read_times, unit_ranges
from .siphash import kernel
from .vocabulary import Post

_TYPE, _URLS, _REACH, _VERIFIED, _EDITED = (FIELDS.index(n) for n in ("type", "urls", "reach", "verified", "edited"))


_BACKSLASH, _COMMA, _COLON, _OBJECT, _OBJECT_END, _0, _9, _A, _U = (ord(sign) for sign in "\\,:{}09au")
_LOWER = 0x20  # the bit that makes an ASCII letter small
_SHORT, _MEANT = (np.frombuffer(signs, dtype=np.uint8) for signs in (b"bfnrt", b"\b\f\n\r\t"))
_LEADING = np.array([0, 0xC0, 0xE0, 0xF0], dtype=np.int64)  # of the first byte of a character of 1 to 4


class PostScanner:
    """Finds the plain posts among lines in one dialect, and puts them into columns."""

    def __init__(self, dialect: Dialect) -> None:
        """Prepare what the kernels ask of the dialect."""
        kind = {} if dialect.type_name is None else {dialect.type_name: "type"}
        self._names = field_names(dialect.named(Post) | kind)
        self._units = unit_ranges(dialect.time_unit)
        self._dialect = dialect

    def read(self, data: bytes) -> tuple[pa.RecordBatch, Numbers, Found]:
        """The plain posts (schema `POSTS`) among lines which all end in a line break, and the places of their lines.

        Beside them, what was found: every line that is to be interpreted is marked `LEFT` there.
        """
        given = np.frombuffer(data, dtype=np.uint8)
        found = scan(given, self._names)
        if self._dialect.default_type != "post":
            untyped = found.marks[:, _TYPE] == ABSENT
            found.kinds[(found.kinds == POST) & untyped] = LEFT
        _leave_what_is_not_utf8(data, found)
        times = np.empty(len(found.kinds), dtype=np.int64)
        read_times(given, found.marks, found.spans, found.kinds, self._units, times)
        lines = np.flatnonzero(found.kinds == POST)
        return self._batch(given, found, lines, times[lines]), lines, found

    def _batch(self, data: Bytes, found: Found, lines: Numbers, times: Numbers) -> pa.RecordBatch:
        marks = found.marks[lines]
        columns = {
            name: _text_column(data, found.marks[:, field], found.spans[:, field], lines)
            for field, name in enumerate(TEXTS)
        }
        columns["time"] = pa.array(times)
        columns["urls"] = _url_column(data, found, lines)
        columns["reach"] = _reach_column(data, found, lines)
        for name, field in (("verified", _VERIFIED), ("edited", _EDITED)):
            columns[name] = pa.array(marks[:, field] == TRUE, mask=marks[:, field] == ABSENT)
        columns["media"] = pa.nulls(len(lines), POSTS.field("media").type)
        if self._dialect.platform:
            columns["platform"] = columns["platform"].fill_null(self._dialect.platform)
        columns["unknown"] = (
            _unknown_column(data, found, lines)
            if self._dialect.keep_unknown
            else pa.nulls(len(lines), POSTS.field("unknown").type)
        )
        return pa.RecordBatch.from_arrays([columns[name] for name in POSTS.names], schema=POSTS)


def _leave_what_is_not_utf8(data: bytes, found: Found) -> None:
    """Mark lines with bytes that are not UTF-8 as `LEFT`; the whole is looked at first, which is nearly free."""
    ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        start = 0
        for line, end in enumerate(found.ends.tolist()):
            try:
                data[start:end].decode()
            except UnicodeDecodeError:
                found.kinds[line] = LEFT
            start = end + 1


def _text_column(data: Bytes, marks: Bytes | Places, spans: Places, lines: Numbers) -> pa.Array:
    said = marks[lines] != ABSENT
    longest = int((spans[lines, 1] - spans[lines, 0])[said].sum())
    offsets, text = np.zeros(len(lines) + 1, dtype=np.int32), np.empty(longest, dtype=np.uint8)
    _copy_texts(data, marks, spans, lines, offsets, text)
    return _strings(said, offsets, text)


def _url_column(data: Bytes, found: Found, lines: Numbers) -> pa.Array:
    first, last = found.counts[lines, 0], found.counts[lines + 1, 0]
    offsets = np.zeros(len(lines) + 1, dtype=np.int32)
    np.cumsum(last - first, out=offsets[1:])
    wanted = np.repeat(first - offsets[:-1], last - first) + np.arange(offsets[-1])
    items = _text_column(data, found.texts[:, 2], found.texts[:, :2], wanted)
    buffers = [_bitmap(last > first), pa.py_buffer(offsets)]
    return pa.ListArray.from_buffers(POSTS.field("urls").type, len(lines), buffers, children=[items])


def _reach_column(data: Bytes, found: Found, lines: Numbers) -> pa.Array:
    numbers = np.zeros(len(lines), dtype=np.int64)
    _read_numbers(data, found.marks[:, _REACH], found.spans[:, _REACH], lines, numbers)
    return pa.array(numbers, mask=found.marks[lines, _REACH] == ABSENT)


def _unknown_column(data: Bytes, found: Found, lines: Numbers) -> pa.Array:
    first, last = found.counts[lines, 1], found.counts[lines + 1, 1]
    offsets = np.zeros(len(lines) + 1, dtype=np.int32)
    count = int(found.counts[-1, 1])
    spans = found.unknown[:count]
    longest = int((spans[:, 1] - spans[:, 0] + spans[:, 3] - spans[:, 2]).sum())
    text = np.empty(longest + 2 * count + len(lines), dtype=np.uint8)  # a colon and a comma or brace each, and a brace
    _copy_unknown(data, found.unknown, first, last, offsets, text)
    return _strings(last > first, offsets, text)


def _strings(said: npt.NDArray[np.bool_], offsets: Places, text: Bytes) -> pa.Array:
    return pa.StringArray.from_buffers(len(said), pa.py_buffer(offsets), pa.py_buffer(text), _bitmap(said))


def _bitmap(said: npt.NDArray[np.bool_]) -> pa.Buffer | None:
    return None if said.all() else pa.py_buffer(np.packbits(said, bitorder="little"))


@kernel
def _copy_texts(  # noqa: PLR0913, PLR0917 - kernels get their buffers one by one
    data: Bytes, marks: Bytes | Places, spans: Places, lines: Numbers, offsets: Places, text: Bytes
) -> None:
    """The texts of a field of `lines`, one after the other, and where each of them ends."""
    at = 0
    for row in range(len(lines)):
        line = lines[row]
        mark, place, end = marks[line], spans[line, 0], spans[line, 1]
        if mark == ESCAPED:
            while place < end:
                if data[place] == _BACKSLASH:
                    place, at = _copy_escape(data, place, text, at)
                else:
                    text[at] = data[place]
                    place, at = place + 1, at + 1
        elif mark != ABSENT:
            at = _copy(data, place, end, text, at)
        offsets[row + 1] = at


@kernel
def _copy(data: Bytes, start: int, end: int, text: Bytes, at: int) -> int:
    """Copy what lies between `start` and `end`; the place after it. Counted from 0, many bytes are copied at once."""
    source, target = data[start:end], text[at : at + end - start]
    for step in range(len(source)):
        target[step] = source[step]
    return at + end - start


@kernel
def _copy_escape(data: Bytes, place: int, text: Bytes, at: int) -> tuple[int, int]:
    """Write what the sound escape at `place` stands for; the places after it, and after what was written."""
    sign = data[place + 1]
    if sign != _U:
        for short in range(len(_SHORT)):
            if sign == _SHORT[short]:
                sign = _MEANT[short]
        text[at] = sign
        return place + 2, at + 1
    code, place = _unit(data, place + 2), place + 6
    if 0xD800 <= code < 0xDC00:  # the first of a pair that stands for a character beyond the first 65,536 (RFC 8259)
        code, place = 0x10000 + ((code - 0xD800) << 10) + _unit(data, place + 2) - 0xDC00, place + 6
    return place, _copy_character(code, text, at)


@kernel
def _unit(data: Bytes, place: int) -> int:
    unit = 0
    for step in range(4):
        digit = int(np.int64(data[place + step]))
        unit = unit << 4 | (digit - _0 if digit <= _9 else (digit | _LOWER) - _A + 10)
    return unit


@kernel
def _copy_character(code: int, text: Bytes, at: int) -> int:
    """Write a character as UTF-8 (RFC 3629): its first byte tells how many follow with six bits each."""
    follow = 0 if code < 0x80 else 1 if code < 0x800 else 2 if code < 0x10000 else 3
    text[at] = _LEADING[follow] | code >> 6 * follow
    for step in range(1, follow + 1):
        text[at + step] = 0x80 | code >> 6 * (follow - step) & 0x3F
    return at + follow + 1


@kernel
def _copy_unknown(  # noqa: PLR0913, PLR0917 - kernels get their buffers one by one
    data: Bytes, unknown: Places, first: Places, last: Places, offsets: Places, text: Bytes
) -> None:
    """One JSON object for each line that has such fields, names and values spelt as they came."""
    at = 0
    for row in range(len(first)):
        for entry in range(first[row], last[row]):
            text[at] = _COMMA if entry > first[row] else _OBJECT
            at = _copy(data, unknown[entry, 0], unknown[entry, 1], text, at + 1)
            text[at] = _COLON
            at = _copy(data, unknown[entry, 2], unknown[entry, 3], text, at + 1)
        if last[row] > first[row]:
            text[at] = _OBJECT_END
            at += 1
        offsets[row + 1] = at


@kernel
def _read_numbers(data: Bytes, marks: Bytes, spans: Places, lines: Numbers, numbers: Numbers) -> None:
    for row in range(len(lines)):
        line = lines[row]
        if marks[line] == WHOLE:
            for place in range(spans[line, 0], spans[line, 1]):
                numbers[row] = numbers[row] * 10 + data[place] - _0
