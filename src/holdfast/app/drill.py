"""One drill: a scenario played on the simulated platform, the response to it, and how well it went."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import msgspec

from holdfast.backends import SqlStore, verify_store
from holdfast.connectors.simulated import SimulatedPlatform, Way, controlled, lockdown_of, scenario
from holdfast.detection import Campaign, CampaignTier
from holdfast.events import Batch, format_time, format_time_or_none
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.reading import read_text
from holdfast.response import (
    AutoResponder,
    Concern,
    Happening,
    HappeningKind,
    HoldState,
    NoResponder,
    Responder,
    Response,
    ResponseSettings,
    forget,
    shipped_staff_texts,
)

from .givenback import recovery, restoration
from .moment import Figures, Moment
from .scoreboard import AccountScore, CauseScore, ExposureScore, LedgerScore, LureScore, Scoreboard, Warnings
from .verdict import judged
from .wiring import make_engine

_TICK = 10_000  # ms of simulated time in a batch: how late the response may hear of a post


class DrillOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to play and how. `approve_after` is seconds from proposal to approval, None when nobody answers.

    `act_on_warnings` has warnings before any campaign answered even where the scenario's people would not
    (`Scenario.heeds_warnings`). `controls` are those of the staff gate that stand before the internal tool; None: no
    gate does, as in July 2020.
    """

    scenario: str
    seed: int = 1
    approve_after: float | None = None
    act_on_warnings: bool = False
    store: Path | str | None = None
    memory_mb: int = 256
    controls: Way = None


class _PlatformClock:
    """The time on the simulated platform."""

    def __init__(self, platform: SimulatedPlatform) -> None:
        self._platform = platform

    def now(self) -> int:
        """Simulated milliseconds since 1970 UTC."""
        return self._platform.now


class Drill:
    """Play it with `play`, batch by batch; then ask for the `scoreboard`.

    The record's keys follow from what happens and its secrets from the seed, so the same options give the same ledger
    byte for byte, and a run that was killed can be run again on the same store: what is on record already is not
    written again. Use it in a `with` block; without a store of its own it keeps the record in a temporary file.
    """

    def __init__(self, options: DrillOptions) -> None:
        """Draw the world and open the store.

        Raises:
            UsageError: there is no such scenario.
            DivergedError: the store holds the record of another run.
            StoreError: the store cannot be opened.

        """
        self.options = options
        self.scenario = scenario(options.scenario)
        self.platform = SimulatedPlatform(
            self.scenario,
            seed=options.seed,
            tick=_TICK,
            gate=None if options.controls is None else controlled(shipped_staff_texts(), options.controls),
            lockdown=lockdown_of(options.controls),
        )
        self._afterwards = ExitStack()
        self._where = options.store or Path(
            self._afterwards.enter_context(TemporaryDirectory(prefix="holdfast-drill-")), "drill.db"
        )
        self.store = SqlStore(
            self._where, signer=seeded_signer(options.seed), salt=seeded_salts(options.seed), owned=True
        )
        forget(self.store)  # the world begins anew, so what was decided in it does too; the record stays
        key = hashlib.sha256(f"holdfast drill {options.seed}".encode()).digest()[:16]
        engine = make_engine(memory_mb=options.memory_mb, key=key)
        self._heeds_warnings = self.scenario.heeds_warnings or options.act_on_warnings
        self.response = Response(
            self.platform,
            self.store,
            engine,
            _PlatformClock(self.platform),
            ResponseSettings(),
            read=read_text,
            key=key,
            warnings=engine.detector.take_warnings,
            responder=self._responder(),
            custody=self.platform.custody,
        )
        self.platform.ask = self.response.gate.ask
        self.platform.held_accounts = self.response.gate.held_accounts
        self.posts = self.events = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()
        self._afterwards.close()

    def _responder(self) -> Responder:
        if self.options.approve_after is None:
            return NoResponder()
        answers = Concern if self._heeds_warnings else {Concern.CAMPAIGN}
        return AutoResponder(self.options.approve_after, answers=frozenset(answers))

    def play(self) -> Iterator[Batch]:
        """Let the scenario happen; each batch is given back after the response has dealt with it.

        Raises:
            DivergedError: the store holds the record of a run that went otherwise.
            StoreError: something was not kept; run the same drill on the same store again.

        """
        for batch in self.platform.events():
            self.posts += batch.posts.num_rows
            self.events += len(batch.others)
            self.response.observe(batch, self.platform.now)
            again = self.response.work(self.platform.now)
            if again is not None:
                self.platform.wake_at(again)
            yield batch

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """The campaigns seen so far, those that were merged into others left out."""
        cases = [case.campaign for case in self.response.docket.cases.values()]
        gone = {merged for campaign in cases for merged in campaign.merged}
        return tuple(campaign for campaign in cases if campaign.id not in gone)

    def moment(self, rate: float) -> Moment:
        """What a screen shows just now; `rate` is posts per second of wall time so far."""
        figures = self.platform.figures()
        in_force = Counter(
            str(held.hold.restriction)
            for held in self.response.book.holds.values()
            if held.state is HoldState.IN_FORCE and held.hold.in_force(self.platform.now)
        )
        live = sum(
            any(end == self.platform.now for _, end in post.live(self.platform.now))
            for post in self.platform.truth().lure_posts
        )
        return Moment(
            title=self.scenario.title,
            now=self.platform.now,
            start=self.scenario.start,
            end=self.scenario.end,
            posts=self.posts,
            events=self.events,
            rate=rate,
            campaigns=self.campaigns,
            happenings=self.response.timeline,
            holds=in_force,
            ledger=self.store.checkpoint().size,
            figures=Figures(
                lures_made=figures.lures_made,
                lures_live=live,
                refused=figures.lures_refused,
                posted=figures.posted,
                touched=figures.touched,
                held_unused=figures.held_unused,
                innocent_held=figures.innocent_held,
                inboxes=figures.inboxes_read,
                exports=figures.exports,
            ),
            history=self.scenario.history,
        )

    def scoreboard(self) -> Scoreboard:
        """How well it went; every byte of the ledger is checked for it."""
        figures = self.platform.figures()
        seen = self._true_campaign()
        return Scoreboard(
            scenario=self.options.scenario,
            seed=self.options.seed,
            first_lure_at=format_time_or_none(figures.first_lure_at),
            detected_at=None if seen is None else format_time(seen.detected_at),
            detected_after_lure_posts=None if seen is None else self._lures_before(seen),
            cause=self._cause(),
            accounts=AccountScore(
                targeted=figures.targeted,
                posted=figures.posted,
                held_unused=figures.held_unused,
                innocent_held=figures.innocent_held,
            ),
            lure_posts=LureScore(
                made=figures.lures_made,
                refused_at_write=figures.lures_refused,
                removed=figures.lures_removed,
                live_seconds=round(figures.live_seconds, 3),
            ),
            exposure=ExposureScore(inboxes_read=figures.inboxes_read, exports=figures.exports),
            last_lure_live_at=format_time_or_none(figures.last_lure_live_at),
            innocent_account_minutes=round(figures.innocent_account_minutes, 1),
            history=dict(self.scenario.history),
            ledger=self._ledger(),
            campaigns=len(self.campaigns),
            proposals=len(self.response.desk.offers),
            warned_at=self._warned_at(),
            warnings=self._warnings(),
            restoration=restoration(self.response.restoring, self.platform.now),
            recovery=recovery(self.response.returning, self.platform),
            posts_seen=self.posts,
            events_seen=self.events,
        )

    def _true_campaign(self) -> Campaign | None:
        """The first campaign whose posts are the adversary's."""
        lures = {post.id for post in self.platform.truth().lure_posts}
        real = [campaign for campaign in self.campaigns if lures & set(campaign.posts)]
        return min(real, key=lambda campaign: campaign.detected_at, default=None)

    def _lures_before(self, seen: Campaign) -> int:
        """How many lure posts readers could have seen by the moment at which the campaign was."""
        return sum(not post.refused and post.made_at <= seen.detected_at for post in self.platform.truth().lure_posts)

    def _cause(self) -> CauseScore:
        cases = self.response.docket.cases.values()
        contained = {campaign.id for campaign in self.campaigns if campaign.tier is CampaignTier.CONTAIN}
        present = [
            named
            for case in cases
            for named in case.named
            if named.factor == case.factor and case.campaign.id in contained
        ]
        ever = [named for case in cases for named in case.named]
        return judged(present, [*ever, *self.response.incidents.accused], self.platform.truth())

    def _warnings(self) -> Warnings:
        if self.options.approve_after is None:
            return Warnings.UNANSWERED
        return Warnings.ANSWERED if self._heeds_warnings else Warnings.WAITED

    def _warned_at(self) -> str | None:
        warnings = [happening.time for happening in self.response.timeline if _is_warning(happening)]
        return format_time_or_none(min(warnings, default=None))

    def _ledger(self) -> LedgerScore:
        verdict = verify_store(self._where, str(seeded_signer(self.options.seed).vkey))
        return LedgerScore(size=verdict.size, root=verdict.root.hex(), verified=verdict.ok)


def _is_warning(happening: Happening) -> bool:
    return happening.kind is HappeningKind.WARNING
