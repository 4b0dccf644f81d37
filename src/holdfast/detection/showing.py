"""How quickly do pictures go round here, and could this one be more than that? Asked of each before it is weighed exactly.

Four accounts make a pace. It is counted for every picture, when its fourth account shows it, and taken back from the count
if it turns out to be a campaign's: otherwise an attack would make the next one ordinary.
"""

from __future__ import annotations

from math import log
from typing import Any

from . import model
from .naming import Due
from .pictures import PICTURE
from .rates import count_pace, pictures, take_back


def elsewhere(rates: Any, due: Due) -> tuple[float, ...]:
    """What pictures are here (`rates.pictures`), but for the one at its screen: it is not explained by itself."""
    if due.kind != PICTURE or due.among_remarks:
        return pictures(rates)
    others = rates.copy()
    take_back(others, _counted_at(due))
    return pictures(others)


def may_tell(due: Due, here: tuple[float, ...], alert: float) -> bool:
    """Whether exact weighing could find `alert` nats in a key; `here` is what `elsewhere` says."""
    if due.kind != PICTURE or due.copy_proof > 0:
        return True
    pace = (due.latest - due.first_time) / max(1, due.accounts - 1)
    spreads = model.picture_spreads(pace, due.character, here[2], here[3:])
    return -log(spreads) >= alert


def count(rates: Any, due: Due, *, before: bool, told: bool) -> None:
    """Count a picture at its screen: `before` it was a campaign's already, `told` it is one now."""
    if due.kind != PICTURE or due.among_remarks or before:
        return
    if told:
        take_back(rates, _counted_at(due))
    elif due.accounts == model.PICTURE_PACED_AT:
        count_pace(rates, _pace_of(due))


def _counted_at(due: Due) -> float | None:
    """The pace at which a picture was counted; None if it was not yet."""
    return _pace_of(due) if due.accounts > model.PICTURE_PACED_AT else None


def _pace_of(due: Due) -> float:
    """The mean gap between the first four accounts, in ms."""
    times = sorted(place.time for place in due.exact[: model.PICTURE_PACED_AT])
    return (times[-1] - times[0]) / max(1, len(times) - 1)
