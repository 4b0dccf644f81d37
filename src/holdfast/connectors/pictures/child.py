"""The process that looks at pictures: bytes in, verdicts out, until its pipe is closed. `keeper` starts and ends it."""

from __future__ import annotations

import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from .look import look
from .verdict import READY, Seen, UnfitPictureError

MOST_MEMORY = 1 << 30
"""Bytes of address space beyond what it takes to begin: ten times the largest picture's pixels."""

_STATUS = Path("/proc/self/statm")  # where there is one: its first number counts pages of address space


def main(handle: int, most_pixels: int) -> None:
    """Answer each message on the pipe `handle`: b"1" and what was seen (MessagePack), or b"0" and why it is refused."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _STATUS.exists():
        begun = int(_STATUS.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (begun + MOST_MEMORY, begun + MOST_MEMORY))
    pipe = Connection(handle)
    pipe.send_bytes(READY)
    while True:
        try:
            data = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send_bytes(answer(data, most_pixels))


def answer(data: bytes, most_pixels: int) -> bytes:
    """The verdict on one picture, as it goes over the pipe."""
    try:
        seen: Seen = look(data, most_pixels)
    except UnfitPictureError as unfit:
        return b"0" + str(unfit).encode()
    return b"1" + msgspec.msgpack.encode(seen)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
