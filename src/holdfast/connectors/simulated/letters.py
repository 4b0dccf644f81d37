"""Where do notices to holders arrive on a simulated platform? At what was on file then, and in sessions that were open.

It is a `ports.Notifier`, and shows what a real one has to do: look up the addresses of a moment, not those of now, send
one notice once however often it comes, and never send to what was put on file since.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from holdfast.errors import PlatformError
from holdfast.ports import HolderNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice as it arrived: at an address, or in a session."""

    to: str
    notice: HolderNotice


class SimulatedLetters:
    """Addresses and sessions by account and time, and all that was sent."""

    def __init__(self) -> None:
        """Know no account."""
        self._files: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self._sessions: dict[str, list[tuple[int, str]]] = {}
        self._seen: set[str] = set()
        self._lock = threading.Lock()  # a service tells from a thread of its own
        self.sent: list[Letter] = []
        self.shut = False

    def on_file(self, account: str, what: str, value: str, at: int) -> None:
        """`value` is the account's e-mail or phone from `at` (milliseconds since 1970 UTC) on; empty: none."""
        self._files.setdefault(account, {}).setdefault(what, []).append((at, value))

    def opened(self, account: str, session: str, at: int) -> None:
        """A session of the holder's app is open since `at`."""
        self._sessions.setdefault(account, []).append((at, session))

    def at(self, to: str) -> list[HolderNotice]:
        """What has arrived there."""
        return [each.notice for each in self.sent if each.to == to]

    def tell(self, notice: HolderNotice) -> None:
        """Send it to whoever could be reached at its moment.

        Raises:
            PlatformError: nothing can be sent just now, or there is no such account.

        """
        if self.shut:
            raise PlatformError("no letters go out just now")
        files = self._files.get(notice.account)
        if files is None:
            raise PlatformError(f"there is no account {notice.account}")
        values = [_then(history, notice.as_of) for history in files.values()]
        sessions = [session for at, session in self._sessions.get(notice.account, ()) if at <= notice.as_of]
        with self._lock:
            if notice.id not in self._seen:
                self._seen.add(notice.id)
                self.sent += [Letter(to=to, notice=notice) for to in (*values, *sessions) if to]


def _then(history: list[tuple[int, str]], at: int) -> str:
    """What was on file at `at`; a value set in that very millisecond is what the notice is about, and not asked."""
    return max(((since, value) for since, value in history if since < at), default=(0, ""))[1]
