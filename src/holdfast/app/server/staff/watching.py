"""Which sessions of the tools want somebody to look on, what do they do meanwhile, and how does somebody leave?"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import Problem, RefusedError
from holdfast.app.server.asking import Ask, caller_of, key_of, limit_of, number_of, shown
from holdfast.app.server.operation import (
    ABSENT,
    AFTER,
    COUNT_AFTER,
    ERRORS,
    LIMIT,
    Handler,
    Operation,
    by_name,
    id_parameter,
)
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time
from holdfast.guard import Act, Caller, Person
from holdfast.guard.staff import Doing, StaffReason, ToolAction
from holdfast.response.people import same
from holdfast.response.staff import Attempt, Wanted

from .attempting import AttemptSeen, attempt_seen
from .sessions import SESSIONS, Present, session_of

WATCHES = "/v1/gate/watches"
_NUMBERS = 2**53
_ONE = (id_parameter(),)


class WantedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A session that was lately refused for want of a watcher, what it wanted to do, and who looks on by now.

    `barred` is why it would count for nothing if whoever asks looked on.
    """

    session: str
    person: str
    tool: str
    function: str
    target: str
    tier: str
    reason: str
    ticket: str
    at: str
    watchers: tuple[str, ...]
    barred: StaffReason | None


class WatchedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a session has done since: the oldest first; `next` is where to go on. Without `live` it is `over`, and why.

    `hidden` counts what is left out because the policies do not let whoever looks watch it.
    """

    session: str
    person: str
    live: bool
    over: StaffReason | None
    watchers: tuple[str, ...]
    items: tuple[AttemptSeen, ...]
    hidden: int
    next: int


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_watches",
        method="GET",
        path=WATCHES,
        says="The live sessions that want somebody to look on, as far as it is whoever asks who may, by id.",
        parameters=(AFTER, LIMIT),
        act=Act.USE_TOOLS,
        answers={200: ("Some of them.", Page[WantedSeen])},
    ),
    Operation(
        name="look_at_session",
        method="GET",
        path=SESSIONS + "/{id}/attempts",
        says="What a session does, for whoever looks on at it or sees what staff do.",
        parameters=(*_ONE, COUNT_AFTER, LIMIT),
        act=Act.USE_TOOLS,
        looks="what a session does",
        answers={200: ("What is new.", WatchedSeen), 404: ABSENT, 409: (ERRORS[409], Problem)},
    ),
    Operation(
        name="leave_tool_session",
        method="DELETE",
        path=SESSIONS + "/{id}/presence",
        says="Say that you look on no longer. From then on it counts for nothing.",
        parameters=_ONE,
        act=Act.USE_TOOLS,
        answers={200: ("Noted.", Present), 404: ABSENT},
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def list_watches(self, http: Request) -> Response:
        after, limit, by = key_of(http), limit_of(http), caller_of(http).person

        def do(run: LiveWatch) -> Page[WantedSeen]:
            return page_of({each.session: each for each in wanted(run, by)}, after, limit, lambda each: each)

        return shown(await self._ask(do))

    async def look_at_session(self, http: Request) -> Response:
        by, id_ = caller_of(http), http.path_params["id"]
        after, limit = number_of(http, "after", 0, _NUMBERS, 0), limit_of(http)
        return shown(await self._ask(lambda run: watched(run, id_, by, after, limit)))

    async def leave_tool_session(self, http: Request) -> Response:
        by, id_ = caller_of(http), http.path_params["id"]
        return shown(await self._ask(lambda run: left(run, id_, by)))


def wanted(run: LiveWatch, by: str) -> list[WantedSeen]:
    """The sessions that want somebody to look on whom the policies let be `by`: never one's own."""
    staff, now = run.response.staff, run.clock.now()
    return [
        _seen(run, each, by, now)
        for each in staff.watching.wanted(now)
        if not same(each.person, by) and staff.may_second(Doing.WATCH, by, each.action)
    ]


def watched(run: LiveWatch, id_: str, by: Caller, after: int, limit: int) -> WatchedSeen:
    """What a session has tried after the attempt of the number `after`.

    Raises:
        RefusedError: there is none, or whoever asks does not look on and may not see what staff do.
        StoreError: it cannot be read.

    """
    staff, now = run.response.staff, run.clock.now()
    session, there = session_of(run, id_), staff.watching.watchers(id_, now)
    sees = _sees_staff(run, by)
    if not sees and all(each.by != by.person for each in there):
        raise RefusedError(
            HTTPStatus.CONFLICT, "you do not look on at this session just now", advice="Say that you do, first."
        )
    found, following = staff.watching.done(id_, after, most=limit)
    may = [each for each in found if sees or staff.may_second(Doing.WATCH, by.person, _action(each))]
    over = staff.sessions.fault(session, now)
    return WatchedSeen(
        session=id_,
        person=session.person,
        live=over is None,
        over=over,
        watchers=tuple(each.by for each in there),
        items=tuple(map(attempt_seen, may)),
        hidden=len(found) - len(may),
        next=following,
    )


def left(run: LiveWatch, id_: str, by: Caller) -> Present:
    """Have somebody look on no longer.

    Raises:
        RefusedError: there is no such session.
        StoreError: nothing was kept.

    """
    session_of(run, id_)
    now = run.clock.now()
    run.response.staff.sessions.leave(id_, by, now)
    return Present(session=id_, watcher=by.person, at=format_time(now))


def _sees_staff(run: LiveWatch, by: Caller) -> bool:
    return run.response.entitled.policy.may(Person(id=by.person, roles=by.roles), Act.SEE_STAFF)


def _action(attempt: Attempt) -> ToolAction:
    return ToolAction(tool=attempt.tool, function=attempt.function, target=attempt.target)


def _seen(run: LiveWatch, each: Wanted, by: str, now: int) -> WantedSeen:
    staff, action = run.response.staff, each.action
    there = staff.watching.watchers(each.session, now)
    return WantedSeen(
        session=each.session,
        person=each.person,
        tool=each.tool,
        function=each.function,
        target=each.target,
        tier=staff.at_stake(action)[0].word,
        reason=each.reason,
        ticket=each.ticket,
        at=format_time(each.at),
        watchers=tuple(found.by for found in there if staff.may_second(Doing.WATCH, found.by, action)),
        barred=staff.state.bars(by, action, now),
    )
