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
    to it, and nobody else may put another in its place; one warning says why there is none.
    """
    # Without a home `~` stays as it is, and is then no absolute path; Path.expanduser would raise.
    wanted = numba.config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    folder = Path(wanted, "holdfast")
    try:
        wrong = _made(folder) or _unsafe(folder)
        if wrong is None:
            folder.chmod(stat.S_IRWXU)  # then nobody reaches what numba makes in it, whatever the umask is
            tempfile.TemporaryFile(dir=folder).close()
            return folder
    except (OSError, ValueError) as why:
        wrong = f"{why}"
    logging.getLogger(__name__).warning(
        "holdfast: compiled kernels are not kept in %r, so each run compiles them anew: %s", str(folder), wrong
    )
    return None


def _made(folder: Path) -> str | None:
    """Make the folder if it is not there; what is wrong with its name."""
    if not folder.is_absolute():
        return "that is no absolute path"
    folder.parent.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=stat.S_IRWXU)
    return None


def _unsafe(folder: Path) -> str | None:
    """By whom else code could have come into the folder."""
    me, here, above = os.geteuid(), folder.lstat(), folder.parent.stat()
    if not stat.S_ISDIR(here.st_mode):
        return "it is no folder of its own, but a link or a file"
    if here.st_uid != me:
        return "it belongs to another account"
    if here.st_mode & _OTHERS_WRITE:
        return "other accounts may write to it"
    if above.st_uid not in {me, 0}:
        return "the folder above it belongs to another account"
    if above.st_mode & _OTHERS_WRITE and not above.st_mode & stat.S_ISVTX:
        return "other accounts may write to the folder above it"
    return None
