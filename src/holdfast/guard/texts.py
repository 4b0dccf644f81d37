"""Is this text much like one that is held?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from .rule import Rule

# Of the 16 values of two signatures, so many must agree. The share that agrees estimates the share of words that two
# texts have in common (Broder, "On the resemblance and containment of documents", 1997): here, half of them.
AGREEING = 8
CANDIDATES = 64  # held texts compared for one question: bounds the time that a flood of much alike held texts can cost


class HeldTexts:
    """The held texts, found by their bands and confirmed by their signatures."""

    __slots__ = ("_by_band", "_rules", "_signatures")

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Index the rules of kind text that carry a signature."""
        self._rules = tuple(rule for rule in rules if rule.signature is not None)
        self._by_band: dict[int, list[int]] = {}
        for place, rule in enumerate(self._rules):
            for band in filter(None, rule.bands):
                self._by_band.setdefault(band, []).append(place)
        self._signatures = np.array([rule.signature for rule in self._rules], dtype=np.uint8).reshape(-1, 16)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def like(self, signature: npt.NDArray[np.uint8], bands: Sequence[int]) -> tuple[Rule, ...]:
        """The held texts much like a text of this signature (uint8[16]) and these bands (8 integers, 0 for none)."""
        found = self._by_band
        sharing = [found[band] for band in bands if band in found]
        if not sharing:
            return ()
        places = sorted(set(itertools.islice(itertools.chain.from_iterable(sharing), CANDIDATES)))
        agreeing = (self._signatures[places] == signature).sum(axis=1).tolist()
        return tuple(self._rules[place] for place, agree in zip(places, agreeing, strict=True) if agree >= AGREEING)
