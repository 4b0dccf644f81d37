"""How ordinary is each precursor here and now? Counted over posts, and over what happens to accounts whether they post or not.

A reset mailing, a new app that everybody lets in, a platform where all own two telephones: what is everyday says
little. State, int64[`RATE_WORDS`]:

| word | meaning |
|---|---|
| 0-7 | posts by accounts showing each kind of precursor |
| 8 | all posts |
| 9 | posts by accounts whose sign-ins are known, against which kinds 4 to 6 are counted |
| 10 | accounts seen posting |
| 11-18 | security events of each kind within about a day |
| 19 | when those were last halved, ms |
| 20, 21 | posts by established accounts, and by those of them that had never posted a picture |
| 22, 23 | pictures like none before by established accounts, and those that were their account's first |
| 24, 25 | posts, and those that carry a picture like none before |
| 26 | pictures like none before, as far as paces are remembered |
| 27-42 | of these, how many four accounts showed, by the power of two in seconds of their mean gap |
"""

from __future__ import annotations

import itertools
from typing import Any

from holdfast.reading.flags import NEW_PICTURE
from holdfast.reading.kernel import Array, kernel

from . import model
from .features import PICTURED_BIT, SIGNS_IN_BIT

KINDS = len(model.PRECURSOR_KINDS)
PACED = 26
RATE_WORDS = PACED + 1 + model.PICTURE_SCALES
HALVED = 19
_POSTS, _KNOWN, _ACCOUNTS, _EVENTS = KINDS, 9, 10, 11
_MEMORY, _DAY = model.PRECURSOR_MEMORY, model.DAY
_ESTABLISHED, _PICTURES, _SHOWN = 20, 22, 24
_MIN_POSTS, _PICTURE_MEMORY = model.ESTABLISHED_POSTS, model.PICTURE_MEMORY
_NEW_PICTURE_BIT = 32 + NEW_PICTURE.bit_length() - 1
_PACES_MEMORY = model.PICTURE_PACES_MEMORY


@kernel
def count_post(rates: Array, word: int) -> None:
    """Count a post by its feature word."""
    if rates[_POSTS] >= _MEMORY:
        for at in range(_KNOWN + 1):
            rates[at] >>= 1
    rates[_POSTS] += 1
    rates[_KNOWN] += word >> SIGNS_IN_BIT & 1
    rates[_ACCOUNTS] += word & 255 == 0
    kinds = word >> 16 & 255
    if kinds:
        for kind in range(KINDS):
            rates[kind] += kinds >> kind & 1
    new = word >> _NEW_PICTURE_BIT & 1
    _count_pair(rates, _SHOWN, new, _MEMORY)
    if new:
        if rates[PACED] >= _PACES_MEMORY:
            for at in range(PACED, RATE_WORDS):
                rates[at] >>= 1
        rates[PACED] += 1
    if word & 255 >= _MIN_POSTS:
        never = 1 - (word >> PICTURED_BIT & 1)
        _count_pair(rates, _ESTABLISHED, never, _MEMORY)
        if new:
            _count_pair(rates, _PICTURES, never, _PICTURE_MEMORY)


@kernel
def _count_pair(rates: Array, at: int, more: int, memory: int) -> None:
    """Count one at `at`, and `more` beside it; both are halved when there are `memory`."""
    if rates[at] >= memory:
        rates[at] >>= 1
        rates[at + 1] >>= 1
    rates[at] += 1
    rates[at + 1] += more


@kernel
def count_event(rates: Array, code: int, when: int) -> None:
    """Count a security event by its code; sign-ins are counted with the posts that follow them."""
    if code >= KINDS:
        return
    if when - rates[HALVED] > _DAY:
        days = min((when - rates[HALVED]) // _DAY, 62)
        for kind in range(KINDS):
            rates[_EVENTS + kind] >>= days
        rates[HALVED] = when
    rates[_EVENTS + code] += 1


def bases(rates: Any) -> tuple[float, ...] | None:
    """The share of ordinary accounts that show each kind; None when no precursor was ever seen."""
    counted = rates.tolist()
    if not any(counted[:KINDS]):
        return None
    posts, known, accounts = counted[_POSTS], counted[_KNOWN], counted[_ACCOUNTS]
    return tuple(
        model.sign_in_base(kind, counted[kind], known)
        if kind in model.SIGN_IN_KINDS
        else model.precursor_base(kind, counted[kind], posts, counted[_EVENTS + kind], accounts)
        for kind in range(KINDS)
    )


def pictures(rates: Any) -> tuple[float, ...]:
    """What pictures are here as of now.

    `model.never_pictured`, `model.first_pictured`, `model.picture_trials`; then what `model.picture_spreads` calls counted.
    """
    established, never, new, first, posts, shown, paced, *paces = rates[_ESTABLISHED:].tolist()
    return (
        model.never_pictured(never, established),
        model.first_pictured(first, new),
        model.picture_trials(shown, posts),
        paced,
        *itertools.accumulate(paces),
    )


def count_pace(rates: Any, pace: float) -> None:
    """Count a picture that four accounts have shown, every `pace` ms."""
    rates[PACED + 1 + model.picture_scale(pace)] += 1


def take_back(rates: Any, pace: float | None) -> None:
    """Count no longer a picture that turned out to be a campaign's; `pace` is that at which it was counted, if it was."""
    for at in (_SHOWN + 1, PACED, *(() if pace is None else (PACED + 1 + model.picture_scale(pace),))):
        rates[at] -= rates[at] > 0
