"""Which lures does a text hold? One walk over the places where a lure may begin, never twice over the same text."""

from __future__ import annotations

import numpy as np

from .addresses import LONGEST as LONGEST_ADDRESS
from .addresses import NONE, SHORTEST, judge, look_alike
from .desk import (
    ADDRESS_TEXT,
    CLEAN,
    DRESS,
    DRESS_NEXT,
    END,
    FLAGS,
    HOST_END,
    HOST_VALID,
    LENGTH,
    LONGEST,
    LURE_VALID,
    LURES,
    SPAN_FROM,
    SPANS,
    SWAPPED,
    TRIGGER,
    TRIGGERS,
)
from .flags import (
    ADDRESS,
    CASHTAG,
    DEFANGED,
    HANDLE,
    HAS_ADDRESS,
    HAS_PIECE,
    MALFORMED,
    MENTIONS,
    OBFUSCATED_LURE,
    PROVED,
    QUOTED_LURE,
    REFERS,
    SHAPE,
)
from .found import add, dressed_up, mark, next_value
from .hosts import CJK, HYPHEN, dot, is_host_letter, parse_host
from .kernel import Array, kernel
from .links import AT, COLON, SLASH, authority, link, scheme
from .normal import ASCII, IS_ALNUM, IS_LETTER
from .phones import phone
from .suffixes import DOT

DOLLAR, GREATER, LINE_FEED, QUOTE, UNDERSCORE, ZERO, NINE = 36, 62, 10, 34, 95, 48, 57
SINGLE_OPEN, SINGLE_CLOSE, FIRST_QUOTE, IDEOGRAPHIC_DOT = 0x2018, 0x2019, 0xAB, 0x3002
LONGEST_HANDLE, LONGEST_TICKER = 64, 6  # characters
SHORTEST_PIECE = 10  # characters; shorter ones are names and versions of everything
BINDING = np.array([chr(c) in "/@#._-=&?%+~" for c in range(128)])


@kernel
def is_alnum(c: int) -> bool:
    """Whether `c` is an ASCII letter or digit."""
    return c < 128 and ASCII[c] & IS_ALNUM != 0


@kernel
def find_addresses(table: Array, desk: Array) -> None:
    """Find crypto addresses among the long runs of letters and digits."""
    i, stop = CLEAN, desk[LENGTH]
    while i < stop:
        begin = i
        while i < stop and (is_alnum(desk[i]) or (desk[i] >= 128 and look_alike(table, desk[i]) != 0)):
            i += 1
        end = i
        i += 1
        size = end - begin
        if not SHORTEST <= size <= LONGEST_ADDRESS:
            continue
        alike = False
        for k in range(size):
            c = desk[begin + k]
            desk[SWAPPED + k] = c >= 128
            desk[ADDRESS_TEXT + k] = look_alike(table, c) if c >= 128 else c
            alike |= c >= 128
        verdict = judge(desk, size, alike)
        if verdict == NONE:
            continue
        at = next_value(desk)
        for k in range(size):
            desk[at + k] = desk[ADDRESS_TEXT + k]
        mark(desk, begin, end, ADDRESS)
        desk[FLAGS] |= HAS_ADDRESS
        if alike or dressed_up(desk, begin, end):
            desk[FLAGS] |= OBFUSCATED_LURE
        add(desk, ADDRESS, verdict, at + size)
    desk[DRESS_NEXT] = DRESS


@kernel
def could_border(desk: Array, i: int) -> bool:
    """Whether what stands at `i` could stand beside a piece of an address: not what holds names and links together."""
    c = desk[i]
    return not (is_alnum(c) or c >= 128 or (c > 32 and BINDING[c]))


@kernel
def find_pieces(desk: Array) -> None:
    """Note whether a run of letters and digits could be a piece of an address that is told in several posts."""
    i, stop = CLEAN, desk[LENGTH]
    while i < stop:
        begin, digits = i, 0
        while i < stop and is_alnum(desk[i]):
            digits += ZERO <= desk[i] <= NINE
            i += 1
        size = i - begin
        if size >= SHORTEST_PIECE and 0 < digits < size:
            bordered = begin == CLEAN or could_border(desk, begin - 1)
            if bordered and (i == stop or could_border(desk, i)):
                desk[FLAGS] |= HAS_PIECE
                return
        i += 1


@kernel
def handle(table: Array, desk: Array, i: int) -> None:
    """Read the handle after the "@" at `i`: @name, @name@host, @name:host, or a host as handle."""
    at, letters, end, stop = next_value(desk), 0, i + 1, desk[LENGTH]
    while end < stop and (is_alnum(desk[end]) or desk[end] == UNDERSCORE) and end - i <= LONGEST_HANDLE:
        c = desk[end]
        letters += c > 57
        desk[at + end - i - 1] = c + 32 if 65 <= c <= 90 else c
        end += 1
    out = at + end - i - 1
    desk[END] = end
    if letters == 0 or end - i > LONGEST_HANDLE:
        return
    if end + 1 < stop and desk[end] in (AT, COLON, DOT) and is_host_letter(table, desk[end + 1]):
        dotted = desk[end] == DOT
        # A dotted handle is a host all through, and is written behind the name until that is known.
        parse_host(table, desk, i + 1 if dotted else end + 1, out + 1)
        if desk[HOST_VALID] == PROVED:
            if dotted:
                for k in range(out + 1, desk[HOST_END]):
                    desk[at + k - out - 1] = desk[k]
                out = at + desk[HOST_END] - out - 1
            else:
                desk[out] = AT
                out = desk[HOST_END]
            end = desk[END]
    desk[FLAGS] |= MENTIONS
    mark(desk, i, end, HANDLE)
    add(desk, HANDLE, SHAPE, out)


@kernel
def cashtag(desk: Array, i: int) -> None:
    """Read the ticker after the "$" at `i`, in capitals."""
    at, end, stop = next_value(desk), i + 1, desk[LENGTH]
    while end < stop and desk[end] < 128 and ASCII[desk[end]] & IS_LETTER and end - i <= LONGEST_TICKER:
        desk[at + end - i - 1] = desk[end] & ~32
        end += 1
    desk[END] = end
    if end > i + 1 and not (end < stop and (is_alnum(desk[end]) or desk[end] == UNDERSCORE)):
        mark(desk, i, end, CASHTAG)
        add(desk, CASHTAG, SHAPE, at + end - i - 1)


@kernel
def host_before(table: Array, desk: Array, i: int, floor: int) -> int:
    """Where the label that ends before `i` begins, not before `floor`.

    A text without spaces may run into a name in Latin letters: there the name begins where the other script ends.
    """
    begin = i
    while begin > floor and is_host_letter(table, desk[begin - 1]):
        if desk[begin - 1] >= CJK and begin < i and desk[i - 1] < 128:
            break
        begin -= 1
    while begin < i and desk[begin] == HYPHEN:  # a label does not begin with one
        begin += 1
    return begin


@kernel
def bare_host(table: Array, desk: Array, i: int, floor: int) -> None:
    """Read the host around the dot at `i`, if there is one."""
    size = dot(desk, i)
    if size == 0 or i == floor or i + size >= desk[LENGTH]:
        return
    if is_host_letter(table, desk[i - 1]) and is_host_letter(table, desk[i + size]):
        begin = host_before(table, desk, i, floor)
        if begin < i:
            link(table, desk, begin, begin, False)


@kernel
def lure_at(table: Array, desk: Array, i: int, floor: int) -> None:
    """Read the lure that the character at `i` announces, if there is one; END tells where looking goes on."""
    c, stop = desk[i], desk[LENGTH]
    named = i > CLEAN and (is_alnum(desk[i - 1]) or desk[i - 1] == UNDERSCORE)
    desk[END] = i + 1
    if c == AT:
        if not named:
            handle(table, desk, i)
        elif i + 1 < stop and is_host_letter(table, desk[i + 1]):
            parse_host(table, desk, i + 1, next_value(desk))  # an e-mail address: not followed, only passed over
    elif c == DOLLAR:
        if not named:
            cashtag(desk, i)
    elif ZERO <= c <= NINE:
        if not named:
            phone(desk, i, floor)
    elif c == COLON:
        if i + 3 < stop and desk[i + 1] == SLASH and desk[i + 2] == SLASH:
            begin = scheme(desk, i, floor)
            if begin < 0:
                desk[FLAGS] |= DEFANGED
            if begin:
                link(table, desk, abs(begin), authority(desk, i + 3), True)
    else:
        bare_host(table, desk, i, floor)


@kernel
def quoted_addresses(desk: Array, row: int, rows: int, start: int) -> int:
    """The first of the address spans from `row` on that does not begin before `start`."""
    while row < rows and desk[SPAN_FROM + row] < start:
        row += 1
    return row


@kernel
def line_end(desk: Array, i: int) -> int:
    """Where the line ends that the ">" at `i` makes a quotation; `i` when it does not begin its line."""
    stop = desk[LENGTH]
    if i == CLEAN or desk[i - 1] == LINE_FEED:
        while i < stop and desk[i] != LINE_FEED:
            i += 1
    return i


@kernel
def find_lures(table: Array, desk: Array) -> None:
    """Find all lures of the clean form."""
    i, stop = CLEAN, desk[LENGTH]
    if stop > i + 3 and desk[i] | 32 == 114 and desk[i + 1] | 32 == 116 and desk[i + 2] == 32 and desk[i + 3] == AT:
        desk[FLAGS] |= REFERS
    desk[DRESS_NEXT] = DRESS
    desk[SPANS] = 0
    if desk[LONGEST] >= SHORTEST:
        find_addresses(table, desk)
    if desk[LONGEST] >= SHORTEST_PIECE and not (desk[LURES] and desk[LURE_VALID] > MALFORMED):
        find_pieces(desk)
    rows = desk[SPANS]
    row = line_row = 0
    floor = CLEAN  # nothing before it is looked at again
    quoted_to = CLEAN
    opener = opened_at = opened_spans = 0
    for t in range(TRIGGER, desk[TRIGGERS]):
        i = desk[t]
        if i < floor:
            continue
        c = desk[i]
        if c == QUOTE or (c >= FIRST_QUOTE and c != IDEOGRAPHIC_DOT):
            single = c in (SINGLE_OPEN, SINGLE_CLOSE)
            if opener == 0 and c != SINGLE_CLOSE:
                opener, opened_at, opened_spans = c, i, desk[SPANS]
            elif opener and single == (opener == SINGLE_OPEN) and (c == QUOTE) == (opener == QUOTE):
                row = quoted_addresses(desk, row, rows, opened_at)
                if (row < rows and desk[SPAN_FROM + row] < i) or desk[SPANS] > opened_spans:
                    desk[FLAGS] |= QUOTED_LURE
                opener = 0
        elif c == GREATER:
            if i >= quoted_to:
                quoted_to = line_end(desk, i)
                line_row = quoted_addresses(desk, line_row, rows, i)
                if line_row < rows and desk[SPAN_FROM + line_row] < quoted_to:
                    desk[FLAGS] |= QUOTED_LURE
        else:
            before = desk[SPANS]
            lure_at(table, desk, i, floor)
            floor = max(floor, desk[END])
            if i < quoted_to and desk[SPANS] > before:
                desk[FLAGS] |= QUOTED_LURE
