"""What does a server that stands by answer to all that is not the guard's? Whether it is well; the rest in vain."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from http import HTTPStatus

import msgspec
import uvloop
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from holdfast.app.live import wall_time

from .admission import admitted
from .answers import Receive, RefusedError, Scope, Send, send_body
from .contract import Alive, Readiness
from .door import Door
from .following import Following
from .front import Front
from .listening import inner_service
from .logs import Log
from .metrics import GAUGES
from .relay import told_from
from .settings import Settings
from .tally import Tally

AGAIN = ((b"retry-after", b"1"),)
PHASE = "standby"


class Waiting:
    """The application that the process that answers asks in the owner's place, and the thread that serves it."""

    def __init__(self, settings: Settings, following: Following, configured: bytes | None, log: Log) -> None:
        """Let in whom the roll of `following` knows; `configured` is the hash of the token that the settings name."""
        self._settings, self._following = settings, following
        self._tally = Tally()
        door = Door(lambda: following.roll, wall_time, configured=configured)
        self._front = Front(admitted, self._answer, door=door, tally=self._tally, log=log)
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, door: socket.socket) -> None:
        """Serve at `door`, which is its own from then on."""
        self._thread = threading.Thread(target=lambda: uvloop.run(self._serve(door)), name="waiting", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer what is under way, and end."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    async def _serve(self, door: socket.socket) -> None:
        server = inner_service(self._settings, self)
        serving = asyncio.ensure_future(server.serve(sockets=[door]))
        await asyncio.to_thread(self._over.wait)
        server.should_exit = True
        await serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that was passed on."""
        await self._front(told_from(scope), receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        path = scope["path"]
        if scope["method"] in {"GET", "HEAD"} and path == "/health":
            await send_body(send, HTTPStatus.OK, msgspec.json.encode(Alive()))
        elif scope["method"] in {"GET", "HEAD"} and path == "/ready":
            told = self._readiness()
            status = HTTPStatus.OK if told.ready else HTTPStatus.SERVICE_UNAVAILABLE
            await send_body(send, status, msgspec.json.encode(told))
        elif scope["method"] == "GET" and path == "/metrics":
            await send_body(send, HTTPStatus.OK, self._figures(), CONTENT_TYPE_LATEST.encode())
        else:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "this server stands by: another one decides, and hears events",
                advice="Ask the other one. This one answers the guard, and takes over when the other is gone.",
                code=PHASE,
                headers=AGAIN,
            )

    def _readiness(self) -> Readiness:
        seen = time.monotonic() - self._following.pulse().seen_at < self._settings.guard.stale_seconds
        return Readiness(ready=seen, store=seen, worker=False, snapshot=seen, platform=True, phase=PHASE, trouble="")

    def _figures(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        life, seen_at = self._following.life, self._following.pulse().seen_at
        figures = {
            "holdfast_standby": (GAUGES["holdfast_standby"][1], 1.0),
            "holdfast_seen_seconds": ("Since the state was last known to be whole.", time.monotonic() - seen_at),
            "holdfast_store_turn": (GAUGES["holdfast_store_turn"][1], 0.0 if life is None else float(life.turn)),
        }
        for name, (says, value) in figures.items():
            Gauge(name, says, registry=registry).set(value)
        return generate_latest(registry)
