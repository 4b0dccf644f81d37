"""Which schedule does a seed stand for?

Steps are drawn by weight, and most schedules begin with the attack under way and its plans on the desk, so that what
comes after has something to go wrong with. The same seed gives the same schedule on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from holdfast.containment import Restriction
from holdfast.testing.faults import When

from .steps import (
    Agree,
    Alone,
    Ask,
    AskLift,
    AskRelease,
    Deny,
    Kill,
    Lure,
    Mood,
    Moody,
    Outage,
    Prove,
    Redeliver,
    Restart,
    Retry,
    RivalLifts,
    RivalPlaces,
    Run,
    SetBack,
    Step,
    StoreFails,
    StoreGone,
    Suspend,
    Swap,
    Talk,
    Trouble,
)

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000  # milliseconds
SHORTEST, LONGEST = 10, 45  # steps
OPENED = 0.9  # of all schedules: the rest come to an attack by themselves, or to none
ANYTHING = 1_000_000  # a pick is taken modulo how many there are, which is always far fewer
FAR = 120  # calls across a seam: about as many as carrying out a plan takes
RIVALS = (Restriction.NO_POSTING, Restriction.NO_SIGN_IN, Restriction.NO_CREDENTIAL_CHANGE)


def schedule(seed: int) -> tuple[Step, ...]:
    """The steps of the schedule of this seed."""
    draw = random.Random(seed)  # noqa: S311 - it has to repeat itself, not to surprise anybody
    steps = draw.randint(SHORTEST, LONGEST)
    drawn = [step for _ in range(steps) for step in _some(draw)]
    return (*(_opening(draw) if draw.random() < OPENED else ()), *drawn)


def _opening(draw: random.Random) -> tuple[Step, ...]:
    """The attack as it usually begins: a tool session, then three posts; and mostly somebody who answers it."""
    swaps = Swap(first=0, count=draw.randint(6, 12))
    lures = [Lure(star=star, scam=0, ago=0) for star in range(draw.randint(3, 5))]
    paced = [step for lure in lures for step in (lure, Run(lasting=draw.randint(1, 20) * SECOND))]
    ask = Ask(by=0, pick=_pick(draw))
    answer = (ask, Agree(by=1, pick=0), Agree(by=2, pick=0))
    return (swaps, Run(lasting=10 * MINUTE), *paced, *answer[: draw.choice([0, 1, 2, 3, 3])])


def _some(draw: random.Random) -> tuple[Step, ...]:
    """One more step; an answer that people give is most often given whole."""
    (make,) = draw.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))
    return make(draw)


def _pick(draw: random.Random) -> int:
    return draw.randrange(ANYTHING)


def _answered(draw: random.Random) -> tuple[Step, ...]:
    """Somebody asks for a plan, and enough others agree to the newest request (-1), or nearly enough."""
    agree = [Agree(by=draw.randrange(6), pick=-1) for _ in range(draw.randint(1, 3))]
    return (Ask(by=draw.randrange(6), pick=_pick(draw)), *agree)


def _denied(draw: random.Random) -> tuple[Step, ...]:
    """Somebody asks, somebody says no, and others agree all the same."""
    ask, deny = Ask(by=draw.randrange(3), pick=_pick(draw)), Deny(by=draw.randrange(4), pick=-1)
    return (ask, deny, *(Agree(by=draw.randrange(4), pick=-1) for _ in range(draw.randint(1, 3))))


def _lifted(draw: random.Random) -> tuple[Step, ...]:
    agree = [Agree(by=draw.randrange(6), pick=-1) for _ in range(draw.randint(0, 2))]
    return (AskLift(by=draw.randrange(6), pick=_pick(draw), count=draw.choice([1, 1, 2, 5])), *agree)


def _released(draw: random.Random) -> tuple[Step, ...]:
    agree = [Agree(by=draw.randrange(6), pick=-1) for _ in range(draw.randint(1, 3))]
    prove = [Prove(star=_pick(draw)) for _ in range(draw.randint(1, 4))]
    return (*prove, Run(lasting=4 * MINUTE), AskRelease(by=draw.randrange(6)), *agree)


def _kill(draw: random.Random) -> tuple[Step, ...]:
    return (Kill(at=draw.randint(1, FAR), when=draw.choice(list(When))),)


def _store(draw: random.Random) -> tuple[Step, ...]:
    return (StoreFails(at=draw.randint(1, FAR), trouble=draw.choice(list(Trouble))),)


def _store_gone(draw: random.Random) -> tuple[Step, ...]:
    return (StoreGone(gone=True), *_some(draw), StoreGone(gone=False))


def _outage(draw: random.Random) -> tuple[Step, ...]:
    return (Outage(out=True), *_some(draw), Outage(out=draw.random() < 1 / 4))


def _moody(draw: random.Random) -> tuple[Step, ...]:
    lasting = draw.choice([SECOND, 20 * SECOND, 5 * MINUTE])
    return (Moody(mood=draw.choice(list(Mood)), calls=draw.choice([1, 2, 5, 12, 30]), lasting=lasting),)


def _rival(draw: random.Random) -> tuple[Step, ...]:
    what = draw.choice(RIVALS)
    account = _pick(draw)
    if draw.random() < 2 / 3:
        return (RivalPlaces(account=account, restriction=what),)
    return (RivalLifts(account=account, restriction=what),)


def _run(draw: random.Random) -> tuple[Step, ...]:
    return (Run(lasting=draw.choice([SECOND, 10 * SECOND, MINUTE, 3 * MINUTE, 20 * MINUTE, 3 * HOUR])),)


_WEIGHTS: Mapping[Callable[[random.Random], tuple[Step, ...]], float] = {
    lambda draw: (Lure(star=_pick(draw), scam=draw.choice([0, 0, 0, 1]), ago=draw.choice([0, 0, 3 * MINUTE])),): 6,
    lambda draw: (Swap(first=_pick(draw), count=draw.randint(1, 6)),): 2,
    lambda draw: (Talk(fan=_pick(draw), quotes=draw.random() < 1 / 2),): 1,
    lambda draw: (Redeliver(count=draw.randint(1, 8)),): 2,
    _answered: 6,
    lambda draw: (Ask(by=draw.randrange(6), pick=_pick(draw)),): 1,
    lambda draw: (Agree(by=draw.randrange(6), pick=_pick(draw)),): 2,
    _denied: 4,
    lambda draw: (Deny(by=draw.randrange(6), pick=_pick(draw)),): 1,
    lambda draw: (Alone(by=draw.choice([0, 3, 3]), pick=_pick(draw)),): 2,
    _lifted: 5,
    _released: 1,
    lambda draw: (Retry(by=draw.randrange(6), pick=_pick(draw)),): 1,
    _run: 8,
    lambda draw: (Suspend(lasting=draw.choice([MINUTE, HOUR, 25 * HOUR, 25 * HOUR])),): 2,
    lambda draw: (SetBack(by=draw.choice([SECOND, 10 * MINUTE, 2 * HOUR])),): 1,
    lambda _: (Restart(),): 1,
    _kill: 5,
    _store: 4,
    _store_gone: 1,
    _moody: 5,
    _outage: 2,
    _rival: 6,
}
