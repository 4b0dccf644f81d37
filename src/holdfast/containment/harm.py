"""What harm is to come, and how much of it would these holds stop?

One unit throughout: *views*, the followers of an account once for each further lure post that it is expected to make.
Posts that are already live are hidden by every plan alike, so their views are left out: they cannot tell plans apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.detection import Campaign
from holdfast.investigation import Cause

from .cohort import (
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Except,
    Explicit,
    InShare,
    ReachAbove,
    TouchedBy,
    Verified,
)
from .directory import Directory, Mask
from .hold import Hold, Restriction, SubjectKind

# The share of further lure posts that would carry a lure already known. On 15 July 2020 the first lure lasted 58 of the
# 178 minutes from the first company post to the stop, and the attackers had a new one when it was answered.
KNOWN_LURE_SHARE = 58 / 178

HOUR = 3_600_000  # milliseconds
SOONEST = 1 / 60  # hours; a rate needs a minute to show


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts are expected to be used from now on.

    `carriers` are in the intruder's hands (probability 1). `next` maps an account to the probability that it is
    used next. Every account of the cohort `alike` may be used with probability `background`, for reasons not
    known. While the cause stands, it is expected to give the intruder `to_come` further accounts, each of
    `reach_each` followers. `bystanders` took no part; they post the campaign's lures `quoted_per_hour` times an hour.
    """

    carriers: tuple[str, ...]
    next: Mapping[str, float] = {}
    alike: Cohort = AllOf(cohorts=())
    background: float = 0.0
    to_come: float = 0.0
    reach_each: float = 0.0
    bystanders: frozenset[str] = frozenset()
    quoted_per_hour: float = 0.0


class StoppedHarm(msgspec.Struct, frozen=True, kw_only=True):
    """Views that the holds are expected to stop, of all views expected if nothing is done."""

    views: float
    of: float

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 when nothing is expected."""
        return self.views / self.of if self.of else 0.0


def danger(
    campaign: Campaign, cause: Cause | None, next_accounts: Mapping[str, float], directory: Directory, now: int
) -> Danger:
    """What is to be expected of `campaign`; `next_accounts` maps an account to its probability of being used next.

    How many more will come is not known, so the median guess is taken: as many as have come (Gott, "Implications of the
    Copernican principle for our future prospects", Nature 363, 1993). Of n carriers, a named cause explains n - u, and
    is expected to bring n - u more while it stands. From elsewhere come n (u + 1) / (n + 2) more (the rule of
    succession), or n where no cause is named, spread evenly over the accounts like the carriers; this is `background`.
    """
    carriers = tuple(account for account in campaign.accounts if account not in campaign.bystanders)
    following = {a: p for a, p in next_accounts.items() if a not in carriers and a not in campaign.bystanders}
    count = len(carriers)
    named = cause.named if cause is not None else None
    unexplained = count if named is None else min(count, max(0, named.of - named.touched))
    elsewhere = count if named is None else count * (unexplained + 1) / (count + 2)
    cohort = alike(carriers, directory)
    others = directory.mask(cohort, now) & ~directory.of((*carriers, *following))
    rows = directory.rows(carriers)
    return Danger(
        carriers=carriers,
        next=following,
        alike=cohort,
        background=min(1.0, elsewhere / max(1, int(others.sum()))),
        to_come=0.0 if named is None else count - unexplained,
        reach_each=float(directory.reach[rows].mean()) if len(rows) else 0.0,
        bystanders=frozenset(campaign.bystanders),
        quoted_per_hour=len(campaign.bystander_posts) / max((now - campaign.first_post_at) / HOUR, SOONEST),
    )


def alike(carriers: Sequence[str], directory: Directory) -> Cohort:
    """The accounts like most of the carriers: verified if half of them are, with a reach of their order of magnitude.

    The reach is the power of ten at or below the carriers' median, a number that a person can say in one breath.
    """
    rows = directory.rows(carriers)
    if not len(rows):
        return Verified()
    floor = 10 ** (len(str(int(np.median(directory.reach[rows])))) - 1)
    parts: tuple[Cohort, ...] = (ReachAbove(reach=floor if floor > 1 else -1),)
    return AllOf(cohorts=(Verified(), *parts) if directory.verified[rows].mean() >= 0.5 else parts)


def used(danger: Danger, directory: Directory, now: int) -> npt.NDArray[np.float64]:
    """float64[n]: the probability that each account is used from now on."""
    probability = np.where(directory.mask(danger.alike, now), danger.background, 0.0)
    probability[directory.rows(danger.bystanders)] = 0.0
    for account, weight in danger.next.items():
        row = directory.row(account)
        if row is not None:
            probability[row] = weight
    probability[directory.rows(danger.carriers)] = 1.0
    return probability


def silenced(holds: Iterable[Hold], directory: Directory, now: int) -> Mask:
    """bool[n]: the accounts that cannot post under `holds`, or whose intruder would post by an app that is revoked."""
    holds = tuple(holds)
    mask = restricted(holds, directory, now, Restriction.NO_POSTING)
    for hold in holds:
        if hold.restriction is Restriction.REVOKE_APP:
            mask |= directory.of(directory.touched(f"app:{hold.subject.id}"))
    return mask


def restricted(holds: Iterable[Hold], directory: Directory, now: int, restriction: Restriction | None = None) -> Mask:
    """bool[n]: the accounts that `holds` restrict, by name or by cohort; in any way, or in the one way given."""
    wanted = [hold for hold in holds if restriction in {None, hold.restriction}]
    mask = directory.of({hold.subject.id for hold in wanted if hold.subject.kind is SubjectKind.ACCOUNT})
    cohorts = {hold.subject.id: hold.cohort for hold in wanted if hold.subject.kind is SubjectKind.COHORT}
    for cohort in cohorts.values():
        if cohort is not None:
            mask |= directory.mask(cohort, now)
    return mask


def stopped(holds: Iterable[Hold], danger: Danger, directory: Directory, now: int) -> StoppedHarm:
    """The harm that `holds` stop, in views.

    All harm is the sum over accounts of p r, and `to_come` x `reach_each` for those the cause has yet to give
    away (p: the probability of being used, r: followers). Stopped are all of p r where the account cannot post,
    `KNOWN_LURE_SHARE` of it elsewhere when lures are refused, and the accounts to come when the cause itself is
    cut.
    """
    holds = tuple(holds)
    views = used(danger, directory, now) * directory.reach
    future = danger.to_come * danger.reach_each
    quiet = silenced(holds, directory, now)
    lures = KNOWN_LURE_SHARE if any(hold.restriction is Restriction.REFUSE_LURE for hold in holds) else 0.0
    by_account = float(views[quiet].sum()) + lures * float(views[~quiet].sum())
    return StoppedHarm(views=by_account + future * (1.0 if cuts(holds) else lures), of=float(views.sum()) + future)


def cuts(holds: Iterable[Hold]) -> bool:
    """Whether any of `holds` cuts the cause: takes the intruder's source of accounts away, or spoils what it yields.

    The first is a hold on a staff member, a tool, its session or an app. The second is a cohort of what the
    cause touched that may not post: an account falls under it in the moment in which it is touched.
    """
    return any(
        hold.subject.kind in _SOURCES
        or (hold.cohort is not None and hold.restriction is Restriction.NO_POSTING and _follows(hold.cohort))
        for hold in holds
    )


_SOURCES = frozenset({SubjectKind.STAFF, SubjectKind.TOOL_SESSION, SubjectKind.TOOL, SubjectKind.APP})


def _follows(cohort: Cohort) -> bool:
    """Whether `cohort` gains members as a factor touches them."""
    match cohort:
        case TouchedBy():
            return True
        case AllOf(cohorts=cohorts) | AnyOf(cohorts=cohorts):
            return any(map(_follows, cohorts))
        case Except(cohort=inner):
            return _follows(inner)
        case Verified() | ReachAbove() | CredentialChangedWithin() | Explicit() | InShare():
            return False
        case _:
            assert_never(cohort)
