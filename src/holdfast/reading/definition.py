"""What do the kernels compute, said plainly? The reference they are tested against; slow, and used for nothing else.

It takes normal forms from the running Python's `unicodedata`, so it speaks only for code points that were assigned both
in that version and in the tables' (`known`). Script groups and UTS 39 prototypes come from the tables' sources.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from . import layout as la
from .fingerprint import FEWEST_CHARACTERS, FEWEST_WORDS, HASHES, PLUS, ROWS, SHINGLE, TIMES
from .tables import CLEAN_AT, SOURCES, STAGE_AT, UNICODE

LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
SPACES = "\t \xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
JAMO = re.compile("[\u1100-\u11ff\uac00-\ud7a3]+")
MULTIPLIER, SEED, WORD = 0x9E3779B97F4A7C15, 0x243F6A8885A308D3, (1 << 64) - 1


@functools.cache
def ignorable() -> frozenset[str]:
    """Default-ignorable, format and control characters other than white space."""
    return frozenset(map(chr, SOURCES["ignorable"].tolist()))


@functools.cache
def prototypes() -> dict[str, str]:
    """The confusables of UTS 39."""
    return dict(zip(map(chr, SOURCES["prototype_of"].tolist()), SOURCES["prototype"].tolist(), strict=True))


@functools.cache
def known() -> frozenset[int]:
    """Code points that were assigned both in the tables' Unicode version and in the running Python's."""
    edges = SOURCES["assigned"].tolist()
    tables = {c for first, end in zip(edges[::2], [*edges[1::2], 0x110000], strict=False) for c in range(first, end)}
    both = {c for c in tables if unicodedata.category(chr(c)) not in ("Cn", "Cs")}
    return frozenset(c for c in both if both.issuperset(map(ord, prototypes().get(chr(c), ""))))


def is_mark(c: str) -> bool:
    """Whether `c` sits on another letter."""
    return unicodedata.combining(c) != 0 or unicodedata.category(c) == "Me"


def group(c: str) -> int:
    """The script group of `c`."""
    return (
        int(UNICODE[CLEAN_AT + UNICODE[STAGE_AT + (ord(c) >> 7)] * la.BLOCK + (ord(c) & 127)]) >> la.GROUP_AT & la.GROUP
    )


def plain(c: str) -> str:
    """What one code point contributes to the clean form."""
    if c in ignorable():
        return ""
    if c in LINE_ENDS:
        return "\n"
    if c in SPACES:
        return " "
    return "".join(d for d in unicodedata.normalize("NFKC", c) if d not in ignorable())


def clean(text: str) -> str:
    """The clean form."""
    mapped = "".join(map(plain, text))
    mapped = JAMO.sub(lambda run: unicodedata.normalize("NFC", run[0]), mapped)
    return re.sub("[ \n]+", lambda run: "\n" if "\n" in run[0] else " ", mapped).strip(" \n")


def decomposed(text: str, form: str) -> str:
    """NFD or NFKD, with Hangul syllables left whole."""
    return "".join(c if "\uac00" <= c <= "\ud7a3" else unicodedata.normalize(form, c) for c in text)  # type: ignore[arg-type]


@functools.cache
def skeleton_of(c: str) -> str:
    """The skeleton of one code point of a clean form."""
    if "\uac00" <= c <= "\ud7a3":
        return c
    before, now = "", c
    while now != before:
        before = now
        now = decomposed(now.casefold(), "NFD")
        now = "".join(prototypes().get(d, d) for d in now)
        now = decomposed("".join(map(plain, now)).casefold(), "NFKD")
        now = "".join(d for d in now if not is_mark(d))
    return now


def skeleton(text: str) -> str:
    """The skeleton of a clean form."""
    return "".join(map(skeleton_of, text))


def role(c: str) -> int:
    """What a character of a skeleton is to a word."""
    if unicodedata.category(c)[0] not in "LNM":
        return la.BETWEEN
    return la.UNSPACED if group(c) in (la.HAN, la.KANA, la.THAI) else la.WORD


def mixed(h: int, x: int) -> int:
    """One step of the hash, in plain integers."""
    h = (h ^ x) * MULTIPLIER & WORD
    return h ^ h >> 32


def features(text: str) -> tuple[list[int], list[int], int]:
    """Word and shingle features (64 bits each) of a skeleton without lures, and how many characters made words."""
    start = SEED * MULTIPLIER & WORD
    words, shingles, characters = [], [], 0
    state, before, window, spaced = start, 0, 0, True
    for i, c in enumerate(text + " "):
        kind, unit = role(c), ord(c)
        if kind == la.WORD:
            state = (state ^ unit) * MULTIPLIER & WORD
        elif i and role(text[i - 1]) == la.WORD:
            words.append(state)
        if kind != la.WORD:
            state = start
        if kind == la.UNSPACED and before:
            words.append(mixed(mixed(start, before), unit))
        before = unit if kind == la.UNSPACED else 0
        characters += kind != la.BETWEEN
        if kind == la.BETWEEN and spaced:
            continue
        spaced = kind == la.BETWEEN
        window = (window << 12 ^ (32 if spaced else unit)) & (1 << 60) - 1
        shingles.append(window * MULTIPLIER & WORD)
    return words, shingles[SHINGLE - 1 :], characters


def minima(features: list[int]) -> list[int]:
    """The smallest value of each hash function over the features."""
    return [
        min((((f >> 32) * int(times) + int(plus)) & 0xFFFFFFFF for f in features), default=0xFFFFFFFF)
        for times, plus in zip(TIMES, PLUS, strict=True)
    ]


def bands(smallest: list[int], domain: int) -> list[int]:
    """The keys of four minima each."""
    keys = []
    for band in range(HASHES // ROWS):
        h = (SEED ^ domain * HASHES + band) * MULTIPLIER & WORD
        for value in smallest[band * ROWS : band * ROWS + ROWS]:
            h = mixed(h, value)
        keys.append(h or 1)
    return keys


def fingerprint(text: str) -> tuple[list[int], list[int]]:
    """Signature and bands of a clean form without lures."""
    words, shingles, characters = features(skeleton(text))
    if not words:
        return [0] * HASHES, [0] * 8
    smallest = minima(words)
    signature = [value & 0xFF for value in smallest]
    if len(words) < FEWEST_WORDS or characters < FEWEST_CHARACTERS:
        return signature, [0] * 8
    return signature, bands(smallest, 1) + bands(minima(shingles), 2)
