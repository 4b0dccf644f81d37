"""May a member of staff do this with an internal tool? The last word, spoken where the budgets are counted.

A process that answers decides on its copy and brings what came of it here, many at a time. In one transaction (1) what
was decided on another state than that of now, or at another time, is decided anew; (2) budgets are counted and consents
used up; (3) every attempt is put on record; refusals share rows, and beyond so many are only counted. Only when that is
kept is anything allowed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress

import msgspec

from holdfast.containment import rule_kind
from holdfast.errors import UsageError
from holdfast.events import format_time
from holdfast.guard import ApiToken, Often, Passkey, SessionLimits
from holdfast.guard.staff import (
    Doing,
    StaffAnswer,
    StaffFacts,
    StaffHold,
    StaffPolicy,
    StaffReason,
    StaffState,
    Ticket,
    TicketSeen,
    Tier,
    ToolAction,
    ToolQuestion,
    takes_signature,
    value_hash,
)
from holdfast.guard.staff.needs import clock, sentences
from holdfast.response.book import ACTOR, Book, Page
from holdfast.response.notices import Notices
from holdfast.response.onstaff import OF_STAFF, on_staff
from holdfast.response.past import Date, Past
from holdfast.response.people import People, Roll
from holdfast.response.signin import SignIn

from .attempts import Attempt, Attempts, attempt_id
from .certifying import Certifying
from .changes import Asked, PendingChanges
from .consents import Consents
from .doubted import Doubted
from .grants import Grants
from .kept import Changes
from .locks import Locks
from .lookups import Lookups
from .outlived import end_on, outlived
from .protecting import Protecting
from .repeats import ALONE, Place, Repeats
from .reserving import Afterwards, Reservations, used_of
from .sessions import Sessions
from .spelt import Alike, none_alike
from .spending import Spending
from .strangers import Strangers
from .tickets import Tickets
from .tidings import Tidings
from .watching import Watching

MOST_VAIN = 60  # sign-ins to the tools in a person's name an hour that detection hears of: a mistyped PIN is one
DECIDED_WITHIN_MS = 1_000  # how old a copy's answer may be: well within a lockdown's second, far above any hop


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and what a copy answered to it; `more` is how many units it would like in advance besides."""

    question: ToolQuestion
    answer: StaffAnswer
    more: int = 0


class StaffGate:
    """All that the gate is made of, and the one way through it. One thread uses it: the one that owns the book."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the gate stands on
        self,
        book: Book,
        people: People,
        signin: SignIn,
        notices: Notices,
        policy: StaffPolicy,
        limits: SessionLimits | None = None,
        link_key: bytes | None = None,
        alike: Alike = none_alike,
        value_key: bytes | None = None,
    ) -> None:
        """Go on with what the book's store keeps, by `policy`.

        `link_key` is what holders' links follow from, `value_key` the salt of the hashes of new values; without them
        those of this process end with it. `alike` gives the platform's ids that are spelt like one.
        """
        self._book, self._people, self.policy = book, people, policy
        self._changes, self.tidings = Changes(), Tidings()
        self.limits = limits or SessionLimits()
        self.sessions = Sessions(book, people, self._changes, self.tidings, self.limits, self._tools)
        self.grants = Grants(book, people, notices, self._changes, self._functions)
        self.consents = Consents(book, people, notices, signin, self._changes, self._consent_minutes)
        self.protecting = Protecting(book, self._changes)
        self.locks = Locks(book, people, notices, self.sessions, self.protecting, self._changes, self._functions)
        self.tickets = Tickets(book)
        self.doubted = Doubted(self.tickets)
        self.attempts, self.strangers = Attempts(book, self._seen_of), Strangers(book)
        self.repeats = Repeats(book, self.attempts)
        self.lookups = Lookups(book)
        self.watching = Watching(book, self.sessions, self.attempts)
        key = link_key or secrets.token_bytes(32)
        self.changing = PendingChanges(book, self.tidings, lambda: self.policy.catalogue.cooling, key, alike)
        self._value_key = value_key or secrets.token_bytes(32)
        self.past = Past(book)
        self.certifying = Certifying(book, people, self.attempts)
        self.reservations = Reservations()
        self._vain = Often(MOST_VAIN, "signed in in vain")
        self._roll: Roll | None = None
        self._version = 0
        self._untold: list[StaffFacts] = []
        self._state = self._anew()
        book.when_moved(self._holds_moved)
        people.when_revoked(self._revoked)
        signin.when_left(self.sessions.unwatch_on)

    @property
    def policies(self) -> Mapping[str, str]:
        """The texts by which it is judged."""
        return self.policy.texts

    @property
    def state(self) -> StaffState:
        """What decides, as of now."""
        self._look_at_people()
        if self._changes:
            self._version += 1
            facts = self._changes.take(self._version)
            self._untold.append(facts)
            self._state = self._state.changed(facts)
        return self._state

    def changed(self) -> StaffFacts | None:
        """What has changed since this was last asked; None for nothing."""
        state = self.state
        untold, self._untold = self._untold, []
        if not untold:
            return None
        return untold[0] if len(untold) == 1 else _joined(untold, state.version)

    def whole(self) -> StaffFacts:
        """Everything, as of the last change. What has ended meanwhile is let go of, here as in the copies."""
        facts = self._whole(self.state.version)
        self._state = StaffState(self.policy, facts, limits=self.limits)
        return facts

    def begin(self, now: int) -> None:
        """Have it be known for good which policies hold from `now` on, and nothing go on that rested on those before.

        Raises:
            StoreError: nothing was kept.

        """
        self.past.begin(self.policy, self.whole(), now, lambda page, before: self._end_on(page, before, ACTOR))

    def follow_on(self, page: Page, policy: StaffPolicy, by: str) -> None:
        """Decide by `policy`, whole, from when this page is kept; what rested on the policies of now ends with them."""
        end_on(page, self, outlived(self, self.policy, policy, page.now), by)
        self.past.note_on(page, policy)
        page.then.append(lambda: self._swap(policy))

    def _end_on(self, page: Page, before: StaffPolicy, by: str) -> None:
        end_on(page, self, outlived(self, before, self.policy, page.now), by)

    def _swap(self, policy: StaffPolicy) -> None:
        """No answer of before stands by another version of the state, so each is given anew by these policies."""
        self.policy = policy
        self._look_at_people()
        self._version += 1
        self._changes.take(self._version)
        self._untold = []  # whoever hears of other policies hears all
        self._state = StaffState(policy, self._whole(self._version), limits=self.limits)

    def recorded_from(self) -> int | None:
        """Since when attempts are on record (milliseconds since 1970 UTC); None before that has begun.

        Raises:
            StoreError: it cannot be read.

        """
        known = [at for at in (self.past.begun, self.attempts.first_at()) if at is not None]
        return min(known, default=None)

    def date(self, at: int) -> Date:
        """What held at `at` (milliseconds since 1970 UTC), with the policies of then.

        Raises:
            UsageError: it is not known which policies held then.
            StoreError: it cannot be read.

        """
        date = self.past.on(at)
        if not date.texts:
            raise UsageError(
                f"it is not known which policies held at {format_time(at)}",
                advice="The policies are kept from the first start of the service on.",
            )
        return date

    def may_second(self, doing: Doing, person: str, action: ToolAction) -> bool:
        """Whether the policies let somebody agree to this action of somebody else's, or watch it."""
        found, there = self._people.person(person), self.policy.functions.get((action.tool, action.function))
        if found is None or not found.active or there is None:
            return False
        case = self.policy.case(doing, f"{action.tool}/{action.function}", found.roles, found.id)
        return not self.policy.ruling(case._replace(tier=self.state.tier(action.target, there[1]))).reasons

    def at_stake(self, action: ToolAction) -> tuple[Tier, bool]:
        """Of which tier its account is just now, and whether a consent to it counts only when it is signed."""
        there = self.policy.functions.get((action.tool, action.function))
        if there is None:
            return Tier.PROTECTED, True  # nobody may do it anyway
        tier = self.state.tier(action.target, there[1])
        return tier, takes_signature(there[1], tier)

    def not_signed(self, person: str, network: str, device: str, now: int) -> None:
        """Have detection hear who was not let in. Names that nobody has would push out what it knows of people."""
        if self._people.person(person) is not None and not self._vain.wait(person, now):
            self._vain.take(person, now)
            self.tidings.refused(person, network, device, now)

    def take(self, taken: Sequence[Take], now: int) -> list[StaffAnswer]:
        """The last word on each, in order; `now` is the owner's time (milliseconds since 1970 UTC).

        What an answer allows is spent and on record by then, whatever becomes of whoever asked.

        Raises:
            StoreError: nothing was kept, and nothing is allowed.

        """
        answers: list[StaffAnswer] = []
        while len(answers) < len(taken):
            answers += self._take_some(taken[len(answers) :], now)
        return answers

    def _take_some(self, taken: Sequence[Take], now: int) -> list[StaffAnswer]:
        """As many as go on one page: whoever needs what was used up on it has to wait for the next one."""
        state, used = self.state, set[str]()
        ahead: list[int] = []
        tried: list[tuple[ToolQuestion, StaffAnswer, tuple[str, ...]]] = []
        with self._book.change(now) as page:
            spending = Spending(page, {charge.key for each in taken for charge in each.answer.charges})
            for each in taken:
                answer = self._decided(state, each, now)
                if not used.isdisjoint(answer.consents):
                    break
                answer = _paid(spending, answer)
                agreed: tuple[str, ...] = ()
                if answer.allowed:
                    agreed = self.consents.use_on(page, answer.consents)
                    used.update(answer.consents)
                    self.sessions.used_on(page, each.question.session)
                ahead.append(each.more if answer.in_advance and answer.allowed else 0)
                tried.append((each.question, answer, agreed))
            places = [
                ALONE if answer.allowed else self._place(page, question, answer, state) for question, answer, _ in tried
            ]
            shown = [each.noted for each in places]
            noted = list(compress(tried, shown))
            attempts = self.attempts.note(page, noted)
            opening = iter(attempts)
            firsts = [next(opening) if one else None for one in shown]
            self.repeats.keep(page, [(each.row, at) for each, at in zip(places, firsts, strict=True) if each.row])
            self.strangers.tell_on(page)
            self.watching.want_on(page, attempts)
            asked = zip(attempts, (question.action.payload for question, _, _ in noted), strict=True)
            self.changing.ask_on(page, self._changes_of(asked, state))
            for wanted, (_, answer, _), attempt in zip(compress(ahead, shown), noted, attempts, strict=True):
                if wanted:
                    self.reservations.make(page, spending, answer, attempt, wanted)
            spending.keep()
        for attempt in attempts:
            self.tidings.tried(attempt)
        return [
            msgspec.structs.replace(answer, attempt=_called(at, place))
            for (_, answer, _), at, place in zip(tried, firsts, places, strict=True)
        ]

    def tell_counted(self, now: int) -> None:
        """Put on record how many were only counted, and how often what shares a row was tried, where that is due.

        Raises:
            StoreError: it was not kept, and is told the next time.

        """
        if self.strangers.due(now) or self.repeats.due(now):
            with self._book.change(now) as page:
                self.strangers.tell_on(page)
                self.repeats.tell_on(page)

    def _place(self, page: Page, question: ToolQuestion, answer: StaffAnswer, state: StaffState) -> Place:
        """Where a refusal goes, as far as there is room."""
        if not answer.person:
            return Place(noted=self.strangers.recorded(question, answer, page.now))
        tier = max(answer.tier or Tier.ORDINARY, state.tier_of(question.action.target))
        return self.repeats.place(page, question, answer, tier)

    def _changes_of(self, asked: Iterable[tuple[Attempt, Mapping[str, object]]], state: StaffState) -> Iterator[Asked]:
        """Those that change what proves a holder, and were allowed, with the tier that they were allowed by."""
        for attempt, payload in asked:
            if attempt.allowed:
                _, function = self.policy.functions[attempt.tool, attempt.function]
                if function.changes is not None:
                    new_hash = value_hash(self._value_key, function.changes, payload.get(function.holds_value))
                    yield Asked(attempt, function.changes, state.tier(attempt.target, function), new_hash)

    def hear(self, told: Sequence[Afterwards], ended: Sequence[str], now: int) -> None:
        """Put on record what was allowed by units taken in advance, and have again what is left of those `ended`.

        Whoever goes on gets further units before the last is gone, where they would get them just now. Harmless when
        it was heard before.

        Raises:
            StoreError: it was not kept, and is to be told again.

        """
        state, fresh = self.state, self.reservations.fresh(told)
        with self._book.change(now) as page:
            attempts = self.attempts.note(page, [(each.question, each.answer, ()) for each in fresh])
            for each in fresh:
                self.sessions.used_on(page, each.question.session)
            spending = Spending(page, {each.answer.charges[0].key for each in fresh if each.more})
            self.reservations.hear(page, spending, fresh, ended)
            for each, attempt in zip(fresh, attempts, strict=True):
                answer = self._answered_now(state, each.question, now) if each.more else each.answer
                if each.more and answer.in_advance:
                    used = used_of(fresh)
                    self.reservations.make(page, spending, answer, attempt, each.more, used=used, ended=ended)
            spending.keep()
        for attempt in attempts:
            self.tidings.tried(attempt)

    def tell_tickets(self, told: Sequence[Ticket], by: str, now: int) -> int:
        """Take in what the help desk tells by the credential `by`; how many were news.

        Raises:
            UsageError: there is no room for them.
            StoreError: nothing was kept.

        """
        fresh = self.tickets.tell(told, by, now)
        for action in self.doubted.told(fresh):
            self.tidings.asked_for(action)
        return len(fresh)

    def ticket_seen(self, action: ToolAction, ticket: str, person: str, now: int) -> TicketSeen | None:
        """What a ticket is for this action of a person's; None where none is named or the help desk was never heard."""
        if self.tickets.feed is None:
            return None
        question = ToolQuestion(session="", action=action, ticket=ticket, time=now)
        return self._state.look(question, person, self.tickets).seen

    def _decided(self, state: StaffState, each: Take, now: int) -> StaffAnswer:
        """The copy's answer where it stands, else what this state answers now, which looks at the ticket too.

        Who answers without seeing the state knows why: that is not taken back.
        """
        question, answer = each.question, each.answer
        if StaffReason.STATE_UNSEEN in answer.reasons:
            return answer
        as_of_now = answer.version == state.version and 0 <= now - question.time <= DECIDED_WITHIN_MS
        if as_of_now and not self._turns_on_ticket(state, question, answer):
            return answer
        return self._answered_now(state, question, now)

    def _answered_now(self, state: StaffState, question: ToolQuestion, now: int) -> StaffAnswer:
        """What this state answers, were it asked at `now`."""
        return state.answer(msgspec.structs.replace(question, time=now), unseen=0, tickets=self.tickets)

    def _turns_on_ticket(self, state: StaffState, question: ToolQuestion, answer: StaffAnswer) -> bool:
        """Whether the ticket is another than a copy takes it for, that of a holder which counts."""
        if not self.policy.looks_at_tickets:
            return False
        look = state.look(question, answer.person, self.tickets)
        return look.seen is not None and (not look.counts or (look.by_staff and self.policy.asks_opener))

    def _seen_of(self, question: ToolQuestion, answer: StaffAnswer) -> TicketSeen | None:
        """What is on record of the ticket that was named; nothing where the help desk was never heard."""
        return self.ticket_seen(question.action, question.ticket, answer.person, question.time)

    def _anew(self) -> StaffState:
        self._look_at_people()
        self._changes.take(0)
        return StaffState(self.policy, self._whole(self._version), limits=self.limits)

    def _whole(self, version: int) -> StaffFacts:
        return StaffFacts(
            version=version,
            persons=tuple(self._people.known.values()),
            sessions=tuple(self.sessions.kept.values()),
            grants=tuple(self.grants.kept.values()),
            consents=tuple(self.consents.kept.values()),
            presences=tuple(self.sessions.watched.values()),
            locks=tuple(self.locks.kept.values()),
            holds=tuple(self._staff_holds(self._book.holds)),
            tiers={each.account: each.tier for each in self.protecting.kept.values()},
        )

    def holds(self) -> Iterator[StaffHold]:
        """The holds on staff, sessions, tools and functions, as the gate sees them."""
        return self._staff_holds(self._book.holds)

    def _tools(self) -> Collection[str]:
        return [each.id for each in self.policy.catalogue.tool]

    def _functions(self) -> Collection[tuple[str, str]]:
        return self.policy.functions

    def _consent_minutes(self) -> int:
        return self.policy.catalogue.times.consent_minutes

    def _look_at_people(self) -> None:
        """Hear of whoever was registered, changed or taken out: the register swaps its roll whole."""
        roll = self._people.roll
        if roll is self._roll:
            return
        before = {} if self._roll is None else self._roll.people
        for id_, person in roll.people.items():
            if before.get(id_) != person:
                self._changes.note("persons", id_, person)
        self._roll = roll

    def _holds_moved(self, moved: Collection[str], now: int) -> None:  # noqa: ARG002 - as the book calls it
        standing = {hold.id: hold for hold in self._staff_holds(moved)}
        for key in moved:
            if key in standing:
                self._changes.note("holds", key, standing[key])
            elif rule_kind(self._book.holds[key].hold) in OF_STAFF:
                self._changes.note("lifted", key, None)

    def _revoked(self, page: Page, credential: ApiToken | Passkey, by: str) -> None:
        """Whoever had it may have said anything as its person; with a key, opened any of their sessions, too."""
        self.consents.end_on(page, credential.person, by)
        self.locks.end_on(page, credential.person, by)
        self.sessions.unwatch_on(page, credential.person, by)
        if isinstance(credential, Passkey):
            theirs = [each.id for each in self.sessions.of(credential.person)]
            self.sessions.end_on(page, theirs, by, "a passkey was revoked")

    def _staff_holds(self, keys: Collection[str]) -> Iterator[StaffHold]:
        yield from filter(None, (on_staff(self._book.holds[key]) for key in keys))


def _called(attempt: Attempt | None, place: Place) -> str:
    """What an attempt is called on record: by the first of those that it shares a row with; "" where it is in none."""
    if attempt is not None:
        return attempt.id
    return "" if place.row is None else attempt_id(place.row.number)


def _paid(spending: Spending, answer: StaffAnswer) -> StaffAnswer:
    """The same where its budgets are not spent, and is spent from them on its page."""
    if not answer.allowed:
        return answer
    paid, again = spending.take(answer.charges)
    if paid:
        return answer
    return msgspec.structs.replace(
        answer,
        allowed=False,
        reasons=(StaffReason.BUDGET_SPENT,),
        needs=sentences((StaffReason.BUDGET_SPENT,), {"next": clock(again)}),
        charges=(),
        consents=(),
        until=again,
    )


def _joined(facts: Sequence[StaffFacts], version: int) -> StaffFacts:
    """What several steps come to together; of what has changed twice the last counts."""
    tiers = {account: tier for each in facts for account, tier in each.tiers.items()}
    lists = {
        name: tuple(fact for each in facts for fact in getattr(each, name))
        for name in StaffFacts.__struct_fields__
        if name not in {"version", "tiers"}
    }
    return StaffFacts(version=version, tiers=tiers, **lists)
