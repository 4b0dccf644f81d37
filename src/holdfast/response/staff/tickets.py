"""Which tickets has the help desk told of, and when was it last heard?

Tickets come by the thousand, so the record has how many were told each hour, and with each attempt what was seen of the
ticket that it named; what was told of each is kept here for as long as it can matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from holdfast.errors import UsageError
from holdfast.events import format_time, spelling_key
from holdfast.guard.staff import Opener, Ticket
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf

TICKETS, FEED = "gate_tickets", "gate_ticket_feed"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # milliseconds
SILENT_MS = 15 * MINUTE  # a help desk that tells as it goes, or every five minutes, was missed three times by then
MOST = 200_000  # tickets kept: some 150 MB of the owner's memory, were there as many
KEPT_CLOSED_MS = 3 * DAY  # what is looked at again after a closing is known as closed, over a weekend
KEPT_OPEN_MS = 90 * DAY  # not told again for a quarter: the help desk has forgotten to say that it is over
AHEAD_MS = 5 * MINUTE  # how far a help desk's clock may be ahead: word from later on would outlive all that is told
LONGEST_ID, MOST_ACCOUNTS, MOST_WORKERS = 200, 200, 50  # characters; each account is looked through where one is named
_SETTLING_MS = DAY  # from the first word on: until then the tickets that were open before are being told
_SWEPT = 4  # old tickets looked at for each that is told, so that no telling waits for a look at all of them
_ONLY = "feed"  # the one key of the feed


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """When the help desk was first and last heard (ms since 1970 UTC), and what it told since `hour_at`, not summed up.

    `number` counts the sums on record.
    """

    began_at: int
    heard_at: int
    hour_at: int
    told: int = 0
    closed: int = 0
    by_staff: int = 0
    number: int = 0


class Tickets:
    """The tickets by their ids, one in any spelling, and how the help desk is heard."""

    def __init__(self, book: Book) -> None:
        """As kept in the book's store."""
        self._book = book
        self.kept = Shelf(book, TICKETS, Ticket)
        self._feed = Shelf(book, FEED, Feed)
        self._round: Iterator[str] = iter(())
        self._swept_at = -MINUTE

    @property
    def feed(self) -> Feed | None:
        """How the help desk is heard; None where it never was."""
        return self._feed.get(_ONLY)

    def get(self, id_: str) -> Ticket | None:
        """The ticket of this id in any spelling; None where none was told of, or it is forgotten."""
        return self.kept.get(spelling_key(id_))

    def silent_since(self, now: int) -> int | None:
        """When the help desk was last heard of (ms since 1970 UTC), where that is too long ago; 0: never."""
        feed = self.feed
        if feed is None:
            return 0
        return feed.heard_at if now - feed.heard_at > SILENT_MS else None

    def judged(self, at: int) -> bool:
        """Whether a ticket that is not known would have been told of by then, had there been one, and not forgotten."""
        feed = self.feed
        if feed is None or at < feed.began_at + _SETTLING_MS:
            return False
        return -SILENT_MS <= feed.heard_at - at <= KEPT_CLOSED_MS

    def tell(self, told: Sequence[Ticket], by: str, now: int) -> list[Ticket]:
        """Keep what is told of these by the credential `by`; those that were news. Nothing told is a sign of life.

        What is older than what is known is not taken in: word may come in any order.

        Raises:
            UsageError: as many as are kept are there, and open.
            StoreError: nothing was kept.

        """
        fresh: dict[str, Ticket] = {}
        for each in told:
            key = spelling_key(each.id)
            known = fresh.get(key) or self.kept.get(key)
            if known is None or (known.as_of, known.closed_at or 0) <= (each.as_of, each.closed_at or 0):
                fresh[key] = each
        with self._book.change(now) as page:
            gone = self._forget(page, fresh, now)
            if len(self.kept) - gone + sum(key not in self.kept for key in fresh) > MOST:
                raise UsageError(
                    f"{MOST:,} tickets are kept, and open",
                    advice="Tell of those that are over as closed; they are forgotten three days later.",
                )
            for key, each in fresh.items():
                self.kept.put(page, key, each)
            self._hear(page, fresh.values(), by)
        return [*fresh.values()]

    def _hear(self, page: Page, fresh: Iterable[Ticket], by: str) -> None:
        feed = self.feed
        now, news = page.now, [*fresh]
        if feed is None:
            feed = Feed(began_at=now, heard_at=now, hour_at=now)
            page.record(RecordKind.OBSERVATION, "tickets/begun", "tickets", {"by": by})
        elif not 0 <= now - feed.hour_at < HOUR:
            body = {
                "since": format_time(feed.hour_at),
                "told": feed.told,
                "closed": feed.closed,
                "opened_by_staff": feed.by_staff,
                "last_heard": format_time(feed.heard_at),
                "by": by,
            }
            page.record(RecordKind.OBSERVATION, f"tickets/{feed.number + 1}", "tickets", body)
            feed = Feed(began_at=feed.began_at, heard_at=now, hour_at=now, number=feed.number + 1)
        after = msgspec.structs.replace(
            feed,
            heard_at=now,
            told=feed.told + len(news),
            closed=feed.closed + sum(each.closed_at is not None for each in news),
            by_staff=feed.by_staff + sum(each.opened_by is Opener.STAFF for each in news),
        )
        self._feed.put(page, _ONLY, after)

    def _forget(self, page: Page, fresh: dict[str, Ticket], now: int) -> int:
        """Forget some of those that are long over; all of them, where there is no room, once a minute. How many."""
        full = len(self.kept) + len(fresh) > MOST and not 0 <= now - self._swept_at < MINUTE
        if full:
            self._swept_at = now  # else a help desk that goes on telling stalls who asks the gate
        gone: set[str] = set()
        for key in [*self.kept] if full else self._next(_SWEPT * (1 + len(fresh))):
            ticket = self.kept.get(key)
            if ticket is not None and key not in fresh and key not in gone and _over(ticket, now):
                self.kept.drop(page, key)
                gone.add(key)
        return len(gone)

    def _next(self, some: int) -> list[str]:
        """The next so many keys of the round; a new one begins where it ends."""
        found = [key for _, key in zip(range(some), self._round, strict=False)]
        if len(found) < some:
            self._round = iter([*self.kept])
        return found


def _over(ticket: Ticket, now: int) -> bool:
    closed = ticket.closed_at is not None and now - max(ticket.closed_at, ticket.heard_at) > KEPT_CLOSED_MS
    return closed or now - ticket.heard_at > KEPT_OPEN_MS
