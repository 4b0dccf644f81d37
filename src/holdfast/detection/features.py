"""What was true of an account when it posted: one 64-bit word per post, written by `history`, read by all the rest.

| bits | meaning |
|---|---|
| 0-7 | posts seen of this account before, 255 and more as 255 |
| 8-11 | classes of lure it had posted before: address, link, short link, phone |
| 12-14 | departures from its ways: script, language, client |
| 15 | verified, or followed by many |
| 16-23 | precursors in its security history (`model.PRECURSOR_KINDS`) |
| 24-31 | how fresh the latest of them is, 255 = just now, halved every half-life |
| 32-47 | the low 16 flags of reading |
| 48-51 | classes of lure it posts habitually (`model.HABIT_POSTS` times and more) |
| 52 | two or more of its sign-ins are known, so that a new place or device would show |
| 53 | it had posted a picture before |
"""

from __future__ import annotations

from dataclasses import dataclass

from . import model

SIGNS_IN_BIT = 52
PICTURED_BIT = 53

CLASSES = ("address", "link", "short_link", "phone")
_BEFORE = ((8, "address"), (9, "link"), (10, "short_link"), (11, "phone"), (PICTURED_BIT, "picture"))
DEPARTURES = ("script", "lang", "client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The same word, taken apart."""

    posts: int
    before: frozenset[str]
    habits: frozenset[str]
    departures: frozenset[str]
    high_reach: bool
    precursors: tuple[int, ...]
    freshness: float
    flags: int

    @classmethod
    def of(cls, word: int) -> Features:
        """Take a word apart."""
        return cls(
            posts=word & 255,
            before=frozenset(name for bit, name in _BEFORE if word >> bit & 1),
            habits=frozenset(name for bit, name in enumerate(CLASSES) if word >> 48 + bit & 1),
            departures=frozenset(name for bit, name in enumerate(DEPARTURES) if word >> 12 + bit & 1),
            high_reach=bool(word >> 15 & 1),
            precursors=tuple(kind for kind in range(len(model.PRECURSOR_KINDS)) if word >> 16 + kind & 1),
            freshness=(word >> 24 & 255) / 255,
            flags=word >> 32 & 0xFFFF,
        )
