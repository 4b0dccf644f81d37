"""Where are a picture's bytes? In the event itself, below one folder, or behind one address of this very machine."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import stat
import time
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from holdfast.connectors.pictures.verdict import UnfitPictureError
from holdfast.errors import UsageError
from holdfast.events import Media

from .loopback import Origin, get

MOST_BYTES = 8 * 1024 * 1024
"""Of a picture as it is kept; platforms take uploads of 5 to 8 MB."""

_DATA = "data:"
_WHY = {
    errno.ENOENT: "does not exist below the media folder",
    errno.ELOOP: "is a symbolic link, and none is followed",
    errno.ENOTDIR: "has a symbolic link or a file for a folder in its path",
}


class Fetcher:
    """Gets the bytes of pictures: at most `most_bytes` of one, and over the loopback for at most `seconds`."""

    def __init__(
        self,
        *,
        root: Path | None = None,
        origins: Iterable[str] = (),
        most_bytes: int = MOST_BYTES,
        seconds: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Paths are taken below the folder `root`, addresses only from `origins` (as http://127.0.0.1:9000).

        Raises:
            UsageError: `root` is no folder, or an origin is not of this machine.

        """
        if root is not None and not root.is_dir():
            raise UsageError(f"{root} is no folder", advice="Name the folder that the paths in the events begin in.")
        self._root = root
        self._origins = frozenset(Origin.of(origin) for origin in origins)
        self._most, self._seconds, self._monotonic = most_bytes, seconds, monotonic

    def fetch(self, item: Media) -> bytes | None:
        """The bytes of a picture; None where it lies somewhere that was not named, or nowhere at all.

        Raises:
            UnfitPictureError: it should be there, and cannot be had.

        """
        if item.url[: len(_DATA)].lower() == _DATA:
            return self._inline(item.url)
        if item.path and self._root is not None:
            return self._read(self._root, item.path)
        origin = Origin.in_url(item.url)
        if origin is not None and origin in self._origins:
            return get(origin, item.url, most=self._most, until=self._monotonic() + self._seconds, now=self._monotonic)
        return None

    def _inline(self, url: str) -> bytes:
        """The bytes in a `data:` URL (RFC 2397)."""
        head, _, body = url.partition(",")
        if not head.lower().endswith(";base64"):
            raise UnfitPictureError("is a data: URL without base64")
        if len(body) > self._most // 3 * 4 + 4:
            raise self._too_large()
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise UnfitPictureError("is not sound base64") from None

    def _read(self, root: Path, path: str) -> bytes:
        try:
            handle = _open_below(root, path)
        except OSError as error:
            raise UnfitPictureError(_WHY.get(error.errno or 0, f"cannot be read ({error.strerror})")) from None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise UnfitPictureError("is no ordinary file")
            if status.st_size > self._most:
                raise self._too_large()
            with os.fdopen(handle, "rb", closefd=False) as file:
                data = file.read(self._most + 1)
        except OSError as error:
            raise UnfitPictureError(f"cannot be read ({error.strerror})") from None
        finally:
            os.close(handle)
        if len(data) > self._most:
            raise self._too_large()
        return data

    def _too_large(self) -> UnfitPictureError:
        return UnfitPictureError(f"has more than {self._most:,} bytes")


def _open_below(root: Path, path: str) -> int:
    """Open a file below `root` folder by folder, following no link, so that no race can lead out of it."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in path:
        raise UnfitPictureError("has a path that leads out of the media folder")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
        return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
