"""How likely is it that so many of a few accounts share something by chance: Fisher's exact test, one-sided.

The tail of the hypergeometric distribution is computed by Loader's saddle-point form (C. Loader, "Fast and accurate
computation of binomial probabilities", 2000), which loses no digits where differences of log-gammas lose them all.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# log(n!) minus Stirling's formula, for n = 0..15, where the series below is not yet good to 1e-16.
_STIRLING_ERROR = np.array(
    [0.0] + [math.lgamma(n + 1.0) - ((n + 0.5) * math.log(n) - n + 0.5 * math.log(2.0 * math.pi)) for n in range(1, 16)]
)
_NEGLIGIBLE = 1e-17  # a further term below this share of the sum changes no digit of it


def log_tail(touched: npt.ArrayLike, of: npt.ArrayLike, base_touched: npt.ArrayLike, base_of: npt.ArrayLike) -> Floats:
    """The log (nats) of P(X >= touched), X hypergeometric: `of` accounts drawn from `base_of`, `base_touched` marked.

    Arguments are whole numbers, scalars or arrays that broadcast, up to 1e9, with touched <= of <= base_of and
    touched <= base_touched <= base_of; answers have the broadcast shape, at least one-dimensional, and lie in
    (-inf, 0]. The relative error of the probability is below 1e-9.

    Raises:
        ValueError: the numbers are not those of any drawing.

    """
    k, n, marked, total = (
        np.atleast_1d(a).astype(np.float64) for a in np.broadcast_arrays(touched, of, base_touched, base_of)
    )
    if np.any((k < 0) | (k > n) | (n > total) | (k > marked) | (marked > total)):
        raise ValueError("touched <= of <= base_of and touched <= base_touched <= base_of must hold")
    least = np.maximum(0.0, n + marked - total)
    upper = k * total > n * marked  # beyond the mean the upper tail is the short one; else its complement is
    answer = np.zeros(k.shape)
    up = upper & (k > least)
    answer[up] = _log_sum(k[up], n[up], marked[up], total[up], step=1)
    down = ~upper & (k > least)
    answer[down] = np.log1p(-np.exp(_log_sum(k[down] - 1.0, n[down], marked[down], total[down], step=-1)))
    return np.minimum(answer, 0.0)


def log_tail_chosen(touched: int, of: int, base_touched: int, base_of: int, odds: float) -> float:
    """The log (nats) of P(X >= touched) as in `log_tail`, if the accounts were chosen by what goes with being touched.

    `odds` is how many times the odds of a chosen account to be touched may exceed those of another: the worst that such
    a choice can do is Fisher's noncentral hypergeometric distribution (P. R. Rosenbaum, "Observational Studies", 2002,
    section 4.4). At `odds` 1 it is `log_tail`, to within rounding.

    Raises:
        ValueError: the numbers are not those of any drawing, or `odds` is below 1.

    """
    if not (0 <= touched <= min(of, base_touched) and max(of, base_touched) <= base_of and odds >= 1):
        raise ValueError("touched <= of <= base_of, touched <= base_touched <= base_of and odds >= 1 must hold")
    least, most = max(0, of + base_touched - base_of), min(of, base_touched)
    at = np.arange(least, most, dtype=np.float64)
    ratios = (of - at) * (base_touched - at) * odds / ((at + 1.0) * (base_of - base_touched - of + at + 1.0))
    weights = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    return min(log_of_sum(weights[touched - least :]) - log_of_sum(weights), 0.0)


def with_evidence(log_p: float, evidence: float) -> float:
    """The log of a p-value together with independent evidence (nats, a likelihood ratio), whichever way is stronger.

    A likelihood ratio of e^x or more comes about by chance with probability e^-x at most, so it is a p-value; the two
    are combined by their product (R. A. Fisher, "Statistical Methods for Research Workers", 1932, section 21.1).
    """
    if evidence <= 0.0:
        return log_p
    product = log_p - evidence
    return min(log_p, product + math.log1p(-product))


def holm(log_p: Floats, tried: int) -> Floats:
    """Logs of p-values corrected for `tried` tests by Holm's step-down method (1979), in the order given.

    Tests not in `log_p` are taken to have come out at 1. The chance of naming any innocent factor at all stays below
    the threshold whatever the dependence between factors.
    """
    order = np.argsort(log_p, kind="stable")
    steps = np.log(np.maximum(tried - np.arange(len(order)), 1.0))
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(np.maximum.accumulate(log_p[order] + steps), 0.0)
    return corrected


def _log_sum(k: Floats, n: Floats, marked: Floats, total: Floats, *, step: int) -> Floats:
    """The log of the sum of point probabilities from k away from the mean, each term from the one before."""
    first = _log_point(k, n, marked, total)
    at, term, total_of_terms = k.copy(), np.ones(k.shape), np.ones(k.shape)
    while np.any(term > _NEGLIGIBLE * total_of_terms):
        if step > 0:
            ratio = (marked - at) * (n - at) / ((at + 1.0) * (total - marked - n + at + 1.0))
        else:
            ratio = at * (total - marked - n + at) / ((marked - at + 1.0) * (n - at + 1.0))
        term = term * np.maximum(ratio, 0.0)
        total_of_terms += term
        at += step
    return first + np.log(total_of_terms)


def log_of_sum(logs: Floats) -> float:
    """The log of a sum of positive terms, from the logs of the terms."""
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).sum()))


def _log_point(k: Floats, n: Floats, marked: Floats, total: Floats) -> Floats:
    """The log of P(X = k)."""
    share = n / total
    return (
        _log_binomial(k, marked, share) + _log_binomial(n - k, total - marked, share) - _log_binomial(n, total, share)
    )


def _log_binomial(x: Floats, n: Floats, p: Floats) -> Floats:
    """The log of the binomial probability of x out of n at rate p, by saddle point."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (
            _stirling_error(n)
            - _stirling_error(x)
            - _stirling_error(n - x)
            - _deviance(x, n * p)
            - _deviance(n - x, n * (1.0 - p))
            + 0.5 * np.log(n / (2.0 * math.pi * x * (n - x)))
        )
        none, all_of_them = n * np.log1p(-p), n * np.log(p)
    at_ends = np.where(x == 0.0, np.where(n == 0.0, 0.0, none), all_of_them)
    return np.asarray(np.where((x == 0.0) | (x == n), at_ends, inner))


def _stirling_error(n: Floats) -> Floats:
    """log(n!) minus Stirling's formula."""
    small = n <= 15.0
    big = np.where(small, 16.0, n)
    square = big * big
    series = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / big
    return np.asarray(np.where(small, _STIRLING_ERROR[np.where(small, n, 0.0).astype(np.int64)], series))


def _deviance(x: Floats, mean: Floats) -> Floats:
    """Loader's bd0: x log(x / mean) + mean - x, without cancellation when x is near mean."""
    near = np.abs(x - mean) < 0.1 * (x + mean)
    v = np.where(near, (x - mean) / (x + mean), 0.0)
    total = (x - mean) * v
    power: Any = 2.0 * x * v
    for odd in range(3, 25, 2):
        power = power * v * v
        total = total + power / odd
    far = x * np.log(np.where(x > 0.0, x, 1.0) / mean) + mean - x
    return np.asarray(np.where(near, total, far))
