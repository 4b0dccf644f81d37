"""What does a count say about a figure, where the present one is worth so many events?

The present figure is the prior, worth `weight` events: for a share s of one half or less a Beta distribution that has
seen `weight` of `weight / s`. Intervals hold 95 % of the posterior, by drawing from it (always the same draws).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.detection import Count

Floats: TypeAlias = npt.NDArray[np.float64]

_DRAWS = 20_000
_TAILS = (0.025, 0.975)
_SEED = 20200715
_CAMPAIGN_NOVICES = 0.97  # of a campaign's carriers, as `model.NOVICE` takes it
_LANDMARKS = (1, 3, 10, 30, 100)  # posts before, at each of which the present curve has seen `weight` accounts
_CEILINGS = np.linspace(0.05, 10.0, 400)[:, None]
_HALVES = np.geomspace(0.5, 255.0, 280)[None, :]  # posts; more than 255 are counted as 255


class Refit(msgspec.Struct, frozen=True, kw_only=True):
    """A figure's most likely value, and between which values it lies with 95 %."""

    value: float
    low: float
    high: float


def of_shares(counts: Sequence[Count], present: Sequence[float], figure: Callable[..., Any], *, weight: float) -> Refit:
    """A figure made of shares, each counted and each with its present value; with nothing counted it stays as it is."""
    generator = np.random.default_rng(_SEED)
    centres, draws = [], []
    for count, share in zip(counts, present, strict=True):
        before = weight / min(share, 1 - share)
        hits, misses = before * share + count.seen, before * (1 - share) + count.of - count.seen
        centres.append(hits / (hits + misses))
        draws.append(np.maximum(generator.beta(hits, misses, _DRAWS), np.finfo(float).tiny))
    low, high = np.quantile(figure(*draws), _TAILS)
    return Refit(value=float(figure(*centres)), low=float(low), high=float(high))


def of_curve(counts: Sequence[Count], ceiling: float, half: float, *, weight: float) -> tuple[Refit, Refit]:
    """Ceiling and half of `model.novice`, from how many takers with n posts before (0, 1, ...) were new to the class.

    Where a campaign's carrier is new with probability 0.97, an ordinary one is with 0.97 exp(-ceiling n / (n + half)).
    """
    found = np.zeros_like(_CEILINGS * _HALVES)
    told = [(posts, float(count.seen), float(count.of)) for posts, count in enumerate(counts) if posts and count.of]
    for posts in _LANDMARKS:
        share = _CAMPAIGN_NOVICES * np.exp(-ceiling * posts / (posts + half))
        told.append((posts, weight * share, weight))
    for posts, seen, of in told:
        share = _CAMPAIGN_NOVICES * np.exp(-_CEILINGS * posts / (posts + _HALVES))
        found += seen * np.log(share) + (of - seen) * np.log1p(-share)
    likely = np.exp(found - found.max())
    best = np.unravel_index(int(found.argmax()), found.shape)
    return (
        _marginal(_CEILINGS[:, 0], likely.sum(axis=1), int(best[0])),
        _marginal(_HALVES[0], likely.sum(axis=0), int(best[1])),
    )


def _marginal(values: Floats, likely: Floats, best: int) -> Refit:
    together = np.cumsum(likely) / likely.sum()
    low, high = (float(values[int(np.searchsorted(together, tail))]) for tail in _TAILS)
    return Refit(value=float(values[best]), low=low, high=high)
