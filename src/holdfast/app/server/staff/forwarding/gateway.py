"""Where do proxies ask, and by what are they answered? By the copy of the state, whichever packet came last."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

import msgspec

from holdfast.app.server.answers import Receive, RefusedError, Scope, Send, send_body
from holdfast.app.server.operation import Operation
from holdfast.guard import Scope as May
from holdfast.guard.staff import StaffPolicy, StaffState
from holdfast.guard.staff.proof import Prover

from .forward import Decide, Forward
from .original import Proxy
from .routes import Routes

KEYS = "/.well-known/holdfast-gate-keys"
DOOR = Proxy.NGINX.value  # as which every proxy is let in: what it asks about is no matter of the door's

OPERATIONS = (
    Operation(
        name="list_gate_keys",
        method="GET",
        path=KEYS,
        says="The keys with which the gate signs who asks, as a JSON Web Key Set (reference: staff-gate-http).",
        answers={200: ("They.", dict[str, Any])},
        secured=False,
    ),
    Operation(
        name="forward_for_nginx",
        method="GET",
        path=Proxy.NGINX.value,
        says="May the request of X-Original-Method, -Host, -URI and -Address go on to its tool? 200, 401 or 403.",
        scope=May.GUARD_ASK,
        answers={200: ("It may, with these headers.", None)},
    ),
    Operation(
        name="forward_for_traefik",
        method="GET",
        path=Proxy.TRAEFIK.value,
        says="The same for the request of X-Forwarded-Method, -Host, -Uri and -For. Envoy asks about its own request "
        "below /v1/gate/envoy.",
        scope=May.GUARD_ASK,
        answers={200: ("It may, with these headers.", None)},
    ),
)


class Copied(Protocol):
    """A copy of the gate's state."""

    @property
    def state(self) -> StaffState | None:
        """It; None before the first."""
        ...

    @property
    def proof_key(self) -> bytes:
        """What proofs are signed with; empty before the first."""
        ...


class Gateway:
    """Answers proxies."""

    def __init__(self, copy: Copied, decide: Decide, now: Callable[[], int]) -> None:
        """Decide by `decide`; `now` gives the owner's time (milliseconds since 1970 UTC)."""
        self._copy, self._decide, self._now = copy, decide, now
        self._made: tuple[StaffPolicy, bytes, Prover, Forward] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one question.

        Raises:
            RefusedError: the request may not go on.

        """
        await self._current()[1](scope, receive, send)

    async def keys(self, scope: Scope, send: Send) -> None:
        """Tell the keys.

        Raises:
            RefusedError: they are not known yet, or not asked for.

        """
        if scope["method"] != "GET":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "ask for the keys with GET", headers=[(b"allow", b"GET")])
        await send_body(send, HTTPStatus.OK, msgspec.json.encode(self._current()[0].keys))

    @property
    def public(self) -> dict[str, str]:
        """The keys by their names; none before the first packet."""
        if self._copy.state is None:
            return {}
        prover = self._current()[0]
        return {prover.kid: prover.public}

    def _current(self) -> tuple[Prover, Forward]:
        state, key = self._copy.state, self._copy.proof_key
        if state is None or not key:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the gate knows nothing yet", advice="Ask again.")
        made = self._made
        if made is None or made[0] is not state.policy or made[1] != key:
            prover = Prover(key)
            forward = Forward(Routes(state.policy.catalogue), self._decide, prover, self._now, state.policy.version)
            self._made = made = (state.policy, key, prover, forward)
        return made[2], made[3]


def bare(scope: Scope) -> Scope:
    """The question as the door is to see it: the proxy with its token, and nothing of its client."""
    token = [each for each in scope["headers"] if each[0] == b"authorization"]
    door = {"method": "GET", "path": DOOR, "raw_path": DOOR.encode(), "query_string": b"", "headers": token}
    return {**scope, **door}
