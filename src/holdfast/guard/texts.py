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

_VALUES = 16  # bytes of a signature
_HIGH = int.from_bytes(b"\x80" * _VALUES, "little")
_LOW = int.from_bytes(b"\x7f" * _VALUES, "little")


class HeldTexts:
    """The held texts, found by their bands and confirmed by their signatures.

    A signature is one number here: for the few texts that share a band, numpy takes longer to begin than this takes.
    """

    __slots__ = ("_by_band", "_rules", "_signatures")

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Index the rules of kind text that carry a signature."""
        self._rules = tuple(rule for rule in rules if rule.signature is not None)
        self._by_band: dict[int, list[int]] = {}
        for place, rule in enumerate(self._rules):
            for band in filter(None, rule.bands):
                self._by_band.setdefault(band, []).append(place)
        self._signatures = [_number(rule.signature) for rule in self._rules if rule.signature is not None]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def like(self, signature: npt.NDArray[np.uint8], bands: Sequence[int]) -> tuple[Rule, ...]:
        """The held texts much like a text of this signature (uint8[16]) and these bands (8 integers, 0 for none)."""
        found = self._by_band
        sharing = [found[band] for band in bands if band in found]
        if not sharing:
            return ()
        places = set(itertools.islice(itertools.chain.from_iterable(sharing), CANDIDATES))
        asked, signatures = _number(signature), self._signatures
        alike = []
        for place in places:
            apart = asked ^ signatures[place]
            # The high bit of each byte that is not zero: no byte carries into the next, since its own high bit is out.
            if ((((apart & _LOW) + _LOW) | apart) & _HIGH).bit_count() <= _VALUES - AGREEING:
                alike.append(place)
        return tuple(self._rules[place] for place in sorted(alike))


def _number(signature: npt.NDArray[np.uint8]) -> int:
    return int.from_bytes(signature.tobytes(), "little")
