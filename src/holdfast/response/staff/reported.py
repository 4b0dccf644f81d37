"""Which calls and messages did staff report lately, in their own words, for whoever looks into what was tried on them?

Kept for a while and no more: they are words about people, and no sign against whoever reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from holdfast.events import SecurityEvent, StaffReport
from holdfast.guard import Often
from holdfast.response.book import Book, Shelf

from .kept import named

REPORTS = "staff_reports"
KEPT_MS = 31 * 24 * 3_600_000  # a month: as long as somebody who takes their time may come back
MOST = 2_000  # of all: some megabytes where each is as long as may be
LONGEST_TEXT = 4_000  # characters: a message pasted whole; what the platform tells may be longer by far
MOST_OF_ONE = 50  # so that whoever floods it pushes out nobody but themselves
MOST_TOLD = 30  # by one person in an hour: who is called so often calls the incident desk themselves
_DIGITS = 15  # of a time in milliseconds, so that keys are in order of time


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reported at `at` (milliseconds since 1970 UTC)."""

    at: int
    staff: str
    kind: Literal["vishing", "phishing", "lost_device", "other"]
    text: str


class StaffReports:
    """The reports of the last month, oldest first."""

    def __init__(self, book: Book) -> None:
        """As kept in the book's store."""
        self._book = book
        self.kept = Shelf(book, REPORTS, Reported)
        self._telling = Often(MOST_TOLD, "reported calls and messages")

    def tell(self, report: StaffReport, now: int) -> None:
        """Keep what somebody tells us themselves; what a platform tells is heard however much it is.

        Raises:
            TooOftenError: they told so much within the hour.
            StoreError: nothing was kept.

        """
        self._telling.take(report.staff, now)
        self.hear((report,), now)

    def hear(self, events: Iterable[SecurityEvent], now: int) -> None:
        """Keep the reports among `events`, each once however often it is told.

        Raises:
            StoreError: nothing was kept.

        """
        told = dict(_kept(event) for event in events if isinstance(event, StaffReport))
        fresh = {key: each for key, each in told.items() if key not in self.kept}
        if not fresh:
            return
        staying = _staying({**self.kept, **fresh}, now)
        with self._book.change(now) as page:
            for key in staying - set(self.kept):
                self.kept.put(page, key, fresh[key])
            for key in set(self.kept) - staying:
                self.kept.drop(page, key)


def _kept(event: StaffReport) -> tuple[str, Reported]:
    report = Reported(at=event.time, staff=event.staff, kind=event.kind, text=event.text[:LONGEST_TEXT])
    return f"{max(0, report.at):0{_DIGITS}d}/{named('r', msgspec.to_builtins(report))}", report


def _staying(reports: dict[str, Reported], now: int) -> set[str]:
    """The keys of those that are kept: the newest of each person, and of all; none of a month that is to come."""
    count: Counter[str] = Counter()
    staying: set[str] = set()
    for key in sorted(reports, reverse=True):
        report = reports[key]
        count[report.staff] += 1
        if count[report.staff] <= MOST_OF_ONE and abs(now - report.at) <= KEPT_MS and len(staying) < MOST:
            staying.add(key)
    return staying
