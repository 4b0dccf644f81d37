"""How rare may something be that was counted so many times? Exact bounds of a Poisson mean."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, sqrt

CONFIDENCE = 0.95
_STEPS = 100  # halvings: far below what a double can tell


def bounds(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The least and the greatest mean under which `count` or more, and `count` or fewer, are not too rare.

    Both sides together leave out `1 - confidence` (Garwood, Biometrika 28, 1936). The least mean for 0 is 0.
    """
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _mean_where(lambda mean: 1 - at_most(count - 1, mean) >= tail, count)
    return low, _mean_where(lambda mean: at_most(count, mean) <= tail, count)


def at_most(count: int, mean: float) -> float:
    """The probability of `count` or fewer where `mean` are expected."""
    if mean <= 0:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))


def _mean_where(holds: Callable[[float], bool], count: int) -> float:
    """The least mean from which on `holds` is true."""
    low, high = 0.0, count + 10 * sqrt(count + 1)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
