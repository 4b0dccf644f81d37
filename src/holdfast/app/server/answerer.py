"""How is the process that answers started, told and watched by the one that owns the state?"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from holdfast.errors import StoreError

from .leftovers import PREFIX, STATE, clear
from .link import Begin, Link, Owner
from .settings import Settings

_PATIENCE = 300.0  # seconds until it listens: on a busy machine that compiles kernels for the first time
_BACKLOG = 2_048


class Answerer:
    """The other process. As long as this is entered it runs; `door` is where it asks the owner of the state."""

    def __init__(self, listener: socket.socket, settings: Settings) -> None:
        """It is to listen at `listener`, which is its own from then on."""
        self._settings = settings
        clear(Path(tempfile.gettempdir()), time.time())
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # for its owner alone
        self._path = str(self._folder / STATE)
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.door.bind(self._path)
        self.door.listen(_BACKLOG)
        self._end, theirs = socket.socketpair()
        handed = (listener.fileno(), theirs.fileno())
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "holdfast.app.server.answering", *map(str, handed)],
            pass_fds=handed,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        listener.close()
        self._link: Link | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._link is not None:
            self._link.close()
        self._end.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.door.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def begin(self, owner: Owner) -> Callable[[], None]:
        """Have it answer by what `owner` tells; returns once it listens, with what tells it that there is more.

        Raises:
            StoreError: it did not begin.

        """
        if self._link is not None:  # it answers already, by what was left in the store
            self._link.follow(owner)
            if self._link.gone.is_set():
                raise StoreError("The process that answers is gone.", advice="Start the service again.")
            return self._link.wake
        self._link = link = Link(self._end, owner)
        link.start(Begin(settings=self._settings, path=self._path))
        link.open.wait(_PATIENCE)
        if link.gone.is_set() or not link.open.is_set():
            raise StoreError("The process that answers did not begin.", advice="Look at what it says above.")
        return link.wake

    def end(self, within: float) -> bool:
        """Have it answer what is under way and end; whether it did in time."""
        if self._link is not None:
            self._link.end()
        try:
            return self._process.wait(within) == os.EX_OK
        except subprocess.TimeoutExpired:
            return False
