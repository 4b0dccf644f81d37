"""Which refusals of nobody known are put on record one by one? So many of each network; the others are counted.

Whoever reaches a tool's proxy can try without a session as often as they like. The record, which is for good, must not
grow by what strangers do. What was counted and not told yet lies in the store, so that a new start tells it.
"""

from __future__ import annotations

import msgspec

from holdfast.events import network_of
from holdfast.guard.staff import StaffAnswer, ToolQuestion
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf

HOUR, MINUTE = 3_600_000, 60_000  # milliseconds
MOST_OF_ONE = 20  # an hour from one network: somebody whose session is over, who tries again
MOST_OF_ALL = 500  # an hour from all of them: some 10,000 a day, which a person can still look through
_COUNTED = "counted"  # the one key in the collection


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """So many were refused and are on record nowhere else, since it was told last (`told_at`, ms since 1970 UTC).

    `latest` is what the last one asked whose question was looked at.
    """

    refused: int = 0
    latest: dict[str, str] = {}
    told_at: int = 0


class Strangers:
    """Who came in this hour, in memory: after a new start that begins anew. One thread uses it."""

    def __init__(self, book: Book) -> None:
        """Go on with what was counted in the book's store, and not told."""
        self._since = 0
        self._of: dict[str, int] = {}
        self._recorded = 0
        self._kept = Shelf(book, "gate_strangers", Counted)
        kept = self._kept.get(_COUNTED, Counted())
        self._unwritten, self._latest, self._told_at = kept.refused, kept.latest, kept.told_at

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
            action = question.action
            self._latest = {
                "network": question.network,
                "tool": action.tool,
                "function": action.function,
                "target": action.target,
            }
            return False
        self._of[network] = count + 1
        self._recorded += 1
        return True

    def turned_away(self, count: int) -> None:
        """Count those whose questions nobody looked at, because too many strangers asked at once."""
        self._unwritten += count

    def due(self, now: int) -> bool:
        """Whether it is time to tell how many were only counted: once a minute."""
        return bool(self._unwritten) and not 0 <= now - self._told_at < MINUTE

    def tell_on(self, page: Page) -> None:
        """Put on record how many were only counted, with the latest of them as a sample; until it is due keep count."""
        if not self.due(page.now):
            if self._unwritten != self._kept.get(_COUNTED, Counted()).refused:
                kept = Counted(refused=self._unwritten, latest=self._latest, told_at=self._told_at)
                self._kept.put(page, _COUNTED, kept)
            return
        told = {"refused": self._unwritten, "latest": self._latest}
        page.record(RecordKind.OBSERVATION, f"strangers/{page.now}", "gate", told)
        self._kept.put(page, _COUNTED, Counted(told_at=page.now))
        page.then.append(lambda: self._begin_anew(page.now))

    def _begin_anew(self, now: int) -> None:
        self._told_at, self._unwritten, self._latest = now, 0, {}
