"""Which of the plans are worth looking at, and which one is suggested?"""

from __future__ import annotations

from collections.abc import Sequence

from .plan import Plan, PlanKind

# The share of what the widest aimed plan stops that a narrower one must reach: a twentieth is less than what the
# guesses behind these figures are worth, so it is no reason to hold more people.
ENOUGH = 0.95

# Plans that hold only what took part or was touched. A cohort of the innocent is a person's choice, never a suggestion.
_AIMED = frozenset(
    {PlanKind.LURES, PlanKind.CARRIERS, PlanKind.CAUSE, PlanKind.SESSION, PlanKind.STAFF, PlanKind.TOUCHED}
)


def frontier(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """The plans that no other one beats: none stops as much at less cost to the innocent, or more at the same cost.

    Stopped harm is in views; cost is `BlastRadius.cost`. Of plans equal in both, the first (the narrowest) stays.
    """
    return tuple(
        plan
        for place, plan in enumerate(plans)
        if not any(_beats(other, plan, earlier=rival < place) for rival, other in enumerate(plans) if rival != place)
    )


def _beats(one: Plan, other: Plan, *, earlier: bool) -> bool:
    as_good = one.stops.views >= other.stops.views and one.preview.cost <= other.preview.cost
    better = one.stops.views > other.stops.views or one.preview.cost < other.preview.cost
    return as_good and (better or earlier)


def recommended(plans: Sequence[Plan]) -> Plan | None:
    """The plan to suggest, or None when there are no plans.

    Of the plans that hold only what took part or was touched, and that stop at least `ENOUGH` of what the
    widest of them stops, the one that costs the innocent least; of those that cost the same, the widest, since
    it costs nobody more. As cost grows with width, this is the narrowest that is enough. A plan for a cohort of
    the innocent is never suggested: when the cause is not known, more may be needed than the suggestion, and a
    person has to say so.
    """
    aimed = [plan for plan in plans if plan.kind in _AIMED]
    if not aimed:
        return None
    wanted = ENOUGH * aimed[-1].stops.views
    enough = [plan for plan in aimed if plan.stops.views >= wanted]
    least = min(plan.preview.cost for plan in enough)
    return [plan for plan in enough if plan.preview.cost == least][-1]
