"""Whom does a cohort's hold concern by name, on a platform that can only be told one account after the other?

A cohort is asked about at the moment of the question. A platform that does not ask gets a list instead, and the list
follows the cohort: who comes in is held by name, those with the greatest expected harm first, and who leaves is let go.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from typing import TypeAlias

import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject, SubjectKind, place
from holdfast.ports import Platform

from .book import Book, Page
from .conduct import LIVE, Over
from .executor import Way, way_of
from .knowledge import Knowledge

LISTED = "list/"  # begins `placed_by` of a hold that stands for a cohort's
AT_ONCE = 1_000  # holds placed in one transaction, a second's worth: more than platforms take in a second
CHANCE = 0.001  # that a cohort's member is used [judged]: whoever is held for a reason of their own mostly goes first

Key: TypeAlias = tuple[str, Restriction]  # an account, and what it may not do


def listed(hold: Hold) -> bool:
    """Whether the hold only stands for that of a cohort, on a platform that needs lists."""
    return hold.placed_by.startswith(LISTED)


class Lists:
    """Keeps holds by name in step with the cohorts that a platform does not ask about."""

    def __init__(self, book: Book, knowledge: Knowledge, platform: Platform) -> None:
        """Go on with the lists that the book's store keeps."""
        self._book, self._knowledge, self._platform = book, knowledge, platform
        self._stale = True
        self._names: dict[Key, set[str]] = {}
        self._note(book.holds)
        book.when_moved(self._moved)

    def review(self, now: int, *, whole: bool) -> bool:
        """Bring the lists in step; `whole` looks at members too, not only when a hold has moved. True: more is to do.

        Raises:
            StoreError: nothing was kept; the next review does it.

        """
        if not (whole or self._stale):
            return False
        wanted = self._wanted(now)
        gone = [key for key in self._names if key not in wanted]
        fresh = [key for key, behind in wanted.items() if not self._covered(key, behind)]
        first = heapq.nlargest(AT_ONCE, fresh, key=lambda key: self._knowledge.directory.reach_of(key[0]))
        if gone or first:
            with self._book.change(now) as page:
                for key in first:
                    self._place(page, key, wanted[key])
                for key in (*gone, *first):  # what stood for a hold that ended otherwise has made room by now
                    self._let_go(page, key)
        self._stale = len(fresh) > len(first)
        return self._stale

    def _wanted(self, now: int) -> dict[Key, Hold]:
        """The cohort's hold behind each account that has to be listed: of several, the last to end."""
        directory = self._knowledge.directory
        accounts = directory.column("account")
        return {
            (account, hold.restriction): hold
            for hold in self._cohorts(now)
            if hold.cohort is not None
            for account in accounts.filter(pa.array(directory.mask(hold.cohort, now))).to_pylist()
        }

    def _cohorts(self, now: int) -> list[Hold]:
        live = (held.hold for held in self._book.holds.values() if held.state in LIVE)
        holds = [hold for hold in live if hold.in_force(now) and way_of(hold, self._platform) is Way.LIST]
        return sorted(holds, key=lambda hold: (hold.until is None, hold.until or 0, hold.id))

    def _covered(self, key: Key, behind: Hold) -> bool:
        """Whether the account is on the list, and for as long as the cohort's hold stands."""
        return any(self._book.holds[name].hold.until == behind.until for name in self._names.get(key, ()))

    def _place(self, page: Page, key: Key, behind: Hold) -> None:
        account, restriction = key
        page.place(
            place(
                Subject(kind=SubjectKind.ACCOUNT, id=account),
                restriction,
                starts=page.now,
                until=behind.until,
                why=behind.why,
                campaign=behind.campaign,
                plan=behind.plan,
                occasion=f"{LISTED}{behind.id}/{page.now}",
                placed_by=f"{LISTED}{behind.id}",
                harm=CHANCE * self._knowledge.directory.reach_of(account),
            )
        )

    def _let_go(self, page: Page, key: Key) -> None:
        """End what stood for the account before this page."""
        for name in sorted(self._names.get(key, ())):
            page.tell(name, Over(at=page.now, why="the cohort is another by now"))

    def _moved(self, moved: Collection[str], _now: int) -> None:
        self._note(moved)
        kinds = {self._book.holds[key].hold.subject.kind for key in moved}
        self._stale = self._stale or SubjectKind.COHORT in kinds

    def _note(self, keys: Iterable[str]) -> None:
        for held in (self._book.holds[key] for key in keys):
            if listed(held.hold):
                key = (held.hold.subject.id, held.hold.restriction)
                names = self._names.setdefault(key, set())
                (names.add if held.state in LIVE else names.discard)(held.hold.id)
                if not names:
                    del self._names[key]
