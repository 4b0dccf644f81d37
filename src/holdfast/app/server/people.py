"""How does whoever administers people register them, and make and revoke tokens, over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch, wall_time
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import PERSON_ID, PERSON_SCOPES, PROGRAM_SCOPES, Act, ApiToken, Person, Role, Scope
from holdfast.guard.people import LONGEST_NAME
from holdfast.response.people import LONGEST_LABEL, LONGEST_TOKEN

from .asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from .operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from .token import hashed, new_token
from .views import Page, page_of

USUAL_DAYS = 90  # of a token: a quarter; whoever is still there then is given a new one

Id = Annotated[str, Meta(pattern=f"^{PERSON_ID}$")]
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Roles = Annotated[tuple[Role, ...], Meta(max_length=len(Role))]


class PersonNew(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be registered."""

    id: Id
    name: Name = ""
    roles: Roles = ()


class PersonChanged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody is from now on: all their roles, and their name (null: as it is).

    Whoever was taken out is there again, without the tokens and passkeys that they had, and to be confirmed.
    """

    name: Name | None = None
    roles: Roles = ()


class PersonSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody; `until` is when they were taken out, null while they are there.

    `on_word_of` is the administrator on whose word alone they are somebody: they look, and no more. Empty when not.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    active: bool
    since: str
    until: str | None
    passkeys: int
    on_word_of: str


class TokenNew(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made: for a `person`, or for a program when there is none.

    Without `scopes` a person's is for reading and deciding, a program's for asking the guard and telling events.
    """

    person: Annotated[str, Meta(pattern=f"^({PERSON_ID})?$")] = ""
    scopes: Annotated[tuple[Scope, ...], Meta(max_length=len(Scope))] = ()
    days: Annotated[int, Meta(ge=1, le=LONGEST_TOKEN)] = USUAL_DAYS
    label: Annotated[str, Meta(max_length=LONGEST_LABEL)] = ""


class TokenSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A token, which cannot be shown again; `on_word_of` is as that of a person."""

    id: str
    person: str
    label: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: str
    expires_at: str
    revoked_at: str | None
    on_word_of: str


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was just made, and its secret, for this once."""

    token: str
    made: TokenSeen


_PEOPLE, _TOKENS = "/v1/people", "/v1/tokens"


def _managed(  # noqa: PLR0913, PLR0917 - what differs between them
    name: str, method: str, path: str, says: str, answer: type, takes: type | None = None
) -> Operation:
    one = path.endswith("}")
    return Operation(
        name=name,
        method=method,
        path=path,
        says=says,
        takes=takes,
        parameters=(id_parameter(),) if one else (),
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("It.", answer), **({404: ABSENT} if one else {})},
    )


def _listed(name: str, path: str, says: str, more: str, answer: object) -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=path,
        says=says,
        parameters=(AFTER, LIMIT, all_parameter(more)),
        act=Act.SEE_PEOPLE,
        answers={200: ("Some of them.", answer)},
    )


OPERATIONS: tuple[Operation, ...] = (
    _listed("list_people", _PEOPLE, "Who is registered, by id.", "Those too who were taken out.", Page[PersonSeen]),
    _managed("add_person", "POST", _PEOPLE, "Register somebody.", PersonSeen, PersonNew),
    _managed(
        "change_person",
        "PUT",
        _PEOPLE + "/{id}",
        "Give somebody another name or other roles.",
        PersonSeen,
        PersonChanged,
    ),
    _managed(
        "take_out_person",
        "DELETE",
        _PEOPLE + "/{id}",
        "Let somebody be there no more: their tokens, passkeys and approvals count no longer. They stay on record.",
        PersonSeen,
    ),
    _listed(
        "list_tokens",
        _TOKENS,
        "The tokens, by id, without their secrets.",
        "Those too that count no more.",
        Page[TokenSeen],
    ),
    _managed("make_token", "POST", _TOKENS, "Make a token; its secret is shown this once.", TokenMade, TokenNew),
    _managed(
        "revoke_token",
        "DELETE",
        _TOKENS + "/{id}",
        "Have a token count no more, nor the approvals that were given with it.",
        TokenSeen,
    ),
)

_new = msgspec.json.Decoder(PersonNew)
_changed = msgspec.json.Decoder(PersonChanged)
_token = msgspec.json.Decoder(TokenNew)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def list_people(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        return shown(await self._ask(lambda run: _people(run, after, limit, all_=all_)))

    async def add_person(self, http: Request) -> Response:
        new, by = await body_of(http, _new), caller_of(http).person
        return shown(
            await self._ask(
                lambda run: person_seen(run, run.response.people.add(new.id, new.name, new.roles, by, run.clock.now()))
            )
        )

    async def change_person(self, http: Request) -> Response:
        told, by = await body_of(http, _changed), caller_of(http).person

        def do(run: LiveWatch) -> PersonSeen:
            id_ = registered(run, http)
            return person_seen(run, run.response.people.change(id_, told.name, told.roles, by, run.clock.now()))

        return shown(await self._ask(do))

    async def take_out_person(self, http: Request) -> Response:
        by = caller_of(http).person
        return shown(
            await self._ask(
                lambda run: person_seen(
                    run, run.response.people.take_out(registered(run, http), by, run.clock.now(), at=wall_time())
                )
            )
        )

    async def list_tokens(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        return shown(await self._ask(lambda run: _tokens(run, after, limit, all_=all_)))

    async def make_token(self, http: Request) -> Response:
        told, by, secret = await body_of(http, _token), caller_of(http).person, new_token()
        made = await self._ask(lambda run: _made(run, told, hashed(secret), by))
        return shown(TokenMade(token=secret, made=made))

    async def revoke_token(self, http: Request) -> Response:
        by = caller_of(http).person
        return shown(await self._ask(lambda run: _revoked(run, http.path_params["id"], by)))


def _people(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[PersonSeen]:
    kept = run.response.people.persons
    some = kept if all_ else {key: person for key, person in kept.items() if person.active}
    return page_of(some, after, limit, lambda person: person_seen(run, person))


def _tokens(run: LiveWatch, after: str, limit: int, *, all_: bool) -> Page[TokenSeen]:
    kept, now = run.response.people.tokens, wall_time()
    some = kept if all_ else {key: token for key, token in kept.items() if token.counts(now)}
    return page_of(some, after, limit, token_seen)


def registered(run: LiveWatch, http: Request) -> str:
    """The id in the path, if it is somebody's.

    Raises:
        RefusedError: it is nobody's.

    """
    id_: str = http.path_params["id"]
    if id_ not in run.response.people.persons:
        raise absent("person", _PEOPLE)
    return id_


def _made(run: LiveWatch, told: TokenNew, hash_: str, by: str) -> TokenSeen:
    usual = PERSON_SCOPES - {Scope.PEOPLE} if told.person else PROGRAM_SCOPES - {Scope.READ}
    scopes = told.scopes or sorted(usual)
    people = run.response.people
    return token_seen(people.make_token(hash_, told.person, scopes, by, wall_time(), days=told.days, label=told.label))


def _revoked(run: LiveWatch, id_: str, by: str) -> TokenSeen:
    if id_ not in run.response.people.tokens:
        raise absent("token", _TOKENS)
    return token_seen(run.response.people.revoke_token(id_, by, wall_time()))


def person_seen(run: LiveWatch, person: Person) -> PersonSeen:
    """What is told of somebody."""
    return PersonSeen(
        id=person.id,
        name=person.name,
        roles=person.roles,
        active=person.active,
        since=format_time(person.since),
        until=format_time_or_none(person.until),
        passkeys=len(run.response.people.passkeys_of(person.id)),
        on_word_of=person.on_word_of,
    )


def token_seen(token: ApiToken) -> TokenSeen:
    """What is told of a token."""
    return TokenSeen(
        id=token.id,
        person=token.person,
        label=token.label,
        scopes=token.scopes,
        made_by=token.made_by,
        made_at=format_time(token.made_at),
        expires_at=format_time(token.expires_at),
        revoked_at=format_time_or_none(token.revoked_at),
        on_word_of=token.on_word_of,
    )
