"""How is a lure written down, once it is found?"""

from __future__ import annotations

from .desk import (
    DRESS_NEXT,
    DRESSED,
    KEY_HIGH,
    KEY_LOW,
    LURE_END,
    LURE_KEY,
    LURE_KIND,
    LURE_VALID,
    LURES,
    MOST_LURES,
    SPAN_FROM,
    SPAN_KIND,
    SPAN_TO,
    SPANS,
    VALUE,
    at,
)
from .hashing import sip_end, sip_start, sip_word
from .kernel import Array, kernel

LOOK_BACK = 64  # a lure is compared with this many before it in its post: reading stays linear in the text


@kernel
def key_of(kind: int, text: Array, start: int, stop: int, low: int, high: int) -> int:
    """The key of a lure: SipHash-1-3 of its canonical value and its kind, never 0; three code points fill a word."""
    a, b, c, d = sip_start(low, high)
    whole = stop - (stop - start) % 3
    for i in range(start, whole, 3):
        a, b, c, d = sip_word(a, b, c, d, at(text, i) | at(text, i + 1) << 21 | at(text, i + 2) << 42)
    word = (stop - start & 0xFF) << 48 | kind << 56
    for i in range(whole, stop):
        word |= at(text, i) << 21 * (i - whole)
    a, b, c, d = sip_word(a, b, c, d, word)
    return sip_end(a, b, c, d)


@kernel
def next_value(desk: Array) -> int:
    """Where the canonical value of the next lure begins."""
    n = desk[LURES]
    return desk[LURE_END + n - 1] if n else VALUE


@kernel
def add(desk: Array, kind: int, valid: int, stop: int) -> None:
    """Add the lure whose canonical value is `next_value` to `stop`, unless the post has it."""
    n = desk[LURES]
    if n == MOST_LURES:
        return
    key = key_of(kind, desk, next_value(desk), stop, desk[KEY_LOW], desk[KEY_HIGH])
    for i in range(max(0, n - LOOK_BACK), n):
        if desk[LURE_KEY + i] == key:
            desk[LURE_VALID + i] = max(desk[LURE_VALID + i], valid)
            return
    desk[LURE_KIND + n], desk[LURE_KEY + n], desk[LURE_VALID + n], desk[LURE_END + n] = kind, key, valid, stop
    desk[LURES] = n + 1


@kernel
def mark(desk: Array, start: int, stop: int, kind: int) -> None:
    """Note that the text from `start` to `stop` is one lure, for the fingerprint."""
    row = desk[SPANS]
    desk[SPAN_FROM + row], desk[SPAN_TO + row], desk[SPAN_KIND + row] = start, stop, kind
    desk[SPANS] = row + 1


@kernel
def dressed_up(desk: Array, start: int, stop: int) -> bool:
    """Whether something invisible or in fancy dress is inside `start` to `stop`; ask from left to right."""
    i, end = desk[DRESS_NEXT], desk[DRESSED]
    while i < end and desk[i] <= 2 * start:
        i += 1
    desk[DRESS_NEXT] = i
    return i < end and desk[i] < 2 * stop
