"""What stood on the platform before Holdfast came? It is recorded when found, counted in plans, and left alone."""

from __future__ import annotations

import msgspec

from holdfast.containment import Restriction, Subject, SubjectKind
from holdfast.ledger import RecordKind
from holdfast.ports import Standing

from .book import Book, Page, Shelf, named
from .timeline import HappeningKind


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A restriction that Holdfast did not place, first seen at `at` (milliseconds since 1970 UTC)."""

    subject: Subject
    restriction: Restriction
    at: int
    note: str = ""


class FoundInPlace:
    """Every restriction that was found in place, each recorded once."""

    def __init__(self, book: Book) -> None:
        """As kept in the book's store."""
        self._found = Shelf(book, "found", Found)
        subjects = (found.subject for found in self._found.values())
        self._accounts = {subject.id for subject in subjects if subject.kind is SubjectKind.ACCOUNT}

    def __len__(self) -> int:
        return len(self._found)

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that somebody else has restricted, those of the page under way among them."""
        return frozenset(self._accounts)

    @property
    def subjects(self) -> frozenset[Subject]:
        """Everything that somebody else has restricted."""
        return frozenset(found.subject for found in self._found.values())

    def keep(self, page: Page, subject: Subject, standing: Standing) -> None:
        """Record that `standing` was found on `subject`; nothing when it was found before."""
        key = f"{named(subject)}/{standing.restriction}"
        if key in self._found:
            return
        found = Found(subject=subject, restriction=standing.restriction, at=page.now, note=standing.note)
        self._found.put(page, key, found)
        if subject.kind is SubjectKind.ACCOUNT:
            self._accounts.add(subject.id)
        body = {"restriction": str(standing.restriction), "note": standing.note}
        page.record(RecordKind.OBSERVATION, f"found/{key}", named(subject), body)
        page.note(
            HappeningKind.FOUND, f"{standing.restriction} on {named(subject)} was there before us", named(subject)
        )
