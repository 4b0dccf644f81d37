"""How does whoever administers people let somebody make a passkey, see which there are, and revoke one?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.signin.place import Place
from holdfast.app.signin.sessions import hashed, new_secret
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Enrolment, Passkey, Scope

from .asking import Ask, absent, body_of, caller_of, shown
from .operation import ABSENT, Handler, Operation, by_name, id_parameter

_HOUR = 3_600_000  # milliseconds
_WEEK = 168  # hours: a link that lies about for longer is found by somebody else
_PEOPLE, _PASSKEYS = "/v1/people", "/v1/passkeys"


class LinkNew(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long the link can be used; null: as the settings say."""

    hours: Annotated[int, Meta(ge=1, le=_WEEK)] | None = None


class LinkMade(msgspec.Struct, frozen=True, kw_only=True):
    """A link by which `person` makes a passkey, once, until `expires_at`. It is shown this once.

    It is empty but for its path where nobody can sign in with a browser, because the settings name no address.
    """

    person: str
    link: str
    expires_at: str


class PasskeySeen(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey, as far as it is anybody's business; `on_word_of` names whose word alone it stands on."""

    id: str
    person: str
    label: str
    added_at: str
    used_at: str | None
    revoked_at: str | None
    on_word_of: str


class PasskeysSeen(msgspec.Struct, frozen=True, kw_only=True):
    """All that somebody ever had."""

    items: tuple[PasskeySeen, ...]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="enrol_person",
        method="POST",
        path=_PEOPLE + "/{id}/enrolments",
        says="Make a link by which somebody makes a passkey, once. Links made before count no more.",
        takes=LinkNew,
        parameters=(id_parameter(),),
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("The link, for this once.", LinkMade), 404: ABSENT},
    ),
    Operation(
        name="list_passkeys",
        method="GET",
        path=_PEOPLE + "/{id}/passkeys",
        says="The passkeys of somebody, the revoked ones, too.",
        parameters=(id_parameter(),),
        act=Act.SEE_PEOPLE,
        answers={200: ("They.", PasskeysSeen), 404: ABSENT},
    ),
    Operation(
        name="revoke_passkey",
        method="DELETE",
        path=_PASSKEYS + "/{id}",
        says="Have a passkey count no more, nor its sessions, nor what it signed and was not carried out yet.",
        parameters=(id_parameter(),),
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("It.", PasskeySeen), 404: ABSENT},
    ),
)

_link = msgspec.json.Decoder(LinkNew)


def handlers(ask: Ask, place: Place | None, usual_hours: int) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `place` is where links lead, and stand `usual_hours`."""
    return by_name(OPERATIONS, _Handlers(ask, place, usual_hours))


class _Handlers:
    def __init__(self, ask: Ask, place: Place | None, usual_hours: int) -> None:
        self._ask, self._place, self._hours = ask, place, usual_hours

    async def enrol_person(self, http: Request) -> Response:
        told, by, secret = await body_of(http, _link), caller_of(http).person, new_secret()
        hours = told.hours or self._hours

        def do(run: LiveWatch) -> Enrolment:
            person = run.response.people.persons.get(http.path_params["id"])
            if person is None:
                raise absent("person", _PEOPLE)
            at = wall_time()
            enrolment = Enrolment(
                id=hashed(secret),
                person=person.id,
                revision=person.revision,
                made_by=by,
                made_at=at,
                expires_at=at + hours * _HOUR,
            )
            return run.response.signin.enrol(enrolment, run.clock.now())

        made = await self._ask(do)
        origin = "" if self._place is None else self._place.origin
        link = f"{origin}/console/enrol#{secret}"
        return shown(LinkMade(person=made.person, link=link, expires_at=format_time(made.expires_at)))

    async def list_passkeys(self, http: Request) -> Response:
        def do(run: LiveWatch) -> PasskeysSeen:
            person = http.path_params["id"]
            if person not in run.response.people.persons:
                raise absent("person", _PEOPLE)
            own = [each for each in run.response.people.passkeys.values() if each.person == person]
            return PasskeysSeen(items=tuple(_seen(each) for each in sorted(own, key=lambda each: each.added_at)))

        return shown(await self._ask(do))

    async def revoke_passkey(self, http: Request) -> Response:
        by = caller_of(http).person

        def do(run: LiveWatch) -> PasskeySeen:
            id_ = http.path_params["id"]
            if id_ not in run.response.people.passkeys:
                raise absent("passkey", _PEOPLE + "/{id}/passkeys")
            return _seen(run.response.signin.revoke(id_, by, run.clock.now(), at=wall_time()))

        return shown(await self._ask(do))


def _seen(passkey: Passkey) -> PasskeySeen:
    return PasskeySeen(
        id=passkey.id,
        person=passkey.person,
        label=passkey.label,
        added_at=format_time(passkey.added_at),
        used_at=format_time_or_none(passkey.used_at),
        revoked_at=format_time_or_none(passkey.revoked_at),
        on_word_of=passkey.on_word_of,
    )
