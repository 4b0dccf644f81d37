"""What is said while the service begins, and what does a signal do that comes before it has begun?"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.app.warm import warm_wholly
from holdfast.events.code_cache import code_cache
from holdfast.reading.kernel import compiled_before

from .logs import Log

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StoppedError(Exception):
    """It is to end before it has begun."""


class Beginning:
    """The time until signals are the event loop's. As long as this is entered, one is noted, and told of once."""

    def __init__(self, log: Log) -> None:
        """Nothing came yet."""
        self._log, self._at_once = log, False
        self.signal = ""  # the name of the one that came

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Note signals; from the end on they do what they did before.

        Raises:
            StoppedError: one came while kernels were made ready.

        """
        before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def go_on(self) -> None:
        """Pass where no signal came.

        Raises:
            StoppedError: one did.

        """
        if self.signal:
            raise StoppedError(self.signal)

    def ready_kernels(self) -> None:
        """Have every kernel ready, and say so where it takes long.

        Raises:
            StoppedError: a signal came: what was compiled so far is kept, and nothing else was begun.

        """
        self._at_once = True
        try:
            self.go_on()
            first = not compiled_before()
            if first:
                often = "once for this processor" if code_cache() is not None else "each time, see `holdfast doctor`"
                self._log.info("compiling", advice=f"Kernels are compiled, {often}: half a minute on two cores.")
            began = time.monotonic()
            warm_wholly()
            if first:
                self._log.info("compiled", seconds=round(time.monotonic() - began, 1))
            self.go_on()
        finally:
            self._at_once = False

    def _note(self, number: int, _: object) -> None:
        if not self.signal:
            self.signal = signal.Signals(number).name
            self._log.info("stopping", signal=self.signal)
        if self._at_once:
            raise StoppedError(self.signal)
