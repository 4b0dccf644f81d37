"""How like each other are two texts? Versions of one by their signatures, one form filled in twice by their structure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NO_WORDS = bytes(16)
_LONGEST = 512  # characters looked at


def alike(one: bytes, two: bytes) -> float:
    """The share of places in which two minhash signatures (16 bytes each) agree; 0 when a text had no words."""
    if _NO_WORDS in (one, two):
        return 0.0
    differing = int.from_bytes(one) ^ int.from_bytes(two)  # a place that agrees is a byte of nothing
    return differing.to_bytes(len(_NO_WORDS)).count(0) / len(_NO_WORDS)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, numbers as one and the same, links left out: what a form would print around its slots."""
    plain = _LINK.sub(" ", text[:_LONGEST]).casefold()
    return tuple("0" if word.isdigit() else word for word in _WORD.findall(plain))


def template_share(texts: Sequence[str]) -> float | None:
    """The share of words that two of the texts have in common at start and end: the lower quartile over all pairs, 0 to 1.

    A form makes all its texts alike; one pair that is not denies it, and a quarter of all pairs where there are many.
    None when fewer than two of the texts have any words besides links.
    """
    pairs = itertools.combinations([words for text in texts if (words := words_of(text))], 2)
    shares = sorted(_common(one, two) for one, two in pairs)
    return shares[(len(shares) - 1) // 4] if shares else None


def _common(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    shorter = min(len(one), len(two))
    start = _run(one, two)
    end = min(_run(one[::-1], two[::-1]), shorter - start)
    return (start + end) / shorter


def _run(one: Sequence[str], two: Sequence[str]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
