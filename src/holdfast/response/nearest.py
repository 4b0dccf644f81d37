"""Which of a platform's own actions does a restriction come to, where the platform has fewer of them than there are?

A connector maps each restriction to the nearest thing that its platform can do, so one action may do for several: a
platform that cannot hide an account may silence it instead. What is in force is the union of the holds then as well:
the action stands while any of them is in force, and a platform that shows it cannot say for which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from holdfast.containment import EFFECTS, Hold, Restriction, Undo, one_way
from holdfast.ports import Capability, Platform, Standing


def native(capabilities: Mapping[Restriction, Capability], restriction: Restriction) -> str:
    """The name of the platform's action for `restriction`; the restriction's own where there is none."""
    capability = capabilities.get(restriction)
    return str(restriction) if capability is None else capability.native


def lasting(platform: Platform) -> frozenset[Restriction]:
    """What cannot be undone on this platform: one-way deeds anywhere, and those that it only does so (a deletion)."""
    final = {
        restriction
        for restriction, capability in platform.capabilities.items()
        if not capability.reversible and EFFECTS[restriction].undo is Undo.LIFT
    }
    return frozenset({*final, *(restriction for restriction in Restriction if one_way(restriction))})


def as_wanted(
    standings: Iterable[Standing], holds: Sequence[Hold], capabilities: Mapping[Restriction, Capability], now: int
) -> list[Standing]:
    """What stands, by the names that `holds` give it at `now` (milliseconds since 1970 UTC).

    An action of ours counts as all the restrictions that are wanted and come to it; where none is wanted any more, as
    all that were; where nothing is known of it, as the platform says.
    """
    wanted: dict[str, set[Restriction]] = {}
    known: dict[str, set[Restriction]] = {}
    for hold in holds:
        action = native(capabilities, hold.restriction)
        known.setdefault(action, set()).add(hold.restriction)
        if hold.in_force(now):
            wanted.setdefault(action, set()).add(hold.restriction)
    found: dict[Standing, None] = {}
    for standing in standings:
        action = native(capabilities, standing.restriction)
        names = wanted.get(action) or known.get(action) if standing.ours else None
        for name in sorted(names or {standing.restriction}):
            found[msgspec.structs.replace(standing, restriction=name)] = None
    return list(found)
