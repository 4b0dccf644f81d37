"""How much of a budget is spent, exactly, however many processes ask?

There is one count, in the store, and it moves in the transaction in which the attempt is recorded. A unit is spent when
it is taken, before anything is done: whoever crashes in between has spent it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from holdfast.guard.staff import Charge, counted, free_at, spend
from holdfast.response.book import Page

SPENDING = "gate_spending"


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """When units of one budget were taken in the hour before the last one (milliseconds since 1970 UTC)."""

    times: tuple[int, ...] = ()


class Spending:
    """The counts, read from the store in the transaction that changes them; none is kept in memory."""

    def look(self, page: Page, budget: str) -> int:
        """How many units of a budget count at the time of this page."""
        return len(counted(self._spent(page, budget), page.now))

    def take(self, page: Page, charges: Sequence[Charge]) -> tuple[bool, int | None]:
        """Take a unit of each, or of none where one of them is spent: whether so, and when one will be there again."""
        after = []
        for charge in charges:
            before = self._spent(page, charge.key)
            times = spend(before, charge.limit, page.now)
            if times is None:
                return False, free_at(before, charge.limit, page.now)
            after.append((charge.key, times))
        for key, times in after:
            page.transaction.put(SPENDING, key, Spent(times=times))
        return True, None

    @staticmethod
    def _spent(page: Page, budget: str) -> tuple[int, ...]:
        spent = page.transaction.get(SPENDING, budget, Spent)
        return () if spent is None else spent.times
