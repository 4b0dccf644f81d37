"""How is it told, over HTTP, who can or could do what with the internal tools, and by which policies?"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.errors import InputError
from holdfast.events import format_time, parse_time
from holdfast.guard import Act
from holdfast.guard.staff import Tier
from holdfast.response.past import Date
from holdfast.response.staff.access import Right, Wanted

from .answers import RefusedError
from .asking import Ask, shown
from .operation import KEY, Handler, Operation, Parameter

MOST = 5_000  # rights in one answer: narrow the question for the rest
_TEXT = {"type": "string", "maxLength": 512}
_TIERS = {"type": "string", "enum": [tier.word for tier in Tier]}


class RightSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a person could do with a function on accounts of a tier, and what it took.

    Where it took a grant and they had none, `now` is false.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    function: str
    tier: str
    takes: tuple[str, ...]
    grants: tuple[str, ...]
    level: int
    now: bool


class AccessSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Who could do what at `at`. `people` counts them, `people_now` those who needed no grant they had not.

    `policy` is the SHA-256 of the RFC 8785 form of the texts that held since `since`, and stands in the ledger; `files`
    are the SHA-256 of each text. Before `certain_from` things are as they were first found. `more`: there are others.
    """

    at: str
    policy: str
    since: str | None
    certain_from: str | None
    files: Mapping[str, str]
    people: int
    people_now: int
    items: tuple[RightSeen, ...]
    more: bool
    texts: Mapping[str, str] | None = None


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_access",
        method="GET",
        path="/v1/gate/access",
        says="Who can do what with the internal tools, or could on a past date, by the policies of that date.",
        parameters=(
            Parameter(name="at", says="When, RFC 3339; now without it.", schema=_TEXT),
            Parameter(name="person", says="This person.", schema=KEY),
            Parameter(name="function", says="This function, or `tool/function`.", schema=_TEXT),
            Parameter(name="tier", says="Accounts of this tier.", schema=_TIERS),
            Parameter(name="target", says="This account, of whichever tier it was.", schema=KEY),
            Parameter(
                name="texts",
                says="`true`: the texts of the policies, too.",
                schema={"type": "string", "enum": ["true"]},
            ),
        ),
        act=Act.SEE_STAFF,
        answers={200: ("Who, and what.", AccessSeen)},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    one_at_a_time = asyncio.Lock()

    async def list_access(http: Request) -> Response:
        query = http.query_params
        at, wanted, texts = _at(http), _wanted(http), query.get("texts") == "true"

        def do(run: LiveWatch) -> tuple[int, Date, Iterator[Right]]:
            now = run.clock.now()
            when = now if at is None else at
            if when > now:
                raise RefusedError(HTTPStatus.BAD_REQUEST, "nobody knows yet who can do what then")
            return when, *run.response.staff.access(when, wanted)

        async with one_at_a_time:
            when, date, some = await ask(do)
            found = await asyncio.to_thread(list, some)  # of thousands of people it takes seconds: the tools go on
        return shown(
            AccessSeen(
                at=format_time(when),
                policy=date.policy,
                since=None if date.since is None else format_time(date.since),
                certain_from=None if date.certain_from is None else format_time(date.certain_from),
                files={name: hashlib.sha256(text.encode()).hexdigest() for name, text in date.texts.items()},
                people=len({each.person for each in found}),
                people_now=len({each.person for each in found if each.now}),
                items=tuple(map(_seen, found[:MOST])),
                more=len(found) > MOST,
                texts=date.texts if texts else None,
            )
        )

    return {"list_access": list_access}


def _at(http: Request) -> int | None:
    text = http.query_params.get("at", "")
    try:
        return parse_time(text) if text else None
    except InputError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"at is no time: {error}") from error


def _wanted(http: Request) -> Wanted:
    query = http.query_params
    tier = query.get("tier", "")
    try:
        return Wanted(
            person=query.get("person", ""),
            function=query.get("function", ""),
            tier=Tier.named(tier) if tier else None,
            target=query.get("target", ""),
        )
    except KeyError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"there is no tier {tier!r}") from error


def _seen(right: Right) -> RightSeen:
    return RightSeen(
        person=right.person,
        name=right.name,
        roles=right.roles,
        function=right.function,
        tier=right.tier.word,
        takes=tuple(map(str, right.takes)),
        grants=right.grants,
        level=right.level,
        now=right.now,
    )
