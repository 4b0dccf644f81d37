"""How do the parts of a response stand together: one value that takes events in and does what is due?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import assert_never

import msgspec
import pyarrow as pa

from holdfast.containment import Exemption
from holdfast.detection import CampaignTier
from holdfast.detection.takeover import Takeover
from holdfast.events import Batch
from holdfast.guard import Person, Policy, Reader, SessionLimits
from holdfast.guard.staff import StaffPolicy
from holdfast.investigation import Touches, TouchSettings
from holdfast.ports import Clock, Custody, Engine, NoSignatures, Platform, Signatures, Store
from holdfast.recovery import Order, Phase, Schedule, Stage

from .book import COLLECTIONS, Book
from .brakes import Brakes, Caps
from .breaker import Patience
from .carrying import Carrying
from .confirming import Confirming
from .desk import Desk
from .docket import Docket
from .emergency import Emergencies
from .entitled import Entitled, shipped_policy, shipped_staff_policy
from .executor import Executor
from .found import FoundInPlace
from .gate import Gate
from .governing import Governing
from .incidents import Incidents
from .knowledge import Knowledge
from .line import Line
from .lists import Lists
from .nearest import lasting
from .notices import Notices
from .offers import Offers
from .onset import Onset
from .outbox import Pace
from .people import People
from .reconcile import Reconciler, Report
from .responders import NoResponder, Responder
from .restoring import Restoring
from .returning import Returning
from .signin import SignIn
from .signs import Sign, Signs
from .staff import StaffGate, StaffReports, StaffSignals
from .standing import Limits
from .timeline import Timeline
from .undoing import Undoing
from .watch import (
    AccessAbused,
    CampaignSeen,
    News,
    StaffTargeted,
    TakeoverSeen,
    Watch,
    no_warnings,
)

SECOND, MINUTE = 1_000, 60_000  # milliseconds


class ResponseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How patient and how far-reaching the response is; times in milliseconds.

    The platform is compared with what should be every `reconcile_every`; dead letters are tried again by themselves
    every `dead_every`, cases are looked at again every `review_every`. Cohorts go free by `waves`; accounts held by
    name though more likely in their owners' hands by `account_waves`, slower, since something was done to each of them.
    `caps` bound what goes out in an hour.
    `probation` is how long an account is watched that was given back: as long as the attack of 2020 went on in public.
    No brake on a cohort holds the accounts in `exempt`, unless the attack has touched them.
    """

    pace: Pace = Pace()
    patience: Patience = Patience()
    limits: Limits = Limits()
    caps: Caps = Caps()
    reconcile_every: int = 1 * MINUTE
    dead_every: int = 15 * MINUTE
    review_every: int = 1 * MINUTE
    touches: TouchSettings = TouchSettings()
    waves: Schedule = Schedule()
    account_waves: Schedule = Schedule(order=Order.RISK, quiet=60 * MINUTE, every=30 * MINUTE)
    probation: int = 180 * MINUTE
    exempt: tuple[Exemption, ...] = ()
    tool_sessions: SessionLimits = SessionLimits()


class Response:
    """Watch, desk, executor, reconciler and gate of one platform, on one store.

    `observe` takes events in, `work` does what is due and says when to come back. What was decided and done is in the
    store, so a response made anew on the same store goes on where the last one was killed. What was seen is not: feed
    it again the events since `since`. Events that were heard before change nothing.
    """

    def __init__(  # noqa: PLR0913  (the seams it stands on, and how it is to behave)
        self,
        platform: Platform,
        store: Store,
        engine: Engine,
        clock: Clock,
        settings: ResponseSettings,
        *,
        read: Reader,
        key: bytes,
        warnings: Callable[[], Sequence[Takeover]] = no_warnings,
        responder: Responder | None = None,
        custody: Custody | None = None,
        people: Iterable[Person] = (),
        policy: Policy | None = None,
        signatures: Signatures | None = None,
        staff_policy: StaffPolicy | None = None,
        link_key: bytes | None = None,
        value_key: bytes | None = None,
    ) -> None:
        """Wire the parts.

        `read` is `reading.read_text`; `key` is the secret of the once-only filter; `warnings` gives the takeovers that
        the engine has seen since it was last asked. Without `custody`, hijacked accounts are held and not given back.
        `people` are wired in beside those of the store, and those whom `responder` brings along;
        `policy` says what they may do, and `staff_policy` what staff may do in internal tools, the shipped ones where
        they are left out. `signatures` can
        tell whether a passkey signed an approval; without it nothing is signed. `link_key` is the secret of the links
        by which holders undo what staff changed, `value_key` the salt of the hashes by which new values are known.

        Raises:
            PlatformError: the platform does not say which accounts it has.
            StoreError: the store cannot be read.

        """
        self._settings = settings
        self._responder = responder or NoResponder()
        self._unheard: deque[News] = deque()
        self._reconcile_at = 0
        self._review_at = 0
        self.timeline = Timeline()
        self.line = platform = Line(platform, clock, self.timeline, settings.patience)
        self.knowledge = Knowledge(platform.accounts(), Touches(settings.touches), exempt=settings.exempt)
        self.book = Book(store, settings.pace, self.timeline)
        self.notices = Notices(self.book)
        self.people = People(self.book, self.notices, (*self._responder.people, *people))
        self.confirming = Confirming(self.book, self.people, self.notices)
        found = FoundInPlace(self.book)
        offers = Offers(self.book)
        self.entitled = Entitled(policy or shipped_policy(), self.people)
        self.emergencies = Emergencies(self.book, self.notices)
        self.brakes = Brakes(self.book, lasting(platform), settings.caps)
        self.signin = SignIn(self.book, self.people, self.notices, signatures or NoSignatures())
        self.staff = StaffGate(
            self.book,
            self.people,
            self.signin,
            self.notices,
            staff_policy or shipped_staff_policy(),
            settings.tool_sessions,
            link_key,
            self.knowledge.directory.alike,
            value_key,
        )
        self.docket = Docket(
            platform, self.book, found, offers, self.knowledge, self.brakes, lambda: self.entitled.policy.table
        )
        self.governing = Governing(self.book, self.entitled, self.notices, self.staff)
        self.signals = StaffSignals(self.book, offers, self.knowledge, self.people, self.notices)
        self.reports = StaffReports(self.book)
        self.incidents = Incidents(self.book, offers, self.knowledge, self.signals)
        self._signs = Signs()
        self.restoring = Restoring(
            self.book, self.knowledge, self._signs, cohorts=settings.waves, accounts=settings.account_waves
        )
        onset = Onset(self.docket, self.incidents, self.knowledge)
        self.returning = Returning(self.book, custody, onset, self._signs, probation=settings.probation)
        self.undoing = Undoing(platform, self.book, self.docket, self.incidents, found, self.knowledge, self.returning)
        self.desk = Desk(
            self.book,
            self.docket,
            self.incidents,
            offers,
            self.knowledge,
            self.returning,
            self.undoing,
            self.entitled,
            self.emergencies,
            self.signin,
            limits=settings.limits,
        )
        self.carrying = Carrying(self.desk, self.undoing, self.restoring, self.brakes, self.entitled)
        self.gate = Gate(self.book, self.knowledge.directory, read, self._signs)
        self.watch = Watch(engine, self.knowledge, key=key, warnings=warnings, staff=self.signals.known)
        self.report = Report()
        self._lists = Lists(self.book, self.knowledge, platform)
        self._executor = Executor(platform, self.book, clock, settings.pace, self.brakes)
        self._reconciler = Reconciler(platform, self.book, found, dead_every=settings.dead_every)

    def since(self, now: int) -> int:
        """From when on a response made anew at `now` has to hear again what happened (milliseconds since 1970 UTC)."""
        return now - self.knowledge.window

    def meet(self, accounts: pa.RecordBatch) -> None:
        """Know `accounts` (schema `events.ACCOUNTS`) in place of those known so far: the platform has named more."""
        self.knowledge.directory.meet(accounts)
        self.gate.compile_anew()

    def observe(self, batch: Batch, now: int) -> None:
        """Take in what came at `now` (milliseconds since 1970 UTC).

        Raises:
            StoreError: some of the news was not kept; it is told again at the next call, with or without events.

        """
        batch = replace(batch, others=self.staff.doubted.heard(batch.others))
        self._unheard.extend(self.watch.take(batch, now))
        self._signs.reports(batch.others)
        self.staff.changing.observe(batch.others, now)
        self._tell_unheard(now)
        self.reports.hear(batch.others, now)
        self.signals.keep(self.watch.staff, now)

    def work(self, now: int) -> int | None:
        """Do what is due at `now`; answer when to come back (milliseconds since 1970 UTC), None when nothing waits.

        Raises:
            StoreError: the last step was not kept, and will be done again.

        """
        self.book.settle()
        asked = self._responder.act(self.desk, now)
        if self.book.expired(now):
            self.returning.keep(now)  # before they end, so that no account is let go in between
        self._reconciler.sweep(now)
        self.staff.changing.settle(now)
        self.staff.tell_counted(now)
        self._unheard.extend(self.watch.flooded(self.staff.repeats.take_floods()))
        self._tell_unheard(now)
        for takeover in self.staff.changing.warnings(now):
            self._hear(TakeoverSeen(takeover=takeover), now)
        queued = self._executor.work(now)
        self._look_again(now)
        if self.book.errands:
            queued = self._executor.work(now)  # what the looking found missing
        looks = (asked, queued, self.staff.changing.next_at(), self._next_look())
        return min((at for at in looks if at is not None), default=None)

    def _tell_unheard(self, now: int) -> None:
        while self._unheard:
            self._hear(self._unheard[0], now)
            self._unheard.popleft()

    def _hear(self, news: News, now: int) -> None:
        match news:
            case CampaignSeen():
                self.docket.seen(news, now)
                if news.campaign.tier is CampaignTier.CONTAIN:
                    for account, time, _ in news.posts:
                        self._signs.note(Sign.LURE, account, time)
            case TakeoverSeen(takeover=takeover):
                self.incidents.warned(takeover, now)
                self._signs.note(Sign.TAKEOVER, takeover.account, takeover.warned_at)
            case AccessAbused(alarm=alarm):
                self.signals.alarmed(alarm, now)
            case StaffTargeted(wave=wave):
                self.signals.targeted(wave, now)
            case _:
                assert_never(news)

    def given_back(self) -> dict[str, int]:
        """How far the giving back is, in figures: those of cohorts as of the last look at them."""
        runs, cases = self.restoring.runs.values(), [each.case.stage for each in self.returning.recoveries.values()]
        return {
            "restored_accounts": self.restoring.seen.restored,
            "accounts_in_waves": self.restoring.seen.held,
            "waves_paused": sum(run.waves.phase is Phase.PAUSED for run in runs),
            "cases_open": sum(stage not in {Stage.RELEASED, Stage.CLOSED} for stage in cases),
            "cases_ready": sum(stage is Stage.PUT_BACK for stage in cases),
            "cases_on_probation": sum(stage is Stage.RELEASED for stage in cases),
        }

    def _look_again(self, now: int) -> None:
        self.restoring.open(now)
        due = now >= self._review_at
        if due:
            self._review_at = now + self._settings.review_every
            self.docket.review(now)
            self.incidents.review(now)
            self.restoring.review(now)
            self.returning.review(now)
        if self._lists.review(now, whole=due):
            self._review_at = min(self._review_at, now + SECOND)  # the list is long: some of it each second
        if now >= self._reconcile_at and self.book.holds:
            self.report = self._reconciler.once(now)
            self._reconcile_at = self.report.again_at or now + self._settings.reconcile_every

    def _next_look(self) -> int | None:
        """When a hold expires, a case is to be looked at again, or the platform is."""
        if not self.book.holds and not self.docket.cases:
            return None
        looks = [self._review_at] + ([self._reconcile_at] if self.book.holds else [])
        return min(looks if self.book.next_end is None else [*looks, self.book.next_end])


def forget(store: Store) -> None:
    """Let `store` forget the state of the response, and keep its ledger.

    For a run that is to be repeated from its first event: the state is worked out again, and each record finds itself
    on the ledger already, or shows by `DivergedError` that the run is another one.

    Raises:
        StoreError: nothing was forgotten.

    """
    with store.begin() as transaction:
        for collection in COLLECTIONS:
            for key in [key for key, _ in transaction.all(collection, msgspec.Raw)]:
                transaction.delete(collection, key)
