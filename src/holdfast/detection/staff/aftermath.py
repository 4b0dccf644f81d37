"""Who looked at an account that nobody asked for, and was it taken over afterwards, more often than colleagues' are?

Whoever sells what they read seldom takes it themselves. What the platform sees taken over in the next days is held
against who had looked: one such account is bad luck, two of a dozen are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from holdfast.detection.bounded import remember

from . import figures
from .person import Person

_LOOKS = 300_000  # accounts, some 300 bytes each
_PEOPLE = 4  # the last who looked at one
_RATE = 1 / figures.AFTER


class Aftermath:
    """Who looked at what in the last days, unasked, and how much of it was taken over; bounded, the oldest goes first."""

    def __init__(self) -> None:
        """Nobody looked at anything."""
        self._looks: dict[str, tuple[tuple[str, int, bool], ...]] = {}  # the last: whether it may be held against them
        self._at = 0
        self._read, self._lost = 0.0, 0.0

    def looked(self, staff: str, person: Person, account: str, now: int, *, busy: bool) -> None:
        """`staff` looked at `account`, for which nobody asked; not held against them while the desk is `busy` with it all."""
        if not busy:
            self._fade(now)
            _fade(person, now)
            self._read += 1.0
            person.read += 1.0
        others = tuple(look for look in self._looks.get(account, ()) if look[0] != staff)
        remember(self._looks, account, (*others, (staff, now, not busy))[-_PEOPLE:], _LOOKS)

    def crowd(self, staff: str, account: str, now: int) -> bool:
        """Whether several others just looked at it too: it is in the news, and everybody's."""
        looks = self._looks.get(account, ())
        return sum(now - at <= figures.CROWD_WITHIN for other, at, _ in looks if other != staff) >= figures.CROWD

    def taken_over(self, account: str, now: int) -> Iterator[str]:
        """`account` looks taken over at `now`: who had looked at it before, in time to have sold it."""
        looks = self._looks.get(account, ())
        for staff, at, counts in looks:
            beside = sum(abs(at - other) <= figures.CROWD_WITHIN for _, other, _ in looks) - 1
            if counts and beside < figures.CROWD and figures.BEFORE <= now - at <= figures.AFTER:
                yield staff

    def lost(self, person: Person, account: str, now: int) -> tuple[float, str] | None:
        """One of theirs is gone: nats, and in words; None where it is no sign, or known already."""
        if account in person.lost:
            return None
        self._fade(now)
        _fade(person, now)
        self._lost += 1.0
        remember(person.lost, account, now, figures.LOST)
        gone = len(person.lost)
        others = max(0.0, self._lost - gone) + figures.LOST_PRIOR * figures.TAKEN_LATER
        usual = person.read * max(
            figures.TAKEN_LATER, others / (max(0.0, self._read - person.read) + figures.LOST_PRIOR)
        )
        if gone < figures.LEAST_LOST or gone <= usual:
            return None
        nats = gone * log(gone / usual) - (gone - usual) - figures.CHOSEN_AFTERWARDS
        words = f"{gone} of the accounts that they looked at unasked were taken over since; {usual:.2g} are usual"
        return (nats, words) if nats > 0 else None

    def _fade(self, now: int) -> None:
        if now > self._at:
            kept = exp((self._at - now) * _RATE)
            self._read, self._lost, self._at = self._read * kept, self._lost * kept, now


def _fade(person: Person, now: int) -> None:
    """What was read is forgotten as fast as what the desk read; what was taken over, after as long."""
    if now > person.read_at:
        person.read *= exp((person.read_at - now) * _RATE)
        person.read_at = now
        for account in [account for account, at in person.lost.items() if now - at > figures.AFTER]:
            del person.lost[account]
