"""What does an account take besides, by how much is at stake with it?

Nobody alone touches a protected account, neither to look nor to change, whatever is written anywhere.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from .facts import Tier
from .needs import Need

PerHour = Annotated[int, Meta(ge=0, le=10_000)]
_MOST = 10_000  # an hour: the tool's own budget is tighter


class TierRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What reading and writing take on an account of a tier, and how many a person may do in an hour, by tool.

    The numbers count accounts of this tier and of all above it.
    """

    read: tuple[Need, ...] = ()
    write: tuple[Need, ...] = ()
    reads: PerHour = _MOST
    writes: PerHour = _MOST


_HIGH_REACH = TierRule(read=(Need.REASON,), write=(Need.REASON, Need.TICKET, Need.STEP_UP), reads=20, writes=5)
_OFFICIAL = TierRule(
    read=(Need.REASON, Need.TICKET, Need.STEP_UP),
    write=(Need.REASON, Need.TICKET, Need.STEP_UP, Need.CONSENT),
    reads=10,
    writes=3,
)
_PROTECTED = TierRule(
    read=(Need.REASON, Need.TICKET, Need.STEP_UP, Need.CONSENT),
    write=(Need.REASON, Need.TICKET, Need.GRANT, Need.STEP_UP, Need.CONSENT, Need.WATCH),
    reads=5,
    writes=2,
)


class Tiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules by tier; an ordinary account takes nothing but what the function takes."""

    high_reach: TierRule = _HIGH_REACH
    official: TierRule = _OFFICIAL
    protected: TierRule = _PROTECTED

    def __post_init__(self) -> None:
        """Refuse rules by which more is allowed where more is at stake."""
        rules = self.up_to(Tier.PROTECTED)
        for lower, higher in pairwise(rules):
            if not (set(lower.read) <= set(higher.read) and set(lower.write) <= set(higher.write)):
                raise ValueError("a higher tier takes all that a lower one takes")
            if higher.reads > lower.reads or higher.writes > lower.writes:
                raise ValueError("a higher tier never has the larger budget")
        if not {Need.CONSENT} <= set(self.protected.read) & set(self.protected.write):
            raise ValueError("nobody touches a protected account alone: `consent` stands in its `read` and `write`")

    def up_to(self, tier: Tier) -> tuple[TierRule, ...]:
        """The rules of `tier` and of those below it, the lowest first; none for an ordinary account."""
        return (self.high_reach, self.official, self.protected)[: int(tier)]


SIGNED_FROM = Tier.OFFICIAL
"""From here up a consent counts only when a passkey signed it: an intruder with a session cannot agree."""
