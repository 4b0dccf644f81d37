"""Where is a key's state kept: set-associative tables of fixed size that let go of what was longest unused.

A table is `tags` uint64[sets * WAYS] beside `rows` int64[sets * WAYS, words]. A tag holds the low 44 bits of the mixed
key and, above them, a 20-bit stamp of when it was last used, so that one cache line answers "where" and "whom to
evict". The set is taken from the top bits of the mixed key; so are shards, which therefore never share a set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holdfast.reading.kernel import kernel

from .settings import WAYS

FOUND, FRESH, EVICTED = 0, 1, 2

TAG_BITS = np.uint64(44)
TAG_MASK = np.uint64((1 << 44) - 1)
STAMP_MASK = np.uint64((1 << 20) - 1)
STAMP_SHIFT = np.uint64(14)  # a stamp ticks every 16,384 posts and comes round after 17 billion

_MIX = np.uint64(0x9E3779B97F4A7C15)


class Table:
    """`sets` x WAYS slots of `words` int64; zero pages cost nothing until they are used."""

    __slots__ = ("rows", "tags")

    def __init__(self, sets: int, words: int) -> None:
        """Empty."""
        self.tags: Any = np.zeros(sets * WAYS, np.uint64)
        self.rows: Any = np.zeros((sets * WAYS, words), np.int64)

    def __len__(self) -> int:
        """Slots in use."""
        return int(np.count_nonzero(self.tags))


@kernel
def mix(key):
    """The key with every input bit spread over every output bit."""
    mixed = key * _MIX
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(32))


@kernel
def home(tags, mixed):
    """The first slot of the set a mixed key belongs to."""
    return np.int64(((mixed >> np.uint64(32)) * np.uint64(tags.size // WAYS)) >> np.uint64(32)) * WAYS


@kernel
def shard_of(mixed, shards):
    """Which of `shards` parts of every table a mixed key belongs to."""
    return np.int64(((mixed >> np.uint64(32)) * np.uint64(shards)) >> np.uint64(32))


@kernel
def find(tags, mixed, stamp):
    """The slot that holds the key, refreshed; or -1."""
    first = home(tags, mixed)
    tag = mixed & TAG_MASK | np.uint64(1)
    for slot in range(first, first + WAYS):
        if tags[slot] & TAG_MASK == tag:
            tags[slot] = tag | (stamp & STAMP_MASK) << TAG_BITS
            return slot
    return np.int64(-1)


@kernel
def find_quietly(tags, mixed):
    """The slot that holds the key, or -1; asking leaves no trace."""
    first = home(tags, mixed)
    tag = mixed & TAG_MASK | np.uint64(1)
    for slot in range(first, first + WAYS):
        if tags[slot] & TAG_MASK == tag:
            return slot
    return np.int64(-1)


@kernel
def claim(tags, mixed, stamp):
    """A slot for the key, and whether it was FOUND, FRESH, or taken from the longest unused key (EVICTED)."""
    first = home(tags, mixed)
    tag = mixed & TAG_MASK | np.uint64(1)
    now = stamp & STAMP_MASK
    victim = first
    oldest = np.int64(-1)
    for slot in range(first, first + WAYS):
        held = tags[slot]
        if held & TAG_MASK == tag:
            tags[slot] = tag | now << TAG_BITS
            return slot, FOUND
        age = np.int64((now - (held >> TAG_BITS)) & STAMP_MASK) if held != 0 else np.int64(1) << np.int64(40)
        if age > oldest:
            oldest = age
            victim = slot
    state = FRESH if tags[victim] == 0 else EVICTED
    tags[victim] = tag | now << TAG_BITS
    return victim, state
