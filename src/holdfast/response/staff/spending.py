"""How much of a budget is spent, exactly, however many processes ask?

There is one count, in the store, and it moves in the transaction in which the attempt is recorded. A unit is spent when
it is taken, before anything is done: whoever crashes in between has spent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.guard.staff import Charge, counted, free_at, spend
from holdfast.response.book import Page

SPENDING = "gate_spending"
AHEAD_SHARE = 4  # of what is left at most one in so many is taken in advance: others of the same person may ask too


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """When units of one budget were taken in the hour before the last one (milliseconds since 1970 UTC)."""

    times: tuple[int, ...] = ()


class Spending:
    """The counts as one page has them, read from the store when they are asked for; none outlives its page."""

    def __init__(self, page: Page, budgets: Iterable[str] = ()) -> None:
        """Count on `page`; those of `budgets` are read at once, others when they are asked for."""
        self._page = page
        kept = page.transaction.some(SPENDING, budgets, Spent)
        self._known = {budget: each.times for budget, each in kept.items()}

    def look(self, budget: str) -> int:
        """How many units of a budget count at the time of the page."""
        return len(counted(self._spent(budget), self._page.now))

    def take(self, charges: Sequence[Charge]) -> tuple[bool, int | None]:
        """Take a unit of each, or of none where one of them is spent: whether so, and when one will be there again."""
        after = []
        for charge in charges:
            before = self._spent(charge.key)
            times = spend(before, charge.limit, self._page.now)
            if times is None:
                return False, free_at(before, charge.limit, self._page.now)
            after.append((charge.key, times))
        self._known.update(after)
        return True, None

    def take_ahead(self, charge: Charge, wanted: int, until: int) -> int:
        """Take up to `wanted` further units, to be used before `until`: how many.

        They count as spent at `until`, so that no hour has more in it than the limit whenever they are used. The
        nearer the budget is to its end the fewer there are.
        """
        before = counted(self._spent(charge.key), self._page.now)
        units = max(0, min(wanted, (charge.limit - len(before)) // AHEAD_SHARE))
        self._known[charge.key] = tuple(sorted((*before, *[until] * units)))
        return units

    def give_back(self, budget: str, units: int, until: int) -> None:
        """Have that many units again that were taken to be used before `until`; after an hour they are there anyway."""
        times = list(self._spent(budget))
        for _ in range(min(units, times.count(until))):
            times.remove(until)
        self._known[budget] = tuple(times)

    def owe(self, budget: str, time: int) -> None:
        """Count what was done at `time`, whatever is left."""
        self._known[budget] = tuple(sorted((*self._spent(budget), time)))

    def keep(self) -> None:
        """Have the page keep what was taken."""
        for budget, times in self._known.items():
            self._page.transaction.put(SPENDING, budget, Spent(times=times))

    def _spent(self, budget: str) -> tuple[int, ...]:
        known = self._known.get(budget)
        if known is None:
            spent = self._page.transaction.get(SPENDING, budget, Spent)
            known = self._known[budget] = () if spent is None else spent.times
        return known
