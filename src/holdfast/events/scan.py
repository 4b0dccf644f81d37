"""Where in a block of JSON Lines do the plain posts lie, and where their fields?

One pass over the bytes, which takes only what it is sure of: a line that is strict I-JSON, a post, and fit in every
field. Whatever else it meets (another type of event, a name written with escapes, an exponent, an attachment, anything
wrong) it leaves to `interpret`, which decides and gives the reason. So nothing here has to know why a line is refused,
and tests hold the two against each other on any input.

The functions compiled here call none outside this file, so numba sees when the code it has kept is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .siphash import kernel

Bytes: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int32]
Numbers: TypeAlias = npt.NDArray[np.int64]

TEXTS = ("id", "account", "text", "lang", "client", "repost_of", "reply_to", "quote_of", "platform")
FIELDS = (*TEXTS, "time", "urls", "reach", "verified", "edited", "media", "type")
"""The fields of a post by the number they have in `Found`; those that hold text come first."""

ABSENT, PLAIN, ESCAPED, WHOLE, TRUE, FALSE, LIST, OTHER = range(8)
"""What a value is: not said, text as it stands, text with escapes, a whole number from 0, a truth value, a list of
texts, something else."""

BLANK, POST, LEFT = range(3)
"""What a line is: empty, a post all of whose fields have been found, or one to be interpreted."""

_TEXT_COUNT = len(TEXTS)
_ID, _ACCOUNT, _TEXT = range(3)
_TIME, _URLS, _REACH, _VERIFIED, _EDITED, _, _TYPE = range(_TEXT_COUNT, len(FIELDS))
_NEEDED = (_ID, _ACCOUNT, _TEXT, _TIME)

_DIGITS = 18  # of a number: so many always fit 64 bits
_DEPTH = 32  # containers in containers
_LONGEST_NAME = 32  # bytes of a field's name: longer ones share a place
_NAMES = 256  # in all containers that are open at once
_UNSURE = -1
_UNNAMED = -1  # the number of a field that has no name in the vocabulary

_QUOTE, _BACKSLASH, _COMMA, _COLON, _MINUS, _POINT = (ord(sign) for sign in '"\\,:-.')
_LIST, _LIST_END, _OBJECT, _OBJECT_END = (ord(sign) for sign in "[]{}")
_BREAK, _RETURN, _TAB, _SPACE = (ord(sign) for sign in "\n\r\t ")
_0, _9, _A, _B, _D, _F = (ord(sign) for sign in "09abdf")
_N, _R, _T, _U, _SLASH = (ord(sign) for sign in "nrtu/")
_LOWER = 0x20  # the bit that makes an ASCII letter small
_NULL, _TRUE, _FALSE, _POST_NAME = (
    np.frombuffer(word, dtype=np.uint8) for word in (b"null", b"true", b"false", b"post")
)


class Found(NamedTuple):
    """What a scan found, for each line; the fields by their number in `FIELDS`.

    `ends`: where the line's break is. `kinds`: what the line is. `marks` (line, field): what the field holds. `spans`
    (line, field, start and end): where. `texts`: start, end and mark of each text of the lists in `urls`. `unknown`:
    starts and ends of the name (with its quotes) and of the value of each field that has no name here. The line's
    own of `texts` (0) and of `unknown` (1) are those from `counts[line]` to `counts[line + 1]`.
    """

    ends: Places
    kinds: Bytes
    marks: Bytes
    spans: Places
    texts: Places
    unknown: Places
    counts: Places


class FieldNames(NamedTuple):
    """What a source calls the fields of a post, ready to be looked up."""

    spelt: Bytes  # all names, one after the other, shorter ones first
    fields: Places  # for each name its start and end there, and the number of its field
    by_length: Places  # for each length the first of the names that have it; the last length stands for all beyond


def field_names(called: Mapping[str, str]) -> FieldNames:
    """Prepare the names by which a source calls those of `FIELDS` that it has, each with our field for it."""
    names = sorted(((name.encode(), FIELDS.index(known)) for name, known in called.items()), key=lambda it: len(it[0]))
    ends = np.cumsum([len(name) for name, _ in names], dtype=np.int32)
    lengths = np.minimum([len(name) for name, _ in names], _LONGEST_NAME)
    return FieldNames(
        spelt=np.frombuffer(b"".join(name for name, _ in names), dtype=np.uint8),
        fields=np.array([(e - len(n), e, field) for (n, field), e in zip(names, ends, strict=True)], dtype=np.int32),
        by_length=np.searchsorted(lengths, np.arange(_LONGEST_NAME + 2)).astype(np.int32),
    )


class _Desk(NamedTuple):
    """Room for the names in the containers of a line, as far as they are open."""

    codes: Numbers  # length, first, middle and last byte of a name in one number: unlike codes, unlike names
    names: Places  # start and end of each name
    open: Places  # for each open container: whether it is an object, and its first name


class _Entry(NamedTuple):
    """Where we are: the line, the field (by its number), and how many names are on the desk."""

    line: int
    field: int
    top: int


def scan(data: Bytes, names: FieldNames) -> Found:
    """Look at every line of `data`, of which the last ends in a line break too, for posts whose fields have `names`."""
    lines = int(np.count_nonzero(data == _BREAK))
    found = Found(
        ends=np.empty(lines, dtype=np.int32),
        kinds=np.empty(lines, dtype=np.uint8),
        marks=np.zeros((lines, len(FIELDS)), dtype=np.uint8),
        spans=np.zeros((lines, len(FIELDS), 2), dtype=np.int32),
        # The shortest text in a list takes 3 bytes ("",) and the shortest field 5 ("":0); memory is given when touched.
        texts=np.empty((len(data) // 3 + 1, 3), dtype=np.int32),
        unknown=np.empty((len(data) // 5 + 1, 4), dtype=np.int32),
        counts=np.zeros((lines + 1, 2), dtype=np.int32),
    )
    desk = _Desk(
        codes=np.empty(_NAMES, dtype=np.int64),
        names=np.empty((_NAMES, 2), dtype=np.int32),
        open=np.empty((_DEPTH, 2), dtype=np.int32),
    )
    _scan_lines(data, names, found, desk)
    return found


@kernel
def _past_blanks(data: Bytes, place: int) -> int:
    while data[place] == _SPACE or data[place] == _TAB or data[place] == _RETURN:
        place += 1
    return place


@kernel
def _byte(data: Bytes, place: int) -> int:
    return int(np.int64(data[place]))


@kernel
def _unit(data: Bytes, place: int) -> int:
    """The UTF-16 unit that four digits at `place` spell, or -1. A line break ends a line before its data do."""
    unit = 0
    for step in range(4):
        digit = _byte(data, place + step)
        letter = digit | _LOWER
        if _0 <= digit <= _9:
            unit = unit << 4 | digit - _0
        elif _A <= letter <= _F:
            unit = unit << 4 | letter - _A + 10
        else:
            return _UNSURE
    return unit


@kernel
def _past_escape(data: Bytes, place: int) -> int:
    """The place after the escape whose backslash is at `place`; surrogates only in pairs."""
    sign = data[place + 1]
    if sign != _U:
        fits = sign in (_QUOTE, _BACKSLASH, _SLASH, _B, _F, _N, _R, _T)
        return place + 2 if fits else _UNSURE
    unit = _unit(data, place + 2)
    if unit == _UNSURE or 0xDC00 <= unit < 0xE000:
        return _UNSURE
    if unit < 0xD800 or unit >= 0xE000:
        return place + 6
    if data[place + 6] != _BACKSLASH or data[place + 7] != _U:
        return _UNSURE
    return place + 12 if 0xDC00 <= _unit(data, place + 8) < 0xE000 else _UNSURE


@kernel
def _past_text(data: Bytes, place: int) -> tuple[int, int]:
    """Whether the text that begins at `place` has escapes, and the place of the quote that ends it."""
    mark = PLAIN
    while True:
        sign = data[place]
        if sign == _QUOTE:
            return mark, place
        if sign == _BACKSLASH:
            place = _past_escape(data, place)
            if place == _UNSURE:
                return ABSENT, _UNSURE
            mark = ESCAPED
        elif sign < _SPACE:
            return ABSENT, _UNSURE
        else:
            place += 1


@kernel
def _past_number(data: Bytes, place: int) -> tuple[int, int]:
    """Whether the number at `place` is whole and not negative, and the place after it; exponents are left."""
    mark = WHOLE
    if data[place] == _MINUS:
        mark, place = OTHER, place + 1
    start = place
    while _0 <= data[place] <= _9:
        place += 1
    if place == start or place - start > _DIGITS or (data[start] == _0 and place > start + 1):
        return ABSENT, _UNSURE
    if data[place] == _POINT:
        mark, place, start = OTHER, place + 1, place + 1
        while _0 <= data[place] <= _9:
            place += 1
        if place == start or place - start > _DIGITS:
            return ABSENT, _UNSURE
    return (ABSENT, _UNSURE) if data[place] | _LOWER == ord("e") else (mark, place)


@kernel
def _past_plain(data: Bytes, place: int) -> tuple[int, int]:
    """What the value at `place` is, if it is no container, and the place after it."""
    sign = data[place]
    if sign == _QUOTE:
        mark, place = _past_text(data, place + 1)
        return (mark, place + 1) if place != _UNSURE else (ABSENT, _UNSURE)
    if sign == _MINUS or _0 <= sign <= _9:
        return _past_number(data, place)
    if sign == _N:
        return ABSENT, _past_word(data, place, _NULL)
    if sign == _T:
        return TRUE, _past_word(data, place, _TRUE)
    return (FALSE, _past_word(data, place, _FALSE)) if sign == _F else (ABSENT, _UNSURE)


@kernel
def _past_word(data: Bytes, place: int, word: Bytes) -> int:
    for step in range(len(word)):
        if data[place + step] != word[step]:
            return _UNSURE
    return place + len(word)


@kernel
def _past_name(data: Bytes, place: int, desk: _Desk, first: int, top: int) -> int:
    """The place of the value whose name is at `place`; the name goes onto the desk, and is none there from `first`."""
    if data[place] != _QUOTE or top == _NAMES:
        return _UNSURE
    start = place + 1
    mark, end = _past_text(data, start)
    if mark != PLAIN:
        return _UNSURE
    length = end - start
    code = length << 24
    if length:
        code |= _byte(data, start) << 16 | _byte(data, start + length // 2) << 8 | _byte(data, end - 1)
    for other in range(first, top):
        if desk.codes[other] == code and _alike(data, start, desk.names[other, 0], length):
            return _UNSURE
    desk.codes[top] = code
    desk.names[top, 0], desk.names[top, 1] = start, end
    place = _past_blanks(data, end + 1)
    return _past_blanks(data, place + 1) if data[place] == _COLON else _UNSURE


@kernel
def _alike(data: Bytes, one: int, other: int, length: int) -> bool:
    step = 0
    while step < length and data[one + step] == data[other + step]:
        step += 1
    return step == length


@kernel
def _past_container(data: Bytes, place: int, desk: _Desk, top: int) -> int:  # noqa: C901, PLR0912 - a call for each container could be nested without end
    """The place after the list or object at `place`; its names go onto the desk from `top`, and off again."""
    depth = 0
    while True:
        sign = data[place]
        if sign in (_OBJECT, _LIST):
            if depth == _DEPTH:
                return _UNSURE
            desk.open[depth, 0], desk.open[depth, 1] = sign, top
            depth += 1
            place = _past_blanks(data, place + 1)
            if data[place] != sign + 2:  # in ASCII, the sign that closes is two after the one that opens
                if sign == _OBJECT:
                    place = _past_name(data, place, desk, top, top)
                    top += 1
                    if place == _UNSURE:
                        return _UNSURE
                continue
        else:
            _, place = _past_plain(data, place)
            if place == _UNSURE:
                return _UNSURE
            place = _past_blanks(data, place)
        while data[place] == desk.open[depth - 1, 0] + 2:
            depth -= 1
            top = desk.open[depth, 1]
            if depth == 0:
                return place + 1
            place = _past_blanks(data, place + 1)
        if data[place] != _COMMA:
            return _UNSURE
        place = _past_blanks(data, place + 1)
        if desk.open[depth - 1, 0] == _OBJECT:
            place = _past_name(data, place, desk, desk.open[depth - 1, 1], top)
            top += 1
            if place == _UNSURE:
                return _UNSURE


@kernel
def _past_texts(data: Bytes, place: int, texts: Places, count: int) -> tuple[int, int]:
    """The place after the list of texts at `place`, and how many `texts` there are with them."""
    place = _past_blanks(data, place + 1)
    if data[place] == _LIST_END:
        return place + 1, count
    while data[place] == _QUOTE:
        start = place + 1
        mark, place = _past_text(data, start)
        if place == _UNSURE:
            return _UNSURE, count
        texts[count, 0], texts[count, 1], texts[count, 2] = start, place, mark
        count += 1
        place = _past_blanks(data, place + 1)
        if data[place] == _LIST_END:
            return place + 1, count
        if data[place] != _COMMA:
            return _UNSURE, count
        place = _past_blanks(data, place + 1)
    return _UNSURE, count


@kernel
def _field(data: Bytes, names: FieldNames, start: int, end: int) -> int:
    """The number of the field whose name lies between `start` and `end`."""
    length = min(end - start, _LONGEST_NAME)
    for name in range(names.by_length[length], names.by_length[length + 1]):
        first, last = names.fields[name, 0], names.fields[name, 1]
        if last - first == end - start:
            step = 0
            while start + step < end and data[start + step] == names.spelt[first + step]:
                step += 1
            if start + step == end:
                return int(names.fields[name, 2])
    return _UNNAMED


@kernel
def _fits(data: Bytes, field: int, mark: int, start: int, end: int) -> bool:
    """Whether a value is surely of its field's kind."""
    if mark == ABSENT:
        return True
    if field < _TEXT_COUNT:
        return mark in (PLAIN, ESCAPED, WHOLE)
    if field == _TIME:
        return mark in (PLAIN, WHOLE)
    if field in (_VERIFIED, _EDITED):
        return mark in (TRUE, FALSE)
    if field == _TYPE:
        return mark == PLAIN and end - start == len(_POST_NAME) and _past_word(data, start, _POST_NAME) != _UNSURE
    return (field == _REACH and mark == WHOLE) or (field == _URLS and mark == LIST)


@kernel
def _past_value(data: Bytes, place: int, found: Found, desk: _Desk, entry: _Entry) -> tuple[int, int]:
    """What the value at `place` is, and the place after it."""
    if data[place] == _LIST and entry.field == _URLS:
        before = found.counts[entry.line + 1, 0]
        place, count = _past_texts(data, place, found.texts, before)
        found.counts[entry.line + 1, 0] = count
        return (LIST if count > before else ABSENT), place
    if data[place] in (_OBJECT, _LIST):
        return OTHER, _past_container(data, place, desk, entry.top)
    return _past_plain(data, place)


@kernel
def _note(  # noqa: PLR0913, PLR0917 - a value, and where it belongs
    data: Bytes, found: Found, desk: _Desk, entry: _Entry, mark: int, start: int, end: int
) -> bool:
    """Put a value where it belongs in `found`; False if it is not surely of its field's kind."""
    if entry.field == _UNNAMED:
        count = found.counts[entry.line + 1, 1]
        found.unknown[count, 0], found.unknown[count, 1] = (
            desk.names[entry.top - 1, 0] - 1,
            desk.names[entry.top - 1, 1] + 1,
        )
        found.unknown[count, 2], found.unknown[count, 3] = start, end
        found.counts[entry.line + 1, 1] = count + 1
        return True
    if mark in (PLAIN, ESCAPED):
        start, end = start + 1, end - 1
        if start == end and entry.field != _TEXT:
            mark = ABSENT
    found.marks[entry.line, entry.field] = mark
    found.spans[entry.line, entry.field, 0], found.spans[entry.line, entry.field, 1] = start, end
    return _fits(data, entry.field, mark, start, end)


@kernel
def _scan_post(  # noqa: PLR0913, PLR0917 - what is read, by what, into what
    data: Bytes, place: int, names: FieldNames, found: Found, desk: _Desk, line: int
) -> int:
    """The place after the post that begins at `place`, having put its fields into row `line` of `found`."""
    top = 0
    if data[place] != _OBJECT:
        return _UNSURE
    while True:
        start = _past_name(data, _past_blanks(data, place + 1), desk, 0, top)
        if start == _UNSURE:
            return _UNSURE
        top += 1
        entry = _Entry(line, _field(data, names, desk.names[top - 1, 0], desk.names[top - 1, 1]), top)
        mark, end = _past_value(data, start, found, desk, entry)
        if end == _UNSURE or not _note(data, found, desk, entry, mark, start, end):
            return _UNSURE
        place = _past_blanks(data, end)
        if data[place] == _OBJECT_END:
            break
        if data[place] != _COMMA:
            return _UNSURE
    for field in _NEEDED:
        if found.marks[line, field] == ABSENT:
            return _UNSURE
    place = _past_blanks(data, place + 1)
    return place if data[place] == _BREAK else _UNSURE


@kernel
def _scan_lines(data: Bytes, names: FieldNames, found: Found, desk: _Desk) -> None:
    place = 0
    for line in range(len(found.ends)):
        found.counts[line + 1, 0], found.counts[line + 1, 1] = found.counts[line, 0], found.counts[line, 1]
        end = _past_blanks(data, place)
        found.kinds[line] = BLANK
        if data[end] != _BREAK:
            end = _scan_post(data, end, names, found, desk, line)
            found.kinds[line] = POST
        if end == _UNSURE:
            found.kinds[line] = LEFT
            found.counts[line + 1, 0], found.counts[line + 1, 1] = found.counts[line, 0], found.counts[line, 1]
            end = place
            while data[end] != _BREAK:
                end += 1
        found.ends[line] = end
        place = end + 1
