"""Is there a link here, and where does it lead?

A link gives its registrable domain and, when it says more than that, itself: host without "www.", path and query as
written, without scheme, credentials, port, fragment and closing punctuation. A shortened link gives only itself, because
its host is everybody's.
"""

from __future__ import annotations

import numpy as np

from . import layout as la
from .desk import (
    END,
    FLAGS,
    HOST_DRESS,
    HOST_END,
    HOST_LABELS,
    HOST_LAST,
    HOST_REGISTRABLE,
    HOST_RULE,
    HOST_RULE_INSIDE,
    HOST_VALID,
    LENGTH,
)
from .flags import (
    DEFANGED,
    DOMAIN,
    HAS_LINK,
    HAS_SHORT_LINK,
    LINK,
    MALFORMED,
    OBFUSCATED_LURE,
    PROVED,
    SHORT_LINK,
    SHORTENER_AT,
)
from .found import add, dressed_up, key_of, mark, next_value
from .hosts import DEFANGED as HOST_DEFANGED
from .hosts import FOLDED, parse_host
from .kernel import Array, kernel
from .normal import ASCII, IS_LETTER, clean_entry
from .suffixes import SHORTENER

DOT, SLASH, COLON, AT, QUESTION, HASH = 46, 47, 58, 64, 63, 35
HTTP, FTP = np.array([104, 116, 116, 112]), np.array([102, 116, 112])

# Country endings that are also file endings or English words: "setup.py", "it works.so what". Without scheme, "www." or
# path they are taken for links only below a longer host.
_DOUBTFUL = "am as at be by cc do in is it la md me mk ml mm my no pl pm ps py rs sh so st tf to us"
DOUBTFUL = np.zeros(26 * 26, np.bool_)
DOUBTFUL[[(ord(ending[0]) - 97) * 26 + ord(ending[1]) - 97 for ending in _DOUBTFUL.split()]] = True
ZIP, MOV = (122, 105, 112), (109, 111, 118)

# Punctuation that closes the sentence around a link rather than the link itself.
CLOSING = np.array([chr(c) in ".,;:!?'\"*_~)]}>" for c in range(128)])
ENDING = np.array([c <= 32 or chr(c) in '<>"{}|\\^`' for c in range(128)])


@kernel
def scheme(desk: Array, colon: int, floor: int) -> int:
    """Where the scheme before `colon` begins: http, https, ftp, negated for hxxp, hxxps; 0 for none."""
    start = colon
    while start > floor and colon - start < 6 and desk[start - 1] < 128 and ASCII[desk[start - 1]] & IS_LETTER:
        start -= 1
    if colon > start and desk[colon - 1] | 32 == 115:
        colon -= 1
    size = colon - start
    plain, crossed = size == 4, size == 4
    for i in range(min(size, 4)):
        c = desk[start + i] | 32
        plain &= c == HTTP[i]
        crossed &= c == (HTTP[i] if i in (0, 3) else 120)
    ftp = size == 3
    for i in range(min(size, 3)):
        ftp &= desk[start + i] | 32 == FTP[i]
    return start if plain or ftp else -start if crossed else 0


@kernel
def authority(desk: Array, start: int) -> int:
    """Where the host begins after credentials: behind the last "@" before the path."""
    host = i = start
    stop = desk[LENGTH]
    while i < stop and desk[i] > 32 and desk[i] not in (SLASH, QUESTION, HASH):
        i += 1
        if desk[i - 1] == AT:
            host = i
    return host


@kernel
def path_end(table: Array, desk: Array, start: int) -> int:
    """Where a path ends: at white space, a bracket, a letter of a script without spaces, or closing punctuation."""
    i, stop, opened = start, desk[LENGTH], 0
    while i < stop:
        c = desk[i]
        if c < 128:
            if ENDING[c]:
                break
            opened += (c == 40) - (c == 41)
        else:
            group = clean_entry(table, c) >> la.GROUP_AT & la.GROUP
            if group == 0 or group in (la.THAI, la.HAN, la.KANA, la.HANGUL):
                break
        i += 1
    while i > start and desk[i - 1] < 128 and CLOSING[desk[i - 1]]:
        if desk[i - 1] == 41 and opened >= 0:
            break
        opened += desk[i - 1] == 41
        i -= 1
    return i


@kernel
def plausible(desk: Array, start: int, at: int) -> bool:
    """Whether a host that stands alone, without scheme and path, was meant as one."""
    last, end = desk[HOST_LAST], desk[END]
    if desk[HOST_VALID] != PROVED or (desk[HOST_REGISTRABLE] == at and desk[HOST_LABELS] == 1):
        return False
    capitals = small = 0
    for i in range(last, end):
        capitals += 65 <= desk[i] <= 90
        small += 97 <= desk[i] <= 122
    if capitals:  # "The end.Start": a sentence without a space; "EXAMPLE.COM" shouts all through
        for i in range(start, last):
            small += 97 <= desk[i] <= 122
        if small:
            return False
    if desk[HOST_LABELS] > 2:
        return True
    a, b = desk[last] | 32, desk[last + 1] | 32
    if end - last == 2 and 97 <= a <= 122 and 97 <= b <= 122:
        return not DOUBTFUL[(a - 97) * 26 + b - 97]
    c = desk[end - 1] | 32
    return not (end - last == 3 and ((a, b, c) == ZIP or (a, b, c) == MOV))


@kernel
def link(table: Array, desk: Array, begin: int, start: int, schemed: bool) -> None:  # noqa: FBT001 - numba takes no keyword-only arguments
    """Read the link that begins at `begin` and whose host begins at `start`; END tells where looking goes on."""
    at, stop = next_value(desk), desk[LENGTH]
    parse_host(table, desk, start, at)
    if desk[HOST_VALID] == MALFORMED:
        return
    i = desk[END]
    if i + 1 < stop and desk[i] == COLON and 48 <= desk[i + 1] <= 57:
        i += 2
        while i < stop and 48 <= desk[i] <= 57:
            i += 1
    path = i < stop and desk[i] in (SLASH, QUESTION)
    host_end, dress = desk[HOST_END], desk[HOST_DRESS]
    www = host_end - at > 4 and desk[at] == desk[at + 1] == desk[at + 2] == 119 and desk[at + 3] == 46
    if not schemed:
        sure = desk[HOST_VALID] == PROVED and (path or www or dress & HOST_DEFANGED)
        if not sure and not plausible(desk, start, at):
            return
    end = i
    if i < stop and (path or desk[i] == HASH):
        end = max(path_end(table, desk, i), desk[END])
    mark(desk, begin, end, LINK)
    desk[END] = end
    if end + 1 < stop and desk[end] == DOT and desk[end + 1] == DOT:
        return  # cut off by whoever repeated it: nobody knows where it led
    flags = DEFANGED if dress & HOST_DEFANGED else 0
    if dress & FOLDED or dressed_up(desk, begin, end):
        flags |= OBFUSCATED_LURE
    desk[FLAGS] |= flags
    record(desk, at, i, end, www)


@kernel
def record(desk: Array, at: int, path: int, stop: int, www: bool) -> None:  # noqa: FBT001 - a kernel has no object to keep its state in
    """Add the lures of the host that was parsed to `at`, and of the path `path` to `stop` behind it."""
    registered, valid, host_end = desk[HOST_REGISTRABLE], desk[HOST_VALID], desk[HOST_END]
    skip = 4 if www and registered >= at + 4 else 0
    shortened = desk[HOST_RULE_INSIDE if skip else HOST_RULE] & SHORTENER != 0
    out = host_end
    for i in range(path, stop):
        c = desk[i]
        if c == HASH or (shortened and c == QUESTION):
            break
        desk[out] = c
        out += 1
    while out > host_end and desk[out - 1] in (SLASH, QUESTION):
        out -= 1
    if skip:
        for i in range(at, out - skip):
            desk[i] = desk[i + skip]
    host_end, out, registered = host_end - skip, out - skip, max(registered - skip, at)
    if shortened:
        if out > host_end:
            desk[FLAGS] |= HAS_SHORT_LINK | HAS_LINK
            if desk[FLAGS] >> SHORTENER_AT == 0:
                desk[FLAGS] |= (key_of(SHORT_LINK, desk, at, host_end, 0, 0) & 0xFFFF) % 255 + 1 << SHORTENER_AT
            add(desk, SHORT_LINK, valid, out)
        return
    desk[FLAGS] |= HAS_LINK
    if out > host_end or registered > at:
        add(desk, LINK, valid, out)
    to = next_value(desk)
    if to != registered:
        for i in range(host_end - registered):
            desk[to + i] = desk[registered + i]
    add(desk, DOMAIN, valid, to + host_end - registered)
