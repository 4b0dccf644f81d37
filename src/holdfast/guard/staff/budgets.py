"""How many may one person still do in this hour?

The hour slides: in no 60 minutes are there more than the limit, wherever they begin. Reads have budgets as writes do.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from .answer import Charge
from .catalogue import Function, Kind, Tool
from .facts import Tier
from .protect import Tiers

HOUR = 3_600_000  # milliseconds


def charges(person: str, tool: Tool, function: Function, tier: Tier, tiers: Tiers) -> tuple[Charge, ...]:
    """What doing `function` once costs the person of this `person_key`: the tool's budget, and one for each tier."""
    reading = function.kind is Kind.READ
    start = f"{person}|{tool.id}|{function.kind}|"
    return (
        Charge(key=f"{start}{int(Tier.ORDINARY)}", limit=tool.reads if reading else tool.writes),
        *(
            Charge(key=f"{start}{place}", limit=rule.reads if reading else rule.writes)
            for place, rule in enumerate(tiers.up_to(tier), start=1)
        ),
    )


def counted(times: Sequence[int], now: int) -> tuple[int, ...]:
    """Those of `times` (milliseconds since 1970 UTC) that still count at `now`, in order.

    What was done at a time that has not come yet counts: a clock that was set back never gives a second budget.
    """
    there = sorted(times)
    return tuple(there[bisect.bisect_right(there, now - HOUR) :])


def spend(times: Sequence[int], limit: int, now: int) -> tuple[int, ...] | None:
    """The `times` to keep after one more at `now`; None when the budget is spent."""
    there = counted(times, now)
    if len(there) >= limit:
        return None
    place = bisect.bisect_right(there, now)
    return (*there[:place], now, *there[place:])


def free_at(times: Sequence[int], limit: int, now: int) -> int | None:
    """When one more may be done, `now` if at once; None: never."""
    there = counted(times, now)
    if len(there) < limit:
        return now
    return there[-limit] + HOUR if limit else None
