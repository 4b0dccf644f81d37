"""Where does a host name begin and end in a text, and which part of it did somebody register?"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import layout as la
from .addresses import look_alike
from .desk import (
    END,
    HOST_DRESS,
    HOST_END,
    HOST_LABELS,
    HOST_LAST,
    HOST_REGISTRABLE,
    HOST_RULE,
    HOST_RULE_INSIDE,
    HOST_VALID,
    LABEL,
    LENGTH,
    at,
    put,
)
from .flags import MALFORMED, PROVED, SHAPE
from .kernel import Array, inline_kernel, kernel
from .normal import ASCII, IS_ALNUM, IS_LETTER, clean_entry, skeleton_entry
from .suffixes import BELOW, DOT, EXCEPT, RULE, flags_of, step
from .tables import COMPOSED_AT, COMPOSED_COUNT, LOWER_AT, LOWER_COUNT, NEAR, NEAR_AT, NEAR_CHANGES

HYPHEN, UNDERSCORE, IDEOGRAPHIC_DOT = 45, 95, 0x3002
CJK = 0x2E80  # where the scripts written without spaces begin that run into host names
LONGEST_HOST, LONGEST_LABEL = 253, 63  # characters, RFC 1035
DEFANGED, FOLDED = 1, 2  # bits of HOST_DRESS
ZERO, NINE = 48, 57
SMALL = np.array([ord(chr(c).lower()) * (chr(c).isalnum() or chr(c) in "-_") for c in range(128)], np.int64)
"""What each ASCII character of a label is written as; 0 for those that may not stand in one."""


@kernel
def is_host_letter(table: Array, c: int) -> bool:
    """Whether `c` may stand in a label: ASCII letter, digit, hyphen, underscore, or any other letter, digit or mark."""
    if c < 128:
        return ASCII[c] & IS_ALNUM != 0 or c in (HYPHEN, UNDERSCORE)
    entry = skeleton_entry(table, c)
    return entry >> la.WORD_AT & 3 != la.BETWEEN or entry >> la.ACT_AT & la.ACT in (la.DROP, la.MANY)


@kernel
def dot(desk: Array, i: int) -> int:
    """The length of the dot at `i`, in any of the forms . 。 [.] (.) [dot] (dot); 0 when there is none."""
    c, stop = desk[i], desk[LENGTH]
    if c in (DOT, IDEOGRAPHIC_DOT):
        return 1
    if c not in (40, 91) or i + 2 >= stop:
        return 0
    end = 41 if c == 40 else 93
    if desk[i + 1] == DOT and desk[i + 2] == end:
        return 3
    if i + 4 < stop and desk[i + 1] | 32 == 100 and desk[i + 2] | 32 == 111 and desk[i + 3] | 32 == 116:
        return 5 if desk[i + 4] == end else 0
    return 0


@kernel
def row(table: Array, at: int, count: int, key: int) -> int:
    """The first of `count` sorted numbers from `at` on that is not below `key`."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if table[at + middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def composed(table: Array, desk: Array, start: int, stop: int) -> int:
    """Lower-case `desk[start:stop]` in place and put letters and the marks after them together; the new end."""
    out = start
    for i in range(start, stop):
        c = desk[i]
        if c < NEAR and table[NEAR_AT + c] & NEAR_CHANGES == 0:
            desk[out] = c
            out += 1
            continue
        at = row(table, LOWER_AT, LOWER_COUNT, c)
        if at < LOWER_COUNT and table[LOWER_AT + at] == c:
            c = table[LOWER_AT + LOWER_COUNT + at]
        if out > start:
            at = row(table, COMPOSED_AT, COMPOSED_COUNT, desk[out - 1])
            while at < COMPOSED_COUNT and table[COMPOSED_AT + at] == desk[out - 1]:
                if table[COMPOSED_AT + COMPOSED_COUNT + at] == c:
                    out -= 1
                    c = table[COMPOSED_AT + 2 * COMPOSED_COUNT + at]
                    break
                at += 1
        desk[out] = c
        out += 1
    return out


@kernel
def folded(table: Array, desk: Array, start: int, stop: int) -> bool:
    """Make a label ASCII when its other letters only look like ASCII; no registry takes scripts mixed like that.

    A label wholly in another script is left alone: it may well be registered.
    """
    latin = False
    for i in range(start, stop):
        c = desk[i]
        latin |= c < 128 and ASCII[c] & IS_LETTER != 0
        if c >= 128:
            group = clean_entry(table, c) >> la.GROUP_AT & la.GROUP
            if group == la.LATIN or look_alike(table, c) == 0:
                return False
    for i in range(start, stop):
        if latin and desk[i] >= 128:
            c = look_alike(table, desk[i])
            desk[i] = c + 32 if 65 <= c <= 90 else c
    return latin


@inline_kernel
def quotient(x: int, y: int) -> Any:
    """`x // y` for `x` >= 0 and `y` > 0, both below 2^32: a third of the time."""
    return np.int64(np.uint32(x) // np.uint32(y))


@kernel
def punycode(desk: Array, start: int, stop: int) -> int:
    """Turn a label into its A-label in place (RFC 3492); the new end. Longer than a label may be: cut there."""
    size = min(stop - start, LONGEST_LABEL)
    for i in range(size):
        desk[LABEL + i] = desk[start + i]
    desk[start], desk[start + 1], desk[start + 2], desk[start + 3] = 120, 110, HYPHEN, HYPHEN
    out = start + 4
    for i in range(LABEL, LABEL + size):
        c = desk[i]
        if c < 128:
            desk[out] = c
            out += 1
    basic = out - start - 4
    if basic:
        desk[out] = HYPHEN
        out += 1
    n, delta, bias, handled = 128, 0, 72, basic
    while handled < size:
        m = 0x7FFFFFFF
        for i in range(LABEL, LABEL + size):
            c = at(desk, i)
            m = c if (c >= n) & (c < m) else m  # no branch: letters come in no order
        delta += (m - n) * (handled + 1)
        n = m
        for i in range(LABEL, LABEL + size):
            c = at(desk, i)
            delta += c < n
            if c != n:
                continue
            q, k = delta, 36
            while True:
                t = min(max(k - bias, 1), 26)
                more = quotient(q - t, 36 - t) if q >= t else 0
                digit = q - more * (36 - t)
                desk[out] = digit + 97 - 75 * (digit >= 26)
                out += 1
                if q < t:
                    break
                q = more
                k += 36
            delta = delta // 700 if handled == basic else delta >> 1
            handled += 1
            delta += quotient(delta, handled)
            k = 0
            while delta > 455:
                delta = quotient(delta, 35)
                k += 36
            bias = k + quotient(36 * delta, delta + 38)
            delta = 0
        delta += 1
        n += 1
    return out


@kernel
def registrable(table: Array, desk: Array, start: int, stop: int) -> None:
    """Where the registrable part of a host begins, what vouches for it, and the flags of the rule that the host is.

    Unknown endings give the last two labels and SHAPE; a host that is itself a public suffix gives itself.
    """
    h, labels, flags, inside, suffix_at, known = 0, 0, 0, 0, stop, False
    wanted = -1  # where the label before the suffix begins
    i = stop
    while i > start:
        while i > start and at(desk, i - 1) != DOT:
            i -= 1
            h = step(h, at(desk, i))
        labels += 1
        below, flags = flags, flags_of(table, h)
        if i == start + 4:
            inside = flags
        if wanted < 0:
            if flags & EXCEPT:
                wanted = i
                known = True
            elif flags & RULE or below & BELOW:
                suffix_at, known = i, True
            elif labels == 1:
                suffix_at = i
        if i > start:
            i -= 1
            h = step(h, DOT)
    if wanted < 0:
        wanted = suffix_at
        if suffix_at > start:
            wanted = suffix_at - 1
            while wanted > start and desk[wanted - 1] != DOT:
                wanted -= 1
    desk[HOST_REGISTRABLE], desk[HOST_RULE], desk[HOST_RULE_INSIDE] = wanted, flags, inside
    desk[HOST_VALID] = PROVED if known else SHAPE


@kernel
def rule(table: Array, desk: Array, start: int, stop: int) -> int:
    """The flags of the rule that `desk[start:stop]` as a whole is; 0 for none."""
    h = 0
    for i in range(stop - 1, start - 1, -1):
        h = step(h, desk[i])
    return flags_of(table, h)


@kernel
def parse_host(table: Array, desk: Array, i: int, to: int) -> None:
    """Read a host from `desk[i:]`, write it to `desk[to:]` in small ASCII, and what is known to the facts about hosts.

    HOST_END is set even when there is no host (HOST_VALID is MALFORMED then), so that nobody looks there again.
    """
    stop = desk[LENGTH]
    out, label, labels, last, dress = to, to, 0, i, 0
    numeric = address = True  # digits only: this label, all labels
    foreign = too_long = False
    while True:
        near = min(stop, i + min(label + 2 * LONGEST_LABEL, to + LONGEST_HOST) + 1 - out)
        while i < near:  # plain ASCII, as fast as may be
            c = at(desk, i)
            if c >= 128 or at(SMALL, c) == 0:
                break
            numeric &= ZERO <= c <= NINE
            put(desk, out, at(SMALL, c))
            i += 1
            out += 1
        end = i >= stop
        skip = 0
        if not end:
            c = at(desk, i)
            # A text without spaces may go on right behind "example.com".
            runs_on = c >= CJK and labels > 0 and not foreign and rule(table, desk, label, out) & RULE != 0
            if is_host_letter(table, c) and not runs_on:
                i += 1
                if out - label > 2 * LONGEST_LABEL or out - to > LONGEST_HOST:
                    too_long = True
                    continue
                foreign |= c >= 128
                if 65 <= c <= 90:
                    c += 32
                numeric &= 48 <= c <= 57
                desk[out] = c
                out += 1
                continue
            skip = dot(desk, i)
            end = skip == 0 or i + skip >= stop or not is_host_letter(table, desk[i + skip])
        if foreign:
            out = composed(table, desk, label, out)
            if folded(table, desk, label, out):
                dress |= FOLDED
            else:
                out = punycode(desk, label, out)
            foreign = False
        too_long |= out - label > LONGEST_LABEL or out == label
        labels += 1
        address &= numeric
        if end:
            break
        if skip > 1:
            dress |= DEFANGED
        if not too_long:
            desk[out] = DOT
            out += 1
        i += skip
        label, last, numeric = out, i, True
    desk[END], desk[HOST_END], desk[HOST_LABELS] = i, out, labels
    desk[HOST_LAST], desk[HOST_DRESS], desk[HOST_REGISTRABLE] = last, dress, to
    desk[HOST_VALID] = MALFORMED
    desk[HOST_RULE] = desk[HOST_RULE_INSIDE] = 0
    if too_long or out - to > LONGEST_HOST or labels < 2:
        return
    if numeric:  # an IPv4 address stands for itself; other numbers are no host
        desk[HOST_VALID] = SHAPE if address and labels == 4 and out - to <= 15 else MALFORMED
        return
    registrable(table, desk, to, out)
