"""Which folders did servers leave behind that were ended by force? Those with a socket at which nobody listens."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

PREFIX = "holdfast-"  # of such a folder, in the system's folder for what is temporary
STATE = "state"  # the socket in it, where the owner of the state is asked; there is nothing else in it
_YOUNG = 60.0  # seconds: a server that is just beginning has made its socket and does not listen at it yet


def clear(folder: Path, now: float) -> int:
    """Remove them from `folder`, as of `now` (seconds since 1970 UTC); how many there were.

    Touched is only what is this account's, closed to all others, and holds such a socket and nothing else.
    """
    removed = 0
    for place in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # it went away meanwhile, or is not what it looked like
            if _forsaken(place, now):
                (place / STATE).unlink()
                place.rmdir()
                removed += 1
    return removed


def _forsaken(place: Path, now: float) -> bool:
    seen = place.lstat()
    ours = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and stat.S_IMODE(seen.st_mode) == stat.S_IRWXU
    if not ours or now - seen.st_mtime < _YOUNG or [place / STATE] != list(place.iterdir()):
        return False
    if not stat.S_ISSOCK((place / STATE).lstat().st_mode):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            asking.connect(str(place / STATE))
        except ConnectionRefusedError:
            return True
    return False
