"""Which carriers are in the attackers' hands, as far as what was done to each of them beforehand can tell?

Where what was done is rare, it tells by itself (`Evidence.tampered`). Where it is everyday, as a new device is, a bystander may
show it too, and it tells only of those to whom the same was done at the same time: a campaign has one way in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from . import model
from .features import Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was done to an account before it posted: kinds of precursor (`model.PRECURSOR_KINDS`, by bit), and how fresh (0 to 1)."""

    kinds: int
    freshness: float

    @classmethod
    def of(cls, features: Features) -> Mark | None:
        """The mark that an account bears; None when nothing is known to have been done to it."""
        kinds = sum(1 << kind for kind in features.precursors)
        return cls(kinds=kinds, freshness=features.freshness) if kinds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """What was done to a campaign's carriers: kinds that half of those who bear a mark show, and how fresh half of them are at least."""

    kinds: int
    freshness: float

    @classmethod
    def of(cls, marks: Collection[Mark]) -> WayIn:
        """The way in that these marks tell of."""
        usual = [kind for kind in range(len(model.PRECURSOR_KINDS)) if _share(marks, kind) >= len(marks) / 2]
        fresh = sorted(mark.freshness for mark in marks)
        return cls(kinds=sum(1 << kind for kind in usual), freshness=fresh[len(fresh) // 2] if fresh else 0.0)

    def leads_to(self, mark: Mark | None) -> bool:
        """Whether an account with this mark was entered the same way, and about as shortly before it posted."""
        if mark is None:
            return False
        return bool(mark.kinds & self.kinds) and mark.freshness >= model.same_way_fresh(self.freshness)


def tied(marks: Mapping[str, Mark]) -> frozenset[str]:
    """The accounts that share the way in of most of them."""
    way = WayIn.of(marks.values())
    return frozenset(account for account, mark in marks.items() if way.leads_to(mark))


def _share(marks: Collection[Mark], kind: int) -> int:
    return sum(mark.kinds >> kind & 1 for mark in marks)
