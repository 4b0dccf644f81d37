"""Who has a store for the time of a run? For one in a file: whoever locked the file beside it, as long as he lives."""

from __future__ import annotations

import fcntl
import os
import re
import socket
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from holdfast.errors import OwnedError, StoreError

OWNER, TURN = "owner", "turn"  # the collection and the key under which the store itself keeps whose turn it is
_SAID_BYTES = 200  # who has it: a process id and a host's name
_OURS = re.compile(rb"(pid \d+ on .*)?", re.DOTALL)  # what is in the file of a lock; nothing before its owner is told


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it is, in the store itself: a number that each owner finds one higher than the one before left it.

    A lock says who is at work, and goes with its process; it cannot say so to somebody who slept while he lost it. What
    is written at every taking changes the store's seal, and that he sees before he writes or acts (a fencing token;
    Kleppmann, "How to do distributed locking", 2016).
    """

    number: int


class Claim(Protocol):
    """A store that is one run's own; another run is refused until it is closed or its process has ended."""

    def check(self) -> None:
        """Make sure that it still is.

        Raises:
            StoreError: it was lost, and cannot be had again.

        """
        ...

    def close(self) -> None:
        """Let others have it; harmless when they have it already."""
        ...


def this_run() -> str:
    """What others are told of the process that has a store."""
    return f"pid {os.getpid()} on {socket.gethostname()}"


def taken(store: str, by: str) -> OwnedError:
    """The error for whoever comes second."""
    return OwnedError(f"Another Holdfast ({by}) is at work on {store}.")


class MemoryClaim:
    """A store in memory is its maker's own."""

    def check(self) -> None:
        """It is."""

    def close(self) -> None:
        """Nothing to let go of."""


class FileClaim:
    """A lock on a file, `store`.lock if none is named, which the system lets go of with the process: a `Claim`."""

    def __init__(self, store: str, *, lock: Path | None = None) -> None:
        """Take it at once or not at all.

        Raises:
            StoreError: another process has it, or this one has it already, or the file is somebody else's.
            OSError: there can be no such file.

        """
        self._path = lock or Path(f"{os.path.realpath(store)}.lock")
        file = _lock(self._path, store)
        if not _OURS.fullmatch(os.pread(file, _SAID_BYTES, 0)):
            os.close(file)
            raise StoreError(f"{self._path} is no lock of Holdfast's, and is left alone.", advice="Work elsewhere.")
        self._file: int | None = file
        with suppress(OSError):  # a full disk: then others are not told who it is
            os.truncate(file, 0)
            os.pwrite(file, this_run().encode(errors="replace"), 0)

    def check(self) -> None:
        """The system keeps it as long as the process lives."""

    def close(self) -> None:
        """Take the file away, and let go of it."""
        if self._file is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._file)
            self._file = None


def _lock(path: Path, store: str) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(path, file):
                return file
        except BlockingIOError as why:
            said = os.pread(file, _SAID_BYTES, 0).decode(errors="replace")
            os.close(file)
            raise taken(store, said or "it does not say which") from why
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # who had it before has taken the file away meanwhile: lock the one that is there now


def _is_still(path: Path, file: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file))
    return False
