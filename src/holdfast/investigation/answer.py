"""Which of the factors that nothing speaks against are the cause, alone or together?

1. They are asked in causal order: inside the platform, let in by the holder, at the carrier, what was set, from where.
   Factors of one stage, or of any, may share the accounts out between them.
2. An answer must be too much for chance, stand out even if the targets were chosen, and explain enough: the less it
   explains, the more it must stand out.
3. The first stage that has an answer is it: what comes later in the chain follows from what came before (all intruders
   may come by one network, whoever let them in). If a later one explains more, the first must stand out as a part must;
   else the later one is the answer, unless it is only where they came from: then there is none. Accounts that it leaves
   may have a cause of another stage. Within a stage the more specific kind goes first (a tool session before its staff
   member) if it explains about the same accounts, then the larger likelihood.
4. What came only when accounts were already being used joins an answer, it never makes one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec

from .cause import FactorKind, Hypothesis
from .objections import CHOSEN_IN_PART, log_p_together, stands_out
from .sequence import FIRST_ONES

# From the root of a takeover to its outcome. Within a stage the more specific kind stands first.
STAGES: Final = (
    (FactorKind.TOOL_SESSION, FactorKind.STAFF),
    (FactorKind.APP,),
    (FactorKind.CARRIER,),
    (FactorKind.RECOVERY_VALUE,),
    (FactorKind.TOOL_SESSION, FactorKind.STAFF),
    (FactorKind.NETWORK, FactorKind.CLIENT),
)
ASKED: Final = 4  # the stage of staff who did no more than tickets asked for: what tells of anything else goes before
WHERE_FROM: Final = len(STAGES) - 1  # the stage of what let nobody in, but was passed by all
_SPECIFIC_FIRST: Final = {kind: rank for rank, kind in enumerate(dict.fromkeys(chain.from_iterable(STAGES)))}
_ABOUT_AS_MUCH = 0.9  # of the accounts: one or two in twenty may have been touched off the record

Parts = tuple[Hypothesis, ...]


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an answer; see `CauseSettings`.

    `tried` is the number of factors to correct for, by kind, `eligible` of those that nothing speaks against.
    """

    first_used: Mapping[str, int]
    tried: Mapping[FactorKind, int]
    eligible: int
    most_p: float
    most_parts: int
    least_accounts: int
    least_coverage: float
    least_merely_met: float
    least_part: float

    def met_by(self, parts: Parts) -> bool:
        """Whether the parts are too much for chance and for a choice of targets, and explain enough."""
        share = len(explained(parts)) / len(self.first_used)
        tried = sum(self.tried.get(kind, 1) for kind in {part.factor.kind for part in parts})
        if share < self.least_part or log_p_together(parts, tried) > math.log(self.most_p):
            return False
        if share >= (self.least_coverage if all(map(_set_something, parts)) else self.least_merely_met):
            return self.stands_out(parts)
        first = sorted(self.first_used, key=lambda account: (self.first_used[account], account))[:FIRST_ONES]
        return not explained(parts).isdisjoint(first) and self.stands_out(parts, CHOSEN_IN_PART)

    def stands_out(self, parts: Parts, times: float = 1.0) -> bool:
        """Whether a choice of targets does not explain the parts, however many others might have joined the first."""
        return stands_out(parts, times, ways=math.comb(max(self.eligible, len(parts)) - 1, len(parts) - 1))


def answer(eligible: Sequence[Hypothesis], demand: Demand) -> Parts:
    """The factors that are the cause together, the largest first; none when nothing meets the demand."""
    stages = [[each for each in eligible if stage(each) == number] for number in range(len(STAGES))]
    answers = [parts for some in (*stages, eligible) if (parts := _cover(some, demand))]
    parts = next((parts for parts in answers if _sure(parts, answers, demand)), ())
    if not parts or (parts != answers[0] and _where_from(parts)):
        return ()
    more = _grown(parts, eligible, demand)
    parts = more if demand.met_by(more) else parts
    return tuple(sorted((_narrowed(part, eligible) for part in parts), key=lambda part: -part.touched))


def _set_something(part: Hypothesis) -> bool:
    """Whether it changed what proves the holder: that is seldom done, and to few."""
    return part.opened or part.factor.kind is FactorKind.RECOVERY_VALUE


def _narrowed(part: Hypothesis, eligible: Sequence[Hypothesis]) -> Hypothesis:
    """The one tool session in which a staff member touched all of these, if there is one, else the part itself.

    Where the staff member is sure, only the sessions of that staff member are left to tell apart.
    """
    if part.factor.kind is not FactorKind.STAFF:
        return part
    inside = [
        each
        for each in eligible
        if each.factor.kind is FactorKind.TOOL_SESSION
        and not each.late
        and each.explained == part.explained
        and each.base_touched <= part.base_touched
    ]
    return min(inside, key=lambda each: (each.log_p, each.factor), default=part)


def _sure(parts: Parts, answers: Sequence[Parts], demand: Demand) -> bool:
    """Whether no other answer explains more, or these stand out so much that the other follows from them.

    What touched the accounts before does not follow. From where accounts were entered always may.
    """
    own = len(explained(parts))
    whole = own >= demand.least_coverage * len(demand.first_used)
    more = [
        each for each in answers if own < _ABOUT_AS_MUCH * len(explained(each)) and not (whole and _where_from(each))
    ]
    if not more:
        return True
    return demand.stands_out(parts, CHOSEN_IN_PART) and not any(_came_first(each, parts) for each in more)


def _came_first(parts: Parts, others: Parts) -> bool:
    """Whether the parts touched most of the accounts that both explain before the others did."""
    before, both = _order(parts, others)
    return 2 * before > both


def came_first(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether one factor touched most of the accounts that the other explains, and before it did."""
    before, _ = _order((one,), (other,))
    return 2 * before > len(other.explained)


def _order(parts: Parts, others: Parts) -> tuple[int, int]:
    """How many of the accounts that both explain the parts touched before the others did, and how many there are."""
    since = [
        dict(chain.from_iterable(zip(each.explained, each.since, strict=False) for each in some))
        for some in (parts, others)
    ]
    both = since[0].keys() & since[1].keys()
    return sum(since[0][account] < since[1][account] for account in both), len(both)


def _where_from(parts: Parts) -> bool:
    """Whether the parts say no more than from where the accounts were entered, which anything earlier may explain."""
    return {part.factor.kind for part in parts} <= frozenset(STAGES[WHERE_FROM])


def stage(named: Hypothesis | None) -> int:
    """How early in the chain a cause stands: 0 inside the platform; an unknown one stands after all."""
    if named is None:
        return len(STAGES)
    if named.asked:
        return ASKED
    return next((number for number, kinds in enumerate(STAGES) if named.factor.kind in kinds), len(STAGES))


def explained(parts: Iterable[Hypothesis]) -> frozenset[str]:
    """The accounts that the parts explain together."""
    return frozenset().union(*(part.explained for part in parts))


def _cover(eligible: Sequence[Hypothesis], demand: Demand) -> Parts:
    """Factors that share the accounts out between them and meet the demand, or none.

    Any of them may be the first: what touched most of the accounts by chance must not hide two that share all of them.
    """
    timely = sorted((each for each in eligible if not each.late), key=lambda each: (each.log_p, each.factor))
    for start in ((), *((each,) for each in timely)):
        parts = _grown(start, timely, demand)
        if parts and demand.met_by(parts):
            more = _grown(parts, eligible, demand)
            return more if demand.met_by(more) else parts
    return ()


def _grown(parts: Parts, eligible: Sequence[Hypothesis], demand: Demand) -> Parts:
    """The parts and further ones, the most telling first; each adds accounts of its own."""
    while len(parts) < demand.most_parts:
        seen = explained(parts)
        own = {each: len(frozenset(each.explained) - seen) for each in eligible if each not in parts}
        left = [
            each
            for each, count in own.items()
            if count >= demand.least_accounts and count >= _ABOUT_AS_MUCH * each.touched
        ]
        if not left:
            break
        most = min(left, key=lambda each: (each.log_p, each.factor)).touched
        best = min((each for each in left if each.touched >= min(_ABOUT_AS_MUCH * most, most - 1)), key=_preference)
        parts = (*parts, best)
    return parts


def _preference(each: Hypothesis) -> tuple[int, float, int, str]:
    """Smaller is better: more specific kind, larger likelihood, autonomous system before prefix, name."""
    return (_SPECIFIC_FIRST[each.factor.kind], -each.log_likelihood, each.factor.value.count("/"), each.factor.value)
