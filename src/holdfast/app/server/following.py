"""What does the owner of the store say just now? Read by a server that stands by, several times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from holdfast.app.live import ORIGIN
from holdfast.backends import SqlStore, load_or_create_signer
from holdfast.containment import Packets
from holdfast.errors import HoldfastError
from holdfast.response import Roll

from .handover import Life, life_in, packets_in, roll_in
from .link import Beat
from .logs import Log, crash
from .settings import Settings

_LOOK_EVERY = 0.25  # seconds between looks into the store: with the owner's own well within a second
_TELL_EVERY = 10.0  # seconds between two log lines about the same trouble
_SILENT = 10.0  # seconds without a sign of life until the store is taken from its owner: ten of them are missing
_BLIND = 2.0  # seconds: between looks farther apart than this, the silence may be our own


class Following:
    """A thread that reads what the owner leaves in the store, and takes the store from one that stands still."""

    def __init__(self, settings: Settings, log: Log) -> None:
        """Open the store for reading.

        Raises:
            SettingsError: the key is not its owner's alone.
            HoldfastError: the store cannot be read.

        """
        signer = load_or_create_signer(Path(settings.store.key), origin=ORIGIN)
        self._store = SqlStore(settings.store.address, signer=signer)
        self._log = log
        self.packets, self.roll = Packets(), Roll()
        self.life: Life | None = None
        self.wake: Callable[[], None] = _nobody
        self._seen_at = self._read_at = float("-inf")  # monotonic seconds
        self._silent_since = self._looked_at = time.monotonic()
        self._told_at = float("-inf")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, name="following", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and let go of the store."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def pulse(self) -> Beat:
        """How the owner is, as far as it is known here."""
        life = self.life
        return Beat(seen_at=self._seen_at, at=self._read_at, now=0 if life is None else life.now)

    def _live(self) -> None:
        with self._store:
            while not self._over.wait(_LOOK_EVERY):
                try:
                    self._look()
                except HoldfastError as error:
                    self._silent_since = time.monotonic()  # who cannot look does not know who is silent
                    self._tell("look_failed", error=type(error).__name__, advice=error.advice)
                except Exception as error:  # noqa: BLE001 - one look that failed must not end the waiting
                    crash(self._log, error)

    def _look(self) -> None:
        with self._store.look() as look:
            turn, life = look.turn(), life_in(look)
            fresh = [] if life is None else list(packets_in(look, life, self.packets))
            self.roll = roll_in(look)
        now = time.monotonic()
        if life is not None and life != self.life:
            self.life, self._read_at, self._seen_at, self._silent_since = life, now, now - life.age, now
        if now - self._looked_at > _BLIND:
            self._silent_since = now
        self._looked_at = now
        for packet in fresh:
            self.packets.add(packet)
        self.wake()
        if now - self._silent_since > _SILENT:
            self._silent(turn)

    def _silent(self, turn: int) -> None:
        """Take the store from an owner that stands still with its lock; it notices before it writes or acts."""
        if self.life is None or self.life.turn != turn:  # it may be well, and leave nothing here
            self._tell("nothing_left", advice="Set server.standby at the owner, too: nobody is answered here.")
            return
        self._log.warning("owner_silent", turn=turn, advice="The store is taken from it; end it if it comes back.")
        self._silent_since = time.monotonic()
        self._store.depose()

    def _tell(self, what: str, **more: str) -> None:
        if time.monotonic() - self._told_at >= _TELL_EVERY:
            self._told_at = time.monotonic()
            self._log.warning(what, **more)


def _nobody() -> None:
    """Nobody waits for packets yet."""
