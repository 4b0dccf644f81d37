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
"""

from __future__ import annotations

from typing import Any

from holdfast.reading.kernel import Array, kernel

from . import model
from .features import SIGNS_IN_BIT

KINDS = len(model.PRECURSOR_KINDS)
RATE_WORDS = 20
_POSTS, _KNOWN, _ACCOUNTS, _EVENTS, _HALVED = KINDS, 9, 10, 11, 19
_MEMORY, _DAY = model.PRECURSOR_MEMORY, model.DAY


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


@kernel
def count_event(rates: Array, code: int, when: int) -> None:
    """Count a security event by its code; sign-ins are counted with the posts that follow them."""
    if code >= KINDS:
        return
    if when - rates[_HALVED] > _DAY:
        days = min((when - rates[_HALVED]) // _DAY, 62)
        for kind in range(KINDS):
            rates[_EVENTS + kind] >>= days
        rates[_HALVED] = when
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
