"""Which holds does somebody want undone: those of a campaign, of a plan, of a time, or some by name?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from holdfast.containment import Freed
from holdfast.errors import UsageError
from holdfast.guard import action_hash

from .conduct import LIVE, Held


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a hold must fit to be undone: all that is said here. Placed from `since` up to `until` (ms since 1970 UTC).

    A campaign's are those of the campaigns that were merged into it, too; a plan's are those that carry its id.
    """

    campaign: str = ""
    plan: str = ""
    holds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    @property
    def says_something(self) -> bool:
        """Whether it leaves anything out: an empty scope would be every hold there is."""
        return self != Scope()

    def words(self) -> str:
        """It in a few words."""
        said = [f"campaign {self.campaign}"] if self.campaign else []
        said += [f"plan {self.plan}"] if self.plan else []
        said += [f"{len(self.holds)} holds by name"] if self.holds else []
        said += ["a span of time"] if self.since is not None or self.until is not None else []
        return ", ".join(said)


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """An undo as it was shown: the holds that would end, what that comes to, and whose standing orders end with it.

    A campaign that is undone must not be held again by the order that followed it. `hash` is what a request names.
    """

    scope: Scope
    holds: tuple[str, ...]
    freed: Freed
    orders: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """64 hex over all of it."""
        return action_hash(self)


def chosen(scope: Scope, holds: Iterable[Held], family: Collection[str]) -> tuple[str, ...]:
    """The holds that fit `scope` and have not ended, in order of their ids; `family` are the campaigns meant.

    Raises:
        UsageError: the scope says nothing, or names a hold that was never placed.

    """
    if not scope.says_something:
        raise UsageError("an undo needs a campaign, a plan, holds or a time", advice="Say which holds are meant.")
    known = {held.hold.id: held for held in holds}
    wanted = set(scope.holds)
    if unknown := sorted(wanted - known.keys()):
        raise UsageError(f"there is no hold {unknown[0]}")
    return tuple(
        sorted(
            key
            for key, held in known.items()
            if held.state in LIVE
            and (not scope.campaign or held.hold.campaign in family)
            and (not scope.plan or held.hold.plan == scope.plan)
            and (not wanted or key in wanted)
            and (scope.since is None or held.hold.starts >= scope.since)
            and (scope.until is None or held.hold.starts < scope.until)
        )
    )
