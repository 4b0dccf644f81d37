"""Which sessions want somebody to look on, and what do they do while somebody does?

A session wants a watcher for some minutes after it was refused for want of one. What it does is found from its person's
attempts, newest first, so nothing more is kept for it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from holdfast.guard.staff import Presence, StaffReason, ToolAction
from holdfast.response.book import Book, Page, Shelf

from .attempts import Attempt, Attempts
from .sessions import Sessions

WANTED_MS = 10 * 60_000  # after a refusal: whoever still wants somebody to look on tries again
MOST_LOOKED_AT = 500  # attempts of one person at a look: a watcher comes back within a second or two


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """That a session was refused this for want of a watcher, at `at` (milliseconds since 1970 UTC)."""

    session: str
    person: str
    tool: str
    function: str
    target: str
    reason: str
    ticket: str
    at: int

    @property
    def action(self) -> ToolAction:
        """What was tried, as far as it matters to whoever may watch it."""
        return ToolAction(tool=self.tool, function=self.function, target=self.target)


class Watching:
    """What waits for a watcher. One thread uses it, as the rest of the gate."""

    def __init__(self, book: Book, sessions: Sessions, attempts: Attempts) -> None:
        """As kept in the book's store."""
        self._sessions, self._attempts = sessions, attempts
        self.kept = Shelf(book, "gate_wanted", Wanted)

    def want_on(self, page: Page, attempts: Iterable[Attempt]) -> None:
        """Note on this page who was refused for want of a watcher."""
        wanted = {each.session: _wanted(each) for each in attempts if StaffReason.WATCHER_NEEDED in each.reasons}
        if not wanted:
            return
        for key in [key for key, each in self.kept.items() if key not in wanted and page.now - each.at >= WANTED_MS]:
            self.kept.drop(page, key)
        for key, each in wanted.items():
            self.kept.put(page, key, each)

    def wanted(self, now: int) -> list[Wanted]:
        """What live sessions want somebody to look on for, the newest first."""
        fresh = (each for each in self.kept.values() if 0 <= now - each.at < WANTED_MS)
        live = (each for each in fresh if self._sessions.fault(self._sessions.kept.get(each.session), now) is None)
        return sorted(live, key=lambda each: (-each.at, each.session))

    def watchers(self, session: str, now: int) -> list[Presence]:
        """Who looks on at this session just now, whether or not the policies let it count."""
        there = (each for each in self._sessions.watched.values() if each.session == session)
        return sorted((each for each in there if each.counts(now)), key=lambda each: each.by)

    def done(self, session: str, number: int, *, most: int) -> tuple[list[Attempt], int]:
        """What was tried by this session after the attempt of this `number`: the newest `most`, in order; and how far.

        What was allowed goes before what was refused: no flood of refusals hides it.

        Raises:
            UsageError: there is no such session.
            StoreError: it cannot be read.

        """
        person = self._sessions.known(session).person
        found = self._attempts.since(person, number, most=MOST_LOOKED_AT)
        theirs = [each for each in found if each.session == session]
        shown = sorted(theirs, key=lambda each: (each.allowed, each.number))[-most:]
        return sorted(shown, key=lambda each: each.number), found[-1].number if found else number


def _wanted(attempt: Attempt) -> Wanted:
    return Wanted(
        session=attempt.session,
        person=attempt.person,
        tool=attempt.tool,
        function=attempt.function,
        target=attempt.target,
        reason=attempt.reason,
        ticket=attempt.ticket,
        at=attempt.time,
    )
