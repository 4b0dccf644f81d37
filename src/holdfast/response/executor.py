"""The way out: the one place where a platform is told to do something."""

from __future__ import annotations

import enum
from typing import assert_never

import msgspec

from holdfast.containment import Hold, Restriction, SubjectKind
from holdfast.errors import PlatformError, PlatformPausedError, RateLimitedError, UnsupportedRestrictionError
from holdfast.ports import Clock, Platform

from .book import Book
from .brakes import PUT_OFF, Brakes
from .conduct import LIVE, Deed, Done, NotDone
from .nearest import native
from .outbox import Bucket, Errand, Pace, take

# What the platform's write path asks the guard about; the rest has to be pushed.
ASKED = frozenset(
    {
        Restriction.REFUSE_LURE,
        Restriction.NO_POSTING,
        Restriction.NO_MESSAGING,
        Restriction.NO_SIGN_IN,
        Restriction.NO_CREDENTIAL_CHANGE,
        Restriction.NO_EXPORT,
    }
)

TOGETHER = 50  # deeds whose outcomes are kept in one transaction: as many may be done again after a crash, harmlessly
BREATH = (
    100  # milliseconds; where the platform's pace holds us up, a few deeds in one go rather than a wake-up for each
)


@enum.unique
class Way(enum.StrEnum):
    """How a hold is enforced."""

    PUSH = "pushed to the platform"
    ASK = "by guard"
    LIST = "by a list of its accounts"  # each of them held by name, see `lists`
    NONE = "no way"


def way_of(hold: Hold, platform: Platform) -> Way:
    """How `platform` enforces `hold`: cohorts and lures by asking where it can, accounts by push where it can.

    Where it does not ask about a cohort, it is told of its accounts one by one.
    """
    asked = platform.asks_guard and hold.restriction in ASKED
    if asked and hold.subject.kind in {SubjectKind.COHORT, SubjectKind.LURE}:
        return Way.ASK
    if hold.restriction in platform.capabilities:
        return Way.LIST if hold.subject.kind is SubjectKind.COHORT else Way.PUSH
    return Way.ASK if asked else Way.NONE


class Executor:
    """Does what is queued, as fast as the platform allows, and writes down how it went."""

    def __init__(self, platform: Platform, book: Book, clock: Clock, pace: Pace, brakes: Brakes) -> None:
        """Act on `platform` for `book`, no faster than `brakes` lets what cannot be undone."""
        self._platform = platform
        self._book = book
        self._clock = clock
        self._pace = pace
        self._brakes = brakes
        self._buckets: dict[Restriction, Bucket] = {}
        self._silent: dict[Restriction, int] = {}  # until when the platform asked to be left alone

    def work(self, now: int) -> int | None:
        """Do what is due at `now`; answer when to come back (milliseconds since 1970 UTC), None when nothing is left.

        Raises:
            DeposedError: another process has taken the store over, and does them.
            StoreError: how the last deeds went was not kept; they will be done again.

        """
        while self._some(now):
            pass
        return self._book.errands.next_at(self._silent)

    def _some(self, now: int) -> bool:
        """Do up to `TOGETHER` of what is due, and keep in one transaction how it went; False when nothing may go."""
        outbox = self._book.errands
        taken: list[Errand] = []
        told: list[tuple[str, Done | NotDone]] = []
        stopped: list[Errand] = []
        shut: set[Restriction] = set()
        try:
            while len(taken) < TOGETHER and (errand := outbox.first(now, shut)) is not None:
                if self._brakes.stops(errand, now):
                    outbox.put(msgspec.structs.replace(errand, due=now + PUT_OFF))
                    stopped.append(errand)
                    continue
                if self._free_at(errand.restriction, now) > now:
                    shut.add(errand.restriction)
                    continue
                outbox.take(errand)
                taken.append(errand)
                news = self._attempt(errand, max(now, self._clock.now()))
                told += [(errand.hold, news)] if news is not None else []
            if told or stopped:
                with self._book.change(max(now, self._clock.now())) as page:
                    for hold, news in told:
                        page.tell(hold, news)
                        self._brakes.went(page, hold)
                    for errand in stopped:
                        self._brakes.stopped(page, errand)
        finally:
            for errand in taken:
                if outbox.get(errand.hold) is errand:  # how it went is not kept, or it could not be tried
                    outbox.put(errand)
        return bool(taken)

    def _free_at(self, restriction: Restriction, now: int) -> int:
        """When the next deed of this kind may go; takes its token when that is now."""
        silent = self._silent.get(restriction, 0)
        capability = self._platform.capabilities.get(restriction)
        if silent > now or capability is None:
            return silent
        bucket, at = take(self._buckets.get(restriction), capability.per_second, now)
        self._buckets[restriction] = bucket
        if at > now:
            at = max(at, now + BREATH)
            self._silent[restriction] = at
        return at

    def _attempt(self, errand: Errand, now: int) -> Done | NotDone | None:
        """Do it; None where the platform asked to be left alone for a while."""
        held = self._book.holds[errand.hold]
        try:
            return Done(how=self._do(errand.deed, held.hold, now))
        except RateLimitedError as error:
            # Nothing was tried, so nothing is on record: the errand stays as it is until the platform listens again.
            self._silent[errand.restriction] = max(error.retry_at, now + 1)
            if isinstance(error, PlatformPausedError) and error.probed:
                # Another is tried first the next time: it may be this subject alone that is never answered.
                self._book.errands.put(msgspec.structs.replace(errand, due=error.retry_at + 1))
            return None
        except UnsupportedRestrictionError as error:
            return NotDone(reason=str(error), again=False)
        except PlatformError as error:
            return NotDone(reason=str(error), again=held.tries < self._pace.tries)

    def _do(self, deed: Deed, hold: Hold, now: int) -> str:
        way = way_of(hold, self._platform)
        match way:
            case Way.LIST:
                pass  # `lists` has the accounts held by name, or let go
            case Way.ASK:
                pass  # the gate took it up, or let it go, when the intent was kept
            case Way.NONE:
                if deed is Deed.APPLY:
                    text = f"{self._platform.name} has no way to {hold.restriction} on a {hold.subject.kind}"
                    raise UnsupportedRestrictionError(text)
            case Way.PUSH:
                self._book.check()  # who slept while another took over must not act on what he remembers
                if deed is Deed.LIFT:
                    return self._lift(hold, now)
                self._platform.apply(hold)
            case _:
                assert_never(way)
        return str(way)

    def _lift(self, hold: Hold, now: int) -> str:
        """Lift natively only when no other hold wants the same: what is in force is the union of all holds."""
        able = self._platform.capabilities
        action = native(able, hold.restriction)
        same = [held for held in self._book.on(hold.subject) if native(able, held.hold.restriction) == action]
        others = [other.hold.id for other in same if other.state in LIVE and other.hold.in_force(now)]
        if others:
            return f"still held by {others[0]}"
        for other in same:  # those lifted before, while this one stood, may still be known to the platform
            if other.state not in LIVE:  # one that has just run out has no intent yet, and will be lifted by its own
                self._platform.lift(other.hold)
        return str(Way.PUSH)
