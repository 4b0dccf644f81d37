"""Is what stands on the platform what should stand there, and if not, what is to be done?

Level-triggered: it compares the state that should be with the state that is, and never asks how they came to differ (a
crash, an outage, a lying platform, a rival administrator). What Holdfast did not place is recorded when it is found,
and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.containment import EFFECTS, Restriction, Subject, Undo
from holdfast.errors import PlatformError, RateLimitedError
from holdfast.ledger import RecordKind
from holdfast.ports import Platform, Standing

from .book import Book, Page, named
from .conduct import Anew, Held, HoldState, Over, Seen, Untrue
from .executor import Way, way_of
from .found import FoundInPlace
from .nearest import as_wanted
from .timeline import HappeningKind

# Done once, with nothing left standing for the platform to show: whoever it concerns may do it again.
MOMENTARY = frozenset(restriction for restriction, effect in EFFECTS.items() if effect.undo is Undo.REDO)

# Repairs of one hold that did not last, round after round, until a person is told: the platform says what is not so, or
# somebody undoes it. Each round is a minute after the one before, so a slow replica has had three minutes to show it.
MOST_REPAIRS = 3


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How one subject differs from what should be: holds to apply again, holds to lift again, and what is not ours.

    `settled` are dead letters of which the platform shows that the deed was done after all.
    `unaccounted` are restrictions the platform says are ours though the book knows no hold that could have placed them.
    """

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    foreign: tuple[Standing, ...] = ()
    unaccounted: tuple[Restriction, ...] = ()
    settled: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one round found.

    `unreadable` subjects did not show what stands on them; `untrue` holds do not stand (or do not end) though the
    platform said so more than once; `settled` dead letters were done after all.
    `again_at` (milliseconds since 1970 UTC) is when the platform listens again, where it cut the round short.
    """

    checked: int = 0
    applied_again: int = 0
    lifted_again: int = 0
    foreign: int = 0
    unaccounted: int = 0
    unreadable: int = 0
    untrue: int = 0
    settled: int = 0
    again_at: int | None = None


def difference(holds: Iterable[Held], standings: Sequence[Standing], now: int) -> Difference:
    """What differs on one subject; `holds` are those pushed to the platform. A deed under way is left to its errand."""
    ours = {standing.restriction for standing in standings if standing.ours}
    wanted: set[Restriction] = set()
    known: set[Restriction] = set()
    missing: list[str] = []
    over: list[Held] = []
    done: list[str] = []
    for held in holds:
        restriction = held.hold.restriction
        known.add(restriction)
        if (held.state is HoldState.FAILED and restriction in ours and held.hold.in_force(now)) or (
            held.state is HoldState.STUCK and restriction not in ours
        ):
            done.append(held.hold.id)
        if not held.hold.in_force(now):
            over.append(held)
            continue
        wanted.add(restriction)
        settled = held.state in {HoldState.IN_FORCE, HoldState.FAILED}
        shows = restriction not in MOMENTARY or held.state is HoldState.FAILED  # whether it must be seen to be believed
        if settled and restriction not in ours and shows:
            missing.append(held.hold.id)
    surplus = [
        held.hold.id
        for held in over
        if held.hold.restriction in ours
        and (held.state is HoldState.STUCK or (held.state is HoldState.ENDED and held.hold.restriction not in wanted))
    ]
    return Difference(
        missing=tuple(missing),
        surplus=tuple(surplus),
        foreign=tuple(standing for standing in standings if not standing.ours),
        unaccounted=tuple(sorted(ours - known)),
        settled=tuple(done),
    )


class Reconciler:
    """Compares, repairs what can be repaired, and reports the rest."""

    def __init__(self, platform: Platform, book: Book, found: FoundInPlace, *, dead_every: int) -> None:
        """Reconcile `platform` with `book`; dead letters are tried again once in `dead_every` milliseconds."""
        self._platform = platform
        self._book = book
        self._found = found
        self._dead_every = dead_every
        self._dead_again = 0
        self._verified: set[str] = set()  # ended holds that were seen to be gone
        self._repairs: dict[str, int] = {}  # of the holds that were repaired and were not seen to be right since
        self._told: set[tuple[Subject, Restriction]] = set()  # what is said to be ours and is not known
        self._after: Subject | None = None  # where the last round had to stop

    def sweep(self, now: int) -> int:
        """End the holds whose time is over at `now`; answer how many.

        They are out of force already, to the millisecond, whoever asks; this only has the platform lift them.
        """
        keys = self._book.expired(now)
        if keys:
            with self._book.change(now) as page:
                for key in keys:
                    page.tell(key, Over(at=now, why="expired"))
                page.note(HappeningKind.ENDED, f"{len(keys)} holds expired")
        return len(keys)

    def once(self, now: int) -> Report:
        """Look at every subject once, and queue what is needed; the executor does it.

        Raises:
            StoreError: nothing of this round was kept; the next one finds the same.

        """
        dead = now >= self._dead_again
        report, differences = self._look(now)
        if differences:
            report = self._repair(now, differences, report, dead=dead)
        if dead and report.again_at is None:
            self._dead_again = now + self._dead_every
        return report

    def _repair(
        self, now: int, differences: Iterable[tuple[Subject, Difference]], report: Report, *, dead: bool
    ) -> Report:
        with self._book.change(now) as page:
            for subject, differs in differences:
                report = self._settle(page, subject, differs, report, dead=dead)
            if report.applied_again or report.lifted_again:
                text = f"{report.applied_again} holds applied again, {report.lifted_again} lifted again"
                page.note(HappeningKind.REPAIR, text)
        return report

    def _look(self, now: int) -> tuple[Report, list[tuple[Subject, Difference]]]:
        found: list[tuple[Subject, Difference]] = []
        checked = unreadable = 0
        again_at = None
        for subject, holds in self._rotation():
            try:
                standings = self._platform.in_force(subject)
            except RateLimitedError as error:
                again_at = max(error.retry_at, now + 1)
                break
            except PlatformError:
                unreadable += 1
                self._after = subject
                continue
            checked += 1
            self._after = subject
            named = as_wanted(standings, [held.hold for held in holds], self._platform.capabilities, now)
            differs = difference(holds, named, now)
            self._verify(holds, differs)
            if differs != Difference():
                found.append((subject, differs))
        else:
            self._after = None
        return Report(checked=checked, unreadable=unreadable, again_at=again_at), found

    def _rotation(self) -> list[tuple[Subject, list[Held]]]:
        """Subjects with something to look at, beginning after the one at which the last round stopped."""
        worth = []
        for subject in sorted(self._book.subjects):
            holds = [held for held in self._book.on(subject) if way_of(held.hold, self._platform) is Way.PUSH]
            if any(held.state is not HoldState.ENDED or held.hold.id not in self._verified for held in holds):
                worth.append((subject, holds))
        after = self._after
        if after is None:
            return worth
        return [pair for pair in worth if pair[0] > after] + [pair for pair in worth if pair[0] <= after]

    def _verify(self, holds: Iterable[Held], differs: Difference) -> None:
        gone = {held.hold.id for held in holds if held.state is HoldState.ENDED}
        self._verified |= gone - set(differs.surplus)
        self._verified -= set(differs.surplus)
        wrong = {*differs.missing, *differs.surplus}
        for held in holds:
            if held.deed is None and held.hold.id not in wrong:
                self._repairs.pop(held.hold.id, None)

    def _settle(self, page: Page, subject: Subject, differs: Difference, report: Report, *, dead: bool) -> Report:
        for standing in differs.foreign:
            self._found.keep(page, subject, standing)
        for restriction in differs.unaccounted:
            self._tell_of(page, subject, restriction)
        for key in differs.settled:
            page.tell(key, Seen())
        applied, unapplied = self._again(page, differs.missing, "missing on the platform", dead=dead)
        lifted, unlifted = self._again(page, differs.surplus, "still standing on the platform", dead=dead)
        return msgspec.structs.replace(
            report,
            applied_again=report.applied_again + applied,
            lifted_again=report.lifted_again + lifted,
            foreign=report.foreign + len(differs.foreign),
            unaccounted=report.unaccounted + len(differs.unaccounted),
            untrue=report.untrue + unapplied + unlifted,
            settled=report.settled + len(differs.settled),
        )

    def _again(self, page: Page, keys: Iterable[str], why: str, *, dead: bool) -> tuple[int, int]:
        """Have the holds repaired, or give up on those that do not stay so; how many of each."""
        repaired = given_up = 0
        for key in keys:
            if self._book.holds[key].state in {HoldState.FAILED, HoldState.STUCK}:
                if not dead:
                    continue
            elif self._repairs.get(key, 0) >= MOST_REPAIRS:
                page.tell(key, Untrue(reason=f"{why}, though it was done {MOST_REPAIRS + 1} times"))
                given_up += 1
                continue
            self._repairs[key] = self._repairs.get(key, 0) + 1
            page.tell(key, Anew(why=why))
            repaired += 1
        return repaired, given_up

    def _tell_of(self, page: Page, subject: Subject, restriction: Restriction) -> None:
        if (subject, restriction) not in self._told:
            self._told.add((subject, restriction))
            key = f"unaccounted/{named(subject)}/{restriction}/{page.now}"
            page.record(RecordKind.OBSERVATION, key, named(subject), {"restriction": str(restriction)})
            text = f"{restriction} on {named(subject)} is said to be ours, and no hold of ours could have placed it"
            page.note(HappeningKind.ALARM, text, named(subject))
