"""The figures of a benchmark: for each variant and in total, and how often an alarm is false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import msgspec
import numpy as np

from holdfast.detection import Campaign

from .attacks import in_order
from .outcomes import Outcome
from .poisson import bounds
from .truth import Part, Parts

PROMPT, FIFTH = 3, 5
"""Lure posts by which a campaign with a shared lure, and one without, should be seen."""

_MILLION = 1_000_000
_LURES_SHOWN = 3


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How some numbers are spread."""

    median: float
    p90: float
    most: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of some attacks. Shares lie between 0 and 1; None where nothing was there to be divided.

    `posts` and `seconds` are of those that were seen: from the first lure post, and `_beyond` the post that made them
    knowable. `by_third` and `by_fifth` are shares of all attacks seen by that lure post. `recalled` is the share of
    carriers, `purity` of the accounts in campaigns, `innocent` of the accounts in campaigns of the contain tier.
    """

    campaigns: int
    missed: int
    joined: int
    contained: int
    by_third: float | None
    by_fifth: float | None
    posts: Spread | None
    posts_beyond: Spread | None
    seconds: Spread | None
    seconds_beyond: Spread | None
    recalled: float | None
    purity: float | None
    held: int
    innocent_held: int
    innocent: float | None


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """False campaigns among some posts, with the bounds of their rate per million posts at 95 % (both sides)."""

    campaigns: int
    posts: int
    per_million: float
    at_least: float
    at_most: float


class FalseCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that is none, when it was told, and what it was taken for."""

    id: str
    part: Part
    tier: str
    score: float
    accounts: int
    lures: tuple[str, ...]


class FalseAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """False campaigns from the end of the warm-up on; `warming_up` counts those before.

    `alert` counts all, `contain` those of that tier, and `held` the accounts in them.
    """

    alert: Rate
    contain: Rate
    warming_up: int
    held: int
    campaigns: tuple[FalseCampaign, ...]


def row_of(outcomes: Sequence[Outcome], *, more_held: int = 0) -> Row:
    """The figures of some attacks; `more_held` are innocent accounts held in campaigns that tell of no attack."""
    seen = [outcome for outcome in outcomes if outcome.delay.posts is not None]
    accounts = sum(outcome.accounts for outcome in outcomes)
    held = sum(outcome.held for outcome in outcomes) + more_held
    innocent = sum(outcome.innocent_held for outcome in outcomes) + more_held
    return Row(
        campaigns=len(outcomes),
        missed=len(outcomes) - len(seen),
        joined=sum(outcome.joined for outcome in outcomes),
        contained=sum(outcome.contained for outcome in outcomes),
        by_third=_by(outcomes, PROMPT),
        by_fifth=_by(outcomes, FIFTH),
        posts=_spread(outcome.delay.posts for outcome in seen),
        posts_beyond=_spread(outcome.delay.posts_beyond for outcome in seen),
        seconds=_spread(outcome.delay.seconds for outcome in seen),
        seconds_beyond=_spread(outcome.delay.seconds_beyond for outcome in seen),
        recalled=_share(sum(outcome.recalled for outcome in outcomes), sum(outcome.carriers for outcome in outcomes)),
        purity=_share(sum(outcome.true_accounts for outcome in outcomes), accounts),
        held=held,
        innocent_held=innocent,
        innocent=_share(innocent, held),
    )


def rows_of(outcomes: Sequence[Outcome]) -> dict[str, Row]:
    """The figures of each variant, by its name."""
    names = sorted({outcome.variant for outcome in outcomes}, key=in_order)
    return {name: row_of([outcome for outcome in outcomes if outcome.variant == name]) for name in names}


def parts_of(outcomes: Sequence[Outcome]) -> dict[str, Row]:
    """The figures of the attacks that began in each part of the background."""
    return {str(part): row_of([outcome for outcome in outcomes if outcome.part is part]) for part in Part}


def seen_by(outcomes: Sequence[Outcome], most: int) -> list[float]:
    """The share of attacks seen by their first, second, ... lure post, `most` of them."""
    return [_by(outcomes, number) or 0.0 for number in range(1, most + 1)]


def false_alarms(campaigns: Iterable[Campaign], parts: Parts, judged_posts: int) -> FalseAlarms:
    """Count campaigns that tell of no attack; `judged_posts` are those from the end of the warm-up on."""
    found = list(campaigns)
    judged = [campaign for campaign in found if parts.of(campaign.detected_at) is not Part.WARM_UP]
    contained = [campaign for campaign in judged if campaign.contained_at is not None]
    return FalseAlarms(
        alert=rate_of(len(judged), judged_posts),
        contain=rate_of(len(contained), judged_posts),
        warming_up=len(found) - len(judged),
        held=sum(len(campaign.accounts) for campaign in contained),
        campaigns=tuple(
            FalseCampaign(
                id=campaign.id,
                part=parts.of(campaign.detected_at),
                tier=campaign.tier,
                score=campaign.score,
                accounts=len(campaign.accounts),
                lures=tuple(lure.value for lure in campaign.lures[:_LURES_SHOWN]),
            )
            for campaign in found
        ),
    )


def rate_of(count: int, posts: int) -> Rate:
    """A count among posts as a rate."""
    per = _MILLION / max(posts, 1)
    low, high = bounds(count)
    return Rate(campaigns=count, posts=posts, per_million=count * per, at_least=low * per, at_most=high * per)


def _by(outcomes: Sequence[Outcome], number: int) -> float | None:
    seen = sum((outcome.delay.posts or inf) <= number for outcome in outcomes)
    return _share(seen, len(outcomes))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _spread(numbers: Iterable[float | None]) -> Spread | None:
    known = [number for number in numbers if number is not None]
    if not known:
        return None
    median, p90, most = np.quantile(known, (0.5, 0.9, 1.0)).tolist()
    return Spread(median=median, p90=p90, most=most)
