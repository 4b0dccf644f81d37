"""What do a command's words come out of, whatever its caller has closed and however little it can spell?"""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TextIO

_STANDARD = (0, 1, 2)


def open_streams() -> None:
    """Make standard output and error fit for any text; what they cannot spell comes out as an escape.

    A closed one gives way to the null device: the next file to be opened would take its number, and our words.

    Raises:
        OSError: the standard output is closed.

    """
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as we run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("COLUMNS") == "0":
        del os.environ["COLUMNS"]  # whoever says so does not know; on lines that wide nothing would be shown
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")


def silence(*streams: TextIO | None) -> None:
    """Point `streams` elsewhere, so that the interpreter's last flush of them stays quiet and turns no exit code."""
    for stream in streams:
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
