"""What would an undo come to, as it stands now, and is it still what was agreed to?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.containment import Drift, Freed, Plan, Restriction, freed, freed_drift
from holdfast.errors import UsageError
from holdfast.ports import Platform

from .book import Book, Page
from .docket import Docket
from .found import FoundInPlace
from .incidents import Incidents
from .inquiry import ALIKE
from .knowledge import Knowledge
from .nearest import lasting
from .previews import Previews
from .returning import Returning
from .scope import Scope, Undo, chosen
from .standing import undone


class Undoing:
    """Shows what an undo would free, and remembers what was shown, so that exactly that can be asked for."""

    def __init__(  # noqa: PLR0913, PLR0917 - who knows of holds, of those who are held, and of what others placed
        self,
        platform: Platform,
        book: Book,
        docket: Docket,
        incidents: Incidents,
        found: FoundInPlace,
        knowledge: Knowledge,
        returning: Returning,
    ) -> None:
        """Look at these."""
        self._platform = platform
        self._book = book
        self._docket = docket
        self._incidents = incidents
        self._found = found
        self._knowledge = knowledge
        self._returning = returning
        self._shown = Previews()

    def preview(self, scope: Scope, now: int, caller: str = "") -> Undo:
        """What an undo of `scope` at `now` (milliseconds since 1970 UTC) would come to; nothing is asked for yet.

        `caller` is who looks: however often they do, what others were shown stays there to be asked for.

        Raises:
            UsageError: the scope says nothing, names a hold that was never placed, or fits no hold that stands.

        """
        case = self._docket.cases.get(scope.campaign)
        family = case.family if case is not None else {scope.campaign}
        holds = chosen(scope, self._book.holds.values(), family)
        if not holds:
            raise UsageError("no hold that stands fits that", advice="See which stand with GET /v1/holds.")
        undo = self.of(holds, now, scope)
        self._shown.keep(undo, caller)
        return undo

    def of(self, holds: Iterable[str], now: int, scope: Scope | None = None) -> Undo:
        """The undo of these holds, chosen by `scope` or by name."""
        named = tuple(holds)
        scope = Scope(holds=named) if scope is None else scope
        return Undo(scope=scope, holds=named, freed=self.freed(named, now), orders=self._orders(scope))

    def shown(self, hash_: str) -> Undo:
        """The undo that was shown under this hash.

        Raises:
            UsageError: none was, or too long ago.

        """
        undo = self._shown.find(hash_)
        if undo is None:
            raise UsageError("no such undo was shown lately", advice="Look at what it would free, then ask for that.")
        return undo

    def freed(self, holds: Iterable[str], now: int) -> Freed:
        """What the end of these holds comes to, by what is known now."""
        ended = {key: self._book.holds[key].hold for key in holds}
        staying = (held.hold for key, held in self._book.holds.items() if key not in ended)
        return freed(
            ended.values(),
            staying,
            self._suspects(),
            self._found.subjects,
            self._knowledge.directory,
            now,
            one_way=self.final,
        )

    def drifts(self, undo: Undo, now: int) -> tuple[Drift, ...]:
        """What has grown since it was shown, beyond what nobody has to be asked about again."""
        return freed_drift(undo.freed, self.freed(undo.holds, now))

    @property
    def final(self) -> frozenset[Restriction]:
        """What can never be undone, on this platform; every face says so of the same."""
        return lasting(self._platform)

    def one_way(self, plan: Plan) -> bool:
        """Whether part of the plan can never be undone, on this platform."""
        final = self.final
        return any(hold.restriction in final for hold in plan.holds)

    def end_orders(self, page: Page, undo: Undo) -> None:
        """Let no standing order place again what is undone."""
        for campaign in undo.orders:
            self._docket.dismissed(page, campaign, undo.scope.plan)

    def _orders(self, scope: Scope) -> tuple[str, ...]:
        """The campaigns whose standing order ends: all is undone, or the plan that it, or one kept behind it, is of."""
        case = self._docket.cases.get(self._docket.whole(scope.campaign)) if scope.campaign else None
        whole = scope == Scope(campaign=scope.campaign)
        if case is not None and case.order is not None and whole:
            return (case.campaign.id,)
        if not scope.plan or scope != Scope(plan=scope.plan):
            return ()
        orders = {key: each.order for key, each in self._docket.cases.items()}
        return tuple(sorted(key for key, order in orders.items() if undone(order, scope.plan) != order))

    def _suspects(self) -> Mapping[str, float]:
        """How likely each account is in an intruder's hands: by every campaign and warning that is known."""
        suspects = dict.fromkeys((each.account for each in self._incidents.takeovers.values()), ALIKE)
        for case in self._docket.cases.values():
            bystanders = set(case.campaign.bystanders)
            named = case.next_accounts | dict.fromkeys(case.campaign.accounts, 1.0)
            for account, chance in named.items():
                if account not in bystanders and not self._returning.given_back(account, case.campaign.id):
                    suspects[account] = max(chance, suspects.get(account, 0.0))
        return suspects
