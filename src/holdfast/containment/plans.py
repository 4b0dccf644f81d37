"""What could be done, from narrow to wide, and what would each plan stop and cost?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from holdfast.detection import Campaign
from holdfast.investigation import Cause, Factor, FactorKind
from holdfast.reading import LureKind

from .algebra import place
from .blast import blast_radius
from .cohort import AnyOf, Cohort, CredentialChangedWithin, Except, Explicit, Verified
from .cut import RECENT_MS, STAFF_CUT, Cut, cuts_of, spares, touched_lately
from .directory import Directory
from .harm import KNOWN_LURE_SHARE, Danger, danger, stopped
from .hold import Restriction, Subject, SubjectKind
from .membership import describe
from .plan import Exemption, Plan, PlanKind, plan_id
from .spared import repeats_borrowed
from .subjects import cohort_subject, lure_subject, text_subject
from .terms import COHORT, HIJACKED, LIKELY, TOUCHED, ends

# A handle or a cash tag belongs to somebody, mostly to the victim; only the accounts in danger may not post it. So it
# is with what the attackers copied from others.
SOMEBODYS_OWN = frozenset({LureKind.HANDLE, LureKind.CASHTAG})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """Restrictions on one subject, before they belong to a plan."""

    subject: Subject
    restrictions: tuple[Restriction, ...]
    why: str
    harm: float = 0.0
    cohort: Cohort | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one plan does beyond the one before it, in words and in wishes."""

    kind: PlanKind
    says: str
    wishes: tuple[_Wish, ...]
    exempt: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What all plans of one offer rest on."""

    campaign: str
    revision: int
    danger: Danger
    directory: Directory
    before: Collection[str]
    now: int

    def plan(self, steps: Sequence[_Step]) -> Plan:
        """The plan that takes all of `steps`, named for the last."""
        last = steps[-1]
        named = plan_id(self.campaign, self.revision, last.kind)
        holds = tuple(
            place(
                wish.subject,
                restriction,
                starts=self.now,
                until=ends(wish.subject.kind, self.now),
                why=wish.why,
                campaign=self.campaign,
                plan=named,
                harm=wish.harm,
                cohort=wish.cohort,
                text=wish.text,
            )
            for step in steps
            for wish in step.wishes
            for restriction in wish.restrictions
        )
        return Plan(
            id=named,
            campaign=self.campaign,
            kind=last.kind,
            title=last.says,
            steps=tuple(step.says for step in steps),
            holds=tuple({hold.id: hold for hold in holds}.values()),
            exempt=last.exempt,
            preview=blast_radius(holds, self.danger, self.directory, self.now, before=self.before),
            stops=stopped(holds, self.danger, self.directory, self.now),
            proposed_at=self.now,
        )


def propose(  # noqa: PLR0913  (the facts a plan rests on, each from another room; those with a default may be unknown)
    campaign: Campaign,
    cause: Cause | None,
    next_accounts: Mapping[str, float],
    directory: Directory,
    now: int,
    *,
    held_texts: Collection[str] = (),
    exempt: Iterable[Exemption] = (),
    before: Collection[str] = (),
) -> tuple[Plan, ...]:
    """The plans for `campaign` at `now` (milliseconds since 1970 UTC), from narrow to wide.

    `next_accounts` maps an account to the probability that it is used next. `held_texts` are post texts whose near-
    duplicates are kept back. Cohorts of the innocent leave free those in `exempt`, emergency services, and the
    campaign's bystanders, whom no plan holds at all. `before` were restricted before Holdfast came. Without a named
    cause there is no plan of kind `CAUSE`. Nothing in any plan deletes anything.
    """
    perils = danger(campaign, cause, next_accounts, directory, now)
    case = _Case(
        campaign=campaign.id,
        revision=campaign.revision,
        danger=perils,
        directory=directory,
        before=before,
        now=now,
    )
    narrow = [_lures(campaign, perils, held_texts), _carriers(case)]
    if cause is not None and cause.named is not None:
        narrow.append(_cause(cause, case))
    free = _exemptions(case, exempt)
    alike = AnyOf(cohorts=(perils.alike, CredentialChangedWithin(milliseconds=RECENT_MS)))
    wide = [_cohort(PlanKind.CLASS, alike, free), _cohort(PlanKind.BRAKE, Verified(), free)]
    return (
        *(case.plan(narrow[: count + 1]) for count in range(len(narrow))),
        *(case.plan([*narrow, step]) for step in wide),
    )


def propose_for_staff(  # noqa: PLR0913  (as `propose`; here there is no campaign to take facts from)
    incident: str,
    staff: str,
    tool_sessions: Collection[str],
    directory: Directory,
    now: int,
    *,
    why: str,
    next_accounts: Mapping[str, float] = {},
    revision: int = 1,
    before: Collection[str] = (),
) -> tuple[Plan, ...]:
    """The plans against one staff member's access before, or without, any post: for data read, for takeovers begun.

    From narrow to wide: the tool sessions end; the staff member has no tool; the accounts in `next_accounts`
    (probability of being used next) are held too, if there are any, with what else the sessions (the staff member where
    no session is known) changed or will change until it is done. `staff` is empty where only a session is known.
    `incident` and `revision` name the occasion.
    """
    perils = Danger(carriers=(), next=dict(next_accounts))
    case = _Case(campaign=incident, revision=revision, danger=perils, directory=directory, before=before, now=now)
    sessions = tuple(
        _Wish(subject=Subject(kind=SubjectKind.TOOL_SESSION, id=session), restrictions=STAFF_CUT, why=why)
        for session in sorted(tool_sessions)
    )
    member = _Wish(subject=Subject(kind=SubjectKind.STAFF, id=staff), restrictions=STAFF_CUT, why=why)
    ended = f"End {_count(len(sessions), 'tool session')}" + (f" of {staff}" if staff else "")
    steps = [
        _Step(kind=PlanKind.SESSION, says=ended, wishes=sessions),
        _Step(kind=PlanKind.STAFF, says=f"Take all tools from {staff}", wishes=(member,) if staff else ()),
        _taken(case, _factors(staff, tool_sessions), why),
    ]
    steps = [step for step in steps if step.wishes]
    return tuple(case.plan(steps[: count + 1]) for count in range(len(steps)))


def _factors(staff: str, tool_sessions: Collection[str]) -> list[Factor]:
    sessions = [Factor(kind=FactorKind.TOOL_SESSION, value=session) for session in sorted(tool_sessions)]
    return sessions or [Factor(kind=FactorKind.STAFF, value=staff) for _ in range(bool(staff))]


def _taken(case: _Case, factors: Iterable[Factor], why: str) -> _Step:
    """The accounts in danger by name, and whatever else the same hands change before they are stopped."""
    if not case.danger.next:
        return _Step(kind=PlanKind.TOUCHED, says="", wishes=())
    cuts = [touched_lately(factor) for factor in factors]
    return _Step(
        kind=PlanKind.TOUCHED,
        says="; ".join([_says_next(case.danger), *(cut.says for cut in cuts)]),
        wishes=(*_next(case, why), *(_wish(cut, why, harm=0.0) for cut in cuts)),
    )


def _wish(cut: Cut, why: str, *, harm: float) -> _Wish:
    return _Wish(subject=cut.subject, restrictions=cut.restrictions, why=why, harm=harm, cohort=cut.cohort)


def _lures(campaign: Campaign, perils: Danger, held_texts: Collection[str]) -> _Step:
    reach = perils.reach_each
    posts = tuple(
        _Wish(
            subject=Subject(kind=SubjectKind.POST, id=post),
            restrictions=(Restriction.HIDE_POST,),
            why="carries the campaign's lure",
            harm=reach,
        )
        for post in campaign.posts
        if post not in campaign.bystander_posts
    )
    in_danger = Explicit(accounts=tuple(sorted({*perils.carriers, *perils.next})))
    refused = {
        lure_subject(lure): _Wish(
            subject=lure_subject(lure),
            restrictions=(Restriction.REFUSE_LURE,),
            why="the campaign's lure"
            + (", which somebody else had posted before" if lure in campaign.borrowed else ""),
            harm=KNOWN_LURE_SHARE * reach * len(perils.carriers),
            cohort=in_danger if lure.kind in SOMEBODYS_OWN or repeats_borrowed(lure.value, campaign) else None,
            text=lure.value if lure.kind is LureKind.TEXT else "",
        )
        for lure in campaign.lures
        if lure.kind is not LureKind.PICTURE  # the guard is asked about texts; who shows the picture is held by account
    }
    for text in held_texts:
        refused[text_subject(text)] = _Wish(
            subject=text_subject(text),
            restrictions=(Restriction.REFUSE_LURE,),
            why="the campaign's text",
            harm=KNOWN_LURE_SHARE * reach * len(perils.carriers),
            cohort=in_danger if repeats_borrowed(text, campaign) else None,
            text=text,
        )
    says = f"Hide {_count(len(posts), 'post')} and refuse {_count(len(refused), 'lure')}"
    return _Step(kind=PlanKind.LURES, says=says, wishes=(*refused.values(), *posts))


def _carriers(case: _Case) -> _Step:
    carriers = case.danger.carriers
    wishes = tuple(
        _Wish(
            subject=Subject(kind=SubjectKind.ACCOUNT, id=account),
            restrictions=HIJACKED,
            why="posted the campaign's lure",
            harm=case.directory.reach_of(account),
        )
        for account in carriers
    )
    return _Step(
        kind=PlanKind.CARRIERS, says=f"Hold the {_count(len(carriers), 'account')} that carried them", wishes=wishes
    )


def _cause(cause: Cause, case: _Case) -> _Step:
    perils = case.danger
    cuts = [_sparing(cut, perils.bystanders) for cut in cuts_of(cause)]
    wishes = [_wish(cut, "the named cause of the campaign", harm=perils.to_come * perils.reach_each) for cut in cuts]
    following = bool(perils.next) and not spares(cause)
    if following:
        wishes.extend(_next(case, "touched by the campaign's cause"))
    says = "; ".join([*(cut.says for cut in cuts), *([_says_next(perils)] if following else [])])
    return _Step(kind=PlanKind.CAUSE, says=says, wishes=tuple(wishes))


def _sparing(cut: Cut, bystanders: Collection[str]) -> Cut:
    """The cut, leaving free who took no part."""
    if cut.cohort is None or not bystanders:
        return cut
    cohort = Except(cohort=cut.cohort, exempt=Explicit(accounts=tuple(sorted(bystanders))))
    return msgspec.structs.replace(cut, subject=cohort_subject(cohort), cohort=cohort)


def _next(case: _Case, why: str) -> tuple[_Wish, ...]:
    return tuple(
        _Wish(
            subject=Subject(kind=SubjectKind.ACCOUNT, id=account),
            restrictions=HIJACKED if probability >= LIKELY else TOUCHED,
            why=f"{why}; used next with probability {probability:.2f}",
            harm=probability * case.directory.reach_of(account),
        )
        for account, probability in sorted(case.danger.next.items())
    )


def _says_next(perils: Danger) -> str:
    return f"Hold the {_count(len(perils.next), 'account')} that may be used next"


def _cohort(kind: PlanKind, cohort: Cohort, free: tuple[Exemption, ...]) -> _Step:
    exempt = Explicit(accounts=tuple(exemption.account for exemption in free))
    whole = Except(cohort=cohort, exempt=exempt) if free else cohort
    wish = _Wish(subject=cohort_subject(whole), restrictions=COHORT, why=f"brake on {describe(cohort)}", cohort=whole)
    says = f"Stop posts and credential changes of {describe(cohort)}"
    if free:
        says += f" (except {_count(len(free), 'account')})"
    return _Step(kind=kind, says=says, wishes=(wish,), exempt=free)


def _exemptions(case: _Case, exempt: Iterable[Exemption]) -> tuple[Exemption, ...]:
    """Those asked for, the emergency services and the bystanders, each once; nobody who is in danger themselves."""
    column = case.directory.column("account")
    emergency = [column[row].as_py() for row in case.directory.emergency.nonzero()[0].tolist()]
    reasons = dict.fromkeys(case.danger.bystanders, "took no part: quoted the lure, warned of it or owns it")
    reasons |= dict.fromkeys(emergency, "warns people of danger")
    reasons |= {exemption.account: exemption.reason for exemption in exempt}
    in_danger = {*case.danger.carriers, *case.danger.next}
    return tuple(Exemption(account=a, reason=reasons[a]) for a in sorted(reasons) if a not in in_danger)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
