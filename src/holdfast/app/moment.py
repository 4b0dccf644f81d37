"""What a screen shows of a run at one moment: plain values, so that any view can draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from holdfast.detection import Campaign
from holdfast.response import Happening


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The running score: what a person watches while it happens."""

    lures_made: int = 0
    lures_live: int = 0
    refused: int = 0
    posted: int = 0
    touched: int = 0
    held_unused: int = 0
    innocent_held: int = 0
    inboxes: int = 0
    exports: int = 0


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of a run. Times are milliseconds since 1970 UTC; `rate` is posts per second of wall time."""

    title: str
    now: int
    start: int
    end: int
    posts: int
    events: int
    rate: float
    campaigns: Sequence[Campaign]
    happenings: Sequence[Happening]
    holds: Mapping[str, int]
    ledger: int
    figures: Figures
    history: Mapping[str, Any]
