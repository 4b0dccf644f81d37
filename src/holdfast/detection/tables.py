"""Where is a key's state kept: set-associative tables of fixed size that let go of what was longest unused.

A table is `tags` int64[sets * WAYS] beside `rows` int64[sets * WAYS, words]. A tag holds 44 bits of the mixed key and,
above them, a 20-bit stamp of when it was last used, so that one cache line answers "where" and "whom to evict". The set
is taken from the top bits of the mixed key; so are shards, which therefore never share a set. As everywhere in the
kernels, 64-bit hashes are signed: their bits matter, not their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite.ir import FunctionType, VoidType
from numba.core import cgutils, types
from numba.extending import intrinsic

from holdfast.reading.kernel import Array, kernel

from .settings import WAYS

FOUND, FRESH, EVICTED = 0, 1, 2
"""What `claim` did: the key was there, or got an empty slot, or that of a key now forgotten."""

LINE = 64
"""Bytes of a cache line."""

TAG = (1 << 44) - 1
STAMP_AT = 44
STAMP = (1 << 20) - 1
TICK = 14
"""A stamp counts sequence numbers >> TICK: it ticks every 16,384 posts and comes round after 17 billion."""

_HALF = 0xFFFFFFFF
_ONE = 0x9E3779B97F4A7C15 - (1 << 64)
_TWO = 0xBF58476D1CE4E5B9 - (1 << 64)
_NEVER = 1 << 40  # older than any stamp: an empty slot is taken first


class Table:
    """`sets` x WAYS slots of `words` int64; pages cost no memory until they are used."""

    __slots__ = ("rows", "tags")

    def __init__(self, sets: int, words: int) -> None:
        """Empty."""
        self.tags: Array = _on_lines(sets * WAYS)
        self.rows: Array = _on_lines(sets * WAYS * words).reshape(-1, words)


def _on_lines(count: int) -> Array:
    """`count` zeros that begin with a cache line, so that a set's tags lie in one; numpy's own begin 16 bytes into it."""
    room = np.zeros(8 * count + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + 8 * count].view(np.int64)


def _prefetch(context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001 - the signature numba asks for
    """The type of `prefetch` and how its machine code is made."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = target.make_array(signature.args[0])(target, builder, arguments[0])
        step = builder.extract_value(made.strides, 0)
        place = builder.add(builder.ptrtoint(made.data, step.type), builder.mul(arguments[1], step))
        byte, flag = cgutils.voidptr_t, cgutils.int32_t
        kind = FunctionType(VoidType(), [byte, flag, flag, flag])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        for_reading, keep, data = flag(0), flag(3), flag(1)
        builder.call(function, [builder.inttoptr(place, byte), for_reading, keep, data])
        return target.get_dummy_value()

    return types.void(array, types.int64), generate


prefetch = cast(Callable[[Array, int], None], intrinsic(_prefetch))
"""Begin to bring `array[index]`, or the start of that row, into the cache; inside kernels. Never waits, never faults."""


@kernel
def mix(key: int) -> int:
    """The key with every bit spread over every bit."""
    mixed = key * _ONE
    mixed = (mixed ^ mixed >> 29 & 0x7FFFFFFFF) * _TWO
    return mixed ^ mixed >> 32 & _HALF


@kernel
def part_of(mixed: int, parts: int) -> int:
    """Which of `parts` equal parts of all hashes a mixed key belongs to."""
    return (mixed >> 32 & _HALF) * parts >> 32


@kernel
def home(tags: Array, mixed: int) -> int:
    """The first slot of the set that a mixed key belongs to."""
    return part_of(mixed, len(tags) // WAYS) * WAYS


@kernel
def find(tags: Array, mixed: int) -> int:
    """The slot that holds the key, or -1; asking leaves no trace."""
    first = home(tags, mixed)
    tag = mixed & TAG | 1
    for slot in range(first, first + WAYS):
        if tags[slot] & TAG == tag:
            return slot
    return -1


@kernel
def seek(tags: Array, mixed: int, stamp: int) -> tuple[int, int]:
    """The slot that `claim` would give to the key, and what it would say of it."""
    first = home(tags, mixed)
    tag = mixed & TAG | 1
    now = stamp & STAMP
    victim, oldest = first, -1
    for slot in range(first, first + WAYS):
        held = tags[slot]
        if held & TAG == tag:
            return slot, FOUND
        age = now - (held >> STAMP_AT) & STAMP if held != 0 else _NEVER
        if age > oldest:
            victim, oldest = slot, age
    return victim, FRESH if tags[victim] == 0 else EVICTED


@kernel
def claim(tags: Array, mixed: int, stamp: int) -> tuple[int, int]:
    """A slot for the key, stamped as just used; and whether it was FOUND, FRESH, or EVICTED the longest unused key."""
    slot, state = seek(tags, mixed, stamp)
    tags[slot] = mixed & TAG | 1 | (stamp & STAMP) << STAMP_AT
    return slot, state


@kernel
def refresh(tags: Array, slot: int, stamp: int) -> None:
    """Stamp a slot as just used."""
    tags[slot] = tags[slot] & TAG | (stamp & STAMP) << STAMP_AT


@kernel
def clear(row: Array) -> None:
    """Forget what a slot held before."""
    for word in range(len(row)):
        row[word] = 0
