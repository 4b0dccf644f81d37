"""How often was the cause named rightly, wrongly, or called unknown? Counts, and between what bounds the rates lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

CONFIDENCE: Final = 0.95
_HALVINGS = 60  # of [0, 1]: to the last digit of a float


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A rate: `count` of `of`, and the exact bounds of what it may be, at 95 %."""

    count: int
    of: int
    at_least: float
    at_most: float

    @property
    def rate(self) -> float:
        """What was found; 0 of none."""
        return self.count / self.of if self.of else 0.0


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts over some worlds."""

    right: Share
    wrong: Share
    unknown: Share


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """The next accounts, where the cause was named rightly.

    `recall`: of those touched and not used yet, how many were named likely. `precision`: how many of those named were.
    """

    recall: Share
    precision: Share


def share(count: int, of: int, confidence: float = CONFIDENCE) -> Share:
    """The exact two-sided bounds of a rate (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934); 0 and 1 of none.

    Raises:
        ValueError: `count` does not lie between 0 and `of`.

    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _turn(lambda rate: 1 - _at_most(count - 1, of, rate) < tail)
    high = 1.0 if count == of else _turn(lambda rate: _at_most(count, of, rate) > tail)
    return Share(count=count, of=of, at_least=low, at_most=high)


def tally(verdicts: Iterable[str]) -> Tally:
    """Count `right`, `wrong` and `unknown`."""
    given = list(verdicts)
    right, wrong, unknown = (share(given.count(name), len(given)) for name in ("right", "wrong", "unknown"))
    return Tally(right=right, wrong=wrong, unknown=unknown)


def following(found: Sequence[tuple[int, int, int]]) -> Following:
    """Add up, of several worlds, how many were named rightly, how many were named, how many were to be named."""
    hits, named, wanted = (sum(each[place] for each in found) for place in range(3))
    return Following(recall=share(hits, wanted), precision=share(hits, named))


def _turn(below: Callable[[float], bool]) -> float:
    """The rate at which `below` turns from true to false."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low


def _at_most(count: int, of: int, rate: float) -> float:
    """The chance of at most so many at this rate."""
    if rate <= 0.0 or rate >= 1.0:
        return float(rate <= 0.0 or count >= of)
    return math.fsum(
        math.exp(
            math.lgamma(of + 1)
            - math.lgamma(k + 1)
            - math.lgamma(of - k + 1)
            + k * math.log(rate)
            + (of - k) * math.log1p(-rate)
        )
        for k in range(count + 1)
    )
