"""What kind of platform is it, and how do people live there?"""

from __future__ import annotations

from typing import TypeVar

import msgspec
import numpy as np

T = TypeVar("T")

MINUTE = 60_000  # milliseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_600_000_000_000  # milliseconds since 1970 UTC: when the cause is asked for


class Terrain(msgspec.Struct, frozen=True, kw_only=True):
    """One platform. Shares lie between 0 and 1; `record` is how far back it remembers (milliseconds).

    `sign_ins` are an account's in the time of the record, on average; `roaming` is the share of them from elsewhere
    than home. `tickets` is the share of accounts that staff worked on, `written` the share of that work whose ticket is
    on record; staff open a tool session every `shift` milliseconds. `famous` is the share of accounts that attackers
    like best; `choosy` says how many of theirs they choose among those.
    """

    people: int
    record: int
    sign_ins: float
    homes: int
    roaming: float
    agents: int
    tickets: float
    written: float
    shift: int
    apps: float
    changes: float
    famous: float
    choosy: float


def draw(random: np.random.Generator, least: int) -> Terrain:
    """A platform of `least` accounts or more, as it may be found: a few hundred with three admins, or a busy one.

    Sizes and rates are drawn evenly on a logarithmic scale, because nothing says what a typical platform is.
    """
    return Terrain(
        people=max(least, round(_between(random, 400, 12_000))),
        record=_one(random, (4 * DAY, 8 * DAY, 15 * DAY, 30 * DAY)),
        sign_ins=_between(random, 0.5, 3),
        homes=round(_between(random, 10, 1_000)),
        roaming=_between(random, 0.02, 0.2),
        agents=round(_between(random, 3, 60)),
        tickets=_between(random, 0.02, 0.4),
        written=_one(random, (0.0, 0.9, 1.0)),
        shift=_one(random, (8 * HOUR, DAY, 7 * DAY)),
        apps=_between(random, 0.05, 0.6),
        changes=_between(random, 0.01, 0.1),
        famous=_between(random, 0.02, 0.1),
        choosy=_one(random, (0.0, 0.5, 0.9)),
    )


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return float(low * (high / low) ** random.random())


def _one(random: np.random.Generator, choices: tuple[T, ...]) -> T:
    return choices[int(random.integers(len(choices)))]
