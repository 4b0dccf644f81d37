"""How does the copy of the holds stay fresh? One thread asks what is new, and waits longer each time that fails."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from holdfast.containment import Replica, unpack
from holdfast.errors import HoldfastError
from holdfast.guard import Snapshot
from holdfast.reading import read_text

from .refusals import Refusals
from .wire import Wire

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0  # seconds after a failure; doubled each time, and drawn by lot up to a half less
_UNPACKED = 8  # a snapshot unpacks to no more than so many times the bytes that may come


class Following:
    """The newest snapshot that came, and when it was last known to be the newest."""

    def __init__(self, wire: Wire, *, wait: float, most_bytes: int, wall: Callable[[], float]) -> None:
        """Ask over `wire`; each question may wait `wait` seconds for news. `wall` gives seconds since 1970 UTC."""
        self._wall, self._ahead = wall, 0.0
        self._wire, self._wait, self._most = wire, wait, most_bytes * _UNPACKED
        self._replica = Replica(read_text)
        self._ended = threading.Event()
        self._first = threading.Event()
        self._known: tuple[Snapshot, float] = (self._replica.snapshot, float("-inf"))
        self._thread = threading.Thread(target=self._follow, name="holdfast guard", daemon=True)
        self.trouble: HoldfastError | None = None
        self.refusals = Refusals()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; a question under way is not waited for."""
        self._ended.set()

    def wait(self, seconds: float) -> bool:
        """Whether there is a snapshot, waiting for it at most so long."""
        return self._first.wait(seconds)

    @property
    def known(self) -> tuple[Snapshot, float]:
        """The snapshot, and when (monotonic seconds) it was last known to be all; swapped in one assignment."""
        return self._known

    def now(self) -> int:
        """Milliseconds since 1970 UTC by the server's clock: holds begin and end by that, not by this machine's."""
        return int((self._wall() + self._ahead) * 1_000)

    def _follow(self) -> None:
        failures = 0
        while not self._ended.is_set():
            try:
                self._look()
                failures, self.trouble = 0, None
            except HoldfastError as why:
                self.trouble = why
                failures += 1
                longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(failures, 10))
                self._ended.wait(longest * random.uniform(0.5, 1))  # noqa: S311 - so that clients do not come together
            else:
                self._tell()

    def _tell(self) -> None:
        """Tell whom the copy refused; that nobody hears of it keeps no news waiting."""
        try:
            self.refusals.tell(self._wire)
        except HoldfastError as why:
            self.trouble = why

    def _look(self) -> None:
        fetched = self._wire.snapshot(self._replica.at, self._wait if self._replica.at else 0.0)
        if fetched.time:
            self._ahead = fetched.time / 1_000 + time.monotonic() - fetched.began - self._wall()
        if fetched.data:
            try:
                self._replica.take(unpack(fetched.data, largest=self._most))
            except HoldfastError:
                self._replica = Replica(read_text)  # the next question asks for the whole of it; the old one answers on
                raise
        elif not self._replica.at:
            return  # the server knows nothing itself yet
        self._known = (self._replica.snapshot, fetched.seen_at)
        self._first.set()
