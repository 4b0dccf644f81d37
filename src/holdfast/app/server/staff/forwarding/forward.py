"""May this request go on to the tool? Asked by the proxy in front of it; everything that is no clear yes is a no.

1. The proxy says which request it is about, once and plainly.
2. A route of the catalogue says which function of which tool it asks for.
3. The request shows the secret of a session that the gate opened for that tool, once.
4. The gate decides, and has the attempt on record.
5. The proxy hands on who asks, signed, and the cookie without the secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import unquote

from holdfast.app.server.answers import Header, Receive, RefusedError, Scope, Send, send_body, send_refusal, whole_body
from holdfast.guard.staff import StaffAnswer, StaffReason, ToolAction, ToolQuestion
from holdfast.guard.staff.proof import LIFETIME, Proof, Prover, target_hash

from .original import Original, proxy_of, read_original
from .routes import Routes
from .secret import Pairs, pairs_of, session_of, without_secret

Decide: TypeAlias = Callable[[ToolQuestion], Awaitable[StaffAnswer]]
"""The gate's last word on a question; whoever waits for it waits in vain where the gate cannot be asked."""

LARGEST_BODY = 65_536  # bytes of a request's body that a proxy may show
LONGEST_WORDS = 500  # characters of a reason or a ticket
_SIGN_IN = frozenset(
    {StaffReason.NO_SESSION, StaffReason.SESSION_OVER, StaffReason.PERSON_GONE, StaffReason.OTHER_TOOL}
)
_NOT_FOR_TOOLS = b"x-holdfast-reason,x-holdfast-ticket"  # Envoy takes these off the request


class Forward:
    """Answers the questions of proxies, in the event loop."""

    def __init__(
        self, routes: Routes, decide: Decide, prover: Prover, now: Callable[[], int], version: str = ""
    ) -> None:
        """Look up functions in `routes`, of the policies of this `version`; `now` gives milliseconds since 1970 UTC."""
        self._routes, self._decide, self._prover, self._now = routes, decide, prover, now
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one question: 200 with what to hand on, 401 where a session is lacking, else 403.

        Raises:
            RefusedError: the request cannot be read, so nobody was asked about it.

        """
        proxy = proxy_of(scope["path"])
        if proxy is None:
            raise RefusedError(
                HTTPStatus.NOT_FOUND, "no proxy asks here", advice="See docs/reference/staff-gate-http.md."
            )
        original, headers = read_original(proxy, scope)
        action = self._routes.action(original, await _body_hash(scope, receive))
        if action is None:
            action = ToolAction(tool="", function="")  # which nobody may; that it was tried goes on record
        cookies = pairs_of(headers.get("cookie", ""))
        question = ToolQuestion(
            session=session_of(headers, cookies, action.tool),
            action=action,
            reason=_words(headers, "x-holdfast-reason"),
            ticket=_words(headers, "x-holdfast-ticket"),
            network=original.address,
            routed=self._version,
            time=self._now(),
        )
        answer = await self._decide(question)
        if not answer.allowed:
            await send_refusal(send, _refusal(answer))
            return
        told = self._told(original, question, answer, cookies)
        await send_body(send, HTTPStatus.OK, b"", b"text/plain", told)

    def _told(self, original: Original, question: ToolQuestion, answer: StaffAnswer, cookies: Pairs) -> list[Header]:
        seconds = question.time // 1_000
        proof = Proof(
            aud=question.action.tool,
            sub=answer.person,
            sid=question.session,
            jti=answer.attempt,
            function=question.action.function,
            target=question.action.target,
            action=answer.action_hash,
            htm=original.method,
            host=original.host,
            uri=target_hash(original.target),
            iat=seconds,
            exp=seconds + LIFETIME,
        )
        return [
            (b"x-holdfast-person", answer.person.encode()),
            (b"x-holdfast-session", question.session.encode()),
            (b"x-holdfast-decision", answer.attempt.encode()),
            (b"x-holdfast-proof", self._prover.sign(proof).encode()),
            (b"cookie", without_secret(cookies).encode("latin-1")),
            (b"x-envoy-auth-headers-to-remove", _NOT_FOR_TOOLS),
        ]


async def _body_hash(scope: Scope, receive: Receive) -> str:
    """The hash of the body, packed as it may be, where the proxy shows one."""
    sizes = [each for each in scope["headers"] if each[0] == b"content-length"]
    chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    if not chunked and all(value == b"0" for _, value in sizes):
        return ""
    body = await whole_body({**scope, "headers": sizes}, receive, LARGEST_BODY)
    return f"sha256:{hashlib.sha256(body).hexdigest()}" if body else ""


def _refusal(answer: StaffAnswer) -> RefusedError:
    status = HTTPStatus.UNAUTHORIZED if _SIGN_IN & set(answer.reasons) else HTTPStatus.FORBIDDEN
    reasons = ",".join(answer.reasons)
    headers = [(b"x-holdfast-refused", reasons.encode()), (b"x-holdfast-decision", answer.attempt.encode())]
    if status is HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Holdfast realm="tools"'))
    says = f"the gate does not allow this: {reasons}"
    return RefusedError(status, says, advice=" ".join(answer.needs), code=answer.reasons[0], headers=headers)


def _words(headers: Mapping[str, str], name: str) -> str:
    """What a header says, percent-encoded where it is not ASCII."""
    return unquote(headers.get(name, "")[: 3 * LONGEST_WORDS], errors="replace")[:LONGEST_WORDS]
