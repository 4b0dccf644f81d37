"""How is an answer sent, and how is it said that there is none?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"
_encode = msgspec.json.Encoder().encode


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was not done (RFC 9457), and what to do about it; `code` is a reason for programs, if any."""

    title: str
    status: int
    detail: str
    advice: str = ""
    code: str = ""


class RefusedError(Exception):
    """A request that gets a problem for an answer, with these headers besides."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, advice: str = "", code: str = "", headers: Iterable[Header] = ()
    ) -> None:
        """Say why."""
        super().__init__(detail)
        self.status, self.headers = status, tuple(headers)
        self.problem = Problem(title=status.phrase, status=int(status), detail=detail, advice=advice, code=code)


async def send_body(send: Send, status: int, body: bytes, kind: bytes = JSON, headers: Iterable[Header] = ()) -> None:
    """Send one whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", kind),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"no-store"),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send, refused: RefusedError) -> None:
    """Send the problem."""
    await send_body(send, refused.status, _encode(refused.problem), PROBLEM_JSON, refused.headers)


async def whole_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body of a request, of up to `most` bytes.

    Raises:
        RefusedError: it is larger, packed, or its sender went away.

    """
    told = length(scope, most)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        body = await _rest(body, receive, told)
    elif message["type"] == "http.disconnect":
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the sender went away")
    return body


def length(scope: Scope, most: int) -> int:
    """How many bytes a body may have: what it says of itself, or `most` when it does not say.

    Raises:
        RefusedError: it says that it is larger than `most`, or packed.

    """
    told = most
    for name, value in scope["headers"]:
        if name == b"content-length":
            told = int(value)
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is packed", advice="Send it without Content-Encoding."
            )
    if told > most:
        raise too_large(most)
    return told


def too_large(most: int) -> RefusedError:
    """The refusal of a body of more than `most` bytes."""
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body has more than {most:,} bytes",
        advice="Send it in parts.",
    )


async def _rest(start: bytes, receive: Receive, most: int) -> bytes:
    parts, size = [start], len(start)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the sender went away")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise too_large(most)
        if not message.get("more_body", False):
            return b"".join(parts)
