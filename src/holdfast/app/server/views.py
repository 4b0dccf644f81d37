"""What do people and programs see of the response? Records of its own, so that a change inside changes no contract."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from holdfast.app.live import LiveWatch
from holdfast.containment import BlastRadius, Plan, PlanKind, Restriction, StoppedHarm, SubjectKind
from holdfast.detection import CampaignTier
from holdfast.events import format_time, format_time_or_none
from holdfast.reading import LureKind
from holdfast.response import Case, Concern, HappeningKind, Held, HoldState, Offer

T = TypeVar("T")
V = TypeVar("V")

MOST = 1_000  # of a list at once


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some items in order; `next` is what to ask `after` for more, null at the end."""

    items: tuple[T, ...]
    next: str | None = None


class LureSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What people are to follow; `valid` when a checksum or the public suffix list vouches for its form."""

    kind: LureKind
    value: str
    valid: bool


class CampaignSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in brief. `cause` is what its accounts have in common, empty while unknown; `score` is in nats."""

    id: str
    tier: CampaignTier
    revision: int
    first_post_at: str
    detected_at: str
    contained_at: str | None
    accounts: int
    posts: int
    bystanders: int
    next_accounts: int
    score: float
    cause: str
    lures: tuple[LureSeen, ...]


class Summand(msgspec.Struct, frozen=True, kw_only=True):
    """One term of a campaign's score, in nats, and why it is there."""

    term: str
    nats: float
    note: str


class NextAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that the same cause touched, and the probability that it is used next."""

    account: str
    probability: float


class CampaignWhole(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a campaign."""

    brief: CampaignSeen
    accounts: tuple[str, ...]
    posts: tuple[str, ...]
    bystanders: tuple[str, ...]
    merged: tuple[str, ...]
    evidence: tuple[Summand, ...]
    next_accounts: tuple[NextAccount, ...]
    ordered: PlanKind | None


class PlanSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it is offered: its holds are counted, for they may be hundreds of thousands.

    `needs` is how many people besides whoever asks must agree to exactly this `action_hash`. The effect of `one_way` of
    its holds can never be undone on this platform.
    """

    id: str
    kind: PlanKind
    title: str
    steps: tuple[str, ...]
    action_hash: str
    holds: int
    preview: BlastRadius
    stops: StoppedHarm
    one_way: int
    needs: int


class ProposalSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The plans on the desk about one campaign or incident; `wanted` while somebody has to decide."""

    about: str
    concern: Concern
    number: int
    at: str
    first_at: str
    wanted: bool
    endangered: int
    recommended: str
    plans: tuple[PlanSeen, ...]


class HoldSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A hold, and how far it is. `until` null stands until lifted; what is `one_way` this platform cannot undo."""

    id: str
    subject_kind: SubjectKind
    subject: str
    restriction: Restriction
    starts: str
    until: str | None
    lifted_at: str | None
    in_force: bool
    state: HoldState
    why: str
    campaign: str
    plan: str
    placed_by: str
    one_way: bool


class HappeningSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One notable thing since this process began; `subject` is the campaign, plan or hold it is about.

    The newest 50,000 are kept, under the numbers that they had from the start.
    """

    number: int
    time: str
    kind: HappeningKind
    text: str
    subject: str


class HeadSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The signed head of the record: `size` entries, the hex of the Merkle root, and the note to be kept elsewhere."""

    origin: str
    size: int
    root: str
    note: str


def campaigns(run: LiveWatch, after: str, limit: int) -> Page[CampaignSeen]:
    """The campaigns by id."""
    return page_of(run.response.docket.cases, after, limit, _brief)


def campaign(run: LiveWatch, about: str) -> CampaignWhole | None:
    """One of them, or None where there is none of that id."""
    case = run.response.docket.cases.get(about)
    if case is None:
        return None
    return CampaignWhole(
        brief=_brief(case),
        accounts=case.campaign.accounts,
        posts=case.campaign.posts,
        bystanders=case.campaign.bystanders,
        merged=case.campaign.merged,
        evidence=tuple(
            Summand(term=each.term, nats=each.log_likelihood, note=each.note) for each in case.campaign.evidence
        ),
        next_accounts=tuple(
            NextAccount(account=account, probability=probability)
            for account, probability in sorted(case.next_accounts.items(), key=lambda each: (-each[1], each[0]))
        ),
        ordered=None if case.order is None else case.order.kind,
    )


class Hashes:
    """The action hash of each plan on the desk, worked out once: a plan may have a hundred thousand holds."""

    def __init__(self) -> None:
        """Know none."""
        self._known: dict[str, tuple[Plan, str]] = {}

    def of(self, plan: Plan) -> str:
        """The hash of `plan`."""
        known = self._known.get(plan.id)
        if known is None or known[0] is not plan:
            known = self._known[plan.id] = (plan, plan.action_hash)
        return known[1]

    def keep(self, plans: Iterable[str]) -> None:
        """Forget all but those of these ids."""
        wanted = set(plans)
        self._known = {key: known for key, known in self._known.items() if key in wanted}


def proposals(run: LiveWatch, after: str, limit: int, *, all_: bool, hashes: Hashes) -> Page[ProposalSeen]:
    """The proposals by what they are about: those that wait for a decision, or all."""
    offers = {offer.about: offer for offer in run.response.desk.offers}
    hashes.keep(plan for offer in offers.values() for plan in offer.plans)
    shown = {about: offer for about, offer in offers.items() if all_ or offer.wanted}
    return page_of(shown, after, limit, lambda offer: _proposal(run, offer, hashes))


def holds(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[HoldSeen]:
    """The holds by id: those in force, or all ever placed."""
    now = run.clock.now()
    placed = run.response.book.holds
    shown = placed if all_ else {key: held for key, held in placed.items() if _stands(held, now)}
    final = run.response.undoing.final
    return page_of(shown, after, limit, lambda held: hold_seen(held, now, final))


def timeline(run: LiveWatch, after: int, limit: int) -> Page[HappeningSeen]:
    """The happenings since this process began, oldest first, from number `after` + 1 on, as far as they are kept."""
    told = run.response.timeline
    after = min(max(after, told.first), len(told))
    chosen = told[after : after + limit]
    items = tuple(
        HappeningSeen(number=number, time=format_time(each.time), kind=each.kind, text=each.text, subject=each.subject)
        for number, each in enumerate(chosen, after + 1)
    )
    return Page(items=items, next=str(after + len(items)) if after + len(items) < len(told) else None)


def head(run: LiveWatch) -> HeadSeen:
    """The head of the record."""
    kept = run.store.checkpoint()
    return HeadSeen(origin=kept.origin, size=kept.size, root=kept.root.hex(), note=kept.note)


def page_of(kept: Mapping[str, V], after: str, limit: int, shown: Callable[[V], T]) -> Page[T]:
    """Up to `limit` of `kept` in order of key, behind `after`, as they are shown."""
    keys = sorted(key for key in kept if key > after)
    items = tuple(shown(kept[key]) for key in keys[:limit])
    return Page(items=items, next=keys[limit - 1] if len(keys) > limit else None)


def _brief(case: Case) -> CampaignSeen:
    found = case.campaign
    return CampaignSeen(
        id=found.id,
        tier=found.tier,
        revision=found.revision,
        first_post_at=format_time(found.first_post_at),
        detected_at=format_time(found.detected_at),
        contained_at=format_time_or_none(found.contained_at),
        accounts=len(found.accounts),
        posts=len(found.posts),
        bystanders=len(found.bystanders),
        next_accounts=len(case.next_accounts),
        score=found.score,
        cause=case.factor,
        lures=tuple(LureSeen(kind=each.kind, value=each.value, valid=each.valid) for each in found.lures),
    )


def _proposal(run: LiveWatch, offer: Offer, hashes: Hashes) -> ProposalSeen:
    plans: list[Any] = [run.response.desk.plan(plan) for plan in offer.plans]
    final = run.response.undoing.final
    return ProposalSeen(
        about=offer.about,
        concern=offer.concern,
        number=offer.number,
        at=format_time(offer.at),
        first_at=format_time(offer.first_at),
        wanted=offer.wanted,
        endangered=offer.endangered,
        recommended=offer.recommended,
        plans=tuple(
            PlanSeen(
                id=plan.id,
                kind=plan.kind,
                title=plan.title,
                steps=plan.steps,
                action_hash=hashes.of(plan),
                holds=len(plan.holds),
                preview=plan.preview,
                stops=plan.stops,
                one_way=sum(hold.restriction in final for hold in plan.holds),
                needs=run.response.desk.needs(plan).approvals,
            )
            for plan in plans
        ),
    )


def _stands(held: Held, now: int) -> bool:
    return held.state is not HoldState.ENDED and held.hold.in_force(now)


def hold_seen(held: Held, now: int, final: Container[Restriction]) -> HoldSeen:
    """A hold as it stands at `now` (milliseconds since 1970 UTC); what is `final` this platform cannot undo."""
    hold = held.hold
    return HoldSeen(
        id=hold.id,
        subject_kind=hold.subject.kind,
        subject=hold.subject.id,
        restriction=hold.restriction,
        starts=format_time(hold.starts),
        until=format_time_or_none(hold.until),
        lifted_at=format_time_or_none(hold.lifted_at),
        in_force=_stands(held, now),
        state=held.state,
        why=hold.why,
        campaign=hold.campaign,
        plan=hold.plan,
        placed_by=hold.placed_by,
        one_way=hold.restriction in final,
    )
