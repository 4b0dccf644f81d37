"""What became of each attack: seen at which post, after how many seconds, with which of its accounts?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from holdfast.detection import Campaign, CampaignTier

from .attacks import Attack
from .replay import Replay, Seen
from .truth import Part, Parts, Truth


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """How late an attack was seen; None when it never was.

    `posts` counts its lure posts up to the one at which it was seen, `posts_beyond` those beyond the one that made it
    knowable, which is the third distinct account's; `seconds` run from the first lure post, `seconds_beyond` from
    the knowable one.
    """

    posts: int | None = None
    posts_beyond: int | None = None
    seconds: float | None = None
    seconds_beyond: float | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One attack, and what detection had of it in the end.

    `recalled` counts the carriers in campaigns that tell of it, whose ids are `found`.
    `accounts` counts those in the campaigns that tell mostly of this attack, `true_accounts` its carriers among them;
    `held` and `innocent_held` count the same for campaigns of the contain tier, the innocent being hijacked by nobody.
    `joined` says that it was seen only as part of a campaign that mostly tells of another attack.
    """

    campaign: str
    variant: str
    part: Part
    lure_posts: int
    carriers: int
    delay: Delay
    recalled: int
    found: tuple[str, ...]
    joined: bool
    contained: bool
    accounts: int
    true_accounts: int
    held: int
    innocent_held: int


def outcomes(replay: Replay, truth: Truth, places: Mapping[str, int], parts: Parts) -> tuple[Outcome, ...]:
    """One for each attack, in their order; `places` has the place in the stream of every injected post."""
    seen = _first_seen(replay.told, truth)
    final: dict[str, list[Campaign]] = {attack.name: [] for attack in truth.attacks}
    mostly: dict[str, list[Campaign]] = {attack.name: [] for attack in truth.attacks}
    for campaign in replay.campaigns:
        attacks = truth.told_of(campaign)
        for attack in attacks:
            final[attack.name].append(campaign)
        if attacks:
            mostly[attacks[0].name].append(campaign)
    return tuple(
        _outcome(attack, seen.get(attack.name), final[attack.name], mostly[attack.name], truth, places, parts)
        for attack in truth.attacks
    )


def _first_seen(told: Iterable[Seen], truth: Truth) -> dict[str, tuple[Seen, int]]:
    """For each attack what first told of it, and when (ms): a campaign come to light, or one that took it in."""
    first: dict[str, tuple[Seen, int]] = {}
    known: set[str] = set()
    for seen in told:
        campaign = seen.campaign
        when = seen.time if campaign.id in known else campaign.detected_at
        known.add(campaign.id)
        for attack in truth.told_of(campaign):
            first.setdefault(attack.name, (seen, when))
    return first


def _outcome(  # noqa: PLR0913, PLR0917 - all that is known of one attack
    attack: Attack,
    seen: tuple[Seen, int] | None,
    final: list[Campaign],
    mostly: list[Campaign],
    truth: Truth,
    places: Mapping[str, int],
    parts: Parts,
) -> Outcome:
    held = [campaign for campaign in mostly if campaign.tier is CampaignTier.CONTAIN]
    return Outcome(
        campaign=attack.name,
        variant=attack.variant,
        part=parts.of(attack.posts[0].time),
        lure_posts=len(attack.posts),
        carriers=len(attack.carriers),
        delay=_delay(attack, seen, places),
        recalled=len(attack.carriers.intersection(*[_accounts(final)])),
        found=tuple(campaign.id for campaign in final),
        joined=bool(final) and not mostly,
        contained=any(campaign.tier is CampaignTier.CONTAIN for campaign in final),
        accounts=sum(len(campaign.accounts) for campaign in mostly),
        true_accounts=sum(account in attack.carriers for campaign in mostly for account in campaign.accounts),
        held=sum(len(campaign.accounts) for campaign in held),
        innocent_held=sum(account not in truth.hijacked for campaign in held for account in campaign.accounts),
    )


def _accounts(campaigns: Iterable[Campaign]) -> set[str]:
    return {account for campaign in campaigns for account in campaign.accounts}


def _delay(attack: Attack, seen: tuple[Seen, int] | None, places: Mapping[str, int]) -> Delay:
    if seen is None:
        return Delay()
    told, when = seen
    posts = sum(places[post.id] < told.posts for post in attack.posts)
    waited = max(0, when - attack.posts[0].time) / 1000
    if attack.knowable is None:
        return Delay(posts=posts, seconds=waited)
    known_at = attack.posts[attack.knowable - 1].time
    return Delay(
        posts=posts,
        posts_beyond=max(0, posts - attack.knowable),
        seconds=waited,
        seconds_beyond=max(0, when - known_at) / 1000,
    )
