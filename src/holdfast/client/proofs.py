"""Did this request come through the gate? Checked in the tool: whoever reaches it otherwise is nobody."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

import msgspec

from holdfast.errors import NotAllowedError
from holdfast.guard.staff.proof import Proof, checked, target_hash

_Scope: TypeAlias = MutableMapping[str, Any]
_Asgi: TypeAlias = Callable[[_Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

HEADER = "x-holdfast-proof"
PLACE = "holdfast"  # of a request's scope, where the tool finds the proof
_PORT = re.compile(r":\d{1,5}$")
_MOST_SEEN = 100_000  # proofs remembered until they are over: a tool that gets more in 30 seconds needs more of its own


class Proofs:
    """Checks proofs for one tool, and lets none through twice. Threads may use it at the same time."""

    def __init__(self, tool: str, keys: Mapping[str, str], *, wall: Callable[[], float] = time.time) -> None:
        """`keys` are the gate's (`Gate.keys()`); `wall` gives seconds since 1970 UTC."""
        self._tool, self._keys, self._wall = tool, dict(keys), wall
        self._seen: dict[str, tuple[int, object]] = {}

    def check(self, line: str, *, method: str, host: str, target: bytes) -> Proof:
        """Who asks, and what they were allowed. `target` is the path with the query, as in the request line.

        Raises:
            NotAllowedError: it is no proof for just this request, or was shown before.

        """
        now = int(self._wall())
        proof = checked(line, self._keys, now)
        about = (self._tool, method, _PORT.sub("", host).lower(), target_hash(target))
        if about != (proof.aud, proof.htm, proof.host, proof.uri):
            raise _no("it is for another request")
        if len(self._seen) >= _MOST_SEEN:
            self._seen = {id_: (until, first) for id_, (until, first) in self._seen.items() if now < until}
        this = object()
        if len(self._seen) >= _MOST_SEEN or self._seen.setdefault(proof.jti, (proof.exp, this))[1] is not this:
            raise _no("it was shown before")
        return proof


class ProofDoor:
    """ASGI: lets requests with a proof in, and puts it into the scope as `holdfast`; answers 403 to all others."""

    def __init__(self, app: _Asgi, proofs: Proofs) -> None:
        """Stand before `app`."""
        self._app, self._proofs = app, proofs

    async def __call__(
        self, scope: _Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Let one request in, or not. Web sockets are never let in: a proof is for one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            proof = self._proof(scope)
        except NotAllowedError as error:
            body = msgspec.json.encode(
                {"title": "Forbidden", "status": 403, "detail": str(error), "advice": error.advice}
            )
            headers = [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app({**scope, PLACE: proof}, receive, send)

    def _proof(self, scope: _Scope) -> Proof:
        told: dict[str, list[bytes]] = {}
        for name, value in scope["headers"]:
            told.setdefault(name.decode("latin-1").lower(), []).append(value)
        lines, hosts = told.get(HEADER, []), told.get("host", [])
        if len(lines) != 1 or len(hosts) != 1:
            raise _no("none was shown")
        query: bytes = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        line, host = lines[0].decode("latin-1"), hosts[0].decode("latin-1")
        return self._proofs.check(line, method=scope["method"], host=host, target=target)


def _no(why: str) -> NotAllowedError:
    return NotAllowedError(f"no proof of the gate's leave: {why}", advice="Reach the tool through the gate's proxy.")
