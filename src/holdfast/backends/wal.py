"""Did the write-ahead log beside a SQLite file lose commits? SQLite reads up to the first odd byte, and says nothing.

That is right after a power cut, when the last commit was never finished. But each commit is on the disk before the next
one begins: a log that goes on behind the odd byte was damaged later, and so was one that is shorter than the index
beside it counts. Damage within the very last commit, without that index, looks like a power cut.
(sqlite.org/fileformat2.html, sections 4.1 to 4.3; sqlite.org/walformat.html, section 2.1)
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

_HEADER = struct.Struct(">4s4sI4s8s2I")  # magic, format, page size, number of checkpoints, salts, checksum
_FRAME = struct.Struct(">2I8s2I")  # page, size of the file if it ends a commit, salts, checksum
_SUMMED = 8  # bytes of a frame's header that its checksum covers, before the page
_ORDERS = {b"\x37\x7f\x06\x82": np.dtype("<u4"), b"\x37\x7f\x06\x83": np.dtype(">u4")}
_PAGES = {1 << bits for bits in range(9, 17)}  # sizes in bytes
_INDEX = struct.Struct("=12sBx2xI12x8s8x")  # (...), whether it is filled in, frames committed, (...), salts, (...)
_LOOKS = 5  # a writer may be at work: only what is seen twice in the same way is there


class _Log(NamedTuple):
    """What a log holds, in frames."""

    salts: bytes
    committed: int
    """Frames up to the last commit that SQLite sees."""
    goes_on: bool
    """Whether a commit and more follow behind the first odd byte."""


def lost_commits(path: str) -> str | None:
    """What was lost from the log beside the file at `path`, in a sentence, if it can be told. Look before SQLite does.

    Raises:
        OSError: it cannot be read.

    """
    before = None
    for _ in range(_LOOKS):
        found = _look(os.path.realpath(path))
        if found is None or found == before:
            return found
        before = found
    return None


def _look(path: str) -> str | None:
    index = _index(Path(f"{path}-shm"))
    try:
        with Path(f"{path}-wal").open("rb") as file:
            log = _read(file)
    except FileNotFoundError:
        return None
    if log is None:
        return "the header of the write-ahead log is damaged: what was committed since is lost"
    if log.goes_on:
        return f"the write-ahead log is damaged behind frame {log.committed}: the commits that follow are lost"
    if index is not None and index[0] > log.committed and index[1] == log.salts:
        return f"of the write-ahead log {log.committed} frames are left, and {index[0]} were committed"
    return None


def _index(path: Path) -> tuple[int, bytes] | None:
    """How many frames were committed to the log with which salts, as the index beside it has it."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        one, two = file.read(_INDEX.size), file.read(_INDEX.size)
        if one == two and len(one) == _INDEX.size:
            _, filled_in, committed, salts = _INDEX.unpack(one)
            return (committed, salts) if filled_in else None
    return None


def _read(file: BinaryIO) -> _Log | None:
    """What the log holds, or None when its header is damaged and something stands behind it."""
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return _Log(b"", 0, goes_on=False)
    magic, _, size, _, salts, *kept = _HEADER.unpack(head)
    order = _ORDERS.get(magic)
    sums = (0, 0) if order is None else _checksum(head[:-8], order, (0, 0))
    if order is None or sums != tuple(kept) or size not in _PAGES:
        return None if file.read(1) else _Log(salts, 0, goes_on=False)
    whole, committed, ended = True, 0, False
    for number, (frame, page) in enumerate(_frames(file, size), 1):
        _, commit, salt, *kept = _FRAME.unpack(frame)
        if whole:
            sums = _checksum(frame[:_SUMMED] + page, order, sums)
            whole = salt == salts and sums == tuple(kept)
        if whole:
            committed = number if commit else committed
        elif salt == salts:
            if ended:
                return _Log(salts, committed, goes_on=True)
            ended = bool(commit)
    return _Log(salts, committed, goes_on=False)


def _frames(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    while len(both := file.read(_FRAME.size + size)) == _FRAME.size + size:
        yield both[: _FRAME.size], both[_FRAME.size :]


def _checksum(data: bytes, order: np.dtype[np.uint32], sums: tuple[int, int]) -> tuple[int, int]:
    """SQLite's checksum of `data`, going on from `sums`.

    For each two words a and b: s0 += a + s1, then s1 += b + s0. That is a product with the matrix ((1, 1), (1, 2)), so
    all steps are done at once with its powers.
    """
    words = np.frombuffer(data, order).astype(np.uint32)
    x, y = words[::2], words[::2] + words[1::2]
    ones, mixed, twos = (powers[: len(x) + 1][::-1] for powers in _powers(len(x)))
    first = int((ones[1:] * x).sum(dtype=np.uint32)) + int((mixed[1:] * y).sum(dtype=np.uint32))
    second = int((mixed[1:] * x).sum(dtype=np.uint32)) + int((twos[1:] * y).sum(dtype=np.uint32))
    first += int(ones[0]) * sums[0] + int(mixed[0]) * sums[1]
    second += int(mixed[0]) * sums[0] + int(twos[0]) * sums[1]
    return first & 0xFFFFFFFF, second & 0xFFFFFFFF


@cache
def _powers(count: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The corners of the matrix's powers from 0 to `count`, modulo 2**32: (upper left, both mixed, lower right)."""
    power, rows = (1, 0, 1), []
    for _ in range(count + 1):
        rows.append(power)
        one, mixed, two = power
        power = ((one + mixed) & 0xFFFFFFFF, (mixed + two) & 0xFFFFFFFF, (mixed + 2 * two) & 0xFFFFFFFF)
    one, mixed, two = np.array(rows, np.uint32).T
    return one, mixed, two
