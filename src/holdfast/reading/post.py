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

    The text of post `i` is `data[offsets[i]:offsets[i + 1]]` (UTF-8); its links are those that `link_lists` counts among
    `link_offsets`. `flags` holds what the other columns say, and is added to.
    """
    for i in range(begin, end):
        desk[LURES] = 0
        normalise(table, desk, data, offsets[i], offsets[i + 1])  # 1. the clean form
        find_lures(table, desk)  # 2. its lures
        mask(desk)
        fingerprint(table, desk)  # 3. the fingerprint, with each lure replaced by its kind
        flags[i] |= desk[FLAGS]
        script[i] = desk[SCRIPT]
        length[i] = min(desk[LENGTH] - CLEAN, 0xFFFF)
        words[i] = min(desk[WORDS], 0xFFFF)
        for link in range(link_lists[i], link_lists[i + 1]):  # 4. the links beside the text, each by itself
            if next_value(desk) < VALUE + 4 * MOST:  # more links than anybody would follow; their values need room
                normalise(table, desk, links, link_offsets[link], link_offsets[link + 1])
                find_lures(table, desk)
                flags[i] |= desk[FLAGS]
        first = lure_from[i]
        if first + desk[LURES] > len(lure_kind):
            return i
        for k in range(desk[LURES]):
            lure_kind[first + k] = desk[LURE_KIND + k]
            lure_key[first + k] = desk[LURE_KEY + k]
            lure_valid[first + k] = desk[LURE_VALID + k]
        lure_from[i + 1] = first + desk[LURES]
        for k in range(HASHES):
            signature[i, k] = desk[SIGNATURE + k]
        for k in range(BAND_COUNT):
            bands[i, k] = desk[BANDS + k]
    return end
