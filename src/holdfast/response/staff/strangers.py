"""Which refusals of nobody known are put on record one by one? So many of each network; the others are counted.

Whoever reaches a tool's proxy can try without a session as often as they like. The record, which is for good, must not
grow by what strangers do.
"""

from __future__ import annotations

from holdfast.events import network_of
from holdfast.guard.staff import StaffAnswer, ToolQuestion
from holdfast.ledger import RecordKind
from holdfast.response.book import Page

HOUR, MINUTE = 3_600_000, 60_000  # milliseconds
MOST_OF_ONE = 20  # an hour from one network: somebody whose session is over, who tries again
MOST_OF_ALL = 500  # an hour from all of them: some 10,000 a day, which a person can still look through


class Strangers:
    """The counts of the hour, in memory: after a new start they begin anew. One thread uses it."""

    def __init__(self) -> None:
        """Nobody has come."""
        self._since = self._told_at = 0
        self._of: dict[str, int] = {}
        self._recorded = self._unwritten = 0
        self._latest: ToolQuestion | None = None

    def recorded(self, question: ToolQuestion, answer: StaffAnswer, now: int) -> bool:
        """Whether this attempt goes on record by itself; that of somebody known always does."""
        if answer.person:
            return True
        if not 0 <= now - self._since < HOUR:
            self._since, self._of, self._recorded = now, {}, 0
        network = network_of(question.network)
        count = self._of.get(network, 0)
        if count >= MOST_OF_ONE or self._recorded >= MOST_OF_ALL:
            self._unwritten += 1
            self._latest = question
            return False
        self._of[network] = count + 1
        self._recorded += 1
        return True

    def tell_on(self, page: Page) -> None:
        """Put on record how many were only counted, at most once a minute, with the latest of them as a sample."""
        if self._latest is None or 0 <= page.now - self._told_at < MINUTE:
            return
        action, count = self._latest.action, self._unwritten
        sample = {
            "network": self._latest.network,
            "tool": action.tool,
            "function": action.function,
            "target": action.target,
        }
        page.record(RecordKind.OBSERVATION, f"strangers/{page.now}", "gate", {"refused": count, "latest": sample})

        def told() -> None:
            self._told_at, self._unwritten, self._latest = page.now, 0, None

        page.then.append(told)
