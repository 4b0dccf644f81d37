"""What does the benchmark answer? One object, the same for programs, for people, and for the chart."""

from __future__ import annotations

import enum

import msgspec

from holdfast.detection import CampaignTier

from .figures import FalseAlarms, Row
from .outcomes import Outcome
from .promises import Promise
from .tempted import Tempted
from .thresholds import AtThreshold


@enum.unique
class History(enum.StrEnum):
    """Whether the hijacked accounts have posted before."""

    WARM = "warm"
    COLD = "cold"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What was replayed. `parts` counts the background's posts; times are RFC 3339."""

    directory: str
    start: str
    end: str
    posts: int
    accounts: int
    events: int
    parts: dict[str, int]
    campaigns: int
    variants: tuple[str, ...]
    rejects: int
    first_reject: str
    repeated: int
    memory_mb: int
    seed: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The replay with the campaigns in it. `seen_by` has, for each variant, the shares seen by lure post 1, 2, ..."""

    variants: dict[str, Row]
    total: Row
    parts: dict[str, Row]
    false: FalseAlarms
    seen_by: dict[str, list[float]]
    campaigns: tuple[Outcome, ...]


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """On the background alone, in one thread, by processor time; `batches` full ones were timed."""

    posts_per_second_core: float
    batch_posts: int
    batches: int
    batch_median_ms: float
    batch_p99_ms: float
    peak_rss_mb: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure. `thresholds` is empty unless a chart was asked for; `nats` are the tiers' thresholds."""

    about: About
    background: FalseAlarms
    histories: dict[str, Told]
    look_alikes: Tempted | None
    speed: Speed
    nats: dict[CampaignTier, float]
    thresholds: tuple[AtThreshold, ...]
    promises: tuple[Promise, ...]
    as_promised: bool
