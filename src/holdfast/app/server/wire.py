"""How is the line to the outside kept short? Uvicorn, with bounds on what a client may cost before it is heard.

Uvicorn waits without end for the rest of a request, and keeps as many headers as are sent. Here a request must be
whole and answered in time, and its head must be small; else the line is cut. Where there are as many connections as may
be, whoever has kept us waiting for longest gives way to whoever comes: strangers who say nothing keep nobody out, nor
do senders who never come to an end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .onepiece import OnePiece

LARGEST_HEAD = 65_536  # bytes of request line and headers: far more than any client of ours sends
_SWEEP_EVERY = 0.5  # seconds between looks for requests that take too long


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `since` is when the request under way began, or when the line was opened for the first one.

    `silent` are those of its server that wait for nothing of ours: without a request, with one that is not whole, or
    with an answer that they do not take; the longest silent first. One whose head has come goes to their end.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        silent: dict[BoundedProtocol, None],
    ) -> None:
        """As uvicorn makes it; `silent` is the same for all connections of a server."""
        super().__init__(config, server_state, app_state, _loop)
        self._silent = silent
        self.since: float | None = None
        self._in_head = True
        self._besides = 0  # bytes that came since the request began, or since the last part of its body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count the time, and make room."""
        super().connection_made(transport)
        self.since = self.loop.time()
        most = self.config.limit_concurrency
        if most is not None and len(self.connections) >= most and self._silent:
            longest = next(iter(self._silent))
            del self._silent[longest]
            self.connections.discard(longest)  # it counts no more, though it is gone only a moment later
            longest.transport.abort()
        self._silent[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._silent.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Cut the line when what is no body becomes too large: a head, or what may stand behind a body in parts."""
        if self._besides > LARGEST_HEAD:
            self.transport.abort()
            return
        self._besides += len(data)
        super().data_received(data)
        if self.since is None and not self.transport.is_closing():
            # The rest of a request that was answered before. Uvicorn waits for the next one without end then.
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_message_begin(self) -> None:
        """A request begins."""
        if self.since is None:
            self.since = self.loop.time()
        self._in_head, self._besides = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of its head; what stands behind a body says nothing of who asks (RFC 9110, section 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._in_head = False
        if self._silent.pop(self, self) is None:
            self._silent[self] = None
        # Uvicorn counts its tasks too, but one whose connection gave way takes a moment to notice.
        most = self.config.limit_concurrency
        self.limit_concurrency = most if most is not None and len(self.connections) >= most else None
        super().on_headers_complete()
        self.cycle.transport = OnePiece(self.cycle, self.transport)

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        self._besides = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The rest of it, too: whoever asked waits for us now, unless they were answered before."""
        if self.cycle.response_complete:
            self.since = None
        else:
            self._silent.pop(self, None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Whoever asked does not take the answer: they wait for themselves."""
        self._silent[self] = None
        super().pause_writing()

    def resume_writing(self) -> None:
        """They do."""
        if not self.cycle.response_complete and not self.cycle.more_body:
            self._silent.pop(self, None)
        super().resume_writing()

    def on_response_complete(self) -> None:
        """It is answered; one that was sent behind it has its own time, the rest of this one that which is left."""
        behind = self.pipeline[-1][0] if self.pipeline else None
        if behind is not None:
            self.since = self.loop.time()
        elif not self.cycle.more_body:
            self.since = None
        if (behind is None or behind.more_body) and not self.transport.is_closing():
            self._silent[self] = None
        super().on_response_complete()


class Service(uvicorn.Server):
    """Uvicorn's server with bounded requests; it leaves signals to whoever runs it, and tells when it listens."""

    def __init__(self, config: uvicorn.Config, *, request_seconds: float, listening: Callable[[], None]) -> None:
        """Cut a request after `request_seconds`; call `listening` once it may be asked."""
        super().__init__(config)
        self._request_seconds, self._listening = request_seconds, listening

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None are captured."""
        yield

    async def main_loop(self) -> None:
        """Serve until told to stop, cutting what takes too long."""
        self._listening()
        sweeper = asyncio.get_running_loop().create_task(self._sweep())
        try:
            await super().main_loop()
        finally:
            sweeper.cancel()

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(_SWEEP_EVERY, self._request_seconds))
            oldest = loop.time() - self._request_seconds
            for connection in tuple(self.server_state.connections):
                since = getattr(connection, "since", None)
                if since is not None and since < oldest:
                    connection.transport.abort()
