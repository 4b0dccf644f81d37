"""What can people ask for, who has agreed, and when is it done? Everybody asks here, by whichever face they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, assert_never

import msgspec

from holdfast.containment import (
    Danger,
    Drift,
    Hold,
    Plan,
    SubjectKind,
    blast_radius,
    danger,
    drift,
    outstanding,
    unfounded,
)
from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import (
    Act,
    Caller,
    Deed,
    Permit,
    Refusal,
    RefusalCode,
    Request,
    Signature,
    Size,
    action_hash,
    decide,
)
from holdfast.ledger import RecordKind
from holdfast.recovery.case import release_hash

from .book import Book, Page
from .case import Concern, Filed, Offer, RequestState, StandingOrder
from .conduct import Anew, Held, HoldState, Over
from .docket import Docket
from .emergency import MINUTE, Emergencies, brief, fit, reason, shortened
from .entitled import Entitled
from .incidents import Incidents
from .knowledge import Knowledge
from .offers import Offers
from .requests import Requests, cohorts_hash
from .returning import Returning
from .scope import Undo
from .signin import SignIn
from .standing import Limits
from .timeline import HappeningKind
from .undoing import Undoing


class Overtaken(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done: since the preview was agreed to, reality has moved on too far. The plans are offered again."""

    request: str
    drifts: tuple[Drift, ...]
    over: int = 0  # holds of the plan that would have ended by now


Answer: TypeAlias = Permit | Refusal | Overtaken


class Desk:
    """Files requests, takes approvals, and carries out what the guard permits, each of them on record.

    The executor sees nothing that did not pass through here or through the standing order of something that did.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (the rooms' parts that a decision touches)
        self,
        book: Book,
        docket: Docket,
        incidents: Incidents,
        offers: Offers,
        knowledge: Knowledge,
        returning: Returning,
        undoing: Undoing,
        entitled: Entitled,
        emergencies: Emergencies,
        signin: SignIn,
        *,
        limits: Limits,
    ) -> None:
        """Go on with the requests that the book's store keeps."""
        self._book = book
        self._docket = docket
        self._incidents = incidents
        self._offers = offers
        self._knowledge = knowledge
        self._returning = returning
        self._undoing = undoing
        self._limits = limits
        self._entitled, self._emergencies = entitled, emergencies
        self._asked = Requests(book, entitled, signin)
        self.requests = self._asked.kept

    @property
    def offers(self) -> Sequence[Offer]:
        """What there is to decide about, in order of what it is about."""
        return tuple(self._offers.latest.values())

    @property
    def answered(self) -> bool:
        """Whether a plan about a campaign was carried out: an attack is known to be under way, or to have been."""
        latest = self._offers.latest
        return any(
            filed.state is RequestState.DONE
            and filed.about in latest
            and latest[filed.about].concern is Concern.CAMPAIGN
            for filed in self.requests.values()
        )

    @property
    def ready(self) -> Mapping[str, str]:
        """The hijacked accounts that can be given back and are in no open request, each with its dossier."""
        asked = {
            account
            for filed in self.requests.values()
            if filed.state is RequestState.OPEN
            for account in filed.releases
        }
        return {account: dossier for account, dossier in self._returning.ready.items() if account not in asked}

    @property
    def dead_letters(self) -> Sequence[Held]:
        """The holds whose deed was given up, the greatest harm first."""
        dead = (each for each in self._book.holds.values() if each.state in {HoldState.FAILED, HoldState.STUCK})
        return sorted(dead, key=lambda held: (-held.hold.harm, held.hold.id))

    def plan(self, plan: str) -> Plan:
        """One of the plans on the desk.

        Raises:
            UsageError: there is none of that id, or no longer.

        """
        found = self._offers.plans.get(plan)
        if found is None:
            raise UsageError(
                f"there is no plan {plan} on the desk", advice="It may have been offered again; look anew."
            )
        return found

    def needs(self, plan: Plan) -> Size:
        """How many people besides the requester must agree to `plan`, and why."""
        return self._entitled.policy.table.required(accounts=plan.preview.accounts, one_way=self._undoing.one_way(plan))

    def request(self, plan: str, by: Caller | str, now: int) -> Answer:
        """Ask for `plan` to be carried out; it is, at once, where nobody else has to agree.

        The request is named by its action hash, and keeps the plan as it was seen. Asking again for the same changes
        nothing: the first to ask stays the requester.

        Raises:
            UsageError: there is no such plan.
            NotAllowedError: whoever asks may not, or too few people may agree.
            StoreError: nothing was kept, nothing was done.

        """
        wanted = self.plan(plan)
        return self._decide(self._asked.file(self._of_plan(wanted, by), by, f"asks for: {wanted.title}", now), now)

    def request_lift(
        self, holds: Iterable[str], by: Caller | str, why: str, now: int, *, undo: Undo | None = None
    ) -> Answer:
        """Ask for holds to end before their time.

        An `undo` is what was shown of it: it is part of what is agreed to. Where it would let go of accounts that are
        likely in an intruder's hands, as many must agree as for giving such accounts back.

        Raises:
            UsageError: one of them was never placed, or none is named.
            NotAllowedError: whoever asks may not or gives no reason, or too few people may agree.
            StoreError: nothing was kept, nothing was done.

        """
        lifts = tuple(sorted(set(holds)))
        unknown = [each for each in lifts if each not in self._book.holds]
        if unknown or not lifts:
            raise UsageError(f"there is no hold {unknown[0]}" if unknown else "no hold was named")
        why, named = reason(why), [self._book.holds[each].hold for each in lifts]
        undo = undo or self._undoing.of(lifts, now)
        request = Request(
            id="",
            action_hash=_lifting(lifts, why, undo),
            by=self._entitled.caller(by).person,
            kind=str(Deed.LIFT),
            accounts=self._accounts_freed(lifts, now),
            one_way=undo.freed.hijacked > 0
            or any(self._returning.guards(hold.subject.id) for hold in named),  # as releasing it would be
        )
        draft = Filed(
            request=request,
            about=named[0].campaign,
            filed_at=now,
            lifts=lifts,
            why=why,
            cohort=cohorts_hash(named),
            undo=undo,
        )
        return self._decide(self._asked.file(draft, by, f"asks to lift {len(lifts)} holds: {why}", now), now)

    def request_release(self, accounts: Iterable[str], by: Caller | str, now: int) -> Answer:
        """Ask for hijacked accounts to be given back, as their cases stand; two others must agree to all of them.

        Raises:
            UsageError: none is named, or one of them is not at that step of its case.
            NotAllowedError: whoever asks may not, or too few people may agree.
            StoreError: nothing was kept, nothing was done.

        """
        ready = self._returning.ready
        wanted = sorted(set(accounts))
        early = [account for account in wanted if account not in ready]
        if early or not wanted:
            raise UsageError(f"{early[0]} cannot be given back yet" if early else "no account was named")
        dossiers = {account: ready[account] for account in wanted}
        directory = self._knowledge.directory
        request = Request(
            id="",
            action_hash=release_hash(dossiers),
            by=self._entitled.caller(by).person,
            kind=str(Deed.RELEASE),
            accounts=len(wanted),
            reach=sum(directory.reach_of(account) for account in wanted),
            one_way=True,  # what a wrong owner has read cannot be unread
        )
        draft = Filed(request=request, about="recovery", filed_at=now, releases=dossiers)
        return self._decide(
            self._asked.file(draft, by, f"asks to give {len(wanted)} accounts back to their owners", now), now
        )

    def approve(
        self, request: str, by: Caller | str, now: int, *, seen: str | None = None, signature: Signature | None = None
    ) -> Answer:
        """Agree to exactly what was requested; it is carried out when enough have.

        `seen` is the action hash that `by` agrees to; without it, that of the request as it lies here. Where the table
        says so, it counts only with the `signature` of a passkey.

        Raises:
            UsageError: there is no such request.
            NotAllowedError: whoever asks may not agree to it, or agrees to something else.
            SignatureError: the signature is none of theirs over this.
            StoreError: the approval was not kept, nothing was done.

        """
        return self._decide(self._asked.agree(request, by, now, seen=seen, signature=signature), now)

    def deny(self, request: str, by: Caller | str, why: str, now: int) -> Answer:
        """Say no; that ends the request, however many have agreed. Whoever asked may do so too, to withdraw it.

        Raises:
            UsageError: there is no such request.
            NotAllowedError: whoever asks may not, gives no reason, or it is carried out or closed already.
            StoreError: nothing was kept.

        """
        return self._decide(self._asked.deny(request, by, why, now), now)

    def emergency(self, request: str, by: Caller | str, why: str, now: int) -> Answer:
        """Carry a requested plan out alone, for a reason; what it places ends soon, and a review is owed.

        Raises:
            UsageError: there is no such request.
            NotAllowedError: whoever asks may not, gives no reason, it is no plan of which all can be undone, closed, or
                somebody has said no to the same.
            StoreError: nothing was kept, nothing was done.

        """
        return self._alone(self._asked.open(request), by, why, now)

    def request_emergency(self, plan: str, by: Caller | str, why: str, now: int) -> Answer:
        """Ask for `plan` and carry it out alone, where even to wait for others would be wrong or nobody else is there.

        Raises:
            UsageError, NotAllowedError, StoreError: as `request` and `emergency`.

        """
        wanted = self.plan(plan)
        draft = self._of_plan(wanted, by)
        self._entitled.check(by, Act.EMERGENCY, draft.request.asked)
        fit(draft)
        self._asked.undenied(draft.request.action_hash)
        filed = self._asked.file(draft, by, f"asks for: {wanted.title}", now, alone=reason(why))
        return self._alone(filed, by, why, now) if filed.state is RequestState.OPEN else self._decide(filed, now)

    def retry(self, hold: str, by: Caller | str, now: int) -> None:
        """Have a dead letter tried again.

        Raises:
            UsageError: there is no such dead letter.
            NotAllowedError: whoever asks may not.
            StoreError: nothing was kept.

        """
        person = self._entitled.check(by, Act.OPERATE).person
        held = self._book.holds.get(hold)
        if held is None or held.state not in {HoldState.FAILED, HoldState.STUCK}:
            raise UsageError(f"there is no dead letter {hold}", advice="It may be under way already.")
        with self._book.change(now) as page:
            key = f"retry/{hold}/{held.applies}/{held.lifts}"
            page.record(RecordKind.DECISION, key, held.hold.subject.id, {"hold": hold}, actor=person)
            page.tell(hold, Anew(why=f"asked for by {person}"))

    def _of_plan(self, plan: Plan, by: Caller | str) -> Filed:
        request = Request(
            id="",
            action_hash=plan.action_hash,
            by=self._entitled.caller(by).person,
            kind=str(plan.kind),
            accounts=plan.preview.accounts,
            reach=plan.preview.reach,
            one_way=self._undoing.one_way(plan),
        )
        return Filed(request=request, about=plan.campaign, filed_at=0, plan=plan, cohort=cohorts_hash(plan.holds))

    def _decide(self, filed: Filed, now: int) -> Answer:
        settled = _settled(filed)
        if settled is not None:
            return settled
        decision = decide(filed.request, filed.approvals, now, self._entitled.standing(filed), filed.denials)
        if isinstance(decision, Refusal):
            self._asked.void(filed, decision, now)
            return decision
        if filed.releases:
            return self._release(filed, decision, now)
        if filed.plan is None:
            return self._lift(filed, decision, now)
        return self._carry_out(filed, filed.plan, decision, now)

    def _alone(self, filed: Filed, by: Caller | str, why: str, now: int) -> Answer:
        request = filed.request
        caller = self._entitled.check(by, Act.EMERGENCY, request.asked)
        fit(filed)
        self._asked.undenied(request.action_hash)
        said, standing = reason(why), self._entitled.standing(filed)
        refused = decide(request, (), now, standing, filed.denials)
        if isinstance(refused, Refusal) and refused.code is not RefusalCode.APPROVALS_MISSING:
            self._asked.void(filed, refused, now)
            return refused
        permit = Permit(
            request=request.id,
            action_hash=request.action_hash,
            by=caller.person,
            approved_by=(),
            at=now,
            until=now + standing.table.times.permit * MINUTE,
            policy=standing.policy,
            emergency=said,
        )
        assert filed.plan is not None, "only a plan fits an emergency"
        return self._carry_out(filed, filed.plan, permit, now)

    def _carry_out(self, filed: Filed, plan: Plan, permit: Permit, now: int) -> Answer:
        if not permit.covers(plan.action_hash, now):
            raise NotAllowedError(f"the plan {plan.id} is not the one that was agreed to")
        overtaken = self._overtaken(filed, plan, now)
        with self._book.change(now) as page:
            if overtaken is not None:
                self._give_back(page, filed, overtaken)
                return overtaken
            missing = self._missing(plan, now)
            order = self._order(filed, plan, now)
            if permit.emergency:
                until = now + self._entitled.policy.table.times.emergency * MINUTE
                missing, order = shortened(missing, permit.request, until), brief(order, until)
            self._permit(page, filed, permit, {"plan": plan.id, "holds": [hold.id for hold in missing]})
            for hold in missing:
                page.place(hold)
            self._docket.ordered(page, filed.about, order)
            if permit.emergency:
                times = self._entitled.policy.table.times
                self._emergencies.happened(page, filed, permit, self._entitled.others(filed.request), times)
            else:  # what ends soon is no answer: others have to decide by then
                self._offers.answered(page, filed.about)
            placed = f"{len(missing)} holds placed" if missing else "nothing new to hold"
            page.note(HappeningKind.PLACED, f"{placed}: {plan.title}", filed.about)
        self._docket.catch_up(filed.about, now)  # the campaign has not waited for the approval
        return permit

    def _missing(self, plan: Plan, now: int) -> tuple[Hold, ...]:
        """What of the plan is not in force yet, without who took no part, as shows by now, and who was given back."""
        missing = outstanding(plan, (held.hold for held in self._book.holds.values()), now)
        case = self._docket.cases.get(plan.campaign)
        wrong = {hold.id for hold in unfounded(missing, case.campaign)} if case is not None else set()
        return tuple(hold for hold in missing if hold.id not in wrong and not self._given_back(hold))

    def _given_back(self, hold: Hold) -> bool:
        """Whether it would take an account from its owner again, for what is settled."""
        return hold.subject.kind is SubjectKind.ACCOUNT and self._returning.given_back(hold.subject.id, hold.campaign)

    def _lift(self, filed: Filed, permit: Permit, now: int) -> Permit | Overtaken:
        if not permit.covers(_lifting(filed.lifts, filed.why, filed.undo), now):
            raise NotAllowedError(f"what {filed.request.id} lifts is not what was agreed to")
        drifts = () if filed.undo is None else self._undoing.drifts(filed.undo, now)
        with self._book.change(now) as page:
            if drifts:
                overtaken = Overtaken(request=filed.request.id, drifts=drifts)
                self._give_back(page, filed, overtaken)
                return overtaken
            if filed.undo is not None:
                self._undoing.end_orders(page, filed.undo)
            self._permit(page, filed, permit, {"lifts": list(filed.lifts), "why": filed.why})
            for hold in filed.lifts:
                page.tell(hold, Over(at=now, why=filed.why))
            self._returning.lifted(page, filed.lifts, filed.why)
            page.note(HappeningKind.ENDED, f"{len(filed.lifts)} holds lifted: {filed.why}", filed.about)
        return permit

    def _release(self, filed: Filed, permit: Permit, now: int) -> Permit | Overtaken:
        ready = self._returning.ready
        with self._book.change(now) as page:
            if any(ready.get(account) != dossier for account, dossier in filed.releases.items()):
                self.requests.put(page, filed.request.id, msgspec.structs.replace(filed, state=RequestState.OVERTAKEN))
                page.note(
                    HappeningKind.REFUSAL, "not given back, a case has changed since it was asked for", filed.about
                )
                return Overtaken(request=filed.request.id, drifts=())
            self._permit(page, filed, permit, {"releases": filed.releases})
            self._returning.release(page, permit, filed.releases)
            text = f"{len(filed.releases)} accounts given back to their owners, on probation"
            page.note(HappeningKind.RECOVERY, text, filed.about)
        return permit

    def _permit(self, page: Page, filed: Filed, permit: Permit, what: dict[str, object]) -> None:
        body = {
            "action_hash": permit.action_hash,
            "approved_by": list(permit.approved_by),
            "policy": permit.policy,
            "emergency": permit.emergency,
            **what,
        }
        page.record(RecordKind.DECISION, f"permit/{permit.request}", filed.about, body, actor=permit.by)
        done = msgspec.structs.replace(filed, state=RequestState.DONE, permit=permit)
        self.requests.put(page, filed.request.id, done)

    def _order(self, filed: Filed, plan: Plan, now: int) -> StandingOrder:
        return StandingOrder(
            request=filed.request.id,
            kind=plan.kind,
            by=filed.request.by,
            most_accounts=self._limits.most(plan.preview.accounts),
            approvals=self.needs(plan).approvals,
            until=now + self._limits.lasting,
            plan=plan.id,
        )

    def _overtaken(self, filed: Filed, plan: Plan, now: int) -> Overtaken | None:
        """Why the plan cannot be carried out as it was agreed to, if so."""
        if self._docket.whole(plan.campaign) != plan.campaign:
            return Overtaken(request=filed.request.id, drifts=(), over=len(plan.holds))
        over = sum(not hold.in_force(now) for hold in plan.holds)
        drifts = self._drifts(plan, now)
        if not over and not drifts:
            return None
        return Overtaken(request=filed.request.id, drifts=drifts, over=over)

    def _drifts(self, plan: Plan, now: int) -> tuple[Drift, ...]:
        """What the plan would cost the innocent more than its preview said.

        That the intruder has used, or will use, more accounts than then is no reason to wait: they are what it is for.
        """
        case, directory = self._docket.cases.get(plan.campaign), self._knowledge.directory
        if case is not None:
            perils: Danger | None = danger(case.campaign, case.cause, case.next_accounts, directory, now)
        else:
            perils = self._incidents.perils(plan.campaign, now)
        if perils is None:
            return ()
        current = blast_radius(plan.holds, perils, directory, now)
        return tuple(
            each for each in drift(plan.preview, current) if each.figure not in {"accounts", "already_restricted"}
        )

    def _give_back(self, page: Page, filed: Filed, overtaken: Overtaken) -> None:
        body = {"drifts": [msgspec.to_builtins(each) for each in overtaken.drifts], "over": overtaken.over}
        page.record(RecordKind.DECISION, f"overtaken/{filed.request.id}", filed.about, body)
        figures = ", ".join(f"{each.figure} {each.before:g} -> {each.now:g}" for each in overtaken.drifts)
        why = figures or "its holds would be over, or it is part of another campaign"
        text = f"not carried out, reality has moved on ({why})"
        page.note(HappeningKind.REFUSAL, text, filed.about)
        self.requests.put(page, filed.request.id, msgspec.structs.replace(filed, state=RequestState.OVERTAKEN))
        if filed.undo is not None:
            return  # what it would free by now is shown to whoever looks (`Undoing.preview`)
        self._docket.offer_again(page, filed.about)
        self._incidents.offer_again(page, filed.about)

    def _accounts_freed(self, lifts: Iterable[str], now: int) -> int:
        holds = [self._book.holds[each].hold for each in lifts]
        directory = self._knowledge.directory
        named = {hold.subject.id for hold in holds if hold.subject.kind is SubjectKind.ACCOUNT}
        reached = directory.of(named)
        for hold in holds:
            if hold.subject.kind is SubjectKind.COHORT and hold.cohort is not None:
                reached |= directory.mask(hold.cohort, now)
        unknown = sum(directory.row(account) is None for account in named)
        return int(reached.sum()) + unknown


def _lifting(lifts: Sequence[str], why: str, undo: Undo | None) -> str:
    """The hash of what is agreed to when holds are to end."""
    return action_hash({"lift": list(lifts), "why": why} | ({} if undo is None else {"undo": undo.hash}))


def _settled(filed: Filed) -> Answer | None:
    """What came of a request that is closed; None while it is open, or denied, which the guard says best."""
    match filed.state:
        case RequestState.DONE:
            return filed.permit
        case RequestState.OVERTAKEN:
            return Overtaken(request=filed.request.id, drifts=())
        case RequestState.VOID:
            code, told = RefusalCode.REQUEST_CLOSED, "It can be carried out no more. Ask anew."
            return Refusal(request=filed.request.id, code=code, missing=0, allowed_when=told)
        case RequestState.OPEN | RequestState.DENIED:
            return None
        case _:
            assert_never(filed.state)
