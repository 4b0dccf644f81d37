"""Which post must be looked at one by one? Those that bring a key to its screen, or touch a campaign that is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from holdfast.reading.kernel import kernel

from .features import SIGNS_IN_BIT
from .tables import mix


class WatchSet:
    """A small set of 64-bit hashes that a kernel can ask; at most half full, so that most questions end at one look."""

    __slots__ = ("count", "slots")

    def __init__(self, keys: Iterable[int] = ()) -> None:
        """Made of `keys`; 0 cannot be a member."""
        self.slots: Any = np.zeros(64, np.uint64)
        self.count = 0
        for key in keys:
            self.add(key)

    def add(self, key: int) -> None:
        """Put `key` in; harmless when it is there."""
        if 2 * (self.count + 1) > self.slots.size:
            members = self.slots[self.slots != 0]
            self.slots = np.zeros(self.slots.size * 2, np.uint64)
            for member in members:
                _put(self.slots, member)
        self.count += int(_put(self.slots, np.uint64(key)))

    def __iter__(self) -> Any:
        """The members, in no order that means anything."""
        return iter(self.slots[self.slots != 0].tolist())


@kernel
def _put(slots, key):
    """Enter a hash; True when it was not there."""
    mask = np.uint64(slots.size - 1)
    at = mix(key) & mask
    while slots[at] != 0:
        if slots[at] == key:
            return False
        at = (at + np.uint64(1)) & mask
    slots[at] = key
    return True


@kernel
def _has(slots, key):
    """Whether a hash is a member."""
    mask = np.uint64(slots.size - 1)
    at = mix(key) & mask
    while slots[at] != 0:
        if slots[at] == key:
            return True
        at = (at + np.uint64(1)) & mask
    return False


@kernel
def next_post(readings, features, accounts, keys, due_row, start, seen):
    """The first post from `start` on that comes due, is by a watched account, or carries a watched key; or the end.

    `seen` int64[10] counts, up to and including the post returned, posts by accounts with each kind of precursor, all
    posts, and those by accounts whose sign-ins are known: the base rates against which precursors are judged.
    """
    account, bands, lure_from, lure_key = readings
    watching = accounts.size > 0 and keys.size > 0
    for post in range(start, account.size):
        seen[8] += 1
        seen[9] += features[post] >> np.int64(SIGNS_IN_BIT) & 1
        kinds = features[post] >> np.int64(16) & 255
        if kinds:
            for kind in range(8):
                seen[kind] += kinds >> np.int64(kind) & 1
        if post == due_row:
            return post
        if not watching or lure_from[post] == lure_from[post + 1]:
            continue
        if _has(accounts, account[post]):
            return post
        for lure in range(lure_from[post], lure_from[post + 1]):
            if _has(keys, lure_key[lure]):
                return post
        for band in range(bands.shape[1]):
            if bands[post, band] != 0 and _has(keys, bands[post, band]):
                return post
    return account.size
