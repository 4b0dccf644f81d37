"""Which 64-bit number stands for a text, so that nobody without the key can find another text with the same one?

SipHash-2-4 over the rows of Arrow text columns (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
The functions compiled here call none outside this file, so numba sees when the code it has kept is out of date.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .code_cache import code_cache

Hashes: TypeAlias = npt.NDArray[np.uint64]
F = TypeVar("F", bound=Callable[..., Any])

KEY_BYTES = 16


def kernel(function: F) -> F:
    """Compile `function` to machine code on first use, keep the code on disk if it can be, and run it without the GIL.

    Kernels make no arrays, so numba need not count who holds one, at the price of an atomic step for each call.
    """
    compiled = numba.njit(nogil=True, error_model="numpy", _nrt=False)(function)  # numba's own code turns it off so too
    folder, usual = code_cache(), numba.config.CACHE_DIR
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)
        try:
            with contextlib.suppress(RuntimeError):  # a function of no file
                compiled.enable_caching()
        finally:
            numba.config.CACHE_DIR = usual
    return cast("F", compiled)


def hash_texts(column: pa.Array, key: bytes, tweaks: Hashes | None = None) -> Hashes:
    """SipHash-2-4 of each row of a text column under `key` (`KEY_BYTES`), its second half xored with the row's tweak.

    Null hashes like the empty text. Without tweaks the key is the same for all rows.
    """
    low, high = np.frombuffer(key, dtype="<u8")
    hashes = np.zeros(len(column), dtype=np.uint64) if tweaks is None else tweaks.copy()
    offsets, data = text_buffers(column)
    _hash_rows(offsets, data, low, high, hashes)
    return hashes


def text_buffers(column: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """The offsets (one more than there are rows) and the bytes of a text column, not copied."""
    _, offsets, data = column.buffers()
    if not len(column):
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    starts = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return starts, np.frombuffer(data if data is not None else b"", dtype=np.uint8)


@kernel
def _rotated(word: np.uint64, bits: int) -> np.uint64:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@kernel
def _round(a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    a += b
    b = _rotated(b, 13) ^ a
    a = _rotated(a, 32)
    c += d
    d = _rotated(d, 16) ^ c
    a += d
    d = _rotated(d, 21) ^ a
    c += b
    b = _rotated(b, 17) ^ c
    c = _rotated(c, 32)
    return a, b, c, d


@kernel
def _hash_rows(
    offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8], low: np.uint64, high: np.uint64, hashes: Hashes
) -> None:
    """In place: each row's tweak becomes its hash."""
    for row in range(len(hashes)):
        key = high ^ hashes[row]
        a = low ^ np.uint64(0x736F6D6570736575)
        b = key ^ np.uint64(0x646F72616E646F6D)
        c = low ^ np.uint64(0x6C7967656E657261)
        d = key ^ np.uint64(0x7465646279746573)
        word, filled = np.uint64(0), 0
        for place in range(offsets[row], offsets[row + 1]):
            word |= np.uint64(data[place]) << np.uint64(8 * filled)
            filled += 1
            if filled == 8:
                d ^= word
                a, b, c, d = _round(a, b, c, d)
                a, b, c, d = _round(a, b, c, d)
                a ^= word
                word, filled = np.uint64(0), 0
        word |= np.uint64((offsets[row + 1] - offsets[row]) & 0xFF) << np.uint64(56)
        d ^= word
        a, b, c, d = _round(a, b, c, d)
        a, b, c, d = _round(a, b, c, d)
        a ^= word
        c ^= np.uint64(0xFF)
        for _ in range(4):
            a, b, c, d = _round(a, b, c, d)
        hashes[row] = a ^ b ^ c ^ d
