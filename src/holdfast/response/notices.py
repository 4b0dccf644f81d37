"""Who has to hear of something that was done without them? Kept for them to read; nothing is sent from here."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .timeline import HappeningKind


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What these people are to hear, since `at` (ms since 1970 UTC); `about` is the request, person or token."""

    id: str
    at: int
    to: tuple[str, ...]
    about: str
    text: str


class Notices:
    """Every notice, oldest first."""

    def __init__(self, book: Book) -> None:
        """As kept in the book's store."""
        self.kept = Shelf(book, "notices", Notice)

    def tell(self, page: Page, about: str, to: Iterable[str], text: str) -> Notice:
        """Have these people know it: on record, on the time line and in the list, once this page is kept."""
        notice = Notice(id=f"n-{page.now:013d}-{about}", at=page.now, to=tuple(sorted(set(to))), about=about, text=text)
        self.kept.put(page, notice.id, notice)
        body = {"to": list(notice.to), "text": text}
        page.record(RecordKind.DECISION, f"notice/{notice.id}", about, body)
        page.note(HappeningKind.NOTICE, f"to {', '.join(notice.to) or 'nobody: nobody else is there'}: {text}", about)
        return notice
