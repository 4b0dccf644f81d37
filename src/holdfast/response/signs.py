"""What was seen lately of single accounts that would tell that giving them back was wrong?"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable

from holdfast.events import Report, SecurityEvent

MOST = 100_000  # signs remembered, and accounts complained of; the first are forgotten first: a flood costs no memory


@enum.unique
class Sign(enum.StrEnum):
    """The kinds of sign."""

    LURE = "lure"  # it posted a lure of a campaign that is sure enough to be held
    TAKEOVER = "takeover"  # it looks taken over through a staff tool
    COMPLAINT = "complaint"  # somebody reported it
    REFUSAL = "refusal"  # the guard refused a post of its for what it says


class Signs:
    """Signs by the time at which they happened, not by when they were heard: told again, they are not newer.

    They are in memory only, and come again with the events that a response made anew hears again.
    """

    def __init__(self) -> None:
        """Nothing was seen."""
        self._seen: dict[str, list[tuple[int, Sign]]] = {}
        self._count = 0
        self._complained: dict[str, int] = {}  # apart, so that no flood of complaints makes another sign forgotten

    def note(self, sign: Sign, account: str, at: int) -> None:
        """`account` gave this sign at `at` (milliseconds since 1970 UTC)."""
        if sign is Sign.COMPLAINT:
            self._complained[account] = max(at, self._complained.get(account, at))
            if len(self._complained) > MOST:
                del self._complained[next(iter(self._complained))]
            return
        self._seen.setdefault(account, []).append((at, sign))
        self._count += 1
        while self._count > MOST:
            self._count -= len(self._seen.pop(next(iter(self._seen))))

    def reports(self, events: Iterable[SecurityEvent]) -> None:
        """Take in the complaints among `events`."""
        for event in events:
            if isinstance(event, Report) and event.account:
                self.note(Sign.COMPLAINT, event.account, event.time)

    def of(self, account: str, at: int) -> Counter[Sign]:
        """How often `account` gave each sign from `at` on; however many complain of it, that is once."""
        seen = Counter(sign for time, sign in self._seen.get(account, ()) if time >= at)
        if self._complained.get(account, at - 1) >= at:
            seen[Sign.COMPLAINT] = 1
        return seen

    def since(self, when: Callable[[str], int | None]) -> Counter[Sign]:
        """How often each sign was given, by each account from when on `when` says; None leaves the account out."""
        seen: Counter[Sign] = Counter()
        for account in self._seen.keys() | self._complained.keys():
            at = when(account)
            if at is not None:
                seen += self.of(account, at)
        return seen
