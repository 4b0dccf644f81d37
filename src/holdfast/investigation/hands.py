"""By whose hands was it done: an intruder's for certain, perhaps, or not?"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec

from holdfast.events import SignIn


@enum.unique
class Sureness(enum.IntEnum):
    """How sure it is that something was the intruder's doing, least first."""

    NO = 0
    UP_TO = 1
    CONFIRMED = 2


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """Whose deeds are the intruder's for certain: staff members, tool sessions, and holders' sessions that were stolen.

    With `reads_recorded` False the platform keeps no record of who read what, so that an intruder's session counts as
    "up to" an inbox read.
    """

    staff: frozenset[str] = frozenset()
    tool_sessions: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    reads_recorded: bool = True


class Attribution:
    """Tells the intruder's deeds on one account, which was first touched at `since` (milliseconds since 1970 UTC).

    A session opened since then is the intruder's, one opened before is the holder's unless it was stolen. What was done
    since by nobody who can be named may have been the intruder.
    """

    def __init__(self, since: int, sign_ins: Iterable[SignIn], hands: Hands) -> None:
        """Learn from the account's sign-ins when its sessions were opened."""
        self._since, self._hands = since, hands
        opened: dict[str, int] = {}
        for event in sign_ins:
            if event.outcome == "ok" and event.session:
                opened[event.session] = min(event.time, opened.get(event.session, event.time))
        self._opened = opened
        self.sessions = tuple(sorted(name for name in opened if self.by_session(name, since) is Sureness.CONFIRMED))

    def by_session(self, session: str, time: int) -> Sureness:
        """How sure it is that what `session` did at `time` was the intruder's doing."""
        if session in self._hands.sessions or self._opened.get(session, self._since - 1) >= self._since:
            return Sureness.CONFIRMED
        return Sureness.NO if session in self._opened else self.unsigned(time)

    def by_staff(self, staff: str, tool_session: str, time: int) -> Sureness:
        """How sure it is that what a staff member did at `time` was the intruder's doing."""
        if staff in self._hands.staff or tool_session in self._hands.tool_sessions:
            return Sureness.CONFIRMED
        return Sureness.NO if self._hands.staff or self._hands.tool_sessions else self.unsigned(time)

    def unsigned(self, time: int) -> Sureness:
        """How sure it is when nobody is named as the doer."""
        return Sureness.UP_TO if time >= self._since else Sureness.NO
