"""Between what bounds does a rate lie, when so many of so many were counted?"""

from __future__ import annotations

import math

_STEPS = 60  # halvings of [0, 1]: to the last digit of a float
CONFIDENCE = 0.95


def clopper_pearson(hits: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact two-sided bounds of a rate (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934); (0, 1) of none.

    Raises:
        ValueError: `hits` do not lie between 0 and `of`.

    """
    if not 0 <= hits <= of:
        raise ValueError("hits lie between 0 and all")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda rate: 1 - _at_most(hits - 1, of, rate) < tail)
    high = 1.0 if hits == of else _solve(lambda rate: _at_most(hits, of, rate) > tail)
    return low, high


def _solve(below: object) -> float:
    """The rate at which `below` turns from true to false."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)  # type: ignore[operator]
    return low


def _at_most(hits: int, of: int, rate: float) -> float:
    """The chance of at most so many hits at this rate."""
    if rate <= 0.0 or rate >= 1.0:
        return float(rate <= 0.0 or hits >= of)
    log_rate, log_rest = math.log(rate), math.log1p(-rate)
    chosen = math.lgamma(of + 1)
    return math.fsum(
        math.exp(chosen - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * log_rate + (of - k) * log_rest)
        for k in range(hits + 1)
    )
