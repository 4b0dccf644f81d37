"""Which accounts crowd together? Each casts a lure that nobody cast before, of a class it never cast before, close in time.

No shared key is needed. There is one crowd for each class (`sightings.CROWD_KINDS`): payment addresses; first short
links, unless their service is everyday here; sites nobody had named, by accounts with a past and no link in it. The state
of one, int64[`CROWD_WORDS`]:

| word | meaning |
|---|---|
| 0 | time of the latest such post, ms; 0 before the first |
| 1 | gaps learnt from |
| 2 | the cumulative sum, thousandths of nats; what a campaign was decided by is to its credit |
| 3 | accounts since it started; the latest `EXACT` stand at the end |
| 4 | QUIET; SCREENED once it reached its screen; CAMPAIGN or FULL when `growth` says so; QUIET when it starts again |
| 8-39 | gaps learnt from, by powers of two of a second |
| 5 | when it started, ms |
| 6 | the mean of the latest gaps learnt from, ms; 0 before the first |
| 40-71 | gaps since it started; they are learnt from unless it was a campaign |
"""

from __future__ import annotations

import numpy as np

from holdfast.reading.kernel import Array, kernel

from . import model
from .settings import EXACT

SCALES = 32
CROWD_AT = 8 + 2 * SCALES
CROWD_SIGHTING = 5
"""Words of one account in the crowd: voice, sequence number, time, features, and its gap's worth in thousandths."""

CROWD_WORDS = CROWD_AT + EXACT * CROWD_SIGHTING
LATEST, LEARNT, SUM, CROWD_STATE, STARTED = 0, 1, 2, 4, 5
QUIET, SCREENED, CAMPAIGN, FULL = 0, 1, 2, 3

_SCREEN = model.milli(model.ALERT - model.RARE_MOST - 3.0)  # leaves room for what only exact weighing knows
_MOST = model.milli(model.ALERT + 6.0)  # so that a long crowd is over soon after it ends
_CAP, _FLOOR = model.milli(model.OWN_CAP), model.milli(model.OWN_FLOOR)
_CAMPAIGN_SCALES, _PRIOR = model.OWN_SCALES, model.OWN_PRIOR
_SECOND, _MIN_CARRIERS, _PAUSE = model.SECOND, model.MIN_CARRIERS, model.OWN_PAUSE
_RECENT = model.OWN_RECENT
_LEAST_PAUSE, _PAUSE_GAPS = model.OWN_LEAST_PAUSE, model.OWN_PAUSE_GAPS


@kernel
def _scale(waited: int) -> int:
    """The power of two, in seconds, of a gap in ms."""
    scale, seconds = 0, max(waited, 0) // _SECOND
    while seconds > 1 and scale < SCALES - 1:
        seconds >>= 1
        scale += 1
    return scale


@kernel
def _own_worth(crowd: Array, which: int, waited: int, watched: int) -> int:
    """What a gap of `waited` ms says, thousandths, after watching for `watched` ms: `model.OWN_SCALES`."""
    scale = _scale(waited)
    learnt = crowd[1]
    seconds = max(watched / _SECOND, 1.0) / (learnt + 1)
    if crowd[6] != 0:  # what became frequent lately is no burst
        seconds = min(seconds, max(crowd[6] / _SECOND, 1.0))
    low = 0.0 if scale == 0 else 2.0**scale
    poisson = np.exp(-low / seconds) - np.exp(-(2.0 ** (scale + 1)) / seconds)
    ordinary = (crowd[8 + scale] + _PRIOR * max(poisson, 1e-12)) / (learnt + _PRIOR)
    scales = _CAMPAIGN_SCALES[which]
    beyond = max(scale - scales + 1, 0)
    nats = np.log(0.5**beyond / scales / ordinary)
    return min(_CAP, max(_FLOOR, int(np.rint(1000.0 * nats))))


@kernel
def _start_again(crowd: Array) -> None:
    """The crowd came to nothing, or is over: learn from its gaps unless it was one."""
    for scale in range(SCALES):
        if crowd[CROWD_STATE] < CAMPAIGN:
            crowd[8 + scale] += crowd[40 + scale]
            crowd[1] += crowd[40 + scale]
            gap = 1_500 << scale if scale > 0 else _SECOND
            for _ in range(crowd[40 + scale]):
                crowd[6] += (gap - crowd[6]) // _RECENT if crowd[6] != 0 else gap
        crowd[40 + scale] = 0
    crowd[2] = crowd[3] = crowd[CROWD_STATE] = 0


@kernel
def _is_over(crowd: Array, when: int) -> bool:
    """Whether the wait is too long for this crowd: longer than any, or than many times its own pace."""
    waited = when - crowd[0]
    pace = (crowd[0] - crowd[5]) / max(crowd[3] - 1, 1)
    return bool(waited > _PAUSE or (crowd[3] >= _MIN_CARRIERS and waited > max(_LEAST_PAUSE, _PAUSE_GAPS * pace)))


@kernel
def join_crowd(crowd: Array, which: int, voice: int, at: int, when: int, word: int, origin: int) -> bool:
    """Take a post with a new payment address in; True when exact weighing should look: ever more seldom, until it holds."""
    for place in range(min(crowd[3], EXACT)):
        if crowd[CROWD_AT + place * CROWD_SIGHTING] == voice:
            return False
    worth = 0
    if crowd[0] != 0:
        until = (
            when if crowd[CROWD_STATE] < CAMPAIGN else crowd[5]
        )  # what a campaign does tells nothing of ordinary life
        waited = abs(when - crowd[0])
        worth = _own_worth(crowd, which, waited, until - origin)
        crowd[40 + _scale(waited)] += 1
        over = _is_over(crowd, when)
        crowd[2] = min(crowd[2] + worth, _MOST)
        if crowd[2] <= 0 or over:
            _start_again(crowd)
            worth = 0
    crowd[0] = max(crowd[0], when)
    if crowd[3] == 0:
        crowd[5] = when
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
