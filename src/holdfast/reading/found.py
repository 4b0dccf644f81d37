"""How is a lure written down, once it is found?"""

from __future__ import annotations

from .desk import (
    DRESS_NEXT,
    DRESSED,
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
)
from .hashing import finished, mixed, started
from .kernel import Array, kernel

LOOK_BACK = 64  # a lure is compared with this many before it in its post: reading stays linear in the text


@kernel
def key_of(kind: int, text: Array, start: int, stop: int) -> int:
    """The key of a lure: a hash of its kind and its canonical value, never 0."""
    h = started(kind)
    for i in range(start, stop):
        h = mixed(h, text[i])
    return finished(h)


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
    key = key_of(kind, desk, next_value(desk), stop)
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
