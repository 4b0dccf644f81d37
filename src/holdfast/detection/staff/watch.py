"""Whose hands use a staff member's access? Their events, weighed one after the other against their own past.

The evidence of each family of signs is summed as it comes; sums over look-ups never fall below nothing (Page, Biometrika 41,
1954), so that a long honest past does not hide an abuse that begins today. What the whole desk does lately is the ground.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf
from types import MappingProxyType
from typing import TypeAlias

from holdfast.detection import model
from holdfast.detection.bounded import remember
from holdfast.detection.campaign import Term
from holdfast.detection.order import events_in_order
from holdfast.detection.takeover import Takeover
from holdfast.events import IN_VAIN, Account, CredentialChange, SecurityEvent, StaffAction, StaffReport, StaffSignIn

from . import figures, places
from .aftermath import Aftermath
from .alarm import ReportWave, StaffAlarm, StaffTier
from .desk import Desk
from .lookups import asked_later, looked, repeated, settle, weigh
from .person import ASKED, FUNCTIONS, HELD, PUSHES, SHOWN, TOLD, WATCHED, Person, Sign, Standing
from .reports import Reports

HOW_TO = "read_page"
"""The action of `staff_action` that reads how something is done; its target is no account."""

_TIERS = {ASKED: StaffTier.ASK, WATCHED: StaffTier.WATCH, HELD: StaffTier.HOLD}
_DONE = (Sign.UNASKED, Sign.REACH, Sign.VALUE, Sign.AFTERMATH)  # signs of what is done in tools
_NOT_THEIRS = {Sign.PLACE, Sign.PUSH}  # signs of another's hands
_FORGET_EVERY = 60_000  # milliseconds
_PEOPLE = 100_000
_BODIES = 1_000_000  # accounts of which events have told what the platform has not named


Body: TypeAlias = tuple[str, bool]


def nobody(_account: str) -> Body:
    """The platform has named no accounts."""
    return "", False


class StaffWatch:
    """All staff members of a platform. Memory is bounded: the longest unseen go first."""

    def __init__(
        self,
        people: Mapping[str, Person] = MappingProxyType({}),
        body_of: Callable[[str], Body] = nobody,
    ) -> None:
        """Know `people` as another watch left them (`learnt`).

        `body_of` tells what the platform has named: who runs an account, empty for its holder alone, and whether it is
        of high reach. What events tell of accounts is heard besides.
        """
        self._body_of = body_of
        self._people: dict[str, Person] = dict(people)
        self._learnt: dict[str, None] = {}
        self._bodies: dict[str, Body] = {}
        self._desk = Desk()
        self._aftermath = Aftermath()
        self._reports = Reports()
        self._alarms: list[StaffAlarm] = []
        self._waves: list[ReportWave] = []
        self._precursors: list[Takeover] = []
        for staff, person in people.items():
            self._desk.recall(staff, person)

    def observe(self, events: Iterable[SecurityEvent], now: int | None = None) -> None:
        """Take security events in, those of a batch in order of time; seen from `now`, none of a day that is far from come.

        A clock that is wrong once would else make all that a person does from then on too late to count.
        """
        kinds = (StaffAction, StaffSignIn, StaffReport, CredentialChange, Account)
        latest = inf if now is None else now + model.CLOCK_SPAN
        told = (event for event in events if isinstance(event, kinds) and event.time <= latest)
        for event in events_in_order(told):
            match event:
                case StaffAction():
                    self._acted(event)
                case StaffSignIn():
                    self._signed_in(event)
                case CredentialChange(by="staff") if event.staff:
                    self._changed(event)
                case StaffReport():
                    self._reported(event)
                case Account():
                    self._met(event)
                case _:
                    pass

    def taken_over(self, account: str, now: int) -> None:
        """The platform has seen since `now` that `account` is in other hands: who had looked at it, unasked?

        No day of theirs is over because of it: whoever posts can give a post any time.
        """
        for staff in self._aftermath.taken_over(account, now):
            person = self._people.get(staff)
            found = None if person is None else self._aftermath.lost(person, account, now)
            if person is not None and found is not None:
                nats, note = found
                person.forget(now)
                person.raise_sign(Sign.AFTERMATH, min(figures.MOST_BY_AFTERMATH, nats), now, note, figures.AFTER)
                self._weigh(staff, person, now)

    def flooded(self, staff: str, session: str, now: int, refused: int, rows: int) -> None:
        """The gate has refused them without end in the hour until `now`: so often, `rows` of these different things."""
        person = self._person(staff, now)
        if person is not None:
            person.session = session
            note = f"was refused {refused:,} times within the hour, over {rows:,} different things"
            person.raise_sign(Sign.FLOOD, figures.FLOODED, now, note)
            self._weigh(staff, person, now)

    def take_alarms(self) -> list[StaffAlarm]:
        """Those since the last call."""
        taken, self._alarms = self._alarms, []
        return taken

    def take_waves(self) -> list[ReportWave]:
        """The campaigns against staff since the last call."""
        taken, self._waves = self._waves, []
        return taken

    def take_precursors(self) -> list[Takeover]:
        """Changes since the last call by somebody whose tools it was proposed to hold."""
        taken, self._precursors = self._precursors, []
        return taken

    def learnt(self) -> dict[str, Person]:
        """Those of whom something is known since they were `kept` that a new watch should know."""
        return {staff: self._people[staff] for staff in self._learnt if staff in self._people}

    def kept(self, staff: Iterable[str]) -> None:
        """What is known of these is kept."""
        for each in staff:
            self._learnt.pop(each, None)

    def _met(self, event: Account) -> None:
        known = event.org, event.reach >= model.HIGH_REACH or event.tier != "ordinary"
        if known == self._body_of(event.account):
            self._bodies.pop(event.account, None)
        else:
            remember(self._bodies, event.account, known, _BODIES)

    def _person(self, staff: str, now: int) -> Person | None:
        """Who it is, as of `now`; None where that day has become their past already: it is told again, or very late."""
        person = self._people.get(staff)
        if person is None:
            person = Person()
            remember(self._people, staff, person, _PEOPLE)
        day = now // figures.DAY
        if day < person.day:
            return None
        if day > person.day:
            for network in person.learn(day):
                self._desk.own(staff, network)
            self._desk.usual(person)
            remember(self._people, staff, person, _PEOPLE)
            self._learnt[staff] = None
        # To the minute is enough for what stands for days.
        if (person.signs or person.told) and not 0 <= now - person.forgot_at < _FORGET_EVERY:
            person.forget(now)
        return person

    def _signed_in(self, event: StaffSignIn) -> None:
        person = self._person(event.staff, event.time)
        if person is None:
            return
        if event.outcome in IN_VAIN:
            if event.method == "push":
                person.refused = sorted({*person.refused, event.time})[-PUSHES:]
            return
        person.session = event.tool_session
        places.pushed(person, event)
        places.entered(person, event, self._desk)
        self._weigh(event.staff, person, event.time)

    def _acted(self, event: StaffAction) -> None:
        now = event.time
        person = self._person(event.staff, now)
        if person is None:
            return
        if event.action == HOW_TO:
            person.pages = person.pages + 1 if now - person.paged_at <= figures.PAGES_WITHIN else 1
            person.paged_at = now
            return
        person.actions += 1
        person.counted += bool(person.signs)
        if event.tool_session:
            person.session = event.tool_session
        if not person.new_devices and not person.new_networks:
            person.worked_at = now
        function = f"{event.tool}/{event.action}"
        raised = function not in person.functions and self._first_use(event, person, function)
        if event.target and event.target not in person.accounts:
            raised = self._looked(event, person) or raised
        elif event.target in person.uncalled and (event.ticket or event.queue):
            asked_later(person, event.target, now, self._desk)
        if raised:
            self._weigh(event.staff, person, now)

    def _looked(self, event: StaffAction, person: Person) -> bool:
        """They look at one more account today; what several look at unasked is everybody's, and asks for itself."""
        now, account = event.time, event.target
        unasked = not event.ticket and not event.queue
        crowd = unasked and self._aftermath.crowd(event.staff, account, now)
        if unasked:
            busy = crowd or self._desk.busy_with("unasked", person)
            self._aftermath.looked(event.staff, person, account, now, busy=busy)
        org, high = self._bodies.get(account) or self._body_of(account)
        return looked(person, event, org if high and not crowd else None, self._desk, unasked=unasked and not crowd)

    def _first_use(self, event: StaffAction, person: Person, function: str) -> bool:
        """They use it for the first time: a sign where they have just read how, and nobody else does the same."""
        now, refused = event.time, event.outcome in IN_VAIN
        others = self._desk.first_use(event.staff, function, now)
        if not refused:
            remember(person.functions, function, None, FUNCTIONS)
        if not person.settled or person.pages < figures.PAGES or now - person.paged_at > figures.PAGES_WITHIN:
            return False
        if others >= figures.LEARNERS:
            nats, how = figures.LEARNT_AS_COLLEAGUES, "as colleagues do these days"
        elif refused:
            nats, how = figures.SHUT_OUT, "and was refused"
        else:
            nats, how = figures.LEARNT, "as nobody else does these days"
        note = f"read {person.pages} how-to pages, then used {function} for the first time, {how}"
        person.raise_sign(Sign.LEARNING, nats, now, note)
        return True

    def _changed(self, event: CredentialChange) -> None:
        person = self._person(event.staff, event.time)
        if person is None:
            return
        if event.tool_session:
            person.session = event.tool_session
        if event.new_hash and repeated(
            person, event, self._bodies.get(event.account) or self._body_of(event.account), self._desk
        ):
            self._weigh(event.staff, person, event.time)
        remember(person.changed, event.account, event.time, SHOWN)
        remember(person.changed_in, event.account, person.session, SHOWN)
        if person.told == HELD and _suspect(person, event.account):
            self._precursors.append(_precursor(event.staff, person, event.account, event.time))

    def _reported(self, event: StaffReport) -> None:
        person = self._people.get(event.staff)
        if event.kind == "vishing" and person is not None:
            person.reported_at = max(person.reported_at, event.time)
        wave = self._reports.hear(event, len(self._people))
        if wave is not None:
            self._waves.append(wave)

    def _weigh(self, staff: str, person: Person, now: int) -> None:
        """Tell of them if there is enough for it, and more than was told before."""
        self._learnt[staff] = None
        if person.asked_since and (Sign.UNASKED in person.signs or Sign.REACH in person.signs):
            usual, often = self._desk.share("unasked", person), self._desk.share("famous", person)
            settle(person, usual, often)
            weigh(person, now, usual, often)
        signs = _counting(person)
        called = Sign.PLACE in signs and 0 < now - person.reported_at <= figures.DAY
        score = sum(standing.nats for standing in signs.values()) + called * figures.CALLED
        families = sum(standing.nats >= figures.COUNTS for standing in signs.values())
        hold = score >= figures.HOLD and families >= figures.LEAST_SIGNS
        watch = score >= figures.WATCH and any(sign in signs and signs[sign].nats >= figures.COUNTS for sign in _DONE)
        told = HELD if hold else WATCHED if watch else ASKED if score >= figures.ASK else 0
        if TOLD.index(told) <= TOLD.index(person.told):
            return
        person.told, person.told_at = told, now
        self._alarms.append(
            StaffAlarm(
                staff=staff,
                tool_session=person.session,
                tier=_TIERS[told],
                since=min(standing.since for standing in signs.values()),
                at=now,
                score=score,
                actions=person.counted,
                accounts=_accounts(person)[-SHOWN:],
                evidence=tuple(_terms(person, called=called)),
            )
        )
        if hold:
            changes = ((account, at) for account, at in person.changed.items() if _suspect(person, account))
            self._precursors += [_precursor(staff, person, account, at) for account, at in changes]


def _accounts(person: Person) -> tuple[str, ...]:
    """Those to ask about: all of the day where the hands may be another's, else what nobody asked for, or is gone."""
    if person.signs.keys() & _NOT_THEIRS:
        return tuple(person.accounts)
    return (*(account for account in person.uncalled if account not in person.lost), *person.lost)


def _suspect(person: Person, account: str) -> bool:
    """Whether a change of theirs may be abuse: any, where the hands may be another's, else what no ticket asked for."""
    return bool(person.signs.keys() & _NOT_THEIRS) or account not in person.accounts or account in person.uncalled


def _precursor(staff: str, person: Person, account: str, changed_at: int) -> Takeover:
    """The account looks taken over, because of whose hand changed it."""
    evidence = tuple(_terms(person, called=False))
    return Takeover(
        account=account,
        staff=staff,
        tool_session=person.changed_in.get(account, person.session),
        changed_at=changed_at,
        reset_at=0,
        signed_in_at=0,
        warned_at=max(changed_at, person.told_at),
        score=sum(term.log_likelihood for term in evidence),
        evidence=evidence,
    )


def _counting(person: Person) -> dict[Sign, Standing]:
    """The signs that count together.

    Learning a tool and seeing more of the famous are one new job, and a few of the famous at once, unasked, are one call:
    the stronger counts. Where accounts were taken over afterwards, how they were looked at counts again, as it did then.
    """
    signs = person.signs
    if Sign.AFTERMATH in signs:
        again = person.recalled.items()
        signs = signs | {sign: then for sign, then in again if sign not in signs or signs[sign].nats < then.nats}
    weaker = [_weaker(signs, Sign.LEARNING, Sign.REACH)]
    if person.week.one_call and not signs.keys() & _NOT_THEIRS and Sign.AFTERMATH not in signs:
        weaker.append(_weaker(signs, Sign.UNASKED, Sign.REACH))
    return signs if weaker == [None] else {sign: stands for sign, stands in signs.items() if sign not in weaker}


def _weaker(signs: Mapping[Sign, Standing], one: Sign, other: Sign) -> Sign | None:
    """The weaker of two signs, where both stand."""
    if one not in signs or other not in signs:
        return None
    return one if signs[one].nats <= signs[other].nats else other


def _terms(person: Person, *, called: bool) -> Iterator[Term]:
    for sign, standing in _counting(person).items():
        yield Term(term=str(sign), log_likelihood=standing.nats, note=standing.note)
    if called:
        note = "reported a call themselves, and was signed in from elsewhere afterwards"
        yield Term(term="called", log_likelihood=figures.CALLED, note=note)
