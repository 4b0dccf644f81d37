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
    at,
    put,
)
from .desk import (
    SHINGLE as SHINGLE_AT,
)
from .flags import OBFUSCATED_TEXT
from .hashing import MULTIPLIER, finished, mixed, started
from .kernel import Array, kernel
from .normal import ASCII, IS_LETTER, clean_entry, skeleton_entry
from .tables import POOL_AT, SKELETON_AT, UNICODE

HASHES = 16
ROWS = 4  # values a band
SHINGLE = 5  # characters
FEWEST_WORDS, FEWEST_CHARACTERS = 4, 12  # below, a text says too little for its likes to be more than chance
MASK = 0x110000  # beyond Unicode: a lure, its kind in the low bits; kind 0 for the places after its first
WORD_BANDS, SHINGLE_BANDS = 1, 2  # domains of band keys
LETTER, ALIKE, OTHER = 1, 2, 4  # what a word holds: ASCII letters; others that look like ASCII; others
MINIMA = COLUMNS + 8  # 16 cells
WINDOW = (1 << 60) - 1  # five characters of 12 bits; higher bits of a code point touch its neighbour's low ones


def _coefficients(seed: int, count: int) -> npt.NDArray[np.uint32]:
    """Numbers that look random and never change (splitmix64): signatures must agree between processes and versions."""
    numbers = []
    for i in range(1, count + 1):
        x = (seed + i * 0x9E3779B97F4A7C15) % (1 << 64)
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % (1 << 64)
        x = (x ^ x >> 27) * 0x94D049BB133111EB % (1 << 64)
        numbers.append((x ^ x >> 31) >> 32)
    return np.array(numbers, np.uint32)


TIMES, PLUS = _coefficients(1, HASHES) | np.uint32(1), _coefficients(2, HASHES)


def _plain() -> npt.NDArray[np.int64]:
    """The skeleton entries of ASCII characters that become one character; between words, a space. -1 for the others."""
    entries = UNICODE[SKELETON_AT : SKELETON_AT + la.BLOCK].astype(np.int64)
    between = entries >> la.WORD_AT == la.BETWEEN
    one = entries >> la.ACT_AT & la.ACT == la.ONE
    folded = np.where(between, 32, entries & (la.PAYLOAD | la.WORD << la.WORD_AT))
    return np.where(one, folded, -1)


PLAIN = _plain()


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
    part = desk[start:stop]  # a slice of its own: its indices cannot be negative, which lets the loop be vectorised
    for k in range(0, HASHES, 4):  # four at a time: what is loaded serves four functions
        times_0, times_1, times_2, times_3 = TIMES[k], TIMES[k + 1], TIMES[k + 2], TIMES[k + 3]
        plus_0, plus_1, plus_2, plus_3 = PLUS[k], PLUS[k + 1], PLUS[k + 2], PLUS[k + 3]
        least_0 = least_1 = least_2 = least_3 = np.uint32(0xFFFFFFFF)
        for j in range(len(part)):
            feature = np.uint32(part[j] >> 32)
            value = np.uint32(feature * times_0 + plus_0)
            least_0 = value if value < least_0 else least_0  # noqa: FURB136 - numba's min() branches
            value = np.uint32(feature * times_1 + plus_1)
            least_1 = value if value < least_1 else least_1  # noqa: FURB136
            value = np.uint32(feature * times_2 + plus_2)
            least_2 = value if value < least_2 else least_2  # noqa: FURB136
            value = np.uint32(feature * times_3 + plus_3)
            least_3 = value if value < least_3 else least_3  # noqa: FURB136
        desk[MINIMA + k], desk[MINIMA + k + 1] = least_0, least_1
        desk[MINIMA + k + 2], desk[MINIMA + k + 3] = least_2, least_3


@kernel
def band(desk: Array, domain: int, out: int) -> None:
    """Four keys of four minima each, never 0, to `out`."""
    for i in range(HASHES // ROWS):
        h = started(domain * HASHES + i)
        for k in range(MINIMA + i * ROWS, MINIMA + i * ROWS + ROWS):
            h = mixed(h, desk[k])
        desk[out + i] = finished(h)


@kernel
def features(table: Array, desk: Array) -> tuple[int, int, int]:
    """Write the word and shingle features; where each list ends, and the number of characters that made words.

    WORDS becomes the number of words; lures are features but not words. Branches are avoided as in `normalise`: a feature
    is written at every character, and kept by moving on only where a word ends.
    """
    word_out, shingle_out = WORD, SHINGLE_AT
    start = started(0)
    state, window, before = start, 0, 0  # before: the letter before, in a script without spaces
    characters = masks = in_word = mixture = found = 0
    between = 1  # the last character of the window is a space
    pool = left = 0
    i, stop = CLEAN, desk[LENGTH]
    desk[stop] = 32  # ends the last word
    while i <= stop:
        while i <= stop:  # plain ASCII, as fast as may be
            c = at(desk, i)
            if c >= 128:
                break
            entry = at(PLAIN, c)
            if entry < 0:
                break
            i += 1
            unit, is_word = entry & la.PAYLOAD, entry >> la.WORD_AT
            put(desk, word_out, state)
            word_out += in_word & (1 - is_word)
            state = (state ^ unit) * MULTIPLIER if is_word else start
            in_word = is_word
            before = 0
            found |= (1 - is_word) & (1 if mixture == LETTER | ALIKE else 0)
            mixture = (mixture | at(ASCII, c) & IS_LETTER) & -is_word
            characters += is_word
            kept = is_word | (1 - between)
            window = (window << 12 ^ unit) & WINDOW if kept else window
            put(desk, shingle_out, window * MULTIPLIER)
            shingle_out += kept
            between = 1 - is_word
        if i > stop:
            break
        c = at(desk, i)
        i += 1
        if c < 128:
            entry = at(table, SKELETON_AT + c)  # ASCII is block 0
            mixture |= at(ASCII, c) & IS_LETTER
        elif c < MASK:
            entry = skeleton_entry(table, c)
            unit = entry & la.PAYLOAD
            if entry >> la.ACT_AT & la.ACT == la.ONE and unit < 128:
                mixture |= ALIKE if clean_entry(table, c) >> la.GROUP_AT & la.GROUP > la.LATIN else OTHER
            elif entry >> la.WORD_AT & 3:
                mixture |= OTHER
        elif c == MASK:
            continue
        else:
            put(desk, word_out, state)
            word_out += in_word
            put(desk, word_out, mixed(start, c))
            word_out += 1
            masks += 1
            in_word, state, before = 0, start, 0
            entry = la.ONE << la.ACT_AT | 32
        act = entry >> la.ACT_AT & la.ACT
        if act == la.DROP:
            continue
        unit, role = entry & la.PAYLOAD, entry >> la.WORD_AT & 3
        if act == la.SAME:
            unit = c
        elif act == la.MANY:
            pool = POOL_AT + unit + 1
            left = at(table, pool - 1) - 1
            unit, role = at(table, pool) & la.PAYLOAD, at(table, pool) >> la.WORD_AT & 3
        while True:
            is_word = 1 if role == la.WORD else 0
            put(desk, word_out, state)
            word_out += in_word & (1 - is_word)
            state = (state ^ unit) * MULTIPLIER if is_word else start
            in_word = is_word
            if role == la.UNSPACED:
                put(desk, word_out, mixed(mixed(start, before), unit))
                word_out += 1 if before else 0
                before = unit
            else:
                before = 0
            gap = 1 if role == la.BETWEEN else 0
            found |= gap & (1 if mixture == LETTER | ALIKE else 0)
            mixture = 0 if gap else mixture
            characters += 1 - gap
            window = (window << 12 ^ (32 if gap else unit)) & WINDOW if not gap & between else window
            put(desk, shingle_out, window * MULTIPLIER)
            shingle_out += 1 - (gap & between)
            between = gap
            if left == 0:
                break
            left -= 1
            pool += 1
            unit, role = at(table, pool) & la.PAYLOAD, at(table, pool) >> la.WORD_AT & 3
    if found:
        desk[FLAGS] |= OBFUSCATED_TEXT
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
    smallest(desk, SHINGLE_AT + SHINGLE - 1, shingles_end)
    band(desk, SHINGLE_BANDS, BANDS + 4)


def agreement(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> int:
    """In how many of the 16 places two signatures agree; unrelated texts agree in about none."""
    return int(np.count_nonzero(a == b))
