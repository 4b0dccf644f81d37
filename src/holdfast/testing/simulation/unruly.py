"""What if the platform presses, breaks, is slow, loses its answers, or lies, and the machine's clock is set back?

The platform notes every call that reached it and how large the record was then, so that it can be asked afterwards
whether each deed had been intended, and allowed, before it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pyarrow as pa

from holdfast.containment import Hold, Subject
from holdfast.errors import PlatformError, PlatformUnreachableError, RateLimitedError
from holdfast.events import ACCOUNTS
from holdfast.ports import Standing
from holdfast.response import Deed
from holdfast.testing.clock import SetClock
from holdfast.testing.small_platform import SmallPlatform

from .steps import Mood

STARS = tuple(f"star{number}" for number in range(12))
FANS = tuple(f"fan{number}" for number in range(1_000))
VERIFIED_FANS = 40  # the first of them: the innocent whom a brake on verified accounts would hold
WEATHER = "fan7"  # one of the verified warns people of danger


class MachineClock(SetClock):
    """A clock that stands still until it is told to move, and can be set back while no process looks at it."""

    latest = 0  # the latest time that it has shown before it was set back

    def set_back(self, by: int) -> None:
        """Show `by` milliseconds less."""
        self.latest = max(self.latest, self.now())
        self._now -= by

    def catch_up(self) -> None:
        """Show no less than it ever has."""
        self.set(max(self.latest, self.now()))


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One deed that reached the platform: when the record had `size` entries, in life `life` of the process.

    `answered` says that the platform said it was done, true or not.
    """

    deed: Deed
    hold: str
    subject: Subject
    size: int
    life: int
    answered: bool


class UnrulyPlatform(SmallPlatform):
    """A small platform with a mood; `size` tells how large the record is, `life` which life of the process it is."""

    def __init__(self, clock: MachineClock, size: Callable[[], int], *, counts_holds: bool) -> None:
        """A town of twelve accounts worth stealing among a thousand."""
        super().__init__(clock, accounts=[*STARS, *FANS], counts_holds=counts_holds)
        self._town = _town(super().accounts())
        self.calls: list[Call] = []
        self.life = 0
        self._machine = clock
        self._size = size
        self._mood: tuple[Mood, int] | None = None
        self._moody = 0  # calls that the mood lasts for

    def turn(self, mood: Mood, calls: int, lasting: int) -> None:
        """Treat the next `calls` calls so; `lasting` milliseconds, where it is a matter of time."""
        self._mood, self._moody = (mood, lasting), calls

    def calm_down(self) -> None:
        """Do as it is asked from now on."""
        self._moody, self.reachable, self.pressed_until = 0, True, 0

    def accounts(self) -> pa.RecordBatch:
        """The stars are verified and widely read, and so are some of the fans."""
        return self._town

    def apply(self, hold: Hold) -> None:
        """Set the flag, in its way.

        Raises:
            PlatformError: as its mood is.

        """
        self._in_mood(hold, Deed.APPLY, super().apply)

    def lift(self, hold: Hold) -> None:
        """Take the flag down, in its way.

        Raises:
            PlatformError: as its mood is.

        """
        self._in_mood(hold, Deed.LIFT, super().lift)

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """The flags on `subject`; it may refuse to say, but what it says is true.

        Raises:
            PlatformError: as its mood is.

        """
        mood, lasting = self._next_mood()
        match mood:
            case Mood.PRESSED:
                raise RateLimitedError("the platform is pressed", retry_at=self._machine.now() + lasting)
            case Mood.BROKEN:
                raise PlatformError("the platform has an error of its own")
            case Mood.TIMEOUT:
                raise PlatformUnreachableError("the platform took too long")
            case Mood.SLOW:
                self._machine.advance(lasting)
            case Mood.LIE | None:
                pass
        return super().in_force(subject)

    def _in_mood(self, hold: Hold, deed: Deed, done: Callable[[Hold], None]) -> None:
        size, answered = self._size(), False
        try:
            self._treat(hold, done)
            answered = True
        finally:
            self.calls.append(
                Call(deed=deed, hold=hold.id, subject=hold.subject, size=size, life=self.life, answered=answered)
            )

    def _treat(self, hold: Hold, done: Callable[[Hold], None]) -> None:
        mood, lasting = self._next_mood()
        match mood:
            case Mood.PRESSED:
                raise RateLimitedError("the platform is pressed", retry_at=self._machine.now() + lasting)
            case Mood.BROKEN:
                raise PlatformError("the platform has an error of its own")
            case Mood.TIMEOUT:
                done(hold)
                raise PlatformUnreachableError("the platform took too long")
            case Mood.SLOW:
                self._machine.advance(lasting)
                done(hold)
            case Mood.LIE:
                pass
            case None:
                done(hold)

    def _next_mood(self) -> tuple[Mood | None, int]:
        if not self._moody or self._mood is None:
            return None, 0
        self._moody -= 1
        return self._mood


def _town(accounts: pa.RecordBatch) -> pa.RecordBatch:
    verified = {*STARS, *FANS[:VERIFIED_FANS]}
    rows = [
        {
            **row,
            "verified": row["account"] in verified,
            "reach": 100_000 if row["account"] in STARS else 100,
            "emergency": row["account"] == WEATHER,
        }
        for row in accounts.to_pylist()
    ]
    return pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS)
