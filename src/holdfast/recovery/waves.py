"""When does the next part of a cohort go free, and when is the last part held again?

`step` does no IO and asks no clock: what is seen comes in, commands go out, and whoever calls it keeps the new state
and carries them out together. A wave says who is free once it has gone as a predicate (`Cohort`), each wave's within
the next one's, so nobody keeps a list: who joins the cohort later has drawn a lot already.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TypeAlias, assert_never

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.containment import LOTS, AllOf, Cohort, Except, InShare, ReachAbove
from holdfast.errors import RecoveryError, SettingsError

from .health import Bounds, Health, trouble

EVERYBODY = AllOf(cohorts=())
_MINUTE = 60_000  # milliseconds


@enum.unique
class Order(enum.StrEnum):
    """Who goes first."""

    RANDOM = "random"  # by lot: every wave is a fair sample, so its health speaks for the rest
    RISK = "risk"  # those with the fewest followers: what goes wrong early is seen by few


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """How large the waves are and how fast they follow, set before the first one. Times in milliseconds.

    `shares` are of the whole cohort, each with those before it in it; the last wave is everybody. The first goes after
    `quiet` without trouble, each further one `every` after the one before.
    """

    order: Order = Order.RANDOM
    shares: tuple[float, ...] = (0.1, 0.4, 1.0)  # a tenth is enough to show trouble, and little to take back
    quiet: int = 6 * _MINUTE  # the adversary of 2020 answered a removal within two minutes; three times that
    every: int = 3 * _MINUTE  # a hijacked account that was let go posts within minutes, or is being watched anyway
    bounds: Bounds = Bounds()

    def __post_init__(self) -> None:
        """Refuse what is no schedule.

        Raises:
            SettingsError: the shares do not grow to 1, or a time is not above 0.

        """
        growing = all(low < high for low, high in zip((0.0, *self.shares), self.shares, strict=False))
        if not self.shares or not growing or self.shares[-1] != 1.0:
            raise SettingsError(f"the shares {self.shares} do not grow from above 0 to 1")
        if self.quiet <= 0 or self.every <= 0:
            raise SettingsError("between two waves there has to be time to look")


@enum.unique
class Phase(enum.StrEnum):
    """Whether the next wave may go."""

    WATCHING = "watching"  # it goes when its time comes and nothing is wrong
    PAUSED = "paused"  # something was wrong: a person has to resume
    DONE = "done"  # everybody is free, by the last wave or because the hold ended otherwise


class Waves(msgspec.Struct, frozen=True, kw_only=True):
    """The giving back of one cohort: `given` of its waves have gone.

    `free` says for each wave who is free once it has gone. The next is due by `since` (milliseconds since 1970 UTC),
    when the last wave went or somebody resumed. `let_go` says for each wave that has gone from when on its accounts are
    watched: what they have done since then counts, however late it is heard of. `moves` counts every change of who is
    held, `pauses` the pauses.
    """

    free: tuple[Cohort, ...]
    schedule: Schedule
    since: int
    given: int = 0
    phase: Phase = Phase.WATCHING
    moves: int = 0
    pauses: int = 0
    let_go: tuple[int, ...] = ()

    @property
    def watched(self) -> Sequence[tuple[Cohort, int]]:
        """Who is free by each wave that has gone, and from when on they are watched (milliseconds since 1970 UTC)."""
        times = (*self.let_go, *[self.since] * (self.given - len(self.let_go)))  # older stores keep no times
        return tuple(zip(self.free, times, strict=False))

    @property
    def freed(self) -> Cohort:
        """Who is free by the waves that have gone."""
        return self.free[self.given - 1] if self.given else NOBODY

    @property
    def due(self) -> int | None:
        """When the next wave may go, or all are seen to have gone well (milliseconds since 1970 UTC); None: never."""
        if self.phase is not Phase.WATCHING:
            return None
        return self.since + (self.schedule.every if self.given else self.schedule.quiet)


NOBODY = InShare(seed="", below=0)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """It is `now`, and this is how those are who were let go."""

    now: int
    health: Health


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """A person has looked into the trouble, and lets the waves go on from where they were taken back to."""

    now: int


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """The hold has ended otherwise: its time was over, or somebody lifted it."""


News: TypeAlias = Look | Resume | Over


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Let the next wave go: whoever is in `free` is held no longer."""

    free: Cohort


class HoldAgain(msgspec.Struct, frozen=True, kw_only=True):
    """Hold again all but those in `free`, because of `why`; the next wave waits for a person."""

    free: Cohort
    why: tuple[str, ...]


class Finish(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody is free, and the last wave has been watched."""


Command: TypeAlias = Release | HoldAgain | Finish


def planned(schedule: Schedule, seed: str, reach: npt.NDArray[np.int64], now: int) -> Waves:
    """The waves in which a cohort goes free whose members have these followers (int64[n]), from `now` on."""
    return Waves(free=tuple(_free(schedule.order, seed, reach, schedule.shares)), schedule=schedule, since=now)


def _free(order: Order, seed: str, reach: npt.NDArray[np.int64], shares: Sequence[float]) -> list[Cohort]:
    match order:
        case Order.RANDOM:
            early: list[Cohort] = [InShare(seed=seed, below=round(share * LOTS)) for share in shares[:-1]]
        case Order.RISK:
            floors = np.quantile(reach, shares[:-1], method="lower").tolist() if len(reach) else [0] * len(shares[:-1])
            early = [Except(cohort=EVERYBODY, exempt=ReachAbove(reach=int(floor))) for floor in floors]
        case _:
            assert_never(order)
    return [*early, EVERYBODY]


def step(waves: Waves, news: News) -> tuple[Waves, tuple[Command, ...]]:
    """The waves after `news`, and what is to be done.

    Raises:
        RecoveryError: somebody resumes what is not paused.

    """
    match news:
        case Look(now=now, health=health):
            return _look(waves, now, trouble(health, waves.schedule.bounds))
        case Resume(now=now):
            if waves.phase is not Phase.PAUSED:
                raise RecoveryError(f"the waves are {waves.phase}, not paused", advice="There is nothing to resume.")
            return msgspec.structs.replace(waves, phase=Phase.WATCHING, since=now, let_go=(now,) * waves.given), ()
        case Over():
            return msgspec.structs.replace(waves, phase=Phase.DONE), ()
        case _:
            assert_never(news)


def _look(waves: Waves, now: int, wrong: tuple[str, ...]) -> tuple[Waves, tuple[Command, ...]]:
    if waves.phase is not Phase.WATCHING:
        return waves, ()
    if now < waves.since:  # the clock was set back: what it said was no time, so the waiting begins anew
        waves = msgspec.structs.replace(waves, since=now, let_go=tuple(min(at, now) for _, at in waves.watched))
    if wrong:
        if not waves.given:  # nobody was let go, so nothing is to be taken back: quiet is waited for
            return msgspec.structs.replace(waves, since=now), ()
        back = _moved(waves, waves.given - 1, now, phase=Phase.PAUSED, pauses=waves.pauses + 1)
        return back, (HoldAgain(free=back.freed, why=wrong),)
    if waves.due is None or now < waves.due:
        return waves, ()
    if waves.given == len(waves.free):
        return msgspec.structs.replace(waves, phase=Phase.DONE), (Finish(),)
    on = _moved(waves, waves.given + 1, now, phase=Phase.WATCHING, pauses=waves.pauses)
    return on, (Release(free=on.freed),)


def _moved(waves: Waves, given: int, now: int, *, phase: Phase, pauses: int) -> Waves:
    let_go = (*(at for _, at in waves.watched), now)[:given]
    return msgspec.structs.replace(
        waves, given=given, since=now, let_go=let_go, moves=waves.moves + 1, phase=phase, pauses=pauses
    )


def left(cohort: Cohort, free: Cohort) -> Cohort | None:
    """Who of `cohort` is still held when those in `free`, of its waves, are not; None when that is nobody."""
    if free == EVERYBODY:
        return None
    return cohort if free == NOBODY else Except(cohort=cohort, exempt=free)


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a cohort are free again, and how many are still held: together, all of it."""

    restored: int
    held: int

    @property
    def all(self) -> int:
        """The members of the cohort."""
        return self.restored + self.held


def restored(members: npt.NDArray[np.bool_], free: npt.NDArray[np.bool_]) -> Restored:
    """The figures of just now, from who is in the cohort and who is free by its waves (bool[n] each)."""
    out = int((members & free).sum())
    return Restored(restored=out, held=int(members.sum()) - out)
