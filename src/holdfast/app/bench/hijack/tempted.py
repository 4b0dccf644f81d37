"""How did detection take the benign look-alikes? By family and tier, and who was held for warning others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from holdfast.detection import Campaign

from .benign import LookAlikes


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """How often a family was injected, and how many campaigns it was taken for, by their tier."""

    runs: int
    alert: int
    contain: int


class Warners(msgspec.Struct, frozen=True, kw_only=True):
    """Posts that warn of a campaign: how many there were, and were taken for lure posts of any, or of one contained."""

    warnings: int
    in_campaigns: int
    contained: int


class Tempted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to all families."""

    families: dict[str, Family]
    warners: Warners


def judge(drawn: LookAlikes, campaigns: Iterable[Campaign]) -> Tempted:
    """Count the campaigns whose lure posts are mostly a family's, and the warnings in campaigns of any sort."""
    taken = {"alert": Counter[str](), "contain": Counter[str]()}
    warned = Counter[str]()
    for campaign in campaigns:
        tier = "alert" if campaign.contained_at is None else "contain"
        families = Counter(drawn.family_of.get(post, "") for post in campaign.posts)
        for family, _ in families.most_common(1):
            taken[tier][family] += 1
        warned[tier] += sum(post in drawn.warnings for post in campaign.posts)
    return Tempted(
        families={
            name: Family(runs=runs, alert=taken["alert"][name], contain=taken["contain"][name])
            for name, runs in sorted(drawn.runs.items(), key=lambda item: (len(item[0]), item[0]))
        },
        warners=Warners(warnings=len(drawn.warnings), in_campaigns=warned.total(), contained=warned["contain"]),
    )
