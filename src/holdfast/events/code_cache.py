"""Where may compiled kernels be kept between runs, so that nobody else's code is run? Where only their owner writes."""

from __future__ import annotations

import functools
import logging
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import numba

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@functools.cache
def code_cache() -> Path | None:
    """`holdfast` in the folder for caches of whoever runs this, or None where kernels are compiled anew in each run.

    Compiled code is executed when it is loaded. So the folder is this account's own and no link, nobody else may write
    to it, and nobody else may put another in its place or in that of a folder above; one warning says why not.
    """
    # Without a home `~` stays as it is, and is then no absolute path; Path.expanduser would raise.
    wanted = numba.config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    folder = Path(wanted, "holdfast")
    try:
        folder = _without_links(folder)
        wrong = _unsafe_above(folder)  # before anything is made in the home of somebody else
        if wrong is None:
            _make(folder)
            wrong = _unsafe_above(folder) or _unsafe(folder)
        if wrong is None:
            folder.chmod(stat.S_IRWXU)  # then nobody reaches what numba makes in it, whatever the umask is
            tempfile.TemporaryFile(dir=folder).close()
            return folder
    except (OSError, ValueError, RuntimeError) as why:  # the last is what a circle of links raises
        wrong = f"{why}"
    logging.getLogger(__name__).warning(
        "holdfast: compiled kernels are not kept in %r, so each run compiles them anew: %s", str(folder), wrong
    )
    return None


def _without_links(folder: Path) -> Path:
    """The folder by a name that no link on the way can turn elsewhere.

    Raises:
        ValueError: its name depends on where one stands.

    """
    if not folder.is_absolute():
        raise ValueError("that is no absolute path")
    return folder.parent.resolve() / folder.name


def _make(folder: Path) -> None:
    """Make the folder if it is not there."""
    folder.parent.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=stat.S_IRWXU)


def _unsafe(folder: Path) -> str | None:
    """By whom else code could have come into the folder."""
    here = folder.lstat()
    if not stat.S_ISDIR(here.st_mode):
        return "it is no folder of its own, but a link or a file"
    if here.st_uid != os.geteuid():
        return "it belongs to another account"
    if here.st_mode & _OTHERS_WRITE:
        return "other accounts may write to it"
    return None


def _unsafe_above(folder: Path) -> str | None:
    """Who else could put another in the place of one of the folders that lead to it, as far as they are there."""
    for place in folder.parents:
        with suppress(FileNotFoundError):
            above = place.stat()
            if above.st_uid not in {os.geteuid(), 0}:
                return f"a folder above it belongs to another account: {str(place)!r}"
            if above.st_mode & _OTHERS_WRITE and not above.st_mode & stat.S_ISVTX:
                return f"other accounts may write to a folder above it: {str(place)!r}"
    return None
