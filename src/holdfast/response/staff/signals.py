"""What is done where a staff member's access looks abused, or somebody works on all of them? People are asked."""

from __future__ import annotations

from collections.abc import Container, Iterable
from shlex import quote
from typing import assert_never

import msgspec

from holdfast.containment import Plan, propose_for_staff
from holdfast.detection import Term
from holdfast.detection.staff import Person, ReportWave, StaffAlarm, StaffTier, StaffWatch
from holdfast.guard import Role
from holdfast.guard.staff import LEVELS
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf
from holdfast.response.case import Concern, Named
from holdfast.response.knowledge import Knowledge
from holdfast.response.notices import Notices
from holdfast.response.offers import Offers
from holdfast.response.people import People
from holdfast.response.timeline import HappeningKind

_PREFIX = "access/"
_KEPT_EVERY = 60_000  # milliseconds
_WATCHED = LEVELS[1]  # they go on working, and say what for
_WATCHED_MINUTES = 3 * 24 * 60
_DAY = 24 * 60 * 60_000
GONE_DAYS = 400  # without a sign of somebody: a year, and the leave that began before it
MOST_KNOWN = 100_000  # people, as detection keeps in mind: names in events can be anybody's
_PRUNED_EVERY = 60 * 60_000  # milliseconds
_PRUNED_AT_ONCE = 1_000  # some 20 ms for which whoever asks the gate waits
KEPT_MS = 90 * 24 * 60 * 60_000  # alarms and waves: a quarter, far above what is heard again after a new start (days)
_LEADS = frozenset({Role.COMMANDER, Role.ADMINISTRATOR, Role.RESPONDER})


class StaffSignals:
    """Puts alarms on record, proposes holds of tools where two signs agree, and tells of campaigns against staff."""

    def __init__(self, book: Book, offers: Offers, knowledge: Knowledge, people: People, notices: Notices) -> None:
        """Go on with what the book's store keeps."""
        self._book, self._offers, self._knowledge = book, offers, knowledge
        self._people, self._notices = people, notices
        self.alarms = Shelf(book, "staff_alarms", StaffAlarm)
        self.waves = Shelf(book, "staff_waves", ReportWave)
        self.known = Shelf(book, "staff_known", Person)
        self._kept_at, self._pruned_at = -_KEPT_EVERY, -_PRUNED_EVERY

    def keep(self, watch: StaffWatch, now: int) -> None:
        """Keep what `watch` has learnt of people, once a minute: a response made anew is not told of the past month.

        Raises:
            StoreError: nothing was kept.

        """
        learnt = watch.learnt()
        if not learnt or 0 <= now - self._kept_at < _KEPT_EVERY:
            return
        with self._book.change(now) as page:
            for staff, person in learnt.items():
                self.known.put(page, staff, person)
            for staff in self._gone(learnt, now):
                self.known.drop(page, staff)
        watch.kept(learnt)
        self._kept_at = now

    def _gone(self, learnt: Container[str], now: int) -> list[str]:
        """Of whom nothing is to be known any more: unseen for long, or longest where too many are. Once an hour."""
        if 0 <= now - self._pruned_at < _PRUNED_EVERY:
            return []
        others = sorted((person.day, staff) for staff, person in self.known.items() if staff not in learnt)
        too_many = len(others) - MOST_KNOWN
        last = now // _DAY - GONE_DAYS
        gone = [staff for place, (day, staff) in enumerate(others) if place < too_many or day < last]
        if len(gone) <= _PRUNED_AT_ONCE:
            self._pruned_at = now
        return gone[:_PRUNED_AT_ONCE]

    def alarmed(self, alarm: StaffAlarm, now: int) -> None:
        """Somebody's access looks abused: ask them, have it watched, or where two signs agree propose a hold.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        key, about = f"{alarm.staff}/{alarm.at}/{alarm.tier}", access_of(alarm.staff)
        if key in self.alarms:
            return
        with self._book.change(now) as page:
            self._prune(page)
            self.alarms.put(page, key, alarm)
            body = {
                "staff": alarm.staff,
                "tier": str(alarm.tier),
                "score": alarm.score,
                "actions": alarm.actions,
                "evidence": [msgspec.to_builtins(term) for term in alarm.evidence],
            }
            page.record(RecordKind.OBSERVATION, f"access/{key}", about, body)
            text = f"{alarm.staff}: {_words(alarm.evidence)}; {proposed(alarm)}"
            page.note(HappeningKind.WARNING, text, about)
            if alarm.tier is StaffTier.WATCH:
                self._notices.tell(page, f"access-{key}", self._people.having(_LEADS), text)
            if alarm.tier is StaffTier.HOLD:
                self._offer(page, about, alarm)

    def targeted(self, wave: ReportWave, now: int) -> None:
        """Somebody works on the staff as a whole: whoever leads is told, with the lockdown that is proposed.

        Nobody is held for it, least of all who reported.

        Raises:
            StoreError: nothing was kept; tell it again.

        """
        key = str(wave.at)
        if key in self.waves:
            return
        level = LEVELS[wave.level]
        text = (
            f"a campaign against staff: {wave.people} people reported calls or messages within hours. Proposed: "
            f"lockdown of level {wave.level} ({level.words}), `holdfast lockdown set {wave.level}`"
        )
        with self._book.change(now) as page:
            self._prune(page)
            self.waves.put(page, key, wave)
            body = {"people": wave.people, "since": wave.since, "level": wave.level, "staff": list(wave.staff)}
            page.record(RecordKind.OBSERVATION, f"wave/{key}", "staff", body)
            page.note(HappeningKind.WARNING, text, f"staff/{key}")
            self._notices.tell(page, f"staff-{key}", self._people.having(_LEADS), text)

    def offer_again(self, page: Page, about: str) -> None:
        """Offer the plans about somebody's access as of now; nothing when `about` is something else."""
        found = [each for each in self.alarms.values() if about == access_of(each.staff)]
        held = [each for each in found if each.tier is StaffTier.HOLD]
        if held:
            self._offer(page, about, max(held, key=lambda each: each.at))

    @property
    def accused(self) -> tuple[Named, ...]:
        """Against whom or what a plan was offered, and when first."""
        held = (alarm for alarm in self.alarms.values() if alarm.tier is StaffTier.HOLD)
        return tuple(Named(factor=_factor(alarm), at=alarm.at) for alarm in held)

    def _prune(self, page: Page) -> None:
        """Forget what is long over: the record has it. Plans are made of each person's newest alarm that holds them."""
        before = page.now - KEPT_MS
        latest: dict[str, StaffAlarm] = {}
        for alarm in self.alarms.values():
            if alarm.tier is StaffTier.HOLD and (alarm.staff not in latest or alarm.at > latest[alarm.staff].at):
                latest[alarm.staff] = alarm
        for key in [key for key, each in self.alarms.items() if each.at < before and latest.get(each.staff) != each]:
            self.alarms.drop(page, key)
        for key in [key for key, each in self.waves.items() if each.at < before]:
            self.waves.drop(page, key)

    def _offer(self, page: Page, about: str, alarm: StaffAlarm) -> None:
        self._offers.make(page, about, Concern.ACCESS, self._plans(about, alarm, page.now), endangered=alarm.actions)

    def _plans(self, about: str, alarm: StaffAlarm, now: int) -> tuple[Plan, ...]:
        return propose_for_staff(
            about,
            alarm.staff,
            (alarm.tool_session,) if alarm.tool_session else (),
            self._knowledge.directory,
            now,
            why=_words(alarm.evidence),
            revision=self._offers.number(about) + 1,
        )


def access_of(staff: str) -> str:
    """What offers and requests about somebody's access are about."""
    return f"{_PREFIX}{staff}"


def _factor(alarm: StaffAlarm) -> str:
    """The key of what the narrowest plan is against."""
    return f"tool_session:{alarm.tool_session}" if alarm.tool_session else f"staff:{alarm.staff}"


def proposed(alarm: StaffAlarm) -> str:
    """What people are to do about it."""
    match alarm.tier:
        case StaffTier.ASK:
            return "ask them, over a way that you know is theirs"
        case StaffTier.WATCH:
            who = quote(alarm.staff)  # a name from an event goes into a command that people paste
            return (
                f"ask them, and have all they do take a reason and a ticket for some days: `holdfast lockdown set "
                f"{_WATCHED.level} --person={who} --minutes {_WATCHED_MINUTES}`"
            )
        case StaffTier.HOLD:
            return "a hold of their tools is proposed"
        case _:
            assert_never(alarm.tier)


def _words(evidence: Iterable[Term]) -> str:
    return "; ".join(f"{term.note or term.term} ({term.log_likelihood:+.1f})" for term in evidence)
