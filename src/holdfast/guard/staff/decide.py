"""May this member of staff do this just now? From an immutable copy of all that is known, in tens of microseconds.

1. Whoever asks is known: the gate opened their session, it is not over, and they are who they were then.
2. What they ask for is in the catalogue, and a function of the tool that the session is for.
3. Nothing that they use is held, and no lockdown shuts them out.
4. The policies permit it.
5. What it takes is there: by the function, the tier of the account, the lockdown and the policies together.
6. Their budget is not spent.

A write besides takes a state that was seen to be fresh. From 3 on all that stands in the way is named at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from holdfast.events import spelling_key
from holdfast.guard.rule import RuleKind
from holdfast.guard.session import SessionLimits

from .answer import StaffAnswer, StaffReason
from .budgets import charges, free_at
from .catalogue import MINUTE, Function, Kind, RecordFirst, Tool
from .facts import WATCH_MS, Consent, StaffFacts, Tier, ToolSession, says_something
from .known import Known, Who
from .lockdown import UNLOCKED, Joined, joined
from .needs import Need, clock, sentences
from .networks import moved
from .policy import Case, Doing, StaffPolicy
from .protect import SIGNED_FROM
from .question import ToolAction, ToolQuestion
from .tickets import Look, TicketRule, ToldTickets, look_at

STALE_MS = 5_000  # without a beat for so long, a lockdown may have been missed

_WORDS = frozenset({Need.REASON, Need.TICKET})
_NONE: Mapping[str, Sequence[int]] = MappingProxyType({})


class _Stop(NamedTuple):
    """Something that stands in the way, and when it ends by itself, if it does."""

    reason: StaffReason
    until: int | None = None


class _Asked(NamedTuple):
    """A question whose parts are all known."""

    question: ToolQuestion
    session: ToolSession
    who: Who
    tool: Tool
    function: Function
    name: str  # `tool/function`
    tier: Tier
    hash: str
    lockdown: Joined


class StaffState:
    """All that the gate decides by, as of one version; it never changes, so it is swapped by replacing it."""

    __slots__ = ("_known", "limits", "policy", "version")

    def __init__(self, policy: StaffPolicy, facts: StaffFacts, *, limits: SessionLimits | None = None) -> None:
        """Decide by `policy` and `facts`; sessions end by `limits`."""
        self.policy, self.limits = policy, limits or SessionLimits()
        self.version = facts.version
        self._known = Known(facts)

    def changed(self, facts: StaffFacts) -> StaffState:
        """The state that follows this one when `facts` have come; only what differs is copied."""
        return self._with(self._known.changed(facts), facts.version)

    def swept(self, now: int) -> StaffState:
        """The same state without what has ended by `now` (milliseconds since 1970 UTC)."""
        return self._with(self._known.swept(now), self.version)

    def answer(
        self,
        question: ToolQuestion,
        *,
        unseen: int,
        spent: Mapping[str, Sequence[int]] = _NONE,
        tickets: ToldTickets | None = None,
    ) -> StaffAnswer:
        """The answer to `question`.

        `unseen` is for how many milliseconds this state was not confirmed, by the steady clock of whoever asks; 0 at
        the owner of the state. `spent` are the times at which units of each budget were spent, where they are known.
        Without `tickets`, which only the owner has, any that is named counts: the owner looks before it is allowed.

        Raises:
            UsageError: the payload of the action is not what JSON can say.

        """
        action = question.action
        hash_ = action.hash
        session = self._known.sessions.get(question.session)
        who = self._known.people.get(session.person) if session is not None else None
        found = self.policy.functions.get((action.tool, action.function))
        seen = 0 <= unseen < STALE_MS or _only_reads(found)
        if question.routed not in {"", self.policy.version}:
            seen = False  # read by the routes of other policies: judged by these it would be a mixture of both
        stops = [] if seen else [_Stop(StaffReason.STATE_UNSEEN)]
        nobody = self._nobody(session, who, question.time)
        if session is None or who is None or nobody is not None:
            stops += [] if nobody is None else [_Stop(nobody)]
            tier = None if found is None else self.tier(action.target, found[1])
            return self._unknown(stops, hash_, who, tier)
        if found is None:
            return self._unknown([*stops, _Stop(StaffReason.UNKNOWN_FUNCTION)], hash_, who)
        if session.tool != action.tool:
            stops.append(_Stop(StaffReason.OTHER_TOOL))
            return self._unknown(stops, hash_, who, self.tier(action.target, found[1]))
        asked = self._asked(question, session, who, found, hash_)
        return self._answered(asked, stops, spent, tickets)

    def look(self, question: ToolQuestion, person: str, tickets: ToldTickets) -> Look:
        """What comes of the ticket that this `person` names, without a grant that may stand in for it."""
        found = self.policy.functions.get((question.action.tool, question.action.function))
        who = self._known.people.get(person)
        if found is None or who is None or not says_something(question.ticket):
            return Look(counts=says_something(question.ticket))
        return self._look(question, who, found[1], tickets, granted=False)

    def tier(self, target: str, function: Function) -> Tier:
        """How much is at stake with the account, in whatever spelling the tool may take for it.

        A function that is about one account, asked about none, may be about any: all is at stake. So it is where the
        eye sees nothing of the target, as of a blank: a tool may take that for none.
        """
        if not spelling_key(target):
            return Tier.PROTECTED if function.account and not function.wide else Tier.ORDINARY
        return self.tier_of(target)

    def tier_of(self, target: str) -> Tier:
        """Of which tier the account is, in any spelling."""
        return self._known.tier_of(target)

    def why_not_agree(self, by: str, person: str, action: ToolAction, now: int) -> StaffReason | None:
        """Why `by` may not agree at `now` that `person` does this, if so. At its use all of it is asked again.

        A lockdown leaves only those who are named a say, in a no as in a yes.
        """
        other, found = self._known.people.get(by), self.policy.functions.get((action.tool, action.function))
        if other is None or not other.person.counts:
            return StaffReason.PERSON_GONE
        if found is None:
            return StaffReason.NOT_PERMITTED
        tool, function = found
        case = self.policy.case(Doing.AGREE, f"{tool.id}/{function.id}", other.roles, by)
        case = case._replace(tier=self.tier(action.target, function))
        if self.policy.ruling(case).reasons:
            return StaffReason.NOT_PERMITTED
        barred = self.bars(by, action, now)
        if barred is not None:
            return barred
        asking = self._known.people.get(person)
        for who in filter(None, (other, asking)):
            lockdown = joined(self._known.locks.fitting(who, tool.id, function.id, (), now))
            if lockdown.shuts_out(other.key) or self.policy.ruling(case._replace(lockdown=lockdown.level)).reasons:
                return StaffReason.LOCKED_DOWN
        return None

    def barred(self, person: str, now: int) -> tuple[str, ...]:
        """The holds on somebody at `now`, and the locks that leave them no tool at all, by id."""
        who = self._known.people.get(person)
        if who is None:
            return ()
        locks = self._known.locks.fitting(who, "", "", (), now)
        shut = [each.id for each in locks if joined([each]).shuts_out(who.key)]
        return (*(each.id for each in self._known.held_at(RuleKind.STAFF, who.key, now)), *shut)

    def bars(self, by: str, action: ToolAction, now: int) -> StaffReason | None:
        """Why somebody's word as second person counts for nothing at `now` (ms since 1970 UTC), by any policies."""
        who = self._known.people.get(by)
        if who is None or not who.person.counts:
            return StaffReason.PERSON_GONE
        if self._known.held_at(RuleKind.STAFF, who.key, now):
            return StaffReason.STAFF_HELD
        locks = self._known.locks.fitting(who, action.tool, action.function, (), now)
        return StaffReason.LOCKED_DOWN if joined(locks).shuts_out(who.key) else None

    def _with(self, known: Known, version: int) -> StaffState:
        after: StaffState = object.__new__(StaffState)
        after.policy, after.limits, after.version, after._known = self.policy, self.limits, version, known
        return after

    def _nobody(self, session: ToolSession | None, who: Who | None, now: int) -> StaffReason | None:
        if session is None:
            return StaffReason.NO_SESSION
        if not session.goes_on(self.limits, now):
            return StaffReason.SESSION_OVER
        if who is None or not who.person.counts or who.person.revision != session.revision:
            return StaffReason.PERSON_GONE
        return None

    def _unknown(self, stops: list[_Stop], hash_: str, who: Who | None, tier: Tier | None = None) -> StaffAnswer:
        reasons = _in_order(stops)
        return StaffAnswer(
            allowed=False,
            version=self.version,
            action_hash=hash_,
            person="" if who is None else who.person.id,
            reasons=reasons,
            needs=sentences(reasons, {}),
            tier=tier,
        )

    def _asked(
        self, question: ToolQuestion, session: ToolSession, who: Who, found: tuple[Tool, Function], hash_: str
    ) -> _Asked:
        tool, function = found
        networks = (question.network, session.network)
        locks = self._known.locks.fitting(who, tool.id, function.id, networks, question.time)
        return _Asked(
            question,
            session,
            who,
            tool,
            function,
            f"{tool.id}/{function.id}",
            self.tier(question.action.target, function),
            hash_,
            joined(locks) if locks else UNLOCKED,
        )

    def _answered(
        self, asked: _Asked, stops: list[_Stop], spent: Mapping[str, Sequence[int]], tickets: ToldTickets | None
    ) -> StaffAnswer:
        now = asked.question.time
        held = [*self._held(asked)] if self._known.held else []
        stops += [_Stop(reason, until) for reason, _, until in held]
        if asked.lockdown.shuts_out(asked.who.key):
            stops.append(_Stop(StaffReason.LOCKED_DOWN, asked.lockdown.until))
        consents = self._consents(asked)
        case, look = self._case(asked, tickets, agreed=bool(consents))
        ruling = self.policy.ruling(case)
        stops += [_Stop(look.named(reason)) for reason in ruling.reasons]
        needs = self.policy.needs(asked.tool.id, asked.function.id, asked.tier, asked.lockdown.level)
        stops += [_Stop(look.named(need.lacking)) for need in needs if not _there(case, need)]
        costs = charges(asked.who.key, asked.tool, asked.function, asked.tier, self.policy.catalogue.tier)
        for cost in costs if spent else ():
            free = free_at(spent.get(cost.key, ()), cost.limit, now)
            if free != now:
                stops.append(_Stop(StaffReason.BUDGET_SPENT, free))
        reasons = _in_order(stops)
        return StaffAnswer(
            allowed=not reasons,
            version=self.version,
            action_hash=asked.hash,
            person=asked.who.person.id,
            reasons=reasons,
            needs=sentences(reasons, self._words(asked, case, look, ruling.policies, stops)) if reasons else (),
            policies=ruling.policies,
            holds=tuple(dict.fromkeys(hold for _, hold, _ in held)),
            level=asked.lockdown.level,
            tier=asked.tier,
            until=_end(stops),
            charges=() if reasons else costs,
            consents=() if reasons else tuple(each.id for each in consents[:1]),
            in_advance=not (reasons or consents) and self._in_advance(asked, case, needs),
        )

    def _in_advance(self, asked: _Asked, case: Case, needs: Collection[Need]) -> bool:
        """Whether it only looks at an ordinary account, outside a lockdown, and takes no more than words.

        Where it is for the owner to say whether a ticket counts, nothing that turns on it is paid in advance.
        """
        return (
            asked.function.kind is Kind.READ
            and asked.tier == Tier.ORDINARY
            and not asked.lockdown.level
            and _WORDS.issuperset(needs)
            and self.policy.catalogue.gate.record_first is RecordFirst.ALL_BUT_ORDINARY_READS
            and (not case.ticket or self._whatever_ticket(case, needs))
        )

    def _whatever_ticket(self, case: Case, needs: Collection[Need]) -> bool:
        """Whether it may be whatever the owner sees of the ticket."""
        if self.policy.asks_opener and self.policy.ruling(case._replace(ticket_by_staff=True)).reasons:
            return False
        if self.policy.catalogue.gate.tickets is TicketRule.ANY:
            return True
        return Need.TICKET not in needs and not self.policy.ruling(case._replace(ticket=False)).reasons

    def _held(self, asked: _Asked) -> Iterator[tuple[StaffReason, str, int | None]]:
        for reason, kind, subject in (
            (StaffReason.STAFF_HELD, RuleKind.STAFF, asked.who.key),
            (StaffReason.TOOL_SESSION_HELD, RuleKind.TOOL_SESSION, asked.session.id),
            (StaffReason.TOOL_HELD, RuleKind.TOOL, asked.tool.id),
            (StaffReason.TOOL_HELD, RuleKind.FUNCTION, asked.name),
        ):
            for hold in self._known.held_at(kind, subject, asked.question.time):
                yield reason, hold.id, hold.until

    def _case(self, asked: _Asked, tickets: ToldTickets | None, *, agreed: bool) -> tuple[Case, Look]:
        question, session, who = asked.question, asked.session, asked.who
        stepped = session.stepped_up.get(asked.function.class_)
        fresh = self.policy.catalogue.times.step_up_minutes * MINUTE
        case = self.policy.case(Doing(asked.function.kind), asked.name, who.roles, who.person.id)
        granted = any(self._known.granted(who, asked.tool.id, asked.function.id, asked.tier, question.time))
        look = Look(counts=says_something(question.ticket))
        if tickets is not None and look.counts:
            look = self._look(question, who, asked.function, tickets, granted=granted)
        return case._replace(
            tier=asked.tier,
            lockdown=asked.lockdown.level,
            network_moved=moved(session.network, question.network),
            granted=granted,
            stepped_up=stepped is not None and 0 <= question.time - stepped < fresh,
            agreed=agreed,
            watched=self._watched(asked),
            reason=says_something(question.reason),
            ticket=look.counts,
            ticket_by_staff=self.policy.asks_opener and look.by_staff,
        ), look

    def _look(
        self, question: ToolQuestion, who: Who, function: Function, tickets: ToldTickets, *, granted: bool
    ) -> Look:
        about_one = not function.about_any or bool(spelling_key(question.action.target))
        rule = self.policy.catalogue.gate.tickets
        return look_at(tickets, question, who.key, rule, about_one=about_one, granted=granted)

    def _consents(self, asked: _Asked) -> list[Consent]:
        """Those of somebody else to exactly this, the one that ends first at the head."""
        there = self._known.consents.get(asked.hash)
        if not there:
            return []
        now = asked.question.time
        stands = self.policy.catalogue.times.consent_minutes * MINUTE
        signed = takes_signature(asked.function, asked.tier)
        counting = [
            each
            for each in there.values()
            if each.person == asked.who.person.id
            and each.waits(now)
            and now < each.at + stands
            and (each.signed or not signed)
            and asked.who.person.said_since_back(each.at)
            and self._second(each.by, each.at, Doing.AGREE, asked)
        ]
        return sorted(counting, key=lambda each: (each.until, each.id))

    def _watched(self, asked: _Asked) -> bool:
        now = asked.question.time
        return any(
            each.counts(now) and self._second(each.by, each.at, Doing.WATCH, asked, each.revision)
            for each in self._known.presences.get(asked.session.id, {}).values()
        )

    def _second(self, by: str, said_at: int, doing: Doing, asked: _Asked, revision: int | None = None) -> bool:
        """Whether `by` counts as the second person: somebody else, not shut out, and one who may.

        Where a `revision` is given, they are to be who they were then.
        """
        other = self._known.other(by, said_at, asked.who.key, asked.question.time)
        if other is None or revision not in {None, other.person.revision}:
            return False
        locks = self._known.locks.fitting(other, asked.tool.id, asked.function.id, (), asked.question.time)
        theirs = joined(locks)
        if theirs.shuts_out(other.key) or asked.lockdown.shuts_out(other.key):
            return False
        case = self.policy.case(doing, asked.name, other.roles, other.person.id)
        return not self.policy.ruling(case._replace(tier=asked.tier, lockdown=asked.lockdown.level)).reasons

    def _words(
        self, asked: _Asked, case: Case, look: Look, policies: tuple[str, ...], stops: list[_Stop]
    ) -> dict[str, object]:
        """What the sentences name. Who could help follows from a case without a person of its own."""
        others = Case(Doing.AGREE, asked.name, (), tier=asked.tier, lockdown=asked.lockdown.level)
        spent = [each.until for each in stops if each.reason is StaffReason.BUDGET_SPENT]
        signed = takes_signature(asked.function, asked.tier)
        return {
            "what": asked.name,
            "tier": asked.tier.phrase,
            "ticket": look.words.format(what=asked.name, tier=asked.tier.phrase),
            "roles": self._roles(case._replace(roles=(), person="")),
            "agreeing": self._roles(others),
            "watching": self._roles(others._replace(doing=Doing.WATCH)),
            "policies": ", ".join(policies),
            "advice": self.policy.advice(policies),
            "class_": asked.function.class_,
            "step_up": self.policy.catalogue.times.step_up_minutes,
            "hash": asked.hash,
            "signed": ", signed with a passkey" if signed else "",
            "watch": WATCH_MS // 1_000,
            "next": clock(None if None in spent else max(filter(None, spent), default=None)),
            "level": asked.lockdown.level,
            "lockdown": asked.lockdown.rule.words,
            "unlocked": clock(asked.lockdown.until),
        }

    def _roles(self, case: Case) -> str:
        return ", ".join(self.policy.roles_for(case)) or "nobody, by these policies"


def takes_signature(function: Function, tier: Tier) -> bool:
    """Whether somebody's consent to this function on an account of that tier counts only when a passkey signed it."""
    return function.heavy or tier >= SIGNED_FROM


def _there(case: Case, need: Need) -> bool:
    match need:
        case Need.REASON:
            return case.reason
        case Need.TICKET:
            return case.ticket
        case Need.GRANT:
            return case.granted
        case Need.STEP_UP:
            return case.stepped_up
        case Need.CONSENT:
            return case.agreed
        case Need.WATCH:
            return case.watched


def _only_reads(found: tuple[Tool, Function] | None) -> bool:
    return found is not None and found[1].kind is Kind.READ


def _in_order(stops: list[_Stop]) -> tuple[StaffReason, ...]:
    there = {each.reason for each in stops}
    return tuple(reason for reason in StaffReason if reason in there) if there else ()


def _end(stops: list[_Stop]) -> int | None:
    """When the last of them ends by itself; None if one does not."""
    ends = [each.until for each in stops]
    return max((each for each in ends if each is not None), default=None) if None not in ends else None
