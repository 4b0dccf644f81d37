"""How are the innocent given back: which waves are under way, how are those let go, and what follows from it?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import assert_never

import msgspec

from holdfast.containment import (
    Cohort,
    Explicit,
    Hold,
    Restriction,
    SubjectKind,
    cohort_key,
    cohort_subject,
    ends,
    place,
)
from holdfast.containment.compile import Within
from holdfast.ledger import RecordKind
from holdfast.recovery import Health, Phase, Restored, Schedule, Waves, planned, restored, step
from holdfast.recovery.waves import (
    EVERYBODY,
    Command,
    Finish,
    HoldAgain,
    Look,
    News,
    Over,
    Release,
    Resume,
    left,
)

from . import conduct
from .book import Book, Page, Shelf
from .conduct import LIVE
from .knowledge import Knowledge
from .signs import Sign, Signs
from .timeline import HappeningKind


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How many were free again and how many still held after a wave went, or was taken back, at `at` (ms)."""

    at: int
    restored: int
    held: int


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One cohort on its way out: held because of `about`, by the holds in `agreed` that somebody approved.

    The holds are on the cohort, or on each of its accounts by name. `standing` are those that stand by now, `told` is
    what each move came to.
    """

    about: str
    cohort: Cohort
    agreed: tuple[Hold, ...]
    standing: tuple[str, ...]
    waves: Waves
    told: tuple[Told, ...] = ()


class Restoring:
    """Lets cohorts go wave by wave, and holds the last wave again by itself when it should not have gone.

    So it does with the accounts that are held by name though they are more likely in their owners' hands; those that
    may not sign in are each a case of its own (`returning`). A wave of a cohort places the holds that are left, on a
    narrower cohort, and ends those before them, in one transaction: whoever is not let go is held without a gap. What
    is left ends when it was to end; only when a wave is taken back do the holds stand for their full term again,
    because a person has to look first.
    """

    def __init__(
        self, book: Book, knowledge: Knowledge, signs: Signs, *, cohorts: Schedule, accounts: Schedule
    ) -> None:
        """Go on with the waves that the book's store keeps; schedules for cohorts and for accounts held by name."""
        self._book = book
        self._knowledge = knowledge
        self._signs = signs
        self._cohorts, self._accounts = cohorts, accounts
        self._new: dict[str, None] = dict.fromkeys(book.holds)
        self.runs = Shelf(book, "waves", Run)
        book.when_moved(lambda moved, _: self._new.update(dict.fromkeys(sorted(moved))))

    def review(self, now: int) -> None:
        """Move the waves that are under way.

        Raises:
            StoreError: what was found is not kept; the next review finds it again.

        """
        for key in [key for key, run in self.runs.items() if run.waves.phase is not Phase.DONE]:
            self._move(key, self._news(self.runs[key], now), now)

    def resume(self, key: str, by: str, now: int) -> None:
        """Let paused waves go on; `by` has looked into what was wrong.

        Raises:
            RecoveryError: they are not paused.
            StoreError: nothing was kept.

        """
        self._move(key, Resume(now=now), now, by=by)

    def figures(self, now: int) -> Restored:
        """How many accounts are free again at `now`, and how many still held; one in two cohorts counts in both."""
        told = [self.standing_at(run, now) for run in self.runs.values()]
        return Restored(restored=sum(each.restored for each in told), held=sum(each.held for each in told))

    def standing_at(self, run: Run, now: int) -> Restored:
        """How the run stands; one that is over stays as it ended, though its cohort goes on gaining members."""
        if run.waves.phase is Phase.DONE and run.told:
            return Restored(restored=run.told[-1].restored, held=run.told[-1].held)
        return self._count(run, now)

    def open(self, now: int) -> None:
        """Plan the waves of each cohort that is newly held, all its restrictions together.

        Raises:
            StoreError: nothing of it was kept.

        """
        if not self._new:
            return
        known = {key for run in self.runs.values() for key in (*run.standing, *(hold.id for hold in run.agreed))}
        groups: dict[str, list[Hold]] = {}
        for key in self._new:
            held = self._book.holds[key]
            if held.state in LIVE and key not in known and (name := self._group(held.hold)):
                groups.setdefault(name, []).append(held.hold)
        for key, holds in groups.items():
            if key not in self.runs:
                self._plan(key, tuple(holds), now)
        self._new.clear()

    def _group(self, hold: Hold) -> str:
        """The name of the run that gives back what `hold` holds; empty where that is not done in waves."""
        match hold.subject.kind:
            case SubjectKind.COHORT:
                return f"{hold.plan}/{hold.subject.id}"
            case SubjectKind.ACCOUNT:
                there = {held.hold.restriction for held in self._book.on(hold.subject) if held.state in LIVE}
                return "" if Restriction.NO_SIGN_IN in there else f"{hold.plan}/accounts"
            case _:
                return ""

    def _plan(self, key: str, holds: tuple[Hold, ...], now: int) -> None:
        named = tuple(sorted({hold.subject.id for hold in holds}))
        cohort = holds[0].cohort
        schedule = self._cohorts if cohort is not None else self._accounts
        cohort = cohort if cohort is not None else Explicit(accounts=named)
        directory = self._knowledge.directory
        run = Run(
            about=holds[0].campaign,
            cohort=cohort,
            agreed=holds,
            standing=tuple(hold.id for hold in holds),
            waves=planned(schedule, key, directory.reach[directory.mask(cohort, now)], now),
        )
        with self._book.change(now) as page:
            self.runs.put(page, key, run)
            body = {"cohort": cohort_key(cohort), "schedule": msgspec.to_builtins(schedule)}
            page.record(RecordKind.DECISION, f"waves/{key}", run.about, body)

    def _news(self, run: Run, now: int) -> News:
        if run.standing and not self._standing(run, now):
            return Over()
        return Look(now=now, health=self._health(run, now))

    def _health(self, run: Run, now: int) -> Health:
        """What was seen of those let go; before the first wave, of all in the cohort and in the campaign."""
        directory = self._knowledge.directory
        inside = Within(run.cohort, directory)
        free = Within(run.waves.freed, directory)
        if not run.waves.given:
            seen = self._signs.since(run.waves.since)
            return Health(lures=seen[Sign.LURE], takeovers=seen[Sign.TAKEOVER])
        seen = self._signs.since(run.waves.since, lambda account: inside(account, now) and free(account, now))
        return Health(
            released=self._count(run, now).restored,
            lures=seen[Sign.LURE],
            takeovers=seen[Sign.TAKEOVER],
            complaints=seen[Sign.COMPLAINT],
            refusals=seen[Sign.REFUSAL],
        )

    def _move(self, key: str, news: News, now: int, by: str = "") -> None:
        before = self.runs[key]
        waves, commands = step(before.waves, news)
        if waves == before.waves:
            return
        run = msgspec.structs.replace(before, waves=waves)
        with self._book.change(now) as page:
            for command in commands:
                run = self._carry_out(page, key, run, command)
            if by:
                page.record(RecordKind.DECISION, f"waves/{key}/resumed/{now}", run.about, {"resume": key}, actor=by)
            if isinstance(news, Over):
                run = self._tell(page, key, run, "ended otherwise")
            self.runs.put(page, key, run)

    def _carry_out(self, page: Page, key: str, run: Run, command: Command) -> Run:
        match command:
            case Release():
                run = self._hold(page, run, f"wave {run.waves.given} of {len(run.waves.free)} went", again=False)
                return self._tell(page, key, run, f"wave {run.waves.given} of {len(run.waves.free)}")
            case HoldAgain(why=why):
                run = self._hold(page, run, "; ".join(why), again=True)
                return self._tell(page, key, run, "held again, a person has to resume: " + "; ".join(why))
            case Finish():
                page.record(RecordKind.DECISION, f"waves/{key}/finished", run.about, {})
                return run
            case _:
                assert_never(command)

    def _hold(self, page: Page, run: Run, why: str, *, again: bool) -> Run:
        """Let those holds stand that are left by now; `again` for their full term from now on."""
        agreed = run.agreed
        if again:
            agreed = tuple(
                msgspec.structs.replace(hold, until=ends(hold.subject.kind, page.now), starts=page.now)
                for hold in agreed
            )
        cohort = left(run.cohort, run.waves.freed)
        wanted = [] if cohort is None else self._left(run, agreed, cohort, why, page.now)
        for hold in wanted:
            page.place(hold)
        stay = {hold.id for hold in wanted}
        for key in run.standing:
            if key not in stay:
                page.tell(key, conduct.Over(at=page.now, why=why))
        return msgspec.structs.replace(run, standing=tuple(hold.id for hold in wanted), agreed=agreed)

    def _left(self, run: Run, agreed: Sequence[Hold], cohort: Cohort, why: str, now: int) -> list[Hold]:
        """The holds on `cohort`, or on its accounts by name: those that stand already, and new ones for the rest."""
        inside = Within(cohort, self._knowledge.directory)
        standing = {(hold.subject, hold.restriction): hold for hold in self._standing(run, now)}
        found: list[Hold] = []
        for hold in agreed:
            by_name = hold.cohort is None
            if by_name and not inside(hold.subject.id, now):
                continue
            there = standing.get((hold.subject, hold.restriction)) if by_name else None
            if there is not None:
                found.append(there)
                continue
            found.append(
                place(
                    hold.subject if by_name else cohort_subject(cohort),
                    hold.restriction,
                    starts=now,
                    until=hold.until,
                    why=why,
                    campaign=hold.campaign,
                    plan=hold.plan,
                    occasion=f"wave/{run.waves.moves}",
                    placed_by=hold.placed_by,
                    harm=hold.harm,
                    cohort=None if by_name else cohort,
                )
            )
        return found

    def _standing(self, run: Run, now: int) -> list[Hold]:
        """Those of its holds that are not over; `now` may lie before they began, when a stream is read again."""
        holds = (self._book.holds[key].hold for key in run.standing)
        return [hold for hold in holds if hold.in_force(max(now, hold.starts))]

    def _tell(self, page: Page, key: str, run: Run, what: str) -> Run:
        count = self._count(run, page.now)
        body = {"what": what, "restored": count.restored, "held": count.held, "standing": list(run.standing)}
        page.record(RecordKind.DECISION, f"waves/{key}/{len(run.told)}", run.about, body)
        kind = HappeningKind.ALARM if run.waves.phase is Phase.PAUSED else HappeningKind.ENDED
        if count.all:
            page.note(kind, f"{what}: {count.restored} of {count.all} accounts are free again", run.about)
        told = Told(at=page.now, restored=count.restored, held=count.held)
        return msgspec.structs.replace(run, told=(*run.told, told))

    def _count(self, run: Run, now: int) -> Restored:
        """Of those in the cohort whom nothing else holds by name: how many are free by its waves."""
        directory = self._knowledge.directory
        members = directory.mask(run.cohort, now) & ~directory.of(self._held_otherwise(run, now))
        over = run.waves.phase is Phase.DONE
        return restored(members, directory.mask(EVERYBODY if over else run.waves.freed, now))

    def _held_otherwise(self, run: Run, now: int) -> Collection[str]:
        own = set(run.standing)
        return {
            held.hold.subject.id
            for held in self._book.holds.values()
            if held.hold.subject.kind is SubjectKind.ACCOUNT and held.hold.in_force(now) and held.hold.id not in own
        }
