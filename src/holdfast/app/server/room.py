"""Is there room where the record lies and where what was seen is kept? Asked before a full disk says so itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from holdfast.backends import file_of

from .settings import Settings

LEAST = 32 << 20  # bytes: a few of the largest bodies of events, and what follows from them on the record


def places_of(settings: Settings) -> tuple[Path, ...]:
    """The files and folders of this machine that grow; the disk of a database's server is not ours to look at."""
    file = file_of(settings.store.address)
    archive = Path(settings.store.archive) if settings.store.archive else None
    return tuple(place for place in (file, archive) if place is not None)


def there(place: Path) -> Path:
    """The folder `place` itself, or the nearest above it that there is: an archive may be a disk of its own."""
    place = place.absolute()
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def short(places: Iterable[Path], free: Callable[[Path], int] = _free) -> bool:
    """Whether less than `LEAST` is free at one of `places`, or nothing may be written there at all.

    `free` gives the bytes that are free at a folder.
    """
    folders = {there(place) for place in places}
    try:
        return any(free(folder) < LEAST or not os.access(folder, os.W_OK) for folder in folders)
    except OSError:
        return True
