"""Which few numbers do nearly equal texts share?

The skeleton of a text, each lure replaced by its kind, gives two sets of features: its words (in scripts without spaces:
pairs of letters) and its runs of five characters. Of each set 16 independent hash functions keep the smallest value
(minhash: two sets agree in a place with the probability that a member of their union is in both). Four values make a
band: texts that share one are candidates, and the signature (8 bits of each word value) tells how alike they are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import layout as la
from .desk import (
    BANDS,
    CLEAN,
    COLUMNS,
    FLAGS,
    LENGTH,
    SIGNATURE,
    SPAN_FROM,
    SPAN_KIND,
    SPAN_TO,
    SPANS,
    WORD,
    WORDS,
)
from .desk import (
    SHINGLE as SHINGLE_AT,
)
from .flags import OBFUSCATED_TEXT
from .hashing import MULTIPLIER, finished, mixed, started
from .kernel import Array, kernel
from .normal import ASCII, IS_LETTER, clean_entry, skeleton_entry
from .tables import POOL_AT, SKELETON_AT

HASHES = 16
ROWS = 4  # values a band
SHINGLE = 5  # characters
FEWEST_WORDS, FEWEST_CHARACTERS = 4, 12  # below, a text says too little for its likes to be more than chance
MASK = 0x110000  # beyond Unicode: a lure, its kind in the low bits; kind 0 for the places after its first
WORD_BANDS, SHINGLE_BANDS = 1, 2  # domains of band keys
SKELETON_ASCII = SKELETON_AT  # ASCII is block 0
MINIMA = COLUMNS + 8  # 16 cells
WINDOW = (1 << 60) - 1  # five characters of 12 bits; higher bits of a code point touch its neighbour's low ones

_random = np.random.Generator(np.random.PCG64(0x484F4C44))  # fixed: signatures must agree between processes
TIMES = _random.integers(0, 1 << 31, HASHES, np.uint32) * np.uint32(2) + np.uint32(1)
PLUS = _random.integers(0, 1 << 32, HASHES, np.uint32)


@kernel
def mask(desk: Array) -> None:
    """Put the kind of each lure in its place in the clean form."""
    for row in range(desk[SPANS]):
        start = desk[SPAN_FROM + row]
        for i in range(start, desk[SPAN_TO + row]):
            desk[i] = MASK
        desk[start] = MASK + desk[SPAN_KIND + row]


@kernel
def smallest(desk: Array, start: int, stop: int) -> None:
    """The smallest value of each hash function over the features from `start` to `stop`, to MINIMA."""
    for k in range(HASHES):
        times, plus, least = TIMES[k], PLUS[k], np.uint32(0xFFFFFFFF)
        for j in range(start, stop):
            least = min(least, np.uint32(np.uint32(desk[j]) * times + plus))
        desk[MINIMA + k] = least


@kernel
def band(desk: Array, domain: int, out: int) -> None:
    """Four keys of four minima each, never 0, to `out`."""
    for i in range(HASHES // ROWS):
        h = started(domain * HASHES + i)
        for k in range(MINIMA + i * ROWS, MINIMA + i * ROWS + ROWS):
            h = mixed(h, desk[k])
        desk[out + i] = finished(h)


@kernel
def featured(h: int) -> int:
    """A 32-bit feature of a 64-bit hash state."""
    return mixed(h, 1) >> 32 & 0xFFFFFFFF


@kernel
def features(table: Array, desk: Array) -> tuple[int, int, int]:
    """Write the word and shingle features; where each list ends, and the number of characters that made words.

    WORDS becomes the number of words; lures are features but not words.
    """
    word_out, shingle_out = WORD, SHINGLE_AT
    characters = masks = 0
    state = start = started(0)
    window, filled = 0, 0
    in_word = ascii_letters = alike = other = False
    before = 0  # the letter before, in a script without spaces
    between = True  # the last character of the window is a space
    i, pool, pooled = CLEAN, 0, 0
    stop = desk[LENGTH]
    while i < stop or in_word:
        unit, role = 32, la.BETWEEN
        if pooled:
            entry = table[pool]
            pool += 1
            pooled -= 1
            i += pooled == 0
            unit, role = entry & la.PAYLOAD, entry >> la.WORD_AT & 3
        elif i < stop:
            c = desk[i]
            if c < MASK:
                entry = skeleton_entry(table, c) if c >= 128 else np.int64(table[SKELETON_ASCII + c])
                act = entry >> la.ACT_AT & la.ACT
                if act == la.MANY:
                    pool = POOL_AT + (entry & la.PAYLOAD)
                    pooled = table[pool]
                    pool += 1
                    ascii_letters |= c < 128
                    other |= c >= 128
                    continue
                i += 1
                if act == la.DROP:
                    continue
                unit = c if act == la.SAME else entry & la.PAYLOAD
                role = entry >> la.WORD_AT & 3
                if c < 128:
                    ascii_letters |= ASCII[c] & IS_LETTER != 0
                elif unit < 128 and clean_entry(table, c) >> la.GROUP_AT & la.GROUP > la.LATIN:
                    alike = True
                else:
                    other |= role != la.BETWEEN
            else:
                i += 1
                if c == MASK:
                    continue
                desk[word_out] = featured(mixed(start, c))
                word_out += 1
                masks += 1
        if role == la.WORD:
            state = (state ^ unit) * MULTIPLIER
            in_word = True
            before = 0
        elif in_word:
            desk[word_out] = featured(state)
            word_out += 1
            state = start
            if alike and ascii_letters and not other:
                desk[FLAGS] |= OBFUSCATED_TEXT
            in_word = False
        if role == la.BETWEEN:
            ascii_letters = alike = other = False
            before = 0
            if between:
                continue
            unit = 32
        else:
            characters += 1
            if role == la.UNSPACED:
                if before:
                    desk[word_out] = featured(mixed(mixed(start, before), unit))
                    word_out += 1
                before = unit
        between = role == la.BETWEEN
        window = (window << 12 ^ unit) & WINDOW
        filled += 1
        if filled >= SHINGLE:
            desk[shingle_out] = window * MULTIPLIER >> 32 & 0xFFFFFFFF
            shingle_out += 1
    desk[WORDS] = word_out - WORD - masks
    return word_out, shingle_out, characters


@kernel
def fingerprint(table: Array, desk: Array) -> None:
    """The signature and the bands of the masked clean form, to SIGNATURE (bytes) and BANDS (words, shingles; 0: none)."""
    words_end, shingles_end, characters = features(table, desk)
    for k in range(HASHES):
        desk[SIGNATURE + k] = 0
    for k in range(8):
        desk[BANDS + k] = 0
    if words_end == WORD:
        return
    smallest(desk, WORD, words_end)
    for k in range(HASHES):
        desk[SIGNATURE + k] = desk[MINIMA + k] & 0xFF
    if desk[WORDS] < FEWEST_WORDS or characters < FEWEST_CHARACTERS:
        return
    band(desk, WORD_BANDS, BANDS)
    smallest(desk, SHINGLE_AT, shingles_end)
    band(desk, SHINGLE_BANDS, BANDS + 4)


def agreement(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> int:
    """In how many of the 16 places two signatures agree; unrelated texts agree in about none."""
    return int(np.count_nonzero(a == b))
