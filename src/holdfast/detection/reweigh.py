"""How did the sum grow, account by account? A campaign's trail weighed again by the very code that weighed it first."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from .campaign import CampaignTier
from .case import Case
from .commentary import remark_in
from .evidence import Sighting
from .trail import Joined, Looked, Step, Taken, Trail

_NO_TRACE = "shows none of the traces that the carriers share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The sum after one more post, or after another campaign joined: then `sighting` is None.

    `gained` and `total` are nats, `carriers` the accounts weighed so far, `tier` what the sum is enough for. `new` is
    whether this brought a further account; `stands_by` says why that account does not count, and is empty when it does.
    """

    sighting: Sighting | None
    joined: Joined | None
    new: bool
    stands_by: str = ""
    carriers: int
    posts: int
    gained: float
    total: float
    tier: CampaignTier | None


def weigh_again(trail: Trail, case: Case | None = None) -> Iterator[Weighing]:
    """Tell a fresh case (or `case`) all that stands in the trail; one weighing for each post and each joining.

    What more accounts remarked than the posts tell of is taken to have been heard before the look that counts it.
    """
    case = case or _fresh(trail)
    total = 0.0
    for step, heard in _with_remarks(trail.steps):
        sighting, joined, new, stands_by = None, None, True, ""
        match step:
            case Looked():
                case.evidence.remarks = max(case.evidence.remarks, heard)
                case.decide(step.now)
                continue
            case Taken():
                sighting = step.sighting
                new, stands_by = _take(case, step)
            case Joined():
                joined = step
                case.absorb(_told(step.trail))
        before = total
        total, tier = _sum(case, heard)
        yield Weighing(
            sighting=sighting,
            joined=joined,
            new=new,
            stands_by=stands_by,
            carriers=case.evidence.carriers,
            posts=case.lure_posts,
            gained=total - before,
            total=total,
            tier=tier,
        )


def _fresh(trail: Trail) -> Case:
    return Case(
        id="",
        evidence=copy.deepcopy(trail.start),
        is_crowd=trail.is_crowd,
        is_hidden=trail.is_hidden,
        alert=trail.alert,
    )


def _told(trail: Trail) -> Case:
    """A case that was told the whole trail."""
    case = _fresh(trail)
    for _ in weigh_again(trail, case):
        pass
    return case


def _with_remarks(steps: list[Step]) -> Iterator[tuple[Step, int]]:
    """Each step, with how many accounts had remarked on the lure by the next look."""
    heard, latest = [], 0
    for step in reversed(steps):
        latest = step.remarks if isinstance(step, Looked) else latest
        heard.append(latest)
    return zip(steps, reversed(heard), strict=True)


def _take(case: Case, step: Taken) -> tuple[bool, str]:
    """Whether a post brought a further account, and why that account stands by, if it does."""
    sighting = step.sighting
    case.evidence.base = step.base
    voices, bystanders = len(case.voices), len(case.bystanders)
    form = remark_in(sighting, case.names, case.handles)
    case.take(sighting, step.handles, tainted=step.tainted)
    if len(case.bystanders) > bystanders:
        return True, _NO_TRACE if form is None or case.is_hidden else form
    return len(case.voices) > voices, ""


def _sum(case: Case, heard: int) -> tuple[float, CampaignTier | None]:
    """The score, and what it is enough for, with at least so many remarks; nothing where nobody carries the lure."""
    if not case.evidence.carriers:
        return 0.0, None
    counted, case.evidence.remarks = case.evidence.remarks, max(case.evidence.remarks, heard)
    found = case.evidence.score, case.worth()
    case.evidence.remarks = counted
    return found


def enough(tier: CampaignTier | None, wanted: CampaignTier) -> bool:
    """Whether what a sum is enough for reaches the tier `wanted`."""
    return tier is CampaignTier.CONTAIN or tier is wanted
