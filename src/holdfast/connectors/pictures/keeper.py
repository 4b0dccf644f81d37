"""How is a picture looked at so that the worst it can do is to be refused? By a child process, with a limited time.

A decoder may crash, hang or ask for all memory. Then the child is ended, the picture refused, and another started.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import subprocess
import sys
from collections import OrderedDict
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

import msgspec

from holdfast.errors import SettingsError

from .album import Album
from .verdict import MOST_PIXELS, READY, Seen, UnfitPictureError

_START_SECONDS = 60.0  # for a machine under load to start Python and load the decoders
_LONGEST_ANSWER = 1 << 20  # bytes; eight QR codes hold 24 kB
_REMEMBERED = 4_096  # verdicts: campaigns and memes show one file over and over
_NEEDED = ("PIL", "cv2", "zxingcpp")


class Keeper:
    """Looks at pictures, one at a time, each for at most `seconds`."""

    def __init__(self, *, seconds: float = 2.0, most_pixels: int = MOST_PIXELS) -> None:
        """Nothing is started before the first picture.

        Raises:
            SettingsError: what it takes to look at pictures is not installed.

        """
        if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
            raise SettingsError(
                f"looking at pictures takes packages that are not installed ({', '.join(missing)})",
                advice="Install the extra, as in `pip install 'holdfast[media]'`, or leave the media options out.",
            )
        self._seconds, self._most_pixels = seconds, most_pixels
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._album: Album | None = None  # made with the first picture
        self._known: OrderedDict[bytes, Seen | str] = OrderedDict()

    def look(self, data: bytes) -> Seen:
        """What is on a picture.

        Raises:
            UnfitPictureError: it was refused.

        """
        name = hashlib.blake2b(data, digest_size=16).digest()
        verdict = self._known.pop(name, None)
        if verdict is None:
            verdict = self._known_again(self._ask(data))
        self._known[name] = verdict
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if isinstance(verdict, str):
            raise UnfitPictureError(verdict)
        return verdict

    def _known_again(self, verdict: Seen | str) -> Seen | str:
        """The verdict to be kept: under the hash of the picture that it is a version of, without its marks."""
        if isinstance(verdict, str) or not verdict.phash:
            return verdict
        if self._album is None:
            self._album = Album()
        return Seen(phash=self._album.name_of(verdict), codes=verdict.codes)

    def close(self) -> None:
        """End the child, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._pipe = self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, data: bytes) -> Seen | str:
        pipe = self._pipe or self._start()
        try:
            pipe.send_bytes(data)
            if not pipe.poll(self._seconds):
                self.close()
                return f"took longer than {self._seconds:g} s to look at"
            said = pipe.recv_bytes(_LONGEST_ANSWER)
        except (EOFError, OSError):
            self.close()
            return "made its decoder crash"
        return msgspec.msgpack.decode(said[1:], type=Seen) if said[:1] == b"1" else said[1:].decode()

    def _start(self) -> Connection:
        """A child that is ready.

        Raises:
            SettingsError: it does not come up.

        """
        ours, its = socket.socketpair()
        words = [sys.executable, "-m", f"{__package__}.child", str(its.fileno()), str(self._most_pixels)]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread reserves memory
        with its:
            self._child = subprocess.Popen(  # noqa: S603 - ourselves
                words, pass_fds=[its.fileno()], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        self._pipe = Connection(ours.detach())
        try:
            ready = self._pipe.poll(_START_SECONDS) and self._pipe.recv_bytes() == READY
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.close()
            raise SettingsError(
                "the process that looks at pictures does not start",
                advice=f"Run `{sys.executable} -c 'import cv2, zxingcpp, PIL.Image'` to see why.",
            )
        return self._pipe
