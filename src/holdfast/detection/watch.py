"""Which post must be looked at by itself? One that brings a key to its screen, touches a campaign, or joins a crowd.

The crowding test needs no shared key: accounts that each post a payment address nobody posted before. Its state, int64:

| word | meaning |
|---|---|
| 0 | time of the latest such post, ms; 0 before the first |
| 1 | gaps learnt from |
| 2 | the cumulative sum, thousandths of nats |
| 3 | accounts since it started; the latest `EXACT` stand at the end |
| 4 | QUIET; SCREENED once it reached its screen; CAMPAIGN or FULL when `growth` says so; QUIET when it starts again |
| 8-39 | gaps learnt from, by powers of two of a second |
| 40-71 | gaps since it started; they are learnt from unless the sum reached its screen |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from holdfast.reading.kernel import Array, kernel

from . import model
from .rates import count_event, count_post
from .settings import EXACT
from .sightings import KEPT_NEW, MIN_WORDS
from .tables import mix

SCALES = 32
CROWD_AT = 8 + 2 * SCALES
CROWD_SIGHTING = 5
"""Words of one account in the crowd: voice, sequence number, time, features, and its gap's worth in thousandths."""

CROWD_WORDS = CROWD_AT + EXACT * CROWD_SIGHTING
CROWD_STATE = 4
QUIET, SCREENED, CAMPAIGN, FULL = 0, 1, 2, 3
TOUCHES, CROWDS = 1, 2
"""Why `next_post` stopped: bit 0, the post is due or touches a campaign; bit 1, it is one of a crowd."""

_SCREEN = model.milli(model.ALERT - 3.0)  # leaves room for what only exact weighing knows of the accounts
_MOST = model.milli(model.ALERT + 6.0)  # so that a long crowd is over soon after it ends
_CAP, _FLOOR = model.milli(model.OWN_CAP), model.milli(model.OWN_FLOOR)
_CAMPAIGN_SCALES, _PRIOR = model.OWN_SCALES, model.OWN_PRIOR
_SECOND, _MIN_CARRIERS, _PAUSE = model.SECOND, model.MIN_CARRIERS, model.OWN_PAUSE


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
def _scale(waited: int) -> int:
    """The power of two, in seconds, of a gap in ms."""
    scale, seconds = 0, max(waited, 0) // _SECOND
    while seconds > 1 and scale < SCALES - 1:
        seconds >>= 1
        scale += 1
    return scale


@kernel
def _own_worth(crowd: Array, waited: int, watched: int) -> int:
    """What a gap of `waited` ms says, thousandths, after watching for `watched` ms: `model.OWN_SCALES`."""
    scale = _scale(waited)
    learnt = crowd[1]
    seconds = max(watched / _SECOND, 1.0) / (learnt + 1)
    low = 0.0 if scale == 0 else 2.0**scale
    poisson = np.exp(-low / seconds) - np.exp(-(2.0 ** (scale + 1)) / seconds)
    ordinary = (crowd[8 + scale] + _PRIOR * max(poisson, 1e-12)) / (learnt + _PRIOR)
    beyond = max(scale - _CAMPAIGN_SCALES + 1, 0)
    nats = np.log(0.5**beyond / _CAMPAIGN_SCALES / ordinary)
    return min(_CAP, max(_FLOOR, int(np.rint(1000.0 * nats))))


@kernel
def _start_again(crowd: Array) -> None:
    """The crowd came to nothing, or is over: learn from its gaps unless it was one."""
    for scale in range(SCALES):
        if crowd[CROWD_STATE] == QUIET:
            crowd[8 + scale] += crowd[40 + scale]
            crowd[1] += crowd[40 + scale]
        crowd[40 + scale] = 0
    crowd[2] = crowd[3] = crowd[CROWD_STATE] = 0


@kernel
def _join_crowd(crowd: Array, voice: int, at: int, when: int, word: int, origin: int) -> bool:
    """Take a post with a new payment address in; True when exact weighing should look: ever more seldom, until it holds."""
    for place in range(min(crowd[3], EXACT)):
        if crowd[CROWD_AT + place * CROWD_SIGHTING] == voice:
            return False
    worth = 0
    if crowd[0] != 0:
        worth = _own_worth(crowd, when - crowd[0], when - origin)
        crowd[40 + _scale(when - crowd[0])] += 1
        crowd[2] = min(crowd[2] + worth, _MOST)
        if crowd[2] <= 0 or when - crowd[0] > _PAUSE:
            _start_again(crowd)
            worth = 0
    crowd[0] = max(crowd[0], when)
    if crowd[3] >= EXACT:
        for word_at in range(CROWD_AT, CROWD_WORDS - CROWD_SIGHTING):
            crowd[word_at] = crowd[word_at + CROWD_SIGHTING]
    place = CROWD_AT + min(crowd[3], EXACT - 1) * CROWD_SIGHTING
    crowd[place], crowd[place + 1], crowd[place + 2] = voice, at, when
    crowd[place + 3], crowd[place + 4] = word, worth
    crowd[3] += 1
    count = crowd[3]
    if crowd[CROWD_STATE] == QUIET and count >= _MIN_CARRIERS and crowd[2] >= _SCREEN:
        crowd[CROWD_STATE] = SCREENED
    if crowd[CROWD_STATE] == SCREENED:
        return bool(count <= 2 * EXACT or count & (count - 1) == 0)
    return bool(crowd[CROWD_STATE] == CAMPAIGN)


@kernel
def next_post(
    readings: tuple[Array, ...], known: tuple[Array, Array, Array, Array], watched: tuple[Array, Array], crowd: Array,
    rates: Array, events: tuple[Array, Array, Array], due_row: int, start: int, sequence: int, origin: int,
) -> tuple[int, int]:  # fmt: skip
    """The first post from `start` on that must be looked at, and why; or the number of posts, and 0.

    `known`: time, voice, features, keep. `watched`: the sets of accounts and of keys. `events`: times and codes of the
    batch's security events, and how many are counted. `rates` (`rates`) counts posts and events up to the post returned.
    """
    account, words, bands, lure_from, lure_key = readings
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
            if keep[post] == KEPT_NEW and words[post] >= MIN_WORDS and features[post] >> 48 & 1 == 0:
                at = sequence + post
                why |= CROWDS * _join_crowd(crowd, voice[post], at, time[post], features[post], origin)
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
