"""What do people see of requests, of what was done in emergencies, and of what they are to hear?"""

from __future__ import annotations

import msgspec

from holdfast.app.live import LiveWatch
from holdfast.containment import BlastRadius, Freed
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Caller, Deed, Permit, Refusal, RefusalCode, Via, decide, quorum, required_of
from holdfast.response import Filed, Notice, RequestState, Review

from .views import Page, page_of


class ApprovalSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Who agreed, when and how; `counts` says whether it counts just now, `signed` that a passkey did."""

    by: str
    at: str
    via: Via
    signed: bool
    counts: bool


class DenialSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Who said no, when and why."""

    by: str
    at: str
    why: str


class PermitSeen(msgspec.Struct, frozen=True, kw_only=True):
    """That it was carried out: under which policies, and why alone, if it was."""

    by: str
    approved_by: tuple[str, ...]
    at: str
    policy: str
    emergency: str


class RequestSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it was filed, and how far it has come.

    `action_hash` is what an approval names. `needs` people besides `by` must agree, with a passkey's signature where it
    is `signed`; `missing` more than have. `code` says why it is not allowed (yet), null when it is, and `allowed_when`
    what would make it so. `policy` is the version that it was filed under, `cohort` the hash of its cohorts. `preview`
    is what a plan costs, `frees` what a lift lets go of, as it was shown.
    """

    id: str
    state: RequestState
    deed: Deed
    kind: str
    about: str
    by: str
    filed_at: str
    action_hash: str
    policy: str
    cohort: str
    accounts: int
    reach: int
    one_way: bool
    plan: str | None
    title: str
    steps: tuple[str, ...]
    preview: BlastRadius | None
    frees: Freed | None
    lifts: tuple[str, ...]
    releases: tuple[str, ...]
    why: str
    needs: int
    needs_because: str
    signed: bool
    missing: int
    approvals: tuple[ApprovalSeen, ...]
    denials: tuple[DenialSeen, ...]
    code: RefusalCode | None
    allowed_when: str
    permit: PermitSeen | None


class ReviewSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did alone, and what somebody else found; `closed_at` null while the review is owed."""

    request: str
    about: str
    requester: str
    by: str
    why: str
    at: str
    due: str
    late: bool
    closed_at: str | None
    closed_by: str
    justified: bool | None
    finding: str


class NoticeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What these people are to hear."""

    id: str
    at: str
    to: tuple[str, ...]
    about: str
    text: str


def requests(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[RequestSeen]:
    """The requests by id: those that are open, or all ever filed."""
    kept = run.response.desk.requests
    some = kept if all_ else {key: filed for key, filed in kept.items() if filed.state is RequestState.OPEN}
    return page_of(some, after, limit, lambda filed: _seen(run, filed))


def request(run: LiveWatch, id_: str) -> RequestSeen | None:
    """One of them, or None where there is none of that id."""
    filed = run.response.desk.requests.get(id_)
    return None if filed is None else _seen(run, filed)


def reviews(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[ReviewSeen]:
    """The reviews by the id of their request: those that are owed, or all."""
    kept, now = run.response.emergencies.reviews, run.clock.now()
    some = kept if all_ else {key: each for key, each in kept.items() if each.closed_at is None}
    return page_of(some, after, limit, lambda review: review_seen(review, now))


def notices(run: LiveWatch, after: str, limit: int, caller: Caller, *, all_: bool) -> Page[NoticeSeen]:
    """The notices, oldest first: those for whoever asks, or all."""
    kept = run.response.notices.kept
    some = kept if all_ else {key: each for key, each in kept.items() if caller.person in each.to}
    return page_of(some, after, limit, _notice)


def review_seen(review: Review, now: int) -> ReviewSeen:
    """A review as it stands at `now` (milliseconds since 1970 UTC)."""
    return ReviewSeen(
        request=review.request,
        about=review.about,
        requester=review.requester,
        by=review.by,
        why=review.why,
        at=format_time(review.at),
        due=format_time(review.due),
        late=review.closed_at is None and now >= review.due,
        closed_at=format_time_or_none(review.closed_at),
        closed_by=review.closed_by,
        justified=review.justified,
        finding=review.finding,
    )


def _seen(run: LiveWatch, filed: Filed) -> RequestSeen:
    asked, plan, now = filed.request, filed.plan, run.clock.now()
    standing = run.response.entitled.standing(filed)
    reached = quorum(asked, filed.approvals, now, standing)
    signed = required_of(asked, standing).signed
    decision = decide(asked, filed.approvals, now, standing, filed.denials)
    refusal = decision if isinstance(decision, Refusal) and filed.state is not RequestState.DONE else None
    return RequestSeen(
        id=asked.id,
        state=filed.state,
        deed=asked.deed,
        kind=asked.kind,
        about=filed.about,
        by=asked.by,
        filed_at=format_time(filed.filed_at),
        action_hash=asked.action_hash,
        policy=asked.policy,
        cohort=filed.cohort,
        accounts=asked.accounts,
        reach=asked.reach,
        one_way=asked.one_way,
        plan=None if plan is None else plan.id,
        title="" if plan is None else plan.title,
        steps=() if plan is None else plan.steps,
        preview=None if plan is None else plan.preview,
        frees=None if filed.undo is None else filed.undo.freed,
        lifts=filed.lifts,
        releases=tuple(filed.releases),
        why=filed.why,
        needs=reached.needed,
        needs_because=reached.reason,
        signed=signed,
        missing=reached.missing,
        approvals=tuple(
            ApprovalSeen(
                by=each.by,
                at=format_time(each.at),
                via=each.via,
                signed=each.signature is not None,
                counts=each.by in reached.agreed and (each.vouched or not signed),
            )
            for each in filed.approvals
        ),
        denials=tuple(DenialSeen(by=each.by, at=format_time(each.at), why=each.why) for each in filed.denials),
        code=None if refusal is None else refusal.code,
        allowed_when="" if refusal is None else refusal.allowed_when,
        permit=None if filed.permit is None else _permit(filed.permit),
    )


def _permit(permit: Permit) -> PermitSeen:
    return PermitSeen(
        by=permit.by,
        approved_by=permit.approved_by,
        at=format_time(permit.at),
        policy=permit.policy,
        emergency=permit.emergency,
    )


def _notice(notice: Notice) -> NoticeSeen:
    return NoticeSeen(id=notice.id, at=format_time(notice.at), to=notice.to, about=notice.about, text=notice.text)
