"""Which ids look the same to whoever reads them? One rule for people and for accounts, wherever they are told apart."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp", "Mn"})
_BLANK = frozenset(map(chr, (0x115F, 0x1160, 0x2065, 0x2800, *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))))
"""Blanks of other categories: fillers of Hangul, the empty Braille cell, and what UAX 44 has every program ignore."""


def spelling_key(id_: str) -> str:
    """The id stripped of what the eye does not see; only for telling ids apart, never kept or shown.

    Ids that differ in nothing but case, width, accents, white space or invisible characters have the same. Letters of
    another script that merely look alike are other letters.
    """
    if id_.isascii() and id_.isprintable() and " " not in id_:
        return id_.lower()  # what the rest comes to for nearly every id, in a tenth of the time
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", id_).casefold())
    return "".join(each for each in folded if unicodedata.category(each) not in _UNSEEN and each not in _BLANK)
