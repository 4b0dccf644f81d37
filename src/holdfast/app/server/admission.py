"""Who may ask the guard, as far as the process that answers knows? Whom the owner of the state let in a moment ago."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TypeAlias

from .answers import RefusedError, Scope, Send
from .relay import Relay, Reply

_ASK_AGAIN = 0.5  # seconds after which it is asked again, while the answer of then still counts
_GOOD_FOR = 2.0  # seconds an answer counts; a token that was revoked asks no longer than that
_PATIENCE = 2.0  # seconds to wait for the owner of the state
_MOST = 10_000  # kinds of askers remembered: a flood of tokens costs no more memory than that
_SHOWN = frozenset({b"authorization", b"cookie", b"host", b"origin"})  # what the door looks at

_Asker: TypeAlias = tuple[str, tuple[tuple[bytes, bytes], ...]]


class Admission:
    """Remembers who was let in; while the owner of the state is silent, whoever was let in stays so."""

    def __init__(self, relay: Relay) -> None:
        """Ask over `relay`."""
        self._relay = relay
        self._let_in: dict[_Asker, float] = {}
        self._asking: set[asyncio.Task[Reply | None]] = set()
        self._again: set[_Asker] = set()

    async def let_in(self, scope: Scope) -> Reply | None:
        """None for whoever may ask, else the answer that he gets.

        Raises:
            RefusedError: the owner of the state is silent, and he was never let in.

        """
        asker = (scope["path"], tuple([each for each in scope["headers"] if each[0] in _SHOWN]))
        at = self._let_in.get(asker)
        if at is None:
            return await self._ask(asker, scope)
        age = time.monotonic() - at
        if age < _ASK_AGAIN:
            return None
        if age < _GOOD_FOR:
            self._ask_behind(asker, scope)
            return None
        try:
            return await self._ask(asker, scope)
        except RefusedError:
            self._let_in[asker] = time.monotonic()
            return None

    def _ask_behind(self, asker: _Asker, scope: Scope) -> None:
        if asker in self._again:
            return
        self._again.add(asker)

        async def ask() -> Reply | None:
            try:
                with contextlib.suppress(RefusedError):
                    return await self._ask(asker, scope)
                return None
            finally:
                self._again.discard(asker)

        task = asyncio.ensure_future(ask())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, asker: _Asker, scope: Scope) -> Reply | None:
        reply = await self._relay.fetch(scope, _PATIENCE)
        if reply.status == ADMITTED:
            if len(self._let_in) >= _MOST:
                self._let_in.clear()
            self._let_in[asker] = time.monotonic()
            return None
        self._let_in.pop(asker, None)
        return reply


ADMITTED = 204


async def admitted(scope: Scope, receive: object, send: Send) -> None:  # noqa: ARG001 - ASGI
    """In the process that owns the state: whoever came as far as this may ask the guard."""
    await send({"type": "http.response.start", "status": ADMITTED, "headers": []})
    await send({"type": "http.response.body", "body": b""})
