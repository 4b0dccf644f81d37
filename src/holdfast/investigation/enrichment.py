"""Which factors touched these accounts more than chance allows: every factor weighed against all other accounts.

A touch counts in the time before an account was first used for the campaign, and is compared with the touches of all
accounts in the whole stretch of time that those windows cover. Three kinds of factor, three fair comparisons:

* What staff and carriers did, new recovery values and resets are rare: the base is all accounts.
* A standing grant (an app) works from the day it was given: no lower end to the window, revoked ones do not count.
* What every holder has (a network, a client) counts only when new to the account, and the base is the accounts that
  signed in at all; otherwise whatever is popular would look like a cause among accounts that are active.

The test is corrected for every factor on record that touched more than one account, not only for those that touched
these. A factor of a single account can never come out, whichever accounts are asked about, so it needs no correction
(R. E. Tarone, "A modified Bonferroni method for discrete data", 1990).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from . import sequence
from .cause import Factor, FactorKind, Hypothesis
from .exact import holm, log_tail
from .touches import ALWAYS, Touch, Touches

SYMPTOMS = frozenset({FactorKind.COUNTRY_CHANGE, FactorKind.RESET_CHANNEL})
_EVERYBODY_HAS_ONE = frozenset({FactorKind.NETWORK, FactorKind.CLIENT, FactorKind.COUNTRY_CHANGE})
_HANDS = frozenset({FactorKind.STAFF, FactorKind.TOOL_SESSION})

# The share of accounts that a true cause is expected to have touched: the rest were used by other means, or the touch
# was not on record. Only the order of hypotheses depends on it.
_EXPECTED_COVERAGE = 0.95
_ON_RECORD = 0.1  # as many accounts, of those active in the windows, must be active in the time before to know habits
_LEAST_SHARE = 1e-9  # of accounts that a factor leaves untouched: one in the largest platform


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Whose cause is asked for: when each account was first used, and how far back to look (milliseconds)."""

    first_used: Mapping[str, int]
    population: int
    window: int
    least_accounts: int
    exempt: frozenset[Factor] = frozenset()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts, in the order given."""
        return tuple(self.first_used)

    @property
    def start(self) -> int:
        """Where the windows of all accounts together begin."""
        return min(self.first_used.values()) - self.window

    @property
    def end(self) -> int:
        """Where they end."""
        return max(self.first_used.values())


def weigh(question: Question, touches: Touches, tried: int) -> list[Hypothesis]:
    """Every factor that touched at least `least_accounts` of the accounts, weighed; in order of factor.

    `tried` is the number of factors to correct for.
    """
    found = _Found(question, touches)
    candidates = sorted(
        factor
        for factor, accounts in found.touched.items()
        if len(accounts) >= question.least_accounts and factor not in question.exempt
    )
    if not candidates:
        return []
    drawn = [
        found.tested[factor.kind] if factor.kind in _EVERYBODY_HAS_ONE else len(question.first_used)
        for factor in candidates
    ]
    marked = [_base_touched(factor, touches, question.start, question.end) for factor in candidates]
    everyone = max(question.population, touches.accounts, len(question.first_used))
    kinds = {factor.kind for factor in candidates}
    active = {kind: touches.count_active(kind, question.start, question.end) for kind in kinds}
    among = [active[factor.kind] if factor.kind in _EVERYBODY_HAS_ONE else everyone for factor in candidates]
    habits = _habits(candidates, question, touches, active, everyone)
    log_p = log_tail([len(found.touched[factor]) for factor in candidates], drawn, marked, among)
    corrected = holm(log_p, tried)
    return [
        _hypothesis(
            question.accounts,
            tuple(found.touched[factor]),
            Hypothesis(
                factor=factor,
                touched=len(found.touched[factor]),
                of=len(question.first_used),
                base_touched=base,
                base_of=total,
                tested=n,
                habit_touched=habit[0],
                habit_of=habit[1],
                market_touched=_market(factor, question, touches)[0],
                market_of=_market(factor, question, touches)[1],
                market_tested=found.tested[factor.kind],
                p_value=math.exp(raw),
                p_corrected=math.exp(fair),
                log_p=fair,
                before=found.order(factor)[0],
                after=found.order(factor)[1],
                late=sequence.late(found.touched[factor], question.first_used),
                symptom=factor.kind in SYMPTOMS or factor in found.set_by_staff,
            ),
        )
        for factor, n, base, total, habit, raw, fair in zip(
            candidates, drawn, marked, among, habits, log_p.tolist(), corrected.tolist(), strict=True
        )
    ]


def touched_before_use(history: Sequence[Touch], start: int, end: int) -> dict[Factor, int]:
    """Which factors touched one account in (start, end], and when last, by the rules of each kind of factor.

    `history` is all that is on record of the account, oldest first.
    """
    first: dict[Factor, int] = {}
    last: dict[Factor, int] = {}
    for touch in history:
        if touch.time > end:
            break
        for factor in touch.contents.factors:
            first.setdefault(factor, touch.time)
            last[factor] = touch.time
        for factor in touch.contents.ended:
            last.pop(factor, None)
    signed_in = min((time for factor, time in first.items() if factor.kind is FactorKind.COUNTRY_CHANGE), default=end)
    return {factor: time for factor, time in last.items() if _counts(factor, first[factor], time, start, signed_in)}


def _counts(factor: Factor, first: int, last: int, start: int, signed_in: int) -> bool:
    """Whether a factor seen at `first` and `last` touched the account after `start`, by the rule of its kind."""
    match factor.kind:
        case FactorKind.APP:
            return True
        case FactorKind.COUNTRY_CHANGE:
            return first > start and first > signed_in
        case FactorKind.NETWORK | FactorKind.CLIENT:
            return first > start
        case _:
            return last > start


class _Found:
    """What is on record of the accounts asked about.

    `touched` maps each factor to the accounts that it touched before their use, in the question's order, and to when it
    first did so in the window; `tested` counts the accounts that any factor of a kind touched. `set_by_staff` are the
    recovery values that nobody set but staff who are known by name: they follow from what those did.
    """

    def __init__(self, question: Question, touches: Touches) -> None:
        self.touched: dict[Factor, dict[str, int]] = {}
        self.tested = dict.fromkeys(FactorKind, 0)
        self._window = question.window
        self._lives: dict[str, sequence.Life] = {}
        by_staff: set[Factor] = set()
        by_others: set[Factor] = set()
        histories = touches.of_accounts(question.accounts)
        for account, used_at in question.first_used.items():
            history, start = histories.get(account, []), used_at - question.window
            recent = [touch for touch in history if start < touch.time <= used_at]
            first = {factor: touch.time for touch in reversed(recent) for factor in touch.contents.factors}
            for factor, last in touched_before_use(history, start, used_at).items():
                self.touched.setdefault(factor, {})[account] = first.get(factor, last)
            for kind in {factor.kind for factor in first}:
                self.tested[kind] += 1
            for touch in recent:
                (by_staff if touch.contents.by_staff else by_others).update(touch.contents.factors)
            self._lives[account] = sequence.life(history, used_at)
        values = {factor for factor in by_staff - by_others if factor.kind is FactorKind.RECOVERY_VALUE}
        self.set_by_staff = frozenset(values)

    def order(self, factor: Factor) -> tuple[float, float]:
        """The evidence (nats) that break-ins followed the factor's touches, and that the touches followed break-ins."""
        if factor.kind not in _HANDS:
            return 0.0, 0.0
        touched = self.touched[factor]
        before = sequence.evidence_before(touched, self._lives, self._window)
        return before, sequence.evidence_after(touched, self._lives)


def _base_touched(factor: Factor, touches: Touches, start: int, end: int) -> int:
    """How many of all accounts the factor touched in (start, end], by the rule of its kind."""
    match factor.kind:
        case FactorKind.APP:
            return touches.count(factor, ALWAYS, end)
        case FactorKind.NETWORK | FactorKind.CLIENT | FactorKind.COUNTRY_CHANGE:
            return touches.count_new(factor, start, end)
        case _:
            return touches.count(factor, start, end)


def _habits(
    candidates: Sequence[Factor], question: Question, touches: Touches, active: Mapping[FactorKind, int], everyone: int
) -> list[tuple[int, int]]:
    """How many accounts each factor touched in the stretch of time before, and of how many; (0, 0) if not on record."""
    start, end = 2 * question.start - question.end, question.start
    before = {kind: touches.count_active(kind, start, end) for kind in active if kind is not FactorKind.APP}
    recorded = {kind: min(1.0, count / active[kind]) for kind, count in before.items() if active[kind]}
    return [
        (
            _base_touched(factor, touches, start, end),
            before[factor.kind] if factor.kind in _EVERYBODY_HAS_ONE else round(everyone * recorded[factor.kind]),
        )
        if recorded.get(factor.kind, 0.0) >= _ON_RECORD
        else (0, 0)
        for factor in candidates
    ]


def _market(factor: Factor, question: Question, touches: Touches) -> tuple[int, int]:
    """Of the accounts that any of its kind touched before the windows, how many it touched; only for carriers."""
    if factor.kind is not FactorKind.CARRIER:
        return 0, 0
    before = question.start
    return touches.count(factor, ALWAYS, before), touches.count_active(factor.kind, ALWAYS, before)


def _hypothesis(accounts: Sequence[str], explained: Sequence[str], counted: Hypothesis) -> Hypothesis:
    """The counted factor with its likelihood and its accounts."""
    others = min(1.0, (counted.base_touched - counted.touched + 1) / (counted.base_of - counted.tested + 1))
    known = frozenset(explained)
    hits = counted.touched * math.log(_EXPECTED_COVERAGE / others)
    misses = (counted.of - counted.touched) * math.log((1 - _EXPECTED_COVERAGE) / max(1 - others, _LEAST_SHARE))
    return msgspec.structs.replace(
        counted,
        log_likelihood=hits + misses,
        explained=tuple(explained),
        unexplained=tuple(account for account in accounts if account not in known),
    )
