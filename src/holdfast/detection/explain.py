"""Why was this called a campaign? The evidence in the order in which it came, in words, and what would have undone it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import exp

import msgspec

from . import model
from .campaign import Campaign, CampaignTier, Term
from .case import Case
from .commentary import owner_among
from .evidence import CONTENT, Sighting
from .reweigh import Weighing, enough, weigh_again
from .whatif import Change, Outcome, changes

_SECOND_TO_NONE = 0.05
"""Nats of content below which copying explains nothing away that could be read back from its term."""

ALERT_ONLY = "rare_class"
"""The term that counts towards an alert, and not towards `contain`."""

PLAIN_WORDS = {
    "shared_address": "the same payment address",
    "shared_copyable": "the same link or number",
    "shared_text": "nearly the same words",
    "shared_picture": "nearly the same picture",
    "first_picture": "their first picture ever",
    "pictures_before": "they post pictures anyway",
    "own_addresses": "addresses nobody had posted before, close together",
    "own_short_links": "short links nobody had posted before, close together",
    "own_sites": "sites nobody had named before, close together",
    "burst": "one soon after the other",
    "own_page": "each with a page of its own",
    "same_page": "a page that was linked already",
    "has_a_past": "a site with a past",
    "first_of_class": "their first lure of this kind",
    "habit": "they post such lures anyway",
    "conversation": "they speak to somebody",
    "remarks": "more talk about it than carry it",
    "copying": "what people copying would explain as well",
    "precursors": "what was done to the accounts before",
    "obfuscation": "letters disguised anew each time",
    "departure": "unlike the accounts' own ways",
    "reach": "accounts of high reach together",
    "rare_class": "such lures are rare here (counts for an alert only)",
}
"""What each term of the sum says, for a person."""


class Summand(msgspec.Struct, frozen=True, kw_only=True):
    """A term of the sum in plain words, and what the sum would come to without it, in nats."""

    term: Term
    words: str
    without: float


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it was weighed, in order: what was telling about it, what it added, and the sum then, in nats.

    Where only a campaign's last state is known, nothing but `account` is.
    """

    account: str
    post: str = ""
    time: int | None = None
    signs: tuple[str, ...] = ()
    gained: float | None = None
    total: float | None = None


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """When the sum was first enough for a tier: with which account, the how many-th, at which total."""

    tier: CampaignTier
    time: int
    account: str = ""
    carriers: int | None = None
    total: float | None = None


class Bystander(msgspec.Struct, frozen=True, kw_only=True):
    """An account that posted the lure and does not count, and why; the reason is empty where it is not known."""

    account: str
    why: str = ""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign's evidence as a person reads it. `alert` and `contain` are the thresholds, in nats."""

    campaign: Campaign
    alert: float
    contain: float
    carriers: tuple[Carrier, ...]
    summands: tuple[Summand, ...]
    crossings: tuple[Crossing, ...]
    bystanders: tuple[Bystander, ...]
    changes: tuple[Change, ...]


def explain(case: Case) -> Explanation:
    """Explain a campaign by all that it was told; its trail must have been kept."""
    assert case.trail is not None
    campaign = case.campaign()
    course = [weighing for weighing in weigh_again(case.trail) if weighing.new]
    everybody = list(_with_joined(course))
    crossings = _crossings(course)
    return Explanation(
        campaign=campaign,
        alert=case.alert,
        contain=model.CONTAIN,
        carriers=tuple(_carrier(weighing) for weighing in everybody if not weighing.stands_by),
        summands=summands(campaign),
        crossings=crossings,
        bystanders=_bystanders(case, campaign, everybody),
        changes=tuple(change for crossing in crossings for change in changes(case.trail, crossing.tier)),
    )


def explain_last_state(campaign: Campaign) -> Explanation:
    """Explain a campaign by nothing but what it last said of itself: changes are to whole terms."""
    found = summands(campaign)
    crossings = [Crossing(tier=CampaignTier.ALERT, time=campaign.detected_at)]
    if campaign.contained_at is not None:
        crossings.append(Crossing(tier=CampaignTier.CONTAIN, time=campaign.contained_at))
    return Explanation(
        campaign=campaign,
        alert=model.ALERT,
        contain=model.CONTAIN,
        carriers=tuple(Carrier(account=account) for account in campaign.accounts),
        summands=found,
        crossings=tuple(crossings),
        bystanders=tuple(Bystander(account=account) for account in campaign.bystanders),
        changes=tuple(change for crossing in crossings for change in _by_terms(found, crossing.tier)),
    )


# ---- the sum


def summands(campaign: Campaign) -> tuple[Summand, ...]:
    """Each term in words, with what would be left of the sum without it.

    Content is weighed against copying as a whole (`model.spread`), so the others weigh more when one of them is gone.
    """
    content = [term for term in campaign.evidence if term.term in (*CONTENT, "remarks")]
    copying = next((term.log_likelihood for term in campaign.evidence if term.term == "copying"), 0.0)
    together = sum(term.log_likelihood for term in content)
    share = _share(together, copying)
    found = []
    for term in campaign.evidence:
        without = campaign.score - term.log_likelihood
        if term in content:
            left = together - term.log_likelihood
            without += model.spread(left, share) - left - copying
        words = PLAIN_WORDS.get(term.term, term.term.replace("_", " "))
        found.append(Summand(term=term, words=words, without=without))
    return tuple(found)


def _share(content: float, copying: float) -> float:
    """The share of keys taken to spread by copying: `model.spread` solved for it, given what the term says."""
    if content < _SECOND_TO_NONE:
        return model.SPREADS["address"]
    chance = exp(-content)
    return min(0.5, max(1e-9, (exp(-content - copying) - chance) / (1 - chance)))


def _by_terms(found: tuple[Summand, ...], tier: CampaignTier) -> list[Change]:
    """What the sum would come to without one of its terms, where that is below the threshold."""
    rare = sum(summand.term.log_likelihood for summand in found if summand.term.term == ALERT_ONLY)
    changes = []
    for summand in sorted(found, key=lambda summand: summand.without):
        left, threshold = summand.without, model.ALERT
        if tier is CampaignTier.CONTAIN:
            left, threshold = left - (0.0 if summand.term.term == ALERT_ONLY else rare), model.CONTAIN
        if left < threshold:
            words = f"had it not been for: {summand.words}"
            outcome = Outcome(keeps_below=True, leaves=left)
            changes.append(Change(tier=tier, what="without_term", words=words, outcome=outcome))
    return changes


# ---- the accounts


def _with_joined(course: Iterable[Weighing]) -> Iterator[Weighing]:
    """Every account's weighing: before a campaign joined stand its own."""
    for weighing in course:
        if weighing.joined is not None:
            yield from _with_joined(w for w in weigh_again(weighing.joined.trail) if w.new)
        yield weighing


def _carrier(weighing: Weighing) -> Carrier:
    seen = weighing.sighting
    if seen is None:
        assert weighing.joined is not None
        signs = (f"here {weighing.joined.campaign} turned out to be the same campaign",)
        return Carrier(account="", signs=signs, gained=weighing.gained, total=weighing.total)
    return Carrier(
        account=seen.account,
        post=seen.post,
        time=seen.time,
        signs=_signs(seen),
        gained=weighing.gained,
        total=weighing.total,
    )


def _signs(seen: Sighting) -> tuple[str, ...]:
    """What was telling about an account when it posted."""
    features, lure = seen.features, seen.lure_class.replace("_", " ")
    found = []
    if not features.posts:
        found.append("no history")
    elif lure and seen.lure_class not in features.before:
        posts = "255 posts or more" if features.posts >= 255 else f"{features.posts} post{'s' * (features.posts > 1)}"
        found.append(f"first {lure} after {posts}")
    elif seen.lure_class in features.habits:
        found.append(f"posts {lure}{'es' if lure.endswith('s') else 's'} anyway")
    found += [model.PRECURSOR_KINDS[kind].replace("_", " ") for kind in features.precursors]
    found += [f"new {way}" for way in sorted(features.departures)]
    if features.high_reach:
        found.append("high reach")
    return tuple(found)


def _crossings(course: list[Weighing]) -> tuple[Crossing, ...]:
    """The first weighing that was enough for each tier."""
    found = []
    for tier in CampaignTier:
        crossed = next((weighing for weighing in course if enough(weighing.tier, tier)), None)
        if crossed is None:
            continue
        times = [w.sighting.time for w in course[: course.index(crossed) + 1] if w.sighting is not None]
        account = crossed.sighting.account if crossed.sighting else ""
        found.append(
            Crossing(
                tier=tier,
                time=max(times, default=0),
                account=account,
                carriers=crossed.carriers,
                total=crossed.total,
            )
        )
    return tuple(found)


def _bystanders(case: Case, campaign: Campaign, course: list[Weighing]) -> tuple[Bystander, ...]:
    """Who stands by, and why: by the form of its post, or set aside after it was weighed."""
    reasons = {w.sighting.account: w.stands_by for w in course if w.sighting is not None and w.stands_by}
    owner = owner_among(sorted((time, account) for account, time in case.carriers.items()))
    if owner is not None:
        reasons[owner] = "posted it long before everybody else: likely its owner"
    aside = "had nothing done to it beforehand, as the carriers had"
    return tuple(Bystander(account=account, why=reasons.get(account, aside)) for account in campaign.bystanders)
