"""Which 64-bit number stands for a string, so that nobody without the key can make another string with the same one?

Ids and lures: SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; one round a word and three at
the end, as Python and Rust hash their tables). Under `PUBLIC` the number is the same in every process; whoever keeps
accounts of strangers by their numbers draws a key of its own. Features of texts are mixed by a multiplication, without a
key: what two texts share is for anybody to see, and proves nothing alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .columns import Strings, strings
from .kernel import Array, inline_kernel, kernel

MULTIPLIER = 0x9E3779B97F4A7C15 - (1 << 64)  # 2^64 / golden ratio, odd; signed, as everything in a kernel
SEED = 0x243F6A8885A308D3  # the first 64 bits of pi's fraction
HALF = 0xFFFFFFFF

KEY_BYTES = 16
PUBLIC = bytes(KEY_BYTES)
"""The key that everybody knows, under which numbers can be handed from one process to another."""

_A, _B, _C, _D = 0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573  # SipHash's own
_LAST = 0xFF


@inline_kernel
def started(domain: int) -> int:
    """The state of a feature's hash; hashes of different domains are unrelated."""
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


@inline_kernel
def _left(x: int, bits: int) -> int:
    """The word turned left."""
    return x << bits | x >> (64 - bits) & (1 << bits) - 1


@inline_kernel
def sip_round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    """One SipRound."""
    a += b
    b = _left(b, 13) ^ a
    a = _left(a, 32)
    c += d
    d = _left(d, 16) ^ c
    a += d
    d = _left(d, 21) ^ a
    c += b
    b = _left(b, 17) ^ c
    c = _left(c, 32)
    return a, b, c, d


@inline_kernel
def sip_start(low: int, high: int) -> tuple[int, int, int, int]:
    """The state under a key given in halves."""
    return low ^ _A, high ^ _B, low ^ _C, high ^ _D


@inline_kernel
def sip_word(a: int, b: int, c: int, d: int, word: int) -> tuple[int, int, int, int]:
    """The state after one more word."""
    a, b, c, d = sip_round(a, b, c, d ^ word)
    return a ^ word, b, c, d


@inline_kernel
def sip_end(a: int, b: int, c: int, d: int) -> int:
    """The hash that a state stands for; never 0, which means "none"."""
    c ^= _LAST
    for _ in range(3):
        a, b, c, d = sip_round(a, b, c, d)
    return finished(a ^ b ^ c ^ d)


@inline_kernel
def byte(data: Array, i: int) -> Any:
    """`data[i]` as a signed number, for `i` >= 0."""
    return np.int64(data[np.uint64(i)])


@kernel
def hash_bytes(data: Array, start: int, stop: int, low: int, high: int) -> int:
    """The hash of bytes under the key whose halves are `low` and `high`."""
    a, b, c, d = sip_start(low, high)
    whole = start + (stop - start & ~7)
    for i in range(start, whole, 8):
        word = 0
        for k in range(8):
            word |= byte(data, i + k) << 8 * k
        a, b, c, d = sip_word(a, b, c, d, word)
    word = (stop - start) << 56
    for i in range(whole, stop):
        word |= byte(data, i) << 8 * (i - whole)
    a, b, c, d = sip_word(a, b, c, d, word)
    return sip_end(a, b, c, d)


@kernel
def hash_all(data: Array, offsets: Array, low: int, high: int, out: Array) -> None:
    """The hash of every string of a column, into `out` (u64)."""
    for i in range(len(out)):
        out[i] = hash_bytes(data, offsets[i], offsets[i + 1], low, high)


def halves(key: bytes) -> tuple[int, int]:
    """The two signed numbers that kernels know a key by."""
    low, high = np.frombuffer(key, "<i8").tolist()
    return low, high


def hash_column(column: pa.Array, key: bytes = PUBLIC) -> npt.NDArray[np.uint64]:
    """The hash of each string of `column` (any string type, nulls as empty strings) under a key of 16 bytes, u64[n]."""
    flat: Strings = strings(column)
    out = np.empty(len(column), np.uint64)
    hash_all(flat.data, flat.offsets, *halves(key), out)
    return out


def hash_text(text: str, key: bytes = PUBLIC) -> int:
    """The hash of one string: what `hash_column` gives for it."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass") or b"\0", np.uint8)
    return int(hash_bytes(data, 0, len(data) if text else 0, *halves(key))) % (1 << 64)
