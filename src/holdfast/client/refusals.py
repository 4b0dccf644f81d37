"""Whom did this copy refuse for what they said? The server counts it when accounts are given back."""

from __future__ import annotations

import contextlib
from collections import deque

from holdfast.events import format_time

from .wire import Wire

MOST = 1_000  # remembered between two looks for news, the latest: as many as the server takes at once
_LONGEST_ID = 512  # characters, as with the server


class Refusals:
    """What is to be told, once. Any thread may note; one tells."""

    def __init__(self) -> None:
        """Nobody was."""
        self._refused: deque[tuple[str, int]] = deque(maxlen=MOST)

    def note(self, account: str, at: int) -> None:
        """`account` was refused at `at` (milliseconds since 1970 UTC, by the server's clock)."""
        with contextlib.suppress(UnicodeEncodeError):  # no account has such a name, and none could be told of
            account.encode()
            if 0 < len(account) <= _LONGEST_ID:
                self._refused.append((account, at))

    def tell(self, wire: Wire) -> None:
        """Tell the server, if there is anything. What it does not hear is lost.

        Raises:
            GuardUnreachableError: it does not hear.

        """
        told: list[dict[str, str]] = []
        while self._refused and len(told) < MOST:
            account, at = self._refused.popleft()
            told.append({"account": account, "time": format_time(at)})
        if told:
            wire.tell(told)
