"""Which factors touched these accounts more than chance allows: every factor weighed against all other accounts.

A touch counts in the time before an account was first used for the campaign, and is compared with the touches of all
accounts in the whole stretch of time that those windows cover. Three kinds of factor, three fair comparisons:

* What staff and carriers did, new recovery values and resets are rare: the base is all accounts.
* A standing grant (an app) works from the day it was given: no lower end to the window, revoked ones do not count.
* What every holder has (a network, a client) counts only when new to the account, and the base is the accounts that
  signed in at all; otherwise whatever is popular would look like a cause among accounts that are active.

Of the manners in which a hand touched nearly all of its accounts, the one that tells most is taken, corrected for how
many there were. The test is corrected for every factor on record that touched more than one account, not only for those
that touched these. A factor of a single account can never come out, whichever accounts are asked about, so it needs no
correction (R. E. Tarone, "A modified Bonferroni method for discrete data", 1990). Every kind of factor gets the same
share of the error, so that ten thousand networks are no reason to doubt one of twenty agents (weighted Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np

from . import sequence
from .cause import Factor, FactorKind, Hypothesis
from .exact import holm, log_tail
from .found import ENTRANCES, Aspect, Found, Question
from .touches import ALWAYS, Touches

SYMPTOMS = frozenset({FactorKind.COUNTRY_CHANGE, FactorKind.RESET_CHANNEL})
_EVERYBODY_HAS_ONE = frozenset({FactorKind.NETWORK, FactorKind.CLIENT, FactorKind.COUNTRY_CHANGE})

# The share of accounts that a true cause is expected to have touched: the rest were used by other means, or the touch
# was not on record. Only the order of hypotheses depends on it.
_EXPECTED_COVERAGE = 0.95
_ON_RECORD = 0.1  # as many accounts, of those active in the windows, must be active in the time before to know habits
_SAME_DAY = 24 * 3_600_000  # milliseconds
_MOST_AT_ONCE = 7.0  # nats: whatever draws honest holders together for some hours does so once in a thousand times
_SAMPLE = 200  # others whose first use of a client is looked at: bounds of three in a hundred
_LEAST_SHARE = 1e-9  # of accounts that a factor leaves untouched: one in the largest platform


def weigh(question: Question, touches: Touches, tried: Mapping[FactorKind, int]) -> list[Hypothesis]:
    """Every factor that touched at least `least_accounts` of the accounts, weighed; in order of factor.

    `tried` is the number of factors to correct for, for each kind of which there are any.
    """
    found = Found(question, touches)
    aspects = found.aspects(question)
    if not aspects:
        return []
    others = _Others(question, touches, {factor.kind for factor in aspects})
    weighed = [_most_telling([_counted(each, found, question, others) for each in some]) for some in aspects.values()]
    corrected = _corrected(weighed, tried)
    late = frozenset(each.factor for each in weighed if each.late)
    return [
        _explained(
            msgspec.structs.replace(
                each,
                log_p=corrected[each.factor],
                p_corrected=math.exp(corrected[each.factor]),
                late=each.late or bool((whose := found.whose(each.factor)) and whose <= late),
                symptom=each.factor.kind in SYMPTOMS or each.factor in found.set_by_staff,
            ),
            question.accounts,
        )
        for each in weighed
    ]


def _corrected(weighed: Sequence[Hypothesis], tried: Mapping[FactorKind, int]) -> dict[Factor, float]:
    """The log of each p-value, corrected by its kind: networks are many, staff are few, and each may err as often."""
    fair: dict[Factor, float] = {}
    for kind in {each.factor.kind for each in weighed}:
        some = [each for each in weighed if each.factor.kind is kind]
        logs = holm(np.array([each.log_p for each in some]), tried.get(kind, len(some)))
        fair |= {each.factor: float(log_p) for each, log_p in zip(some, logs, strict=True)}
    return fair


class _Others:
    """How the accounts that are not asked about were touched, now and in the stretch of time before."""

    def __init__(self, question: Question, touches: Touches, kinds: set[FactorKind]) -> None:
        self._touches = touches
        self._asked = question.first_used.keys()
        self._now = question.start, question.end
        self._everyone = max(question.population, touches.accounts, len(question.first_used))
        self._active = {kind: touches.count_active(kind, *self._now) for kind in kinds}

    def now(self, aspect: Aspect) -> tuple[int, int]:
        """How many of how many accounts it touched in the windows, those asked about among them."""
        kind = aspect.factor.kind
        return self._count(aspect, *self._now), self._active[kind] if kind in _EVERYBODY_HAS_ONE else self._everyone

    def habit(self, aspect: Aspect, began: int) -> tuple[int, int]:
        """How many of how many it touched in as long a stretch of ordinary time; (0, 0) for grants, or off the record.

        Ordinary time ends a day before it first touched one of those asked about: on that day it may have touched
        others in the same way.
        Where its kind was less active in that time, or less of that time is on record, fewer accounts could show it.
        """
        kind = aspect.factor.kind
        start, end = self._now
        before = began - _SAME_DAY - (end - start), began - _SAME_DAY
        active = self._active[kind]
        if kind is FactorKind.APP or not active:
            return 0, 0
        were = self._touches.count_active(kind, *before)
        if were < _ON_RECORD * active:
            return 0, 0
        of = were if kind in _EVERYBODY_HAS_ONE else round(self._everyone * min(1.0, were / active))
        return self._count(aspect, *before), of

    def market(self, factor: Factor, began: int) -> tuple[int, int]:
        """Of the accounts that any of its kind touched in ordinary time, how many it touched; only for carriers."""
        if factor.kind is not FactorKind.CARRIER:
            return 0, 0
        before = ALWAYS, began - _SAME_DAY
        return self._touches.count(factor, *before), self._touches.count_active(factor.kind, *before)

    def meanwhile(self, factor: Factor, times: Collection[int]) -> tuple[int, int, float]:
        """Of the others touched in the same hours by any of its kind, how many by it; and how many are usual.

        What is usual is told by the time on record before, one account more to be careful; only for carriers.
        """
        if factor.kind is not FactorKind.CARRIER:
            return 0, 0, 0.0
        start, end = self._same_hours(times)
        of = frozenset(self._touches.active(factor.kind, start, end)) - self._asked
        own = self._touches.accounts_of(factor, start, end).keys() - self._asked
        since = self._touches.since(factor.kind)
        if since >= start:
            return len(own), len(of), float(len(of))
        before = self._touches.count_active(factor.kind, since, start) + 1
        return len(own), len(of), before * (end - start) / (start - since)

    def at_once(self, factor: Factor, times: Collection[int]) -> float:
        """How surprising it is (nats) that so many others began to come by an entrance in the very hours.

        A bound of the binomial tail (H. Chernoff, Annals of Mathematical Statistics 23, 1952). Those asked about are
        left out: attackers choose their hours.
        """
        if factor.kind not in ENTRANCES:
            return 0.0
        start, end = self._same_hours(times)
        asked = sum(start < time <= end for time in times)
        of = self._touches.count_new(factor, *self._now) - len(times)
        then = self._touches.count_new(factor, max(start, self._now[0]), end) - asked
        by_chance = (end - max(start, self._now[0])) / (self._now[1] - self._now[0])
        if of <= 0 or then <= of * by_chance:
            return 0.0
        missed = (of - then) * math.log((1 - then / of) / (1 - by_chance)) if then < of else 0.0
        return min(then * math.log(then / of / by_chance) + missed, _MOST_AT_ONCE)

    def _same_hours(self, times: Collection[int]) -> tuple[int, int]:
        """From the first of these times to the last, and on either side as much as lies between two of them."""
        apart = (max(times) - min(times)) // max(1, len(times) - 1)
        return min(times) - apart - 1, min(max(times) + apart, self._now[1])

    def at_home(self, factor: Factor) -> tuple[int, int]:
        """How many others began to use a client where they had been before, of how many that can be told; of a sample.

        Holders get the release of a client at home. Whoever signs in for them does so from elsewhere.
        """
        if factor.kind is not FactorKind.CLIENT:
            return 0, 0
        new = self._touches.new_to(factor, *self._now, most=len(self._asked) + _SAMPLE)
        told = [
            at_home
            for name, history in self._touches.of_accounts([name for name in new if name not in self._asked]).items()
            if (at_home := sequence.first_at_home(history, factor)) is not None
        ]
        return sum(told), len(told)

    def _count(self, aspect: Aspect, start: int, end: int) -> int:
        """How many of all accounts it touched in (start, end], by the rule of its kind."""
        match aspect.factor.kind:
            case FactorKind.APP:
                return self._touches.count(aspect.factor, ALWAYS, end)
            case FactorKind.NETWORK | FactorKind.CLIENT | FactorKind.COUNTRY_CHANGE:
                return self._touches.count_new(aspect.factor, start, end)
            case _:
                return self._touches.count(aspect.factor, start, end, manner=aspect.manner)


def _counted(aspect: Aspect, found: Found, question: Question, others: _Others) -> Hypothesis:
    """One aspect with its counts and the raw test; `log_p` is not corrected yet."""
    touched = found.touched[aspect]
    tested = found.tested[aspect.factor.kind]
    drawn = tested if aspect.factor.kind in _EVERYBODY_HAS_ONE else len(question.first_used)
    base, base_of = others.now(aspect)
    began = min(touched.values())
    habit, habit_of = others.habit(aspect, began)
    market, market_of = others.market(aspect.factor, began)
    meanwhile, meanwhile_of, usual = others.meanwhile(aspect.factor, touched.values())
    home, home_of = others.at_home(aspect.factor)
    before, after = found.order(aspect)
    before = max(before, others.at_once(aspect.factor, touched.values()))
    log_p = float(log_tail(len(touched), drawn, base, base_of)[0])
    return Hypothesis(
        factor=aspect.factor,
        manner=aspect.manner,
        touched=len(touched),
        of=len(question.first_used),
        base_touched=base,
        base_of=base_of,
        tested=drawn,
        habit_touched=habit,
        habit_of=habit_of,
        market_touched=market,
        market_of=market_of,
        market_tested=tested,
        meanwhile_touched=meanwhile,
        meanwhile_of=meanwhile_of,
        meanwhile_usual=usual,
        p_value=math.exp(log_p),
        p_corrected=math.exp(log_p),
        log_p=log_p,
        home_touched=home,
        home_of=home_of,
        before=before,
        after=after,
        late=sequence.late(touched, question.first_used),
        asked=found.asked(aspect.factor),
        opened=found.opened(aspect.factor),
        explained=tuple(touched),
        since=tuple(touched.values()),
    )


def _most_telling(aspects: Sequence[Hypothesis]) -> Hypothesis:
    """The factor as such, or the manner that chance explains less, corrected for how many manners there were.

    A touch came after a break-in only if no other by the same hand came before: it looks, and minutes later it changes.
    """
    whole, *manners = sorted(aspects, key=lambda each: each.manner)
    corrected = [
        msgspec.structs.replace(each, log_p=log_p, p_value=math.exp(log_p), after=min(each.after, whole.after))
        for each in manners
        if (log_p := min(each.log_p + math.log(len(manners)), 0.0)) < whole.log_p
    ]
    return min(corrected, key=lambda each: (each.log_p, each.manner), default=whole)


def _explained(counted: Hypothesis, accounts: Sequence[str]) -> Hypothesis:
    """The counted factor with its likelihood and the accounts that it leaves unexplained."""
    others = min(1.0, (counted.base_touched - counted.touched + 1) / (counted.base_of - counted.tested + 1))
    known = frozenset(counted.explained)
    hits = counted.touched * math.log(_EXPECTED_COVERAGE / others)
    misses = (counted.of - counted.touched) * math.log((1 - _EXPECTED_COVERAGE) / max(1 - others, _LEAST_SHARE))
    return msgspec.structs.replace(
        counted,
        log_likelihood=hits + misses,
        unexplained=tuple(account for account in accounts if account not in known),
    )
