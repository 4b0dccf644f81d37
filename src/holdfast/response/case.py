"""What is known and decided about one campaign so far, and what has been asked of whom?"""

from __future__ import annotations

import enum

import msgspec

from holdfast.containment import Plan, PlanKind
from holdfast.detection import Campaign
from holdfast.guard import Approval, Denial, Permit, Request
from holdfast.investigation import Cause

from .scope import Undo


class StandingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What an approved plan covers besides the holds in it: the like of them, as the same campaign grows.

    New carriers, newly touched accounts, new lures and posts are held under the same approval while the plan made anew
    holds at most `most_accounts`, asks for no more than `approvals` people, and until `until` (milliseconds since 1970
    UTC). `follow_ups` were placed so far; they follow the campaign up to its revision `followed`. `plan` is the id of
    the plan that was approved. What it places ends at `ends` at the latest, if that is said: it was carried out in
    an emergency, and `before` is then the order that others had agreed to, which goes on after it.
    """

    request: str
    kind: PlanKind
    by: str
    most_accounts: int
    approvals: int
    until: int
    follow_ups: int = 0
    followed: int = 0
    plan: str = ""
    ends: int | None = None
    before: StandingOrder | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A factor (by its key) that was named as what is behind it, and when first (milliseconds since 1970 UTC)."""

    factor: str
    at: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign and what is known of it. Times are milliseconds since 1970 UTC.

    `first_used` says when carriers were seen to post first, `texts` are what they posted, as far as it was seen.
    The cause was last asked for at `asked_at`, for the `asked_accounts` carriers of then, after `asked` times in all.
    `told` is `Knowledge.told` of the named factor by then. `next_accounts` maps an account to the probability that it
    is used next. `order` is the standing order of the plan that was carried out last. `named` are all causes ever named
    for it, in order.
    """

    campaign: Campaign
    first_used: dict[str, int] = {}
    texts: tuple[str, ...] = ()
    cause: Cause | None = None
    asked: int = 0
    asked_at: int = 0
    asked_accounts: int = 0
    told: int = 0
    next_accounts: dict[str, float] = {}
    order: StandingOrder | None = None
    named: tuple[Named, ...] = ()

    @property
    def family(self) -> frozenset[str]:
        """The campaign and those that were merged into it: whose holds are this campaign's."""
        return frozenset({self.campaign.id, *self.campaign.merged})

    @property
    def behind(self) -> bool:
        """Whether the standing order has not yet been followed to where the campaign stands."""
        return self.order is not None and self.order.followed < self.campaign.revision

    @property
    def factor(self) -> str:
        """The key of the named cause; empty while it is unknown."""
        return "" if self.cause is None or self.cause.named is None else self.cause.named.factor.key

    @property
    def endangered(self) -> int:
        """How many accounts are in the intruder's hands or may be next."""
        return len(self.campaign.accounts) + len(self.next_accounts)

    def picture(self, touched: frozenset[str]) -> tuple[object, ...]:
        """What the aimed plans are made of: while it is the same they hold the same, however many bystanders come.

        Of the bystanders only those in `touched` matter, whom the named cause touched: they are left out of its cohort.
        """
        campaign = self.campaign
        posts = campaign.posts, campaign.accounts, campaign.lures, campaign.borrowed, campaign.merged
        return (*posts, self.texts, self.next_accounts, self.factor, touched.intersection(campaign.bystanders))


@enum.unique
class Concern(enum.StrEnum):
    """What an offer is about."""

    CAMPAIGN = "campaign"
    READING = "reading"  # offers of this kind are made no more (decision 0206), and stand in older stores
    TAKEOVERS = "takeovers"  # a tool session takes accounts over, and nobody has posted yet
    ACCESS = "access"  # a staff member's access looks abused by somebody else, or sold


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The plans on the desk about one campaign or one incident, as of `at` (milliseconds since 1970 UTC).

    `number` counts the offers made about it, the first at `first_at`. `wanted` says that somebody has to decide:
    nothing that was carried out covers what is recommended. `endangered` counts the accounts that were in danger when
    it was made.
    """

    about: str
    concern: Concern
    number: int
    at: int
    first_at: int
    plans: tuple[str, ...]
    recommended: str
    endangered: int
    wanted: bool


@enum.unique
class RequestState(enum.StrEnum):
    """How far a request has come."""

    OPEN = "open"
    DONE = "done"
    DENIED = "denied"
    VOID = "void"  # the policies have changed, or whoever asked may not any more: to be asked anew
    OVERTAKEN = "overtaken"  # reality moved on too far; what was asked for has to be looked at anew


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """A request on the desk, with the approvals it has got.

    It is to carry out `plan`, to lift the holds in `lifts` (as the `undo` that was shown), or to give hijacked accounts
    back: those in `releases`, each with the dossier of its case. `about` is the campaign or incident; `filed_at` is
    milliseconds since 1970 UTC. `cohort` is the hash of the cohorts that it holds or frees, empty when there are none.
    """

    request: Request
    about: str
    filed_at: int
    plan: Plan | None = None
    lifts: tuple[str, ...] = ()
    releases: dict[str, str] = {}
    why: str = ""
    approvals: tuple[Approval, ...] = ()
    denials: tuple[Denial, ...] = ()
    cohort: str = ""
    state: RequestState = RequestState.OPEN
    permit: Permit | None = None
    undo: Undo | None = None
