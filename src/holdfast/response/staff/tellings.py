"""What do holders still have to hear, and in which order? It waits in the store until a notifier has taken it.

What is about one account goes out in order of time: what is not taken holds back what follows, so that no platform
hears of a change before it heard that the one before it was undone. What is about other accounts goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

import msgspec

from holdfast.events import spelling_key
from holdfast.guard.staff import PendingChange
from holdfast.ports import HolderNotice, NoticeKind
from holdfast.response.book import Book, Page, Shelf
from holdfast.response.conduct import Deed
from holdfast.response.outbox import Pace, wait_before

from .attempts import number_of

_AT_ONCE = 20  # notices taken to a notifier together


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that no notifier has taken yet: not before `due`, after so many `tries`."""

    notice: HolderNotice
    due: int
    tries: int = 1


class Tellings(Shelf[Telling]):
    """The notices that wait, by id."""

    def __init__(self, book: Book, given: Callable[[HolderNotice], HolderNotice]) -> None:
        """As kept in the book's store; `given` makes of a notice that is kept what a notifier is given."""
        super().__init__(book, "gate_tellings", Telling)
        self._given = given

    def add(self, page: Page, change: PendingChange, kind: NoticeKind, as_of: int) -> None:
        """Have this be told of `change` to whoever was there at `as_of` (milliseconds since 1970 UTC)."""
        notice = HolderNotice(
            id=f"change/{change.id}/{kind}/{as_of}",
            kind=kind,
            change=change.id,
            account=change.account,
            what=change.what,
            as_of=as_of,
            at=page.now,
            until=change.until,
        )
        self.put(page, notice.id, Telling(notice=notice, due=page.now))

    def due(self, now: int) -> list[HolderNotice]:
        """What a notifier is to be given now, the longest due first, that of one account in order of time.

        Once one was not taken, no more of its account is given before it is.
        """
        of_account: dict[str, list[Telling]] = {}
        for each in sorted(self.values(), key=_place):
            of_account.setdefault(spelling_key(each.notice.account), []).append(each)
        ready = [list(takewhile(lambda each: each.due <= now, waiting)) for waiting in of_account.values()]
        ready.sort(key=lambda waiting: waiting[0].due if waiting else now)
        return [self._given(each.notice) for waiting in ready for each in waiting][:_AT_ONCE]

    def put_off(self, page: Page, telling: Telling) -> None:
        """Have it be tried again, later each time up to a minute."""
        id_, tries = telling.notice.id, telling.tries + 1
        due = page.now + wait_before(Pace(), id_, Deed.APPLY, tries)
        self.put(page, id_, msgspec.structs.replace(telling, due=due, tries=tries))

    def drop_all(self, page: Page, ids: Iterable[str]) -> None:
        """Have none of these be told any more."""
        for id_ in ids:
            self.drop(page, id_)

    def about(self, change: str, *kinds: NoticeKind) -> list[str]:
        """The ids of those about a change: of these kinds, or all."""
        found = ((key, each.notice) for key, each in self.items())
        return [key for key, notice in found if notice.change == change and (not kinds or notice.kind in kinds)]


def _place(telling: Telling) -> tuple[int, int, int]:
    """In which order those of an account go out."""
    notice = telling.notice
    return notice.at, number_of(notice.change) or 0, notice.as_of
