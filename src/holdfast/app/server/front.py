"""Who is let in, and by which door? Everything passes here; the guard's questions go straight on."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias

from .answers import Receive, RefusedError, Scope, Send, send_refusal
from .guard import GuardRoutes
from .logs import Log, crash
from .tally import Tally
from .token import Bearer

Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_GUARD = frozenset({"/v1/guard/posts", "/v1/guard/actions"})
_CHALLENGE = ((b"www-authenticate", b'Bearer realm="holdfast"'),)


class Front:
    """The whole application: first who asks, then the guard or the other routes; a fault is answered, too."""

    def __init__(self, guard: GuardRoutes, others: Asgi, *, bearer: Bearer | None, tally: Tally, log: Log) -> None:
        """Without a `bearer` everybody on loopback may ask, but no browser that another site has sent."""
        self._guard, self._others, self._bearer, self._tally, self._log = guard, others, bearer, tally, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            path = scope["path"]
            self._let_in(scope, path)
            await (self._guard if path in _GUARD else self._others)(scope, receive, send)
        except RefusedError as refused:
            self._tally.refuse(refused.status)
            await send_refusal(send, refused)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer and we get to know where
            self._tally.faults += 1
            crash(self._log, error)
            fault = RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of ours", advice="It is in the log.")
            with contextlib.suppress(RuntimeError):  # the answer had begun: then the line is cut
                await send_refusal(send, fault)

    def _let_in(self, scope: Scope, path: str) -> None:
        """Pass whoever may ask.

        Raises:
            RefusedError: he may not.

        """
        if self._bearer is None:
            self._no_browser(scope)
        elif path.startswith("/v1/") and not self._bearer.shown(scope["headers"]):
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "this takes the token",
                advice="Send it as `Authorization: Bearer TOKEN`.",
                headers=_CHALLENGE,
            )

    def _no_browser(self, scope: Scope) -> None:
        """Pass programs only: a page that a browser on this machine has open could ask too.

        Raises:
            RefusedError: a browser asks for another site, or under a name that was made to lead here.

        """
        for name, value in scope["headers"]:
            foreign = name == b"host" and _host(value) not in LOOPBACK
            if foreign or name == b"origin":
                raise RefusedError(
                    HTTPStatus.FORBIDDEN,
                    "without a token only programs on this machine are answered, by the name of loopback",
                    advice="Configure a token: run `holdfast token`.",
                )


def _host(value: bytes) -> str:
    """The host of a Host header, without its port."""
    text = value.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
