"""A whole social platform in one process, attack and all, that reacts to what is done about it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject, SubjectKind
from holdfast.errors import SettingsError
from holdfast.events import Batch, SecurityEvent
from holdfast.guard.staff import StaffPolicy
from holdfast.ports import Capability, Standing

from .adversary import Adversary
from .chronicle import Figures, Truth
from .crowd import Crowd
from .custody import SimulatedCustody
from .frontgate import FrontGate, Work
from .gate import CAPABILITIES, Ask, HeldAccounts
from .routine import Routine
from .scenario import SECOND, Scenario
from .scoring import score
from .services import Services
from .tally import Tally
from .tool import AccountDesk
from .traffic import BLOCK, NO_POSTS, Traffic
from .world import World

TICK = 2 * SECOND  # unless asked otherwise, a batch never spans more of simulated time


class SimulatedPlatform:
    """One run of a scenario: more than a million accounts, their traffic, staff, an internal tool, and an adversary.

    Make one from a scenario and a seed. The same two give the same run, byte for byte, as long as the
    same is done to it.

    >>> from holdfast.connectors.simulated import SimulatedPlatform, scenario
    >>> platform = SimulatedPlatform(scenario("third-party-app"), seed=1)
    >>> platform.name, platform.accounts().num_rows
    ('simulated', 220000)

    `events` lets time go by. Every batch is what happened in two seconds, or less when `wake_at` asked for it; the
    first one is what happened to accounts before anybody watched, and has no posts. Nothing happens while you hold a
    batch.

    >>> stream = platform.events()
    >>> opening = next(stream)
    >>> opening.posts.num_rows, len(opening.others) > 1000
    (0, True)
    >>> before = platform.now
    >>> platform.wake_at(before + 500)
    >>> batch = next(stream)
    >>> platform.now - before
    500

    Only a scoreboard may ask what is true. Here the adversary says nothing until it says its first lure.

    >>> while platform.truth().first_lure_at is None:
    ...     batch = next(stream)
    >>> lure = platform.truth().lure_posts[0]

    A hold that you apply is in force from the next event on; doing it twice is the same as doing it once.

    >>> from holdfast.containment import Hold, Restriction, Subject, SubjectKind
    >>> app = platform.truth().cause[0].removeprefix("app:")
    >>> hold = Hold(id="h1", subject=Subject(kind=SubjectKind.APP, id=app), restriction=Restriction.REVOKE_APP,
    ...             starts=platform.now, why="it carries the campaign")
    >>> platform.apply(hold)
    >>> platform.apply(hold)
    >>> [standing.ours for standing in platform.in_force(hold.subject)]
    [True]
    >>> made = platform.figures().lures_made
    >>> platform.wake_at(platform.now + 600_000)
    >>> for batch in stream:
    ...     if platform.now >= hold.starts + 600_000:
    ...         break
    >>> platform.figures().lures_made == made, platform.figures().lures_refused > 0
    (True, True)

    What cannot be pushed is refused: hold cohorts and lures through `ask`, which is put every write that matters, and
    `held_accounts`, which is put the rows (in `accounts()`) behind ordinary posts in bulk; what those posts say is not
    looked at.

    >>> everybody = Subject(kind=SubjectKind.COHORT, id="verified")
    >>> platform.apply(Hold(id="h2", subject=everybody, restriction=Restriction.NO_POSTING, starts=0, why="try"))
    Traceback (most recent call last):
    ...
    holdfast.errors.UnsupportedRestrictionError: The simulated platform cannot push no_posting on a cohort.
    """

    name: str = "simulated"
    capabilities: Mapping[Restriction, Capability] = CAPABILITIES
    asks_guard: bool = True

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        tick: int = TICK,
        gate: StaffPolicy | None = None,
        lockdown: int = 0,
    ) -> None:
        """Draw the accounts and lay out the day; nothing happens before `events` is read.

        With a `gate`, whatever is done with the internal tool is asked of these policies first; `lockdown` is the level
        at which the tool is locked when staff report that they were called (0: it is not).

        Raises:
            SettingsError: `tick` (the longest span of a batch, milliseconds) does not divide ten minutes.

        """
        if tick <= 0 or BLOCK % tick:
            raise SettingsError(f"A batch cannot span {tick} ms.", advice="Choose a span that divides ten minutes.")
        self._tick = tick
        self.scenario = scenario
        self.seed = seed
        self._world = World(scenario, seed)
        self._services = Services(self._world)
        self._desk = AccountDesk(self._world)
        if gate is not None:
            self._desk.front = FrontGate(self._world, gate, lockdown, scenario.attack)
        self._routine = Routine(self._world, self._services, self._desk)
        self._crowd = Crowd(self._world, self._services)
        self.custody = SimulatedCustody(self._world, self._services)
        self._traffic = Traffic(self._world.accounts, scenario, seed)
        self._tally = Tally(self._world)
        self._world.on_touched.append(self._tally.touched)
        self._adversary = (
            None if scenario.attack is None else Adversary(self._world, self._services, self._desk, scenario.attack)
        )
        self._wakes: list[int] = []
        self._now = scenario.opens
        self._records = [*self._world.accounts.noteworthy(scenario.opens), *self._routine.records()]
        self._next_record = 0

    @property
    def now(self) -> int:
        """The simulated time, milliseconds since 1970 UTC: the end of the batch that was read last."""
        return self._now

    @property
    def ask(self) -> Ask | None:
        """Whom the write path asks about every write that matters; None lets everything happen."""
        return self._world.gate.ask

    @ask.setter
    def ask(self, ask: Ask | None) -> None:
        self._world.gate.ask = ask

    @property
    def held_accounts(self) -> HeldAccounts | None:
        """Whom the write path asks about ordinary posts in bulk: rows in `accounts()` and the time in, bool[n] out."""
        return self._world.gate.held_accounts

    @held_accounts.setter
    def held_accounts(self, held_accounts: HeldAccounts | None) -> None:
        self._world.gate.held_accounts = held_accounts

    def wake_at(self, time: int) -> None:
        """Let a batch end at `time`, so that something can be done at that very moment."""
        heapq.heappush(self._wakes, time)

    def events(self, since: int = 0) -> Iterator[Batch]:
        """What happens from `since` on; reading a batch is what makes time pass, so a run can be read only once.

        Batches end every `tick` milliseconds from the scenario's start, and at the moments that `wake_at` named,
        whatever happens in them: how time is cut tells nothing of the attack. Those that end before `since` are left
        out.
        """
        if self._now < self.scenario.start:
            batch = self._advance(self.scenario.start)
            if self._now > since:
                yield batch
        while self._now < self.scenario.end:
            batch = self._advance(self._next_stop())
            if self._now > since:
                yield batch

    def accounts(self) -> pa.RecordBatch:
        """Every account, in columns (schema `events.ACCOUNTS`)."""
        return self._world.accounts.directory

    def apply(self, hold: Hold) -> None:
        """Put `hold` in force; doing so twice is the same as once.

        Raises:
            UnsupportedRestrictionError: the restriction is not among the capabilities, or not for such a subject.
            RateLimitedError: more than fifty of this kind in this second; come back at `retry_at`.
            PlatformError: there is no such account.

        """
        gate = self._world.gate
        gate.check(hold)
        gate.spend(hold.restriction, self._now)
        gate.place(hold)
        if hold.in_force(self._now):
            self._take_effect(hold, self._now)
        elif hold.starts > self._now:
            self._world.agenda.at(hold.starts, self._take_effect, hold)
        if hold.until is not None:
            self._world.agenda.at(hold.until, self._settle_visibility, hold.subject)
        self._tally.changed(hold.subject, self._now)

    def lift(self, hold: Hold) -> None:
        """Undo `hold`; doing so twice is the same as once. Ended sessions and revoked tokens do not come back.

        Raises:
            UnsupportedRestrictionError: such a hold can never have been placed here.
            RateLimitedError: more than fifty of this kind in this second; come back at `retry_at`.
            PlatformError: there is no such account.

        """
        gate = self._world.gate
        gate.check(hold)
        gate.spend(hold.restriction, self._now)
        gate.remove(hold)
        self._settle_visibility(hold.subject, self._now)
        self._tally.changed(hold.subject, self._now)

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """What stands on `subject` now: what Holdfast placed, then what the platform's own staff did."""
        return self._world.gate.standing(subject, self._now)

    def restrict_from_outside(self, subject: Subject, restriction: Restriction) -> None:
        """Let the platform's own staff restrict `subject`, behind Holdfast's back."""
        self._world.gate.place_foreign(subject, restriction)
        self._tally.changed(subject, self._now)

    @property
    def honest_work(self) -> Work:
        """What the staff gate meant for honest staff so far; nothing where there is none."""
        return Work() if self._desk.front is None else self._desk.front.work

    @property
    def planned(self) -> frozenset[str]:
        """The accounts that the scenario's plan names; for scoreboards alone."""
        attack, accounts = self.scenario.attack, self._world.accounts
        targets = () if attack is None else attack.targets
        return frozenset(accounts.id(accounts.cast[target.handle]) for target in targets)

    def followers(self, accounts: Iterable[str]) -> int:
        """How many followers `accounts` have together; for scoreboards alone."""
        return sum(int(self._world.accounts.reach[self._world.accounts.row(account)]) for account in accounts)

    def truth(self) -> Truth:
        """What was true so far; for scoreboards alone."""
        return self._world.chronicle.truth()

    def figures(self, until: int | None = None) -> Figures:
        """The figures so far, lures counted as live up to `until` (milliseconds since 1970 UTC; None: now)."""
        return score(self._world, self._tally, self._now if until is None else until)

    def in_wrong_hands(self, accounts: Iterable[str]) -> int:
        """How many of `accounts` the adversary could still get into; for scoreboards alone."""
        return sum(self._can_get_in(self._world.accounts.row(account)) for account in accounts)

    def _can_get_in(self, row: int) -> bool:
        attack = self.scenario.attack
        if attack is None or self._world.keys(row).in_wrong_hands:
            return attack is not None
        shut = row in self._world.without_app or attack.app in self._world.gate.revoked_apps(self._now)
        return bool(attack.app) and bool(self._world.touched[row]) and not shut

    def _next_stop(self) -> int:
        elapsed = self._now - self.scenario.start
        stop = min(self.scenario.start + (elapsed // self._tick + 1) * self._tick, self.scenario.end)
        while self._wakes and self._wakes[0] <= self._now:
            heapq.heappop(self._wakes)
        return min(stop, self._wakes[0]) if self._wakes else stop

    def _advance(self, until: int) -> Batch:
        """Let everything between now and `until` happen."""
        now = self._now
        self._tally.pass_time(now, until)
        self._world.agenda.run(until)
        posts = self._ordinary(now, until) if now >= self.scenario.start else None
        special = self._world.take_posts()
        self._now = self.custody.now = until
        return Batch(posts=_merge(posts, special), others=self._take_records(until))

    def _ordinary(self, now: int, until: int) -> pa.RecordBatch:
        """Posts in bulk, without those that are stopped and those of holders who are locked out."""
        stretch = self._traffic.between(now, until)
        refused = self._tally.stopped(stretch.rows)
        revoked = self._world.gate.revoked_apps(now)
        if revoked:
            refused |= np.isin(stretch.posts.column("client").to_numpy(zero_copy_only=False).astype(str), revoked)
        if self.held_accounts is not None and len(stretch.rows):
            refused |= self.held_accounts(stretch.rows, now)
        locked_out = self._world.controlled[stretch.rows]
        if not (refused.any() or locked_out.any()):
            return stretch.posts
        innocent = refused & ~self._world.touched[stretch.rows] & ~locked_out
        self._world.refused_to_innocents += int(innocent.sum())
        self._world.alerts_refused += int((innocent & self._world.accounts.emergency[stretch.rows]).sum())
        return stretch.posts.filter(pa.array(~(refused | locked_out)))

    def _take_records(self, until: int) -> list[SecurityEvent]:
        """Everybody's small doings up to `until`, and those of the people in the story, in order of time."""
        first = last = self._next_record
        while last < len(self._records) and self._records[last].time < until:
            last += 1
        self._next_record = last
        return sorted([*self._records[first:last], *self._world.take_records(until)], key=lambda record: record.time)

    def _take_effect(self, hold: Hold, now: int) -> None:
        """What a hold does at once, beyond what it forbids from now on."""
        subject = hold.subject
        match hold.restriction, subject.kind:
            case ((Restriction.HIDE_POST | Restriction.HIDE_ACCOUNT), _):
                self._settle_visibility(subject, now)
            case Restriction.END_SESSIONS, SubjectKind.ACCOUNT:
                self._services.end_sessions(self._world.accounts.row(subject.id), now)
            case Restriction.END_SESSIONS, SubjectKind.TOOL_SESSION:
                self._desk.end(subject.id)
            case Restriction.END_SESSIONS, SubjectKind.STAFF:
                self._desk.end_all(subject.id)
            case _:
                pass  # the gate forbids it from now on, and that is all

    def _settle_visibility(self, subject: Subject, now: int) -> None:
        """Hide or show posts as the holds that stand on them and on their accounts would have it."""
        if subject.kind is SubjectKind.POST:
            self._services.settle(subject.id, now)
        elif subject.kind is SubjectKind.ACCOUNT:
            row = self._world.accounts.row(subject.id)
            for post in self._world.posts_of.get(row, ()):
                self._services.settle(post, now)


def _merge(ordinary: pa.RecordBatch | None, special: pa.RecordBatch | None) -> pa.RecordBatch:
    """One batch in order of time from what was posted in bulk and what was posted one by one."""
    parts = [part for part in (ordinary, special) if part is not None]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NO_POSTS
    both = pa.concat_batches(parts)
    return both.take(pa.array(np.argsort(both.column("time").to_numpy(), kind="stable")))
