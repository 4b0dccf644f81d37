"""What does one post say? The passes over its text and its links, in their order."""

from __future__ import annotations

from .desk import (
    BANDS,
    CLEAN,
    FLAGS,
    LENGTH,
    LURE_KEY,
    LURE_KIND,
    LURE_VALID,
    LURES,
    MOST,
    SCRIPT,
    SIGNATURE,
    VALUE,
    WORDS,
)
from .fingerprint import HASHES, fingerprint, mask
from .found import next_value
from .kernel import Array, kernel
from .lures import find_lures
from .normal import normalise

BAND_COUNT = 8


@kernel
def read_post(
    table: Array, desk: Array, data: Array, start: int, stop: int, links: Array, offsets: Array, begin: int, end: int
) -> None:
    """Read the text `data[start:stop]` and the links `offsets[begin:end + 1]` of `links` (UTF-8); all goes to the desk.

    1. The clean form. 2. Its lures. 3. The fingerprint, with the lures masked. 4. The links, each by itself.
    """
    desk[LURES] = 0
    normalise(table, desk, data, start, stop)
    find_lures(table, desk)
    mask(desk)
    fingerprint(table, desk)
    flags, script, length = desk[FLAGS], desk[SCRIPT], desk[LENGTH]
    for i in range(begin, end):
        if next_value(desk) < VALUE + 4 * MOST:  # more links than anybody would follow; their values need room
            normalise(table, desk, links, offsets[i], offsets[i + 1])
            find_lures(table, desk)
            flags |= desk[FLAGS]
    desk[FLAGS], desk[SCRIPT], desk[LENGTH] = flags, script, length - CLEAN


@kernel
def read_posts(
    table: Array,
    desk: Array,
    begin: int,
    end: int,
    data: Array,
    offsets: Array,
    links: Array,
    link_offsets: Array,
    link_lists: Array,
    flags: Array,
    script: Array,
    length: Array,
    words: Array,
    signature: Array,
    bands: Array,
    lure_from: Array,
    lure_kind: Array,
    lure_key: Array,
    lure_valid: Array,
) -> int:
    """Read posts `begin` to `end`; the first that was not read, because there was no room for its lures.

    `flags` holds what the other columns say, and is added to.
    """
    for i in range(begin, end):
        read_post(table, desk, data, offsets[i], offsets[i + 1], links, link_offsets, link_lists[i], link_lists[i + 1])
        first = lure_from[i]
        if first + desk[LURES] > len(lure_kind):
            return i
        for k in range(desk[LURES]):
            lure_kind[first + k] = desk[LURE_KIND + k]
            lure_key[first + k] = desk[LURE_KEY + k]
            lure_valid[first + k] = desk[LURE_VALID + k]
        lure_from[i + 1] = first + desk[LURES]
        flags[i] |= desk[FLAGS]
        script[i] = desk[SCRIPT]
        length[i] = min(desk[LENGTH], 0xFFFF)
        words[i] = min(desk[WORDS], 0xFFFF)
        for k in range(HASHES):
            signature[i, k] = desk[SIGNATURE + k]
        for k in range(BAND_COUNT):
            bands[i, k] = desk[BANDS + k]
    return end
