"""How many false alarms would another threshold give? Counted by the highest scores of a replay with a low one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from .figures import Rate, rate_of
from .replay import Seen
from .truth import Part, Parts

LEAST = 4.0
"""Nats: below it there are more near-alarms than can be followed, and nobody would set a threshold there."""

STEP = 0.25
"""Nats between thresholds."""


class AtThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """False campaigns where `threshold` nats were enough."""

    threshold: float
    rate: Rate


def at_thresholds(told: Iterable[Seen], parts: Parts, judged_posts: int, most: float) -> tuple[AtThreshold, ...]:
    """The rate at each threshold from `LEAST` to `most` nats, of campaigns told after the warm-up, at their highest."""
    highest: dict[str, float] = {}
    for seen in told:
        campaign = seen.campaign
        before = [highest.pop(name) for name in campaign.merged if name in highest]
        if parts.of(campaign.detected_at) is not Part.WARM_UP:
            highest[campaign.id] = max(campaign.score, highest.get(campaign.id, 0.0), *before)
    scores = np.array(sorted(highest.values()))
    return tuple(
        AtThreshold(threshold=level, rate=rate_of(int((scores >= level).sum()), judged_posts))
        for level in np.arange(LEAST, most + STEP / 2, STEP).tolist()
    )
