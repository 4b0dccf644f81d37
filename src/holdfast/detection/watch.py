"""Which post must be looked at by itself? One that brings a key to its screen, touches a campaign, or joins a crowd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from holdfast.reading.flags import SHORT_LINK, SHORTENER_AT
from holdfast.reading.kernel import Array, kernel

from . import model
from .crowds import join_crowd
from .rates import count_event, count_post
from .sightings import CROWD_KINDS, CROWDING, MIN_WORDS
from .tables import mix

_CROWDS, _SHORT = len(CROWD_KINDS), CROWD_KINDS.index(SHORT_LINK)
_EVERYDAY = model.EVERYDAY

TOUCHES, CROWDS = 1, 2
"""Why `next_post` stopped: bit 0, the post is due or touches a campaign; bit 1 + i, it is one of crowd i."""


class WatchSet:
    """A small set of 64-bit hashes that a kernel can ask; at most half full, so that most questions end at one look."""

    __slots__ = ("_count", "slots")

    def __init__(self, keys: Iterable[int] = ()) -> None:
        """Made of `keys`; 0 cannot be a member."""
        self.slots: Any = np.zeros(64, np.int64)
        self._count = 0
        for key in keys:
            self.add(key)

    def add(self, key: int) -> None:
        """Put `key` in; harmless when it is there."""
        if 2 * (self._count + 1) > len(self.slots):
            members = list(self)
            self.slots = np.zeros(len(self.slots) * 2, np.int64)
            for member in members:
                _put(self.slots, member)
        self._count += int(_put(self.slots, signed(key)))

    def __iter__(self) -> Iterator[int]:
        """The members as signed numbers, in no order that means anything."""
        return iter(self.slots[self.slots != 0].tolist())


def signed(key: int) -> int:
    """The signed number with the same 64 bits."""
    return key - (1 << 64) if key >> 63 else key


@kernel
def _put(slots: Array, key: int) -> bool:
    """Enter a hash; True when it was not there."""
    mask = len(slots) - 1
    at = mix(key) & mask
    while slots[at] != 0:
        if slots[at] == key:
            return False
        at = at + 1 & mask
    slots[at] = key
    return True


@kernel
def _has(slots: Array, key: int) -> bool:
    """Whether a hash is a member."""
    mask = len(slots) - 1
    at = mix(key) & mask
    while slots[at] != 0:
        if slots[at] == key:
            return True
        at = at + 1 & mask
    return False


@kernel
def next_post(
    readings: tuple[Array, ...], known: tuple[Array, Array, Array, Array], watched: tuple[Array, Array], crowds: Array,
    shorteners: Array, rates: Array, events: tuple[Array, Array, Array], due_row: int, start: int, sequence: int, origin: int,
) -> tuple[int, int]:  # fmt: skip
    """The first post from `start` on that must be looked at, and why; or the number of posts, and 0.

    `known`: time, voice, features, keep. `watched`: the sets of accounts and of keys. `events`: times and codes of the
    batch's security events, and how many are counted. `shorteners` int64[256] counts posts
    by the service of their short link, `rates` (`rates`) posts and events up to the post returned.
    """
    account, flags, words, bands, lure_from, lure_key = readings
    time, voice, features, keep = known
    accounts, keys = watched
    event_times, event_codes, cursor = events
    for post in range(start, len(account)):
        while cursor[0] < len(event_times) and event_times[cursor[0]] <= time[post]:
            count_event(rates, event_codes[cursor[0]], event_times[cursor[0]])
            cursor[0] += 1
        count_post(rates, features[post])
        why = TOUCHES if post == due_row else 0
        if keep[post] != 0:
            shortener = flags[post] >> SHORTENER_AT & 0xFF
            shorteners[shortener] += shortener != 0
            if keep[post] >= CROWDING and words[post] >= MIN_WORDS:
                at = sequence + post
                for which in range(_CROWDS):
                    if keep[post] & CROWDING << which == 0 or (
                        which == _SHORT and shorteners[shortener] * _EVERYDAY > at
                    ):
                        continue
                    if join_crowd(crowds[which], which, voice[post], at, time[post], features[post], origin):
                        why |= CROWDS << which
            if _has(accounts, account[post]):
                why |= TOUCHES
            for lure in range(lure_from[post], lure_from[post + 1]):
                if _has(keys, lure_key[lure]):
                    why |= TOUCHES
            for band in range(bands.shape[1]):
                if bands[post, band] != 0 and _has(keys, bands[post, band]):
                    why |= TOUCHES
        if why:
            return post, why
    return len(account), 0


@kernel
def count_rest(rates: Array, events: tuple[Array, Array, Array]) -> None:
    """Count the security events of a batch that are younger than all its posts."""
    times, codes, cursor = events
    for event in range(cursor[0], len(times)):
        count_event(rates, codes[event], times[event])
