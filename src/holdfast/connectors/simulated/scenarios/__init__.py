"""Which attacks can be drilled: one file each, all of it data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from holdfast.connectors.simulated.scenario import Scenario
from holdfast.errors import UsageError

from .bribed_reader import bribed_reader
from .ordinary_day import ordinary_day
from .session_theft import session_theft
from .sim_swap import sim_swap
from .third_party_app import third_party_app
from .twitter_2020 import twitter_2020

SCENARIOS: Mapping[str, Callable[[], Scenario]] = {
    "twitter-2020-07-15": twitter_2020,
    "third-party-app": third_party_app,
    "sim-swap": sim_swap,
    "session-theft": session_theft,
    "bribed-reader": bribed_reader,
    "ordinary-day": ordinary_day,
}


def scenario(name: str) -> Scenario:
    """The scenario called `name`.

    Raises:
        UsageError: there is none; the message names the nearest one.

    """
    if name in SCENARIOS:
        return SCENARIOS[name]()
    near = get_close_matches(name.casefold(), SCENARIOS, n=1, cutoff=0.3)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"There is no scenario {name!r}.{hint}", advice=f"Scenarios are: {', '.join(SCENARIOS)}.")


__all__ = ["SCENARIOS", "scenario"]
