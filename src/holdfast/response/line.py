"""The line to the platform: what happens to a call when nobody answers, or when we are asked to be quiet?

It stands before every connector, so that executor and reconciler need not know in which ways platforms fail. While the
breaker is open a call is not made, and comes out as a plea for quiet: whatever waits keeps its tries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject
from holdfast.errors import (
    HoldfastError,
    PlatformError,
    PlatformPausedError,
    PlatformUnreachableError,
    RateLimitedError,
)
from holdfast.events import Batch
from holdfast.ports import Capability, Clock, Platform, Standing

from .book import named
from .breaker import CLOSED, Breaker, BreakerState, Patience, failed, quiet_until
from .timeline import HappeningKind, Timeline

T = TypeVar("T")

_LOOK = "look"  # reading what stands has a rate limit of its own


class Line(Platform):
    """A platform that is left alone when it fails; nothing comes out of it but PlatformError."""

    def __init__(self, inner: Platform, clock: Clock, timeline: Timeline, patience: Patience | None = None) -> None:
        """Stand before `inner`; openings and closings of the breaker are told on `timeline`."""
        self.name = inner.name
        self.asks_guard = inner.asks_guard
        self.breaker: Breaker = CLOSED
        self._inner = inner
        self._clock = clock
        self._timeline = timeline
        self._patience = patience or Patience()
        self._asked_for_quiet: dict[str, int] = {}  # how often in a row, by kind of call

    @property
    def capabilities(self) -> Mapping[Restriction, Capability]:  # type: ignore[override]
        """As `inner` has them now."""
        return self._inner.capabilities

    def state(self, now: int) -> BreakerState:
        """What would happen to a call at `now` (milliseconds since 1970 UTC)."""
        return self.breaker.state(now)

    def events(self, since: int = 0) -> Iterator[Batch]:
        """As `inner`."""
        return self._inner.events(since)

    def accounts(self) -> pa.RecordBatch:
        """As `inner`."""
        return self._inner.accounts()

    def apply(self, hold: Hold) -> None:
        """As `inner`.

        Raises:
            PlatformPausedError: it was not asked, or the one call to see whether it is back failed.
            RateLimitedError: not now; come back at `retry_at`, which is neither over nor far off.
            PlatformError: it was not done.

        """
        self._call(str(hold.restriction), hold.subject, lambda: self._inner.apply(hold))

    def lift(self, hold: Hold) -> None:
        """As `inner`.

        Raises:
            PlatformPausedError: it was not asked, or the one call to see whether it is back failed.
            RateLimitedError: not now; come back at `retry_at`, which is neither over nor far off.
            PlatformError: it was not done.

        """
        self._call(str(hold.restriction), hold.subject, lambda: self._inner.lift(hold))

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """As `inner`.

        Raises:
            PlatformPausedError: it was not asked, or the one call to see whether it is back failed.
            RateLimitedError: not now; come back at `retry_at`, which is neither over nor far off.
            PlatformError: it did not say.

        """
        return self._call(_LOOK, subject, lambda: self._inner.in_force(subject))

    def _call(self, kind: str, subject: Subject, deed: Callable[[], T]) -> T:
        before = self._clock.now()
        state = self.breaker.state(before)
        if state is BreakerState.OPEN:
            raise PlatformPausedError(f"{self.name} is left alone", retry_at=self.breaker.until)
        try:
            answer = deed()
        except RateLimitedError as error:
            now = self._clock.now()
            self._answered(now)
            times = self._asked_for_quiet[kind] = self._asked_for_quiet.get(kind, 0) + 1
            until = quiet_until(self._patience, error.retry_at, times, now)
            raise RateLimitedError(str(error), retry_at=until) from error
        except PlatformUnreachableError as error:
            self._unanswered(state, subject, error)
            raise
        except HoldfastError:
            self._answered(self._clock.now())
            raise
        except (OSError, TimeoutError) as error:
            said = PlatformUnreachableError(f"{self.name} does not answer: {type(error).__name__}")
            self._unanswered(state, subject, error)
            raise said from error
        except Exception as error:
            # One connector's fault must not stop what is due elsewhere: it is a deed that did not work.
            raise PlatformError(f"the connector of {self.name} failed: {type(error).__name__}") from error
        self._asked_for_quiet.pop(kind, None)
        now = self._clock.now()
        if now - before > self._patience.slow:
            self._fail(subject, now)
        else:
            self._answered(now)
        return answer

    def _unanswered(self, state: BreakerState, subject: Subject, error: Exception) -> None:
        """Count it.

        Raises:
            PlatformPausedError: it was only to see whether the platform is back, and says nothing of this deed.

        """
        self._fail(subject, self._clock.now())
        if state is BreakerState.HALF_OPEN:
            said = f"{self.name} is not back yet"
            raise PlatformPausedError(said, retry_at=self.breaker.until, probed=True) from error

    def _fail(self, subject: Subject, now: int) -> None:
        before, self.breaker = self.breaker, failed(self.breaker, self._patience, named(subject), now)
        if self.breaker.opened and not before.opened:
            text = f"{self.name} failed {self.breaker.failures} times in a row and is left alone; what is due waits"
            self._timeline.add(now, HappeningKind.ALARM, text)

    def _answered(self, now: int) -> None:
        if self.breaker.opened:
            self._timeline.add(now, HappeningKind.REPAIR, f"{self.name} answers again; the greatest harm goes first")
        self.breaker = CLOSED
