"""What does each level of a lockdown leave allowed, which locks fit a question, and what do they come to together?

Locks join: of several that fit, the strictest counts, in whatever order they were placed. The way in never closes:
placing and lifting locks is Holdfast's own (`catalogue.OWN`), which no lock is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

import msgspec

from holdfast.errors import UsageError
from holdfast.guard.people import Person, Role, person_key

from .facts import Lock
from .needs import Need
from .networks import nobody_is_in, within

HOUR = 3_600_000  # milliseconds
_PLACES_KEPT = 4_096  # of the latest that were asked from: a platform's staff come from few
FEWEST_NAMED = 2  # responders: one of them alone can do nothing where two must agree


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A level: what everything takes under it, reads too, and whom it leaves in.

    `longest` is for how many milliseconds a lock of it may be placed at a time. `ends_sessions`: the live sessions of
    whom it shuts out end when it comes.
    """

    level: int
    name: str
    words: str
    needs: frozenset[Need] = frozenset()
    named_only: bool = False
    nobody: bool = False
    ends_sessions: bool = False
    longest: int


_JUSTIFIED = frozenset({Need.REASON, Need.TICKET})
_TOGETHER = _JUSTIFIED | {Need.CONSENT}

LEVELS = (
    Level(level=0, name="observe", words="nothing is stopped", longest=30 * 24 * HOUR),
    Level(
        level=1, name="justify", words="everything takes a reason and a ticket", needs=_JUSTIFIED, longest=7 * 24 * HOUR
    ),
    Level(level=2, name="two_person", words="everything takes a second person", needs=_TOGETHER, longest=3 * 24 * HOUR),
    Level(
        level=3,
        name="named",
        words="only named responders do anything, two of them together",
        needs=_TOGETHER,
        named_only=True,
        ends_sessions=True,
        longest=24 * HOUR,
    ),
    Level(
        level=4,
        name="sealed",
        words="nobody does anything",
        needs=_TOGETHER,
        named_only=True,
        nobody=True,
        ends_sessions=True,
        longest=4 * HOUR,
    ),
)
SEALED = LEVELS[-1].level


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What locks come to together: the strictest level, whom it leaves in (None: all), and until when at the latest.

    `named` holds `person_key`s.
    """

    level: int = 0
    named: frozenset[str] | None = None
    until: int | None = None

    @property
    def rule(self) -> Level:
        """The level as it is written down."""
        return LEVELS[self.level]

    def shuts_out(self, key: str) -> bool:
        """Whether it leaves the person of this `person_key` nothing at all."""
        return self.rule.nobody or (self.named is not None and key not in self.named)


UNLOCKED = Joined()


class Whom(Protocol):
    """A person as locks see them."""

    @property
    def key(self) -> str:
        """Their `person_key`."""
        ...

    @property
    def roles(self) -> tuple[Role, ...]:
        """What they are for."""
        ...


class Locks:
    """Locks, laid out so that only those are looked at that can fit; it never changes."""

    __slots__ = ("_blocks", "_by_name")

    def __init__(self, locks: Iterable[Lock]) -> None:
        """Lay out `locks`; each is looked up by the narrowest thing that it names."""
        self._by_name: dict[tuple[str, str], list[Lock]] = {}
        for lock in locks:
            self._by_name.setdefault(_narrowest(lock), []).append(lock)
        blocks = [name for kind, name in self._by_name if kind == "network"]
        self._blocks = lru_cache(_PLACES_KEPT)(lambda network: tuple(each for each in blocks if within(network, each)))

    def fitting(self, who: Whom, tool: str, function: str, networks: tuple[str, ...], now: int) -> list[Lock]:
        """The locks in force at `now` on this person doing this from any of these networks."""
        if not self._by_name:
            return []
        names = [
            ("person", who.key),
            ("function", function),
            ("tool", tool),
            ("all", ""),
            *(("network", block) for network in dict.fromkeys(networks) for block in self._blocks(network)),
            *(("role", role) for role in who.roles),
        ]
        return [
            lock
            for name in names
            for lock in self._by_name.get(name, ())
            if lock.in_force(now) and _fits(lock, who, tool, function, networks)
        ]


def joined(locks: Iterable[Lock]) -> Joined:
    """What `locks` that fit come to together, whatever their order."""
    there = list(locks)
    if not there:
        return UNLOCKED
    level = max(lock.level for lock in there)
    named: frozenset[str] | None = None
    for lock in there:
        if LEVELS[lock.level].named_only:
            keys = frozenset(person_key(each) for each in lock.named)
            named = keys if named is None else named & keys
    ends = [lock.until for lock in there if lock.level > 0]
    until = None if not ends or None in ends else max(end for end in ends if end is not None)
    return Joined(level=level, named=named, until=until)


def checked(lock: Lock) -> Lock:
    """`lock` if it can be placed.

    Raises:
        UsageError: there is no such level, it has no end or too late a one, names too few, no network, or no reason.

    """
    if not 0 <= lock.level <= SEALED:
        raise UsageError(f"there is no lockdown level {lock.level}", advice=f"Levels go from 0 to {SEALED}.")
    level = LEVELS[lock.level]
    hours = level.longest // HOUR
    if lock.until is None or not lock.starts < lock.until <= lock.starts + level.longest:
        raise UsageError(
            f"a lock of level {lock.level} ends, after {hours} hours at most",
            advice="Give it an end; place another before it ends if it is still needed.",
        )
    if _names_too_few(lock):
        raise UsageError(
            f"level {lock.level} leaves named responders in, who act two together",
            advice=f"Name at least {FEWEST_NAMED} people, or seal it with level {SEALED}.",
        )
    if nobody_is_in(lock.network):
        raise UsageError(
            f"{lock.network} is neither an address nor a block of addresses",
            advice="Write it as 198.51.100.7 or 198.51.100.0/24; a network of your own by its name.",
        )
    if not lock.why.strip():
        raise UsageError("a lock says why it was placed", advice="Give the reason in words.")
    return lock


def lowered(lock: Lock, level: int, now: int, *, id_: str, by: str) -> tuple[Lock, Lock]:
    """One stage of lifting at `now`: `lock` as it ends, and the lock of the lower `level` that takes its place at once.

    It ends when the first would have ended, so a stage never makes a lockdown longer.

    Raises:
        UsageError: the lock is not in force, the level is not lower, or leaves in those it names, who are too few.

    """
    if not lock.in_force(now) or not 0 <= level < lock.level:
        raise UsageError(
            f"the lock {lock.id} of level {lock.level} cannot go down to level {level}",
            advice="Lift locks that are in force, level by level.",
        )
    after = msgspec.structs.replace(lock, id=id_, level=level, starts=now, placed_by=by)
    if _names_too_few(after):
        raise UsageError(
            f"the lock {lock.id} names too few to leave in at level {level}",
            advice=f"Go down further, or place one of level {level} that names {FEWEST_NAMED} or more, then lift this.",
        )
    return msgspec.structs.replace(lock, lifted_at=now), after


def may_lift(person: Person, *, at_store: bool) -> bool:
    """Whether `person` may lift locks by themselves: a confirmed administrator at the machine of the store.

    No lock, hold or level is asked. Whoever else lifts one needs others to agree, as for a hold.
    """
    return at_store and person.counts and Role.ADMINISTRATOR in person.roles


def _names_too_few(lock: Lock) -> bool:
    level = LEVELS[lock.level]
    return level.named_only and not level.nobody and len({person_key(each) for each in lock.named}) < FEWEST_NAMED


def _narrowest(lock: Lock) -> tuple[str, str]:
    if lock.person:
        return "person", person_key(lock.person)
    for kind in ("function", "network", "tool", "role"):
        name = getattr(lock, kind)
        if name:
            return kind, name
    return "all", ""


def _fits(lock: Lock, who: Whom, tool: str, function: str, networks: tuple[str, ...]) -> bool:
    # A lock that names a person was found by just that.
    return (
        (not lock.tool or lock.tool == tool)
        and (not lock.function or lock.function == function)
        and (not lock.network or any(within(each, lock.network) for each in networks))
        and (not lock.role or lock.role in who.roles)
    )
