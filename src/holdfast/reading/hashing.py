"""Which 64-bit number stands for a string, in every process and on every machine alike?

Not keyed: a number must mean the same in a snapshot, in the archive and after a restart. Whoever needs to resist made-up
collisions compares the strings as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import Strings, strings
from .kernel import Array, inline_kernel, kernel

MULTIPLIER = 0x9E3779B97F4A7C15 - (1 << 64)  # 2^64 / golden ratio, odd; signed, as everything in a kernel
SEED = 0x243F6A8885A308D3  # the first 64 bits of pi's fraction
HALF = 0xFFFFFFFF


@inline_kernel
def started(domain: int) -> int:
    """The state of a hash; hashes of different domains are unrelated."""
    return (SEED ^ domain) * MULTIPLIER


@inline_kernel
def mixed(h: int, x: int) -> int:
    """The state after 64 more bits."""
    h = (h ^ x) * MULTIPLIER
    return h ^ h >> 32 & HALF


@inline_kernel
def finished(h: int) -> int:
    """The hash a state stands for; never 0, which means "none"."""
    return h + (h == 0)


@kernel
def hash_bytes(data: Array, start: int, stop: int) -> int:
    """The hash of bytes, eight at a time."""
    h = started(stop - start)
    x = 0
    for i in range(start, stop):
        x = x << 8 | data[i]
        if (i - start) & 7 == 7:
            h = mixed(h, x)
            x = 0
    return finished(mixed(mixed(h, x), MULTIPLIER))


@kernel
def hash_all(data: Array, offsets: Array, out: Array) -> None:
    """The hash of every string of a column, into `out` (u64)."""
    for i in range(len(out)):
        out[i] = hash_bytes(data, offsets[i], offsets[i + 1])


def hash_column(column: pa.Array) -> npt.NDArray[np.uint64]:
    """The hash of each string of `column` (any string type, nulls as empty strings), u64[n]."""
    flat: Strings = strings(column)
    out = np.empty(len(column), np.uint64)
    hash_all(flat.data, flat.offsets, out)
    return out


def hash_text(text: str) -> int:
    """The hash of one string: what `hash_column` gives for it."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass") or b"\0", np.uint8)
    return int(hash_bytes(data, 0, len(data) if text else 0)) % (1 << 64)
