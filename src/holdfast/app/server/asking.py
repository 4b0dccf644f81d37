"""How is the worker asked, and how does a refusal of the response's become one of the service's?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.errors import (
    HoldfastError,
    InputError,
    LedgerError,
    NotAllowedError,
    RecoveryError,
    SignInError,
    TooOftenError,
    UsageError,
)
from holdfast.events import parse_time
from holdfast.guard import Caller

from .answers import RefusedError, whole_body
from .operation import LONGEST_KEY
from .unfit import unfit
from .views import MOST

T = TypeVar("T")

LARGEST = 1_048_576  # bytes of a body that a person sends: a thousand ids, or a long reason
_AGAIN = ((b"retry-after", b"1"),)


class Ask(Protocol):
    """Asks the worker."""

    def __call__(self, question: Callable[[LiveWatch], T], /) -> Awaitable[T]:
        """The answer to `question`.

        Raises:
            RefusedError: there is none, or none in time.

        """
        ...


async def answered(future: asyncio.Future[T], patience: float | None = None) -> T:
    """What the worker answers.

    Raises:
        RefusedError: it does not, or not in time.

    """
    try:
        return await asyncio.wait_for(future, patience)
    except TimeoutError as error:
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, "the worker is busy", advice="Ask again.", headers=_AGAIN
        ) from error
    except HoldfastError as error:
        raise refusal_of(error) from error


def refusal_of(error: HoldfastError) -> RefusedError:
    """What is said of an error: what was asked wrongly is explained, what failed here only by its kind."""
    match error:
        case TooOftenError():
            later = ((b"retry-after", str(error.after).encode()),)
            return RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS, str(error), advice=error.advice, code=error.code, headers=later
            )
        case NotAllowedError():
            return RefusedError(HTTPStatus.FORBIDDEN, str(error), advice=error.advice, code=error.code)
        case SignInError():
            return RefusedError(HTTPStatus.FORBIDDEN, str(error), advice=error.advice)
        case UsageError():
            return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), advice=error.advice)
        case RecoveryError():
            return RefusedError(HTTPStatus.CONFLICT, str(error), advice=error.advice)
        case _:
            headers = () if isinstance(error, LedgerError) else _AGAIN
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return RefusedError(status, type(error).__name__, advice=error.advice, headers=headers)


async def body_of(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """The body of a request as the record that it should be.

    Raises:
        RefusedError: it is another, or none.

    """
    body = await whole_body(request.scope, request.receive, LARGEST)
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        says = f"that does not fit: {unfit(str(error))}"
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, says, advice="See /openapi.json.") from error


def caller_of(request: Request) -> Caller:
    """Who asks; the front has put it there."""
    caller: Caller = request.scope["caller"]
    return caller


def shown(what: msgspec.Struct, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer."""
    return Response(
        msgspec.json.encode(what),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


def absent(what: str, where: str) -> RefusedError:
    """The refusal to show what there is not."""
    return RefusedError(HTTPStatus.NOT_FOUND, f"there is no {what} of this id", advice=f"See GET {where}.")


def key_of(request: Request) -> str:
    """Behind which key to go on."""
    key = request.query_params.get("after", "")
    if len(key) > LONGEST_KEY:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"after is longer than {LONGEST_KEY} characters")
    return key


def limit_of(request: Request) -> int:
    """How many at most."""
    return number_of(request, "limit", 1, MOST, 100)


def number_of(request: Request, name: str, least: int, most: int, usual: int) -> int:
    """A number in the query.

    Raises:
        RefusedError: it is none, or out of range.

    """
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and least <= int(text) <= most):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{name} is a number from {least:,} to {most:,}")
    return int(text)


def time_of(query: Mapping[str, str], name: str) -> int | None:
    """A time in the query (milliseconds since 1970 UTC), None where there is none.

    Raises:
        RefusedError: it is no time.

    """
    text = query.get(name, "").strip()
    try:
        return parse_time(text) if text else None
    except InputError as error:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            f"{name}: {error}",
            advice="Say date, time and zone, as 2020-07-15T19:00:00Z or 2020-07-15T21:00:00+02:00.",
        ) from error


def all_of(request: Request) -> bool:
    """Whether to show those too that are usually left out.

    Raises:
        RefusedError: it is neither true nor false.

    """
    text = request.query_params.get("all", "false")
    if text not in {"true", "false"}:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "all is true or false")
    return text == "true"
