"""How is it looked at again, over HTTP, who still needs the internal tools?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.fields import Why
from holdfast.app.server.operation import AFTER, LIMIT, Handler, Operation, id_parameter
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time
from holdfast.guard import Act, Person, Scope
from holdfast.response.staff.certifying import Certified, Due

PATH = "/v1/gate/certifications"


class CertificationWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether somebody keeps their roles for the tools, and why."""

    keep: bool
    why: Why


class DueSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever has roles for the tools, and what they did last with one; `remove` proposes to take these away.

    `barred` are the holds and lockdowns that keep them from all tools just now: whoever could use none has used none.
    """

    person: str
    roles: tuple[str, ...]
    last_used_at: str | None
    last_function: str | None
    certified_at: str | None
    certified_by: str | None
    remove: bool
    barred: tuple[str, ...]


class CertifiedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about somebody; `roles` are those they had."""

    person: str
    roles: tuple[str, ...]
    keep: bool
    why: str
    by: str
    at: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_certifications",
        method="GET",
        path=PATH,
        says="Who has roles for the internal tools, when they used them last, and from whom to take them, by person.",
        parameters=(AFTER, LIMIT),
        act=Act.SEE_STAFF,
        looks="certifications",
        answers={200: ("Some of them.", Page[DueSeen])},
    ),
    Operation(
        name="certify",
        method="POST",
        path=PATH + "/{id}",
        says="Have it on record that somebody else keeps the roles for the internal tools, or take these away.",
        takes=CertificationWanted,
        parameters=(id_parameter("The person's id."),),
        scope=Scope.PEOPLE,
        act=Act.MANAGE_PEOPLE,
        answers={200: ("What was decided.", CertifiedSeen)},
    ),
)

_wanted = msgspec.json.Decoder(CertificationWanted)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""

    async def list_certifications(http: Request) -> Response:
        after, limit = key_of(http), limit_of(http)

        def do(run: LiveWatch) -> Page[DueSeen]:
            staff, now = run.response.staff, run.clock.now()
            due = staff.certifying.due_of

            def seen(person: Person) -> DueSeen:
                return _due_seen(due(person, now), staff.state.barred(person.id, now))

            return page_of(staff.certifying.of_tools, after, limit, seen)

        return shown(await ask(do))

    async def certify(http: Request) -> Response:
        told, by, id_ = await body_of(http, _wanted), caller_of(http).person, http.path_params["id"]

        def do(run: LiveWatch) -> CertifiedSeen:
            now = run.clock.now()
            return _seen(run.response.staff.certifying.decide(id_, by, now, keep=told.keep, why=told.why))

        return shown(await ask(do))

    return {"list_certifications": list_certifications, "certify": certify}


def _due_seen(due: Due, barred: tuple[str, ...]) -> DueSeen:
    last, certified = due.last, due.certified
    return DueSeen(
        person=due.person.id,
        roles=tuple(map(str, due.person.roles)),
        last_used_at=None if last is None else format_time(last.time),
        last_function=None if last is None else f"{last.tool}/{last.function}",
        certified_at=None if certified is None else format_time(certified.at),
        certified_by=None if certified is None else certified.by,
        remove=due.remove,
        barred=barred,
    )


def _seen(made: Certified) -> CertifiedSeen:
    return CertifiedSeen(
        person=made.person,
        roles=tuple(map(str, made.roles)),
        keep=made.keep,
        why=made.why,
        by=made.by,
        at=format_time(made.at),
    )
