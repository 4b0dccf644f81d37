"""When is it this server's turn to own the store? When nobody else does; until then it stands by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from holdfast.errors import OwnedError, StoreError

from .answerer import Answerer
from .beginning import Beginning
from .door import LOOPBACK
from .following import Following
from .link import Owner
from .listening import beyond_loopback
from .logs import Log
from .settings import Settings
from .waiting import Waiting

T = TypeVar("T")

_TRY_EVERY = 0.5  # seconds between two tries to own the store


class Standby:
    """Waits for its turn, and has the guard answer meanwhile as the owner's does."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it waits with
        self,
        settings: Settings,
        answerer: Answerer,
        configured: bytes | None,
        listening: Callable[[], None],
        beginning: Beginning,
        log: Log,
    ) -> None:
        """`answerer` is to answer; `listening` is called once it does. `configured` is the settings' token, hashed.

        A signal that `beginning` has noted ends the waiting.
        """
        self._settings, self._answerer, self._configured, self._beginning = settings, answerer, configured, beginning
        self.listening, self._log = listening, log
        self._following: Following | None = None
        self._waiting: Waiting | None = None
        self._relieved = False
        self.code = 0  # the exit code where it ends before its turn
        self._forsaken = threading.Event()

    @property
    def answering(self) -> bool:
        """Whether the guard answers by what was left in the store."""
        return self._waiting is not None and not self._relieved

    def turn(self, take: Callable[[], T]) -> T | None:
        """What `take` gives as soon as nobody else owns the store; None when this server is to end before.

        Raises:
            SettingsError: it would answer beyond loopback without knowing whom.
            LedgerError: the record cannot vouch for itself.
            StoreError: the store cannot be reached at the start.

        """
        while not self._beginning.signal:
            try:
                taken = take()
                if not self._beginning.signal:
                    return taken
                break
            except OwnedError:
                self._follow()
            except StoreError:  # it is away: its owner waits for it, too, and `Following` tells of it
                if self._following is None:
                    raise
            self._begin_answering()
            if self._forsaken.wait(_TRY_EVERY):
                self.code = 1
                self._log.error("answering_gone", advice="Start the service again; a supervisor does so by itself.")
                return None
        if self._waiting is not None:
            self._answerer.end(self._settings.server.stop_seconds)
        return None

    def relieve(self) -> None:
        """Whatever was answered in an owner's place is answered by one again, or nobody is to be answered any more."""
        self._relieved = True
        if self._waiting is not None:
            self._waiting.stop()
        if self._following is not None:
            self._following.stop()

    def _follow(self) -> None:
        if self._following is None:
            self._following = Following(self._settings, self._log)
            self._following.start()
            self._log.info("standing_by")

    def _begin_answering(self) -> None:
        following = self._following
        if following is None or self._waiting is not None or not following.packets.at:
            return
        if self._settings.server.host not in LOOPBACK and self._configured is None and following.roll.nobody:
            raise beyond_loopback(self._settings)
        self._waiting = Waiting(self._settings, following, self._configured, self._log)
        self._waiting.start(self._answerer.door.dup())
        owner = Owner(packets=following.packets, pulse=following.pulse, refused=_unheard, gone=self._forsaken.set)
        following.wake = self._answerer.begin(owner)
        self.listening()
        self._log.info("standby")


def _unheard(told: list[tuple[str, int]]) -> None:
    """Who was refused here is no sign for the owner's waves: there is no way to tell it."""
