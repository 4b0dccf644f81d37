"""What touched the accounts asked about, before each was used, and in which manner?

A factor touches an account by the rule of its kind. Of a staff member or tool session it also counts in which manner:
the same deed, with a ticket that asked for it or without. Agents look at many accounts and change few; whoever takes
accounts over does the same to each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from . import sequence
from .cause import Factor, FactorKind
from .touches import Touch, Touches

HANDS = frozenset({FactorKind.STAFF, FactorKind.TOOL_SESSION})
ENTRANCES = frozenset({FactorKind.NETWORK, FactorKind.CLIENT})
_SAMPLE = 200  # others by whom it is told how often strange things happen by themselves
_MOST = 0.5  # some tickets are forgotten, and some are made up
_SAME_MANNER = 0.9  # of the accounts that a hand touched: one in ten may be touched off the record


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


class Aspect(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A factor, or what a hand did in one manner only."""

    factor: Factor
    manner: str = ""


class Found:
    """What is on record of the accounts asked about.

    `touched` maps each aspect to the accounts that it touched before their use, in the question's order, and to when it
    first did so in the window (milliseconds since 1970 UTC); `tested` counts the accounts that any factor of a kind
    touched. `set_by_staff` are the recovery values that nobody set but staff who are known by name: they follow from
    what those did.
    """

    def __init__(self, question: Question, touches: Touches) -> None:
        """Read the histories of the accounts in `question`."""
        self.touched: dict[Aspect, dict[str, int]] = {}
        self.tested = dict.fromkeys(FactorKind, 0)
        self._asked: Counter[Factor] = Counter()
        self._opened: Counter[Factor] = Counter()
        self._whose: dict[Factor, set[Factor]] = {}
        self._window = question.window
        self._lives: dict[str, sequence.Life] = {}
        self._entered: dict[str, int] = {}
        by_staff: set[Factor] = set()
        by_others: set[Factor] = set()
        histories = touches.of_accounts(question.accounts)
        others = [name for name in touches.some_accounts(_SAMPLE) if name not in question.first_used]
        self._others = sequence.usual(touches.of_accounts(others).values(), question.end)
        for account, used_at in question.first_used.items():
            history, start = histories.get(account, []), used_at - question.window
            recent = [touch for touch in history if start < touch.time <= used_at]
            first = _first(recent)
            for factor, last in touched_before_use(history, start, used_at).items():
                first.setdefault(Aspect(factor=factor), last)
                self._add(account, factor, first)
            for kind in {aspect.factor.kind for aspect in _first(recent)}:
                self.tested[kind] += 1
            self._note_hands(recent)
            for touch in recent:
                (by_staff if touch.contents.by_staff else by_others).update(touch.contents.factors)
            self._lives[account] = life = sequence.life(history, used_at)
            self._entered[account] = life.entered(start, used_at)
        values = {factor for factor in by_staff - by_others if factor.kind is FactorKind.RECOVERY_VALUE}
        self.set_by_staff = frozenset(values)

    def _note_hands(self, recent: Sequence[Touch]) -> None:
        """What the hands did to one account, and who was seen in which session."""
        hands, unasked, opened = set[Factor](), set[Factor](), set[Factor]()
        for touch in recent:
            here = {factor for factor in touch.contents.factors if factor.kind in HANDS}
            hands |= here
            if touch.contents.opens:
                opened |= here
            if touch.contents.opens or not touch.contents.ticketed:
                unasked |= here
            staff = {factor for factor in here if factor.kind is FactorKind.STAFF}
            for session in here - staff:
                self._whose.setdefault(session, set()).update(staff)
        self._asked.update(hands - unasked)
        self._opened.update(opened)

    def _add(self, account: str, factor: Factor, first: Mapping[Aspect, int]) -> None:
        """One account touched by a factor, in each of the manners in which it was."""
        for aspect, time in first.items():
            if aspect.factor == factor:
                self.touched.setdefault(aspect, {})[account] = time

    def aspects(self, question: Question) -> dict[Factor, list[Aspect]]:
        """The factors that touched enough of the accounts, in order, and the manners in which they touched nearly all.

        Every factor's first aspect is the factor as such.
        """
        enough = {
            aspect.factor: len(accounts)
            for aspect, accounts in self.touched.items()
            if not aspect.manner and len(accounts) >= question.least_accounts and aspect.factor not in question.exempt
        }
        return {
            factor: sorted(
                aspect
                for aspect, accounts in self.touched.items()
                if aspect.factor == factor and len(accounts) >= max(question.least_accounts, _SAME_MANNER * touched)
            )
            for factor, touched in sorted(enough.items())
        }

    def asked(self, factor: Factor) -> bool:
        """Whether a ticket asked for whatever this hand did to most of its accounts, none of which opens an account."""
        return self._asked[factor] > _MOST * len(self.touched[Aspect(factor=factor)])

    def opened(self, factor: Factor) -> bool:
        """Whether this hand changed credentials of most of its accounts."""
        return self._opened[factor] > _MOST * len(self.touched[Aspect(factor=factor)])

    def whose(self, factor: Factor) -> frozenset[Factor]:
        """The staff members that were seen in a tool session."""
        return frozenset(self._whose.get(factor, ()))

    def order(self, aspect: Aspect) -> tuple[float, float]:
        """The evidence (nats) that break-ins followed the touches, and that the touches followed break-ins."""
        touched = self.touched[aspect]
        if aspect.factor.kind in ENTRANCES:
            return 0.0, sequence.evidence_opened(touched, self._lives, self._others)
        if aspect.factor.kind is FactorKind.APP:
            entered = {account: self._entered[account] for account in touched}
            return 0.0, sequence.evidence_opened(entered, self._lives, self._others)
        if aspect.factor.kind not in HANDS:
            return 0.0, 0.0
        before = sequence.evidence_before(touched, self._lives, self._window)
        return before, sequence.evidence_after(touched, self._lives, self._others)


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


def _first(recent: Sequence[Touch]) -> dict[Aspect, int]:
    """When each aspect first touched the account, of touches that are oldest first."""
    first: dict[Aspect, int] = {}
    for touch in recent:
        for factor in touch.contents.factors:
            first.setdefault(Aspect(factor=factor), touch.time)
            if factor.kind in HANDS:
                first.setdefault(Aspect(factor=factor, manner=touch.contents.manner), touch.time)
    return first
