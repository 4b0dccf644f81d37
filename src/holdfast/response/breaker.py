"""Is the platform to be asked at all just now, after it failed so often?

A circuit breaker (Nygard, "Release It!", 2007): closed, it lets everything through; open, nothing; half open, one call,
whose outcome decides. It opens when calls fail one after the other because nobody answers. What is answered, a refusal
or a plea for quiet, shows that somebody is there.
"""

from __future__ import annotations

import enum

import msgspec

SECOND = 1_000  # milliseconds
_MOST_DOUBLINGS = 16  # beyond any longest wait; an outage of days must not make the numbers long


@enum.unique
class BreakerState(enum.StrEnum):
    """What it does with the next call."""

    CLOSED = "closed"  # lets it through
    OPEN = "open"  # does not make it
    HALF_OPEN = "half_open"  # makes it, to see whether somebody is there again


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How much is put up with; times in milliseconds."""

    failures: int = 5  # in a row
    subjects: int = 3  # that were not answered for: one that never is, by an attacker's art even, stops no other
    first_wait: int = 5 * SECOND  # the usual restart of a service behind a load balancer
    longest_wait: int = 60 * SECOND  # nobody is held later than a minute after the platform is back
    slow: int = 10 * SECOND  # an answer that comes later is worth no more than none: all others wait behind it
    longest_quiet: int = 900 * SECOND  # what a platform may ask for; one whose clock is days ahead asks for days


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """So many calls failed in a row, about these subjects (no more are named than are needed to open).

    It was opened so often since a call worked, and is open until then (milliseconds since 1970 UTC).
    """

    failures: int = 0
    subjects: frozenset[str] = frozenset()
    opened: int = 0
    until: int = 0

    def state(self, now: int) -> BreakerState:
        """What it does with a call at `now`."""
        if not self.opened:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.until else BreakerState.HALF_OPEN


CLOSED = Breaker()


def failed(breaker: Breaker, patience: Patience, subject: str, now: int) -> Breaker:
    """After one more call that nobody answered: open when there were too many, for twice as long as the last time."""
    failures = breaker.failures + 1
    subjects = breaker.subjects if len(breaker.subjects) >= patience.subjects else breaker.subjects | {subject}
    if not breaker.opened and (failures < patience.failures or len(subjects) < patience.subjects):
        return Breaker(failures=failures, subjects=subjects)
    wait = min(patience.first_wait << min(breaker.opened, _MOST_DOUBLINGS), patience.longest_wait)
    return Breaker(failures=failures, subjects=subjects, opened=breaker.opened + 1, until=now + wait)


def quiet_until(patience: Patience, asked: int, times: int, now: int) -> int:
    """Until when a platform is left alone that asked for quiet until `asked`, for the `times`th time in a row.

    Who does not say until when, or names a time that is over, is believed less each time; who names one far off has
    another clock than ours.
    """
    if asked > now:
        return min(asked, now + patience.longest_quiet)
    return now + min(SECOND << min(times - 1, _MOST_DOUBLINGS), patience.longest_wait)
