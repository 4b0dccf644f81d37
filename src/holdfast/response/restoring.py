"""How are the innocent given back: which waves are under way, how are those let go, and what follows from it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias, assert_never

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
    restricted,
)
from holdfast.containment.compile import Within
from holdfast.errors import RecoveryError
from holdfast.ledger import RecordKind
from holdfast.recovery import Health, Phase, Restored, Schedule, Waves, planned, restored, step
from holdfast.recovery.waves import (
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
from .conduct import LIVE, Held
from .emergency import alone
from .knowledge import Knowledge
from .lists import listed
from .signs import Sign, Signs
from .timeline import HappeningKind

Find: TypeAlias = Callable[[str], Held | None]


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
        self.seen = Restored(restored=0, held=0)  # the figures as of the last review
        book.when_moved(lambda moved, _: self._new.update(dict.fromkeys(sorted(moved))))

    def review(self, now: int) -> None:
        """Move the waves that are under way, but for those whose holds have yet to start: they hold nobody to let go.

        So it is while a recorded stream is told again, until it has come to where its record is.

        Raises:
            StoreError: what was found is not kept; the next review finds it again.

        """
        under_way = [
            key for key, run in self.runs.items() if run.waves.phase is not Phase.DONE and self._started(run, now)
        ]
        for key in under_way:
            run = self._without_lifted(self.runs[key])
            self._move(key, run, self._news(run, now), now)
        if under_way or not self.seen.all:
            self.seen = self.figures(now)

    def resume(self, key: str, by: str, now: int) -> None:
        """Let paused waves go on; `by` has looked into what was wrong.

        Raises:
            RecoveryError: there are none of that key, or they are not paused.
            StoreError: nothing was kept.

        """
        if key not in self.runs:
            raise RecoveryError(f"there are no waves {key}", advice="Look at those that are under way.")
        self._move(key, self.runs[key], Resume(now=now), now, by=by)

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
            case SubjectKind.ACCOUNT if not listed(hold):
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
        if not run.agreed or (run.standing and not self._standing(run, now)):
            return Over()
        return Look(now=now, health=self._health(run, now))

    def _started(self, run: Run, now: int) -> bool:
        return all(self._book.holds[key].hold.starts <= now for key in run.standing)

    def _health(self, run: Run, now: int) -> Health:
        """What was seen of those let go; before the first wave, of all in the cohort and in the campaign."""
        waves, directory = run.waves, self._knowledge.directory
        if not waves.given:
            seen = self._signs.since(lambda _: waves.since)
            return Health(lures=seen[Sign.LURE], takeovers=seen[Sign.TAKEOVER])
        inside = Within(run.cohort, directory)
        watched = [(Within(free, directory), at) for free, at in waves.watched]

        def let_go(account: str) -> int | None:
            if not inside(account, now):
                return None
            return next((at for free, at in watched if free(account, now)), None)

        seen = self._signs.since(let_go)
        return Health(
            released=self._count(run, now).restored,
            lures=seen[Sign.LURE],
            takeovers=seen[Sign.TAKEOVER],
            complaints=seen[Sign.COMPLAINT],
            refusals=seen[Sign.REFUSAL],
        )

    def _without_lifted(self, run: Run) -> Run:
        """The run without those of its holds that somebody else has lifted: no wave may place them anew."""
        standing = (self._book.holds[key].hold for key in run.standing)
        lifted = {_what(hold) for hold in standing if hold.lifted_at is not None}
        if not lifted:
            return run
        agreed = tuple(hold for hold in run.agreed if _what(hold) not in lifted)
        stay = tuple(key for key in run.standing if _what(self._book.holds[key].hold) not in lifted)
        return msgspec.structs.replace(run, agreed=agreed, standing=stay)

    def _move(self, key: str, before: Run, news: News, now: int, by: str = "") -> None:
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
        """Let those holds stand that are left by now; `again` for their full term from now on, see `_anew`."""
        agreed = run.agreed
        if again:
            agreed = tuple(_anew(hold, page.now) for hold in agreed)
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

    def _standing(self, run: Run, now: int, find: Find | None = None) -> list[Hold]:
        """Those of its holds that are not over; `now` may lie before they began, when a stream is read again."""
        found = map(find or self._book.holds.get, run.standing)
        holds = [held.hold for held in found if held is not None]
        return [hold for hold in holds if hold.in_force(max(now, hold.starts))]

    def _tell(self, page: Page, key: str, run: Run, what: str) -> Run:
        count = self._count(run, page.now, page.held)
        body = {"what": what, "restored": count.restored, "held": count.held, "standing": list(run.standing)}
        page.record(RecordKind.DECISION, f"waves/{key}/{len(run.told)}", run.about, body)
        kind = HappeningKind.ALARM if run.waves.phase is Phase.PAUSED else HappeningKind.ENDED
        if count.all:
            page.note(kind, f"{what}: {count.restored} of {count.all} accounts are free again", run.about)
        told = Told(at=page.now, restored=count.restored, held=count.held)
        return msgspec.structs.replace(run, told=(*run.told, told))

    def _count(self, run: Run, now: int, find: Find | None = None) -> Restored:
        """Of those in the cohort whom nothing else holds by name, who is free of the run's holds as `find` has them."""
        find = find or self._book.holds.get
        directory = self._knowledge.directory
        members = directory.mask(run.cohort, now) & ~directory.of(self._held_otherwise(run, now, find))
        return restored(members, ~restricted(self._standing(run, now, find), directory, now))

    def _held_otherwise(self, run: Run, now: int, find: Find) -> Collection[str]:
        own = set(run.standing)
        others = (held.hold for key in self._book.holds if key not in own and (held := find(key)) is not None)
        by_name = (hold for hold in others if hold.subject.kind is SubjectKind.ACCOUNT and not listed(hold))
        return {hold.subject.id for hold in by_name if hold.in_force(now)}


def _anew(hold: Hold, now: int) -> Hold:
    """The hold for its full term from `now` on; no longer than before where one person alone placed it."""
    until = hold.until if alone(hold) else ends(hold.subject.kind, now)
    return msgspec.structs.replace(hold, until=until, starts=now)


def _what(hold: Hold) -> tuple[str, Restriction]:
    """What a hold of a run does, and to which account; a cohort's is on another cohort after each wave."""
    return ("" if hold.cohort is not None else hold.subject.id, hold.restriction)
