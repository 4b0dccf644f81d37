"""In which ways do connectors fail? A platform before a real one that fails in each of them, so often as it is told."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pyarrow as pa

from holdfast.containment import Hold, Subject
from holdfast.errors import PlatformError, PlatformUnreachableError, RateLimitedError
from holdfast.events import Batch
from holdfast.ports import Platform, Standing

from .clock import SetClock

T = TypeVar("T")

SECOND, DAY = 1_000, 86_400_000  # milliseconds


@enum.unique
class Badness(enum.StrEnum):
    """What a call to a platform can come to."""

    ASKS_FOR_QUIET = "429, and says until when"
    ASKS_WITHOUT_TIME = "429, and does not say until when"
    ASKS_BY_A_SLOW_CLOCK = "429, until a time that is over"
    ASKS_BY_A_FAST_CLOCK = "429, until a time days ahead"
    BREAKS = "500, and nothing is done"
    BREAKS_AFTER = "500, and it is done"
    TIMES_OUT = "no answer, and nothing is done"
    TIMES_OUT_AFTER = "no answer, and it is done"
    REFUSES = "400, for this subject"
    LIES = "200, and nothing is done"
    IS_SLOW = "200, after half a minute"
    LEAKS = "an exception of the connector's own library"
    LEAKS_A_TIMEOUT = "a timeout of the connector's own library"


class BadPlatform(Platform):
    """Behaves badly at the first `times` deeds, and looks if `looks_too`; then as `inner`. `calls` counts them all."""

    def __init__(  # noqa: PLR0913 - what it stands before, how it fails and when
        self,
        inner: Platform,
        clock: SetClock,
        badness: Badness,
        *,
        times: int,
        subject: str = "",
        looks_too: bool = False,
    ) -> None:
        """Stand before `inner`; with a `subject` only what concerns that one goes wrong."""
        self.name = inner.name
        self.capabilities = inner.capabilities
        self.asks_guard = inner.asks_guard
        self.left = times
        self.calls = 0
        self._inner = inner
        self._clock = clock
        self._badness = badness
        self._subject = subject
        self._looks_too = looks_too

    def events(self, since: int = 0) -> Iterator[Batch]:
        """As `inner`; reading a stream is not a deed."""
        return self._inner.events(since)

    def accounts(self) -> pa.RecordBatch:
        """As `inner`."""
        return self._inner.accounts()

    def apply(self, hold: Hold) -> None:
        """As `inner`, or badly."""
        self._call(hold.subject, lambda: self._inner.apply(hold), lie=None)

    def lift(self, hold: Hold) -> None:
        """As `inner`, or badly."""
        self._call(hold.subject, lambda: self._inner.lift(hold), lie=None)

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """As `inner`, or badly: but what it shows is true."""
        if not self._looks_too or self._badness is Badness.LIES:
            return self._inner.in_force(subject)
        return self._call(subject, lambda: self._inner.in_force(subject), lie=())

    def _call(self, subject: Subject, deed: Callable[[], T], *, lie: T) -> T:  # noqa: C901 - a case each
        self.calls += 1
        if self.left <= 0 or self._subject not in {"", subject.id}:
            return deed()
        self.left -= 1
        now = self._clock.now()
        match self._badness:
            case Badness.ASKS_FOR_QUIET:
                raise RateLimitedError("too many", retry_at=now + SECOND)
            case Badness.ASKS_WITHOUT_TIME:
                raise RateLimitedError("too many")
            case Badness.ASKS_BY_A_SLOW_CLOCK:
                raise RateLimitedError("too many", retry_at=now - DAY)
            case Badness.ASKS_BY_A_FAST_CLOCK:
                raise RateLimitedError("too many", retry_at=now + 7 * DAY)
            case Badness.BREAKS | Badness.TIMES_OUT:
                raise PlatformUnreachableError(str(self._badness))
            case Badness.BREAKS_AFTER | Badness.TIMES_OUT_AFTER:
                deed()
                raise PlatformUnreachableError(str(self._badness))
            case Badness.REFUSES:
                raise PlatformError("there is no such thing")
            case Badness.LIES:
                return lie
            case Badness.IS_SLOW:
                answer = deed()
                self._clock.advance(30 * SECOND)
                return answer
            case Badness.LEAKS:
                raise KeyError("data")
            case Badness.LEAKS_A_TIMEOUT:
                raise TimeoutError
