"""Why can a factor not be the cause, or several together not, whatever else is true?

Four other explanations are asked how well they would do:

* Chance: the exact test, corrected for every factor, or every combination of so many, that could have come out.
* The choice of targets. Attackers choose (the famous, the active, those of one trade), and the chosen share ways: a
  support desk, a publishing tool. A factor must stand out even if, by such a choice, the accounts were many times as
  likely as others to be touched by it (`CHOSEN`; Rosenbaum's bound on hidden bias). So it must against its own past.
* An open door. A service that is open to all may be chosen by attackers for every account, however few others use it.
* Consequence. What comes with a takeover, after it or with the response to it did not bring it about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from .cause import FactorKind, Hypothesis
from .exact import log_tail, log_tail_chosen, with_evidence
from .found import HANDS
from .market import Ports, evidence

# How many times the odds of a chosen account to be touched may exceed those of others. A desk or a tool that serves a
# third of a class of accounts, which is the twentieth part of all, touches them at odds of 25 to 1 if attackers choose
# in this class only and of 10 to 1 if they choose every second account there. Few share a new recovery value, and few
# of any trade have their number ported in these days; at which carrier, the market tells.
CHOSEN: Final[Mapping[FactorKind, float]] = {
    FactorKind.TOOL_SESSION: 10.0,
    FactorKind.STAFF: 20.0,
    FactorKind.APP: 20.0,
    FactorKind.CARRIER: 5.0,
    FactorKind.RECOVERY_VALUE: 5.0,
    FactorKind.NETWORK: 10.0,
    FactorKind.CLIENT: 10.0,
}
# Who did no more than a ticket asked for, and opened nothing by it, was asked by the same people whom attackers choose.
# Who changed what proves the holder, and was not asked to by a ticket, did what few do to few.
ASKED: Final = 5.0  # times the odds above
OPENED: Final = 0.5
# A tool that the chosen share explains an app only if whatever broke in left nothing on record: two coincidences.
SOLE: Final = 0.5
LEAST_LIFT_OF_SOLE: Final = 20.0  # what more than one in twenty others have let in is popular enough to be shared
# Who only met accounts did so for any reason, in one session as in many.
MERELY_MET: Final = CHOSEN[FactorKind.STAFF]
# What touched less than this share of the accounts is more likely to be a way that some of them share.
PART: Final = 0.6
CHOSEN_IN_PART: Final = 5.0  # times the odds above
ALONE: Final = 1 / 3  # of the odds above, for what may be a part of the answer: the parts are weighed together
IN_DOUBT: Final = 0.5  # for what need only be doubted for: a choice of targets half as biased as it may be

# What one in five of the other accounts has let in is popular, and what one in ten is new to. Through a service that is
# open to all, not one in a hundred may come at other times. That nobody did is no sign for a client whose new users sit
# where they always sat: a new release.
LEAST_LIFT: Final[Mapping[FactorKind, float]] = {
    FactorKind.APP: 5.0,
    FactorKind.NETWORK: 10.0,
    FactorKind.CLIENT: 10.0,
}
_OPEN_TO_ALL: Final = frozenset({FactorKind.NETWORK, FactorKind.CLIENT})
LEAST_LIFT_OVER_HABIT: Final = 100.0
LEAST_LIFT_WITHOUT_HABIT: Final = 40.0
_RELEASE: Final = 0.25
_TELLING: Final = 5
_UNSEEN: Final = 1  # so many may be expected where none was seen (upper bound of a Poisson rate, at 95 %)

_HELPED: Final = "it came after the break-ins: it may have helped, or looked into them"
_ENTERED_BY: Final = "it came after what opened the accounts: whoever did that may have entered by it"
_CAME_AFTER: Final[Mapping[FactorKind, str]] = {
    FactorKind.NETWORK: _ENTERED_BY,
    FactorKind.CLIENT: _ENTERED_BY,
    FactorKind.APP: "something else opened the accounts just before they were entered, and an app needs nothing else",
}
PORTED: Final = "numbers were ported wherever they were: as many there as a carrier of its size may have"
WEAK: Final = 0.05
_BIASED: Final = math.log(0.01)
_LIKELIER: Final = math.log(3)
_MARKET: Final = math.log(30)


def objection(each: Hypothesis) -> str:  # noqa: PLR0911  (one answer per explanation)
    """The first thing that speaks against the factor, in words for a person; empty when nothing does."""
    if each.symptom:
        return "it follows from a takeover, it does not bring one about"
    log_p = with_evidence(each.log_p, each.before)
    if each.log_p == 0.0 or log_p > math.log(WEAK):
        return f"chance would do as much with probability {math.exp(log_p):.2g}"
    if each.after >= (0.0 if _merely_met(each) else _LIKELIER):
        return _CAME_AFTER.get(each.factor.kind, _HELPED)
    if each.factor.kind in _OPEN_TO_ALL and not _rare(each):
        return "too many others are new to it as well: it is open to all"
    if not _beats_the_market([each]):
        return PORTED
    if each.lift < LEAST_LIFT.get(each.factor.kind, 0.0) or not stands_out([each], ALONE):
        return f"that is only {each.lift:.3g} times as often as others: a way of such accounts, or popular"
    if each.habit_of and each.factor.kind is not FactorKind.CARRIER and not _new(each):
        return f"that is only {each.lift_over_habit:.3g} times as often as is its habit"
    return ""


def log_p_together(parts: Sequence[Hypothesis], tried: int) -> float:
    """The log of the probability (nats) that chance would do as much, for any combination of so many of `tried`."""
    if len(parts) == 1:
        return with_evidence(parts[0].log_p, parts[0].before)
    touched, tested, others, base_of = _union(parts)
    combinations = math.log(max(1, math.comb(max(tried, len(parts)), len(parts))))
    log_p = float(log_tail(touched, tested, touched + others, base_of)[0]) + combinations
    return min(with_evidence(log_p, sum(part.before for part in parts)), 0.0)


def stands_out(parts: Sequence[Hypothesis], times: float = 1.0, ways: int = 1) -> bool:
    """Whether the choice of targets, `times` as biased as its kind may be, does not explain what the parts touched.

    Parts of one answer are taken together: each explains little of what they explain together. There were so many
    `ways` to put them together.
    """
    touched, tested, others, base_of = _union(parts)
    odds = max(1.0, times * max(_chosen(part) for part in parts))
    log_p = log_tail_chosen(touched, tested, touched + others, base_of, odds) + math.log(ways)
    return with_evidence(log_p, sum(part.before for part in parts)) <= _BIASED and _beats_the_market(parts)


def _merely_met(each: Hypothesis) -> bool:
    """Whether it is a hand that opened nothing: then it must have been there first, and not just as likely last."""
    return each.factor.kind in HANDS and not each.opened and each.after != 0.0


def _chosen(each: Hypothesis) -> float:
    """How many times the odds of a chosen account to be touched by it may exceed those of others."""
    odds = CHOSEN[each.factor.kind]
    if each.asked:
        return odds * ASKED
    if each.opened:
        return odds * OPENED
    if each.factor.kind in HANDS:
        return max(odds, MERELY_MET)
    return odds * SOLE if each.sole else odds


def _union(parts: Sequence[Hypothesis]) -> tuple[int, int, int, int]:
    """The parts as one factor: how many it touched of how many, and how many others, of how many in all."""
    tested, base_of = max(part.tested for part in parts), max(part.base_of for part in parts)
    touched = min(tested, len(frozenset().union(*(part.explained for part in parts))))
    return touched, tested, min(base_of - tested, sum(part.base_touched - part.touched for part in parts)), base_of


def _beats_the_market(parts: Sequence[Hypothesis]) -> bool:
    """Whether these accounts speak for the carriers among the parts rather than for numbers ported wherever they were.

    Numbers are ported at every carrier, and one has most customers: as many as showed before the first touch, or about
    a third as long as nothing is known. A carrier that is the cause has all but one in twenty.
    """
    asked = [part for part in parts if part.factor.kind is FactorKind.CARRIER]
    if not asked:
        return True
    touched = len(frozenset().union(*(part.explained for part in asked)))
    own, market = sum(part.market_touched for part in asked), max(part.market_of for part in asked)
    meanwhile = sum(part.meanwhile_touched for part in asked)
    return (
        evidence(
            Ports(own=touched, of=max(touched, *(part.market_tested for part in asked))),
            Ports(own=meanwhile, of=max(meanwhile, *(part.meanwhile_of for part in asked))),
            max(part.meanwhile_usual for part in asked),
            Ports(own=own, of=market),
        )
        >= _MARKET
    )


def _rare(each: Hypothesis) -> bool:
    """Whether hardly anybody else is new to a service that is open to all, and not because it is a new release."""
    if each.home_of >= _TELLING and each.home_touched > _RELEASE * each.home_of:
        return False
    if not each.habit_of or (each.factor.kind is FactorKind.CLIENT and each.home_of < _TELLING):
        return each.lift >= LEAST_LIFT_WITHOUT_HABIT
    return each.touched / each.tested >= LEAST_LIFT_OVER_HABIT * (each.habit_touched + _UNSEEN) / each.habit_of


def _new(each: Hypothesis) -> bool:
    """Whether the factor touched these accounts more than its own past and the choice of targets explain."""
    both, of = each.touched + each.habit_touched, each.tested + each.habit_of
    log_p = log_tail_chosen(each.touched, each.tested, both, of, _chosen(each))
    return with_evidence(log_p, each.before) <= _BIASED
