"""How does a second administrator vouch for somebody, and how does somebody make a token their own, over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch, wall_time
from holdfast.guard import Act, Scope

from .answers import RefusedError
from .asking import Ask, body_of, caller_of, shown
from .operation import ABSENT, LONGEST_KEY, Handler, Operation, by_name, id_parameter
from .people import PersonSeen, TokenSeen, person_seen, registered, token_seen

_MOST = 20  # of one person: more passkeys and tokens than anybody carries about

Credential = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]


class Confirmed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tokens and passkeys of a person, by their ids, that whoever confirms has heard from that person."""

    credentials: Annotated[tuple[Credential, ...], Meta(max_length=_MOST)] = ()


class Renewed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The SHA-256 of the new secret, which whoever uses it makes and keeps: `sha256:` and 64 hex."""

    hash: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="confirm_person",
        method="POST",
        path="/v1/people/{id}/confirmation",
        says="Vouch, besides the administrator who made them, for a person and for tokens and passkeys of theirs.",
        takes=Confirmed,
        parameters=(id_parameter(),),
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("The person.", PersonSeen), 404: ABSENT},
    ),
    Operation(
        name="renew_token",
        method="POST",
        path="/v1/tokens/renewal",
        says="Have another secret, of this hash, in place of the token you show: whoever made that one knows it.",
        takes=Renewed,
        scope=Scope.READ,
        act=Act.LOOK,
        own=True,
        answers={200: ("Your token from now on.", TokenSeen)},
    ),
)

_confirmed = msgspec.json.Decoder(Confirmed)
_renewed = msgspec.json.Decoder(Renewed)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def confirm_person(self, http: Request) -> Response:
        told, by = await body_of(http, _confirmed), caller_of(http).person

        def do(run: LiveWatch) -> PersonSeen:
            id_ = registered(run, http)
            return person_seen(run, run.response.confirming.confirm(id_, told.credentials, by, run.clock.now()))

        return shown(await self._ask(do))

    async def renew_token(self, http: Request) -> Response:
        told, caller = await body_of(http, _renewed), caller_of(http)

        def do(run: LiveWatch) -> TokenSeen:
            if caller.credential not in run.response.people.tokens or not caller.person:
                advice = "Show the token of a person; one of a program or of the settings is replaced by its maker."
                raise RefusedError(HTTPStatus.FORBIDDEN, "only a person's token is renewed so", advice=advice)
            return token_seen(run.response.people.renew_token(caller.credential, told.hash, wall_time()))

        return shown(await self._ask(do))
