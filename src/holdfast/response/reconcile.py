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
from holdfast.ports import Platform, Standing

from .book import Book, Page
from .conduct import Anew, Held, HoldState, Over
from .executor import Way, way_of
from .found import FoundInPlace
from .nearest import as_wanted
from .timeline import HappeningKind

# Done once, with nothing left standing for the platform to show: whoever it concerns may do it again.
MOMENTARY = frozenset(restriction for restriction, effect in EFFECTS.items() if effect.undo is Undo.REDO)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How one subject differs from what should be: holds to apply again, holds to lift again, and what is not ours.

    `unaccounted` are restrictions the platform says are ours though the book knows no hold that could have placed them.
    """

    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    foreign: tuple[Standing, ...] = ()
    unaccounted: tuple[Restriction, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one round found. `unreadable` subjects did not show what stands on them.

    `again_at` (milliseconds since 1970 UTC) is when the platform listens again, where it cut the round short.
    """

    checked: int = 0
    applied_again: int = 0
    lifted_again: int = 0
    foreign: int = 0
    unaccounted: int = 0
    unreadable: int = 0
    again_at: int | None = None


def difference(holds: Iterable[Held], standings: Sequence[Standing], now: int) -> Difference:
    """What differs on one subject; `holds` are those pushed to the platform. A deed under way is left to its errand."""
    ours = {standing.restriction for standing in standings if standing.ours}
    wanted: set[Restriction] = set()
    known: set[Restriction] = set()
    missing: list[str] = []
    over: list[Held] = []
    for held in holds:
        restriction = held.hold.restriction
        known.add(restriction)
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
        if held.state in {HoldState.STUCK, HoldState.ENDED} and held.hold.restriction in ours - wanted
    ]
    return Difference(
        missing=tuple(missing),
        surplus=tuple(surplus),
        foreign=tuple(standing for standing in standings if not standing.ours),
        unaccounted=tuple(sorted(ours - known)),
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

    def _settle(self, page: Page, subject: Subject, differs: Difference, report: Report, *, dead: bool) -> Report:
        def again(keys: Iterable[str], why: str) -> int:
            count = 0
            for key in keys:
                held = self._book.holds[key]
                given_up = held.state in {HoldState.FAILED, HoldState.STUCK}
                if dead or not given_up:
                    page.tell(key, Anew(why=why))
                    count += 1
            return count

        for standing in differs.foreign:
            self._found.keep(page, subject, standing)
        return msgspec.structs.replace(
            report,
            applied_again=report.applied_again + again(differs.missing, "missing on the platform"),
            lifted_again=report.lifted_again + again(differs.surplus, "still standing on the platform"),
            foreign=report.foreign + len(differs.foreign),
            unaccounted=report.unaccounted + len(differs.unaccounted),
        )
