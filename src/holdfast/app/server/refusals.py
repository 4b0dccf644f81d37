"""Whom did a copy of the guard refuse for what they said? What is refused elsewhere counts as what is refused here.

It is taken in by the process that answers: a copy must not wait for its news while the other one is at work.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from holdfast.errors import InputError
from holdfast.events import parse_time
from holdfast.guard import Scope as May

from .answers import Receive, RefusedError, Scope, whole_body
from .guard import MOST_BYTES
from .operation import LONGEST_KEY, Operation

MOST = 1_000  # told at once: a flood at a copy says no more than that

Account = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
Time = Annotated[str, Meta(max_length=40, description="RFC 3339, with its offset.")]


class RefusedThere(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That `account` was refused at `time`, by the server's clock, a post or message for what it said."""

    account: Account
    time: Time


class RefusalsTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some refusals, each told once."""

    refused: Annotated[tuple[RefusedThere, ...], Meta(min_length=1, max_length=MOST)]


class RefusalsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """How many were taken in."""

    taken: int


REFUSALS = "/v1/guard/refusals"
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="tell_refusals",
        method="POST",
        path=REFUSALS,
        says="Whom a copy of the holds has refused for what they said: a sign when accounts are given back.",
        takes=RefusalsTold,
        scope=May.GUARD_SNAPSHOT,
        answers={200: ("They are passed on.", RefusalsTaken)},
    ),
)

_told = msgspec.json.Decoder(RefusalsTold)


async def refusals(scope: Scope, receive: Receive, now: int) -> list[tuple[str, int]]:
    """The accounts that a request tells of, and when (milliseconds since 1970 UTC), not later than `now`.

    Raises:
        RefusedError: it tells of none, or not as it should.

    """
    if scope["method"] != "POST":
        raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "refusals are posted", headers=[(b"allow", b"POST")])
    body = await whole_body(scope, receive, MOST_BYTES)
    try:
        told = _told.decode(body).refused
        return [(each.account, min(now, parse_time(each.time))) for each in told]  # of later it would count for ever
    except (msgspec.MsgspecError, UnicodeError, RecursionError, InputError) as error:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"the body is not what this takes: {error}", advice="See /openapi.json."
        ) from error
