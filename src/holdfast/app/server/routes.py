"""What is asked besides the guard: events in, what people look at, and how the process is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from holdfast.app.live import LiveWatch
from holdfast.app.signin.place import Place
from holdfast.guard import Policy

from . import carrying, confirming, enrolment, governing, people, recoveries, requests, views
from .answers import Receive, RefusedError, Scope, Send, length
from .arriving import Arriving, busy
from .asking import Ask, all_of, answered, caller_of, key_of, limit_of, number_of, shown
from .contract import OPERATIONS, Alive, Readiness
from .leave import let
from .metrics import Metrics
from .openapi import document
from .operation import Handler, Operation
from .settings import Settings
from .staff import (
    access,
    agreeing,
    attempting,
    certifying,
    changing,
    comparing,
    granting,
    lockdowns,
    lookups,
    reports,
    sessions,
    signals,
    tickets,
    watching,
)
from .staff.ceremony import Ceremony
from .staff.forwarding import gateway
from .tally import Tally
from .worker import Worker

T = TypeVar("T")

PATIENCE = 10.0  # seconds to wait for what the worker is asked: it may be in the midst of a large body
_MEGABYTE = 1_048_576
_GUARDED = {
    "ask_posts",
    "ask_actions",
    "get_snapshot",
    "tell_refusals",
    "ask_staff_gate",
    *(each.name for each in gateway.OPERATIONS),
}  # answered before it comes here


class Routes:
    """The handlers, by the name of their operation in the contract."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the routes are about
        self,
        worker: Worker,
        metrics: Metrics,
        tally: Tally,
        settings: Settings,
        policy: Callable[[], Policy],
        place: Place | None,
    ) -> None:
        """Ask `worker` about everything that is its own; links lead to `place`.

        The `policy` of now says who may do so.
        """
        self._worker, self._metrics, self._tally, self._settings = worker, metrics, tally, settings
        self._place = place
        self._arriving = Arriving(self._room(), tally)
        self._openapi = msgspec.json.encode(document())
        self._hashes = views.Hashes()
        handlers = self._handlers()
        routes = [
            Route(each.path, _guarded(each, handlers[each.name], policy, self._ask_first), methods=[each.method])
            for each in OPERATIONS
            if each.name not in _GUARDED
        ]
        self._router = Router(routes=routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RefusedError: there is no such path or method, or it cannot be answered.

        """
        scope["app"] = self  # so that the router raises, and we say how it is said
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            status = HTTPStatus(error.status_code)
            headers = [(name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()]
            raise RefusedError(status, status.phrase.lower(), advice="See /openapi.json.", headers=headers) from error

    def _handlers(self) -> Mapping[str, Handler]:
        ceremony = Ceremony(self._place)
        return {
            "tell_events": self._events,
            "list_campaigns": self._campaigns,
            "show_campaign": self._campaign,
            "list_proposals": self._proposals,
            "list_holds": self._holds,
            "list_timeline": self._timeline,
            "show_checkpoint": self._checkpoint,
            "health": self._health,
            "ready": self._ready,
            "metrics": self._figures,
            "openapi": self._document,
            **requests.handlers(self._ask),
            **people.handlers(self._ask),
            **carrying.handlers(self._ask),
            **enrolment.handlers(self._ask, self._place, self._settings.signin.link_hours),
            **confirming.handlers(self._ask),
            **recoveries.handlers(self._ask),
            **governing.handlers(self._ask_first, self._settings.policy.folder),
            **sessions.handlers(self._ask_first, ceremony),
            **agreeing.handlers(self._ask_first, ceremony),
            **watching.handlers(self._ask_first),
            **lockdowns.handlers(self._ask_first),
            **granting.handlers(self._ask_first),
            **attempting.handlers(self._ask_first),
            **lookups.handlers(self._ask_first),
            **changing.handlers(self._ask_first),
            **tickets.handlers(self._ask_first),
            **access.handlers(self._ask_first),
            **comparing.handlers(self._ask_first),
            **certifying.handlers(self._ask_first),
            **signals.handlers(self._ask_first),
            **reports.handlers(self._ask_first),
        }

    async def _events(self, request: Request) -> Response:
        most = self._settings.events.body_mb * _MEGABYTE
        tally = self._tally
        self._let_wait(length(request.scope, most))  # before it is sent, where it says how large it is
        body = await self._arriving.whole(request.scope, request.receive, most)
        size = len(body)
        self._let_wait(size)
        tally.bodies, tally.bytes = tally.bodies + 1, tally.bytes + size
        try:
            heard = await answered(asyncio.wrap_future(self._worker.hear(body)))
        finally:
            tally.bodies, tally.bytes = tally.bodies - 1, tally.bytes - size
        nothing = heard.rejects and not heard.posts and not heard.events
        return shown(heard, HTTPStatus.UNPROCESSABLE_ENTITY if nothing else HTTPStatus.OK)

    def _let_wait(self, size: int) -> None:
        """Pass where a body of so many bytes may wait.

        Raises:
            RefusedError: too much waits already.

        """
        tally = self._tally
        if tally.bodies >= self._settings.events.queue or tally.bytes + size > self._room():
            tally.turned_away += 1
            raise busy("too many events wait already")

    def _room(self) -> int:
        return max(self._settings.events.queue_mb, self._settings.events.body_mb) * _MEGABYTE

    async def _campaigns(self, request: Request) -> Response:
        after, limit = key_of(request), limit_of(request)
        return shown(await self._ask(lambda run: views.campaigns(run, after, limit)))

    async def _campaign(self, request: Request) -> Response:
        about = request.path_params["id"]
        found = await self._ask(lambda run: views.campaign(run, about))
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no campaign of this id", advice="See GET /v1/campaigns.")
        return shown(found)

    async def _proposals(self, request: Request) -> Response:
        after, limit, all_ = key_of(request), limit_of(request), all_of(request)
        return shown(await self._ask(lambda run: views.proposals(run, after, limit, all_=all_, hashes=self._hashes)))

    async def _holds(self, request: Request) -> Response:
        after, limit, all_ = key_of(request), limit_of(request), all_of(request)
        return shown(await self._ask(lambda run: views.holds(run, after, limit, all_=all_)))

    async def _timeline(self, request: Request) -> Response:
        after, limit = number_of(request, "after", 0, 2**53, 0), limit_of(request)
        return shown(await self._ask(lambda run: views.timeline(run, after, limit)))

    async def _checkpoint(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return shown(await self._ask(views.head))

    async def _health(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return shown(Alive())

    async def _ready(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        told = self.readiness()
        return shown(told, HTTPStatus.OK if told.ready else HTTPStatus.SERVICE_UNAVAILABLE)

    async def _figures(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return Response(self._metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def _document(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return Response(self._openapi, media_type="application/json")

    def readiness(self) -> Readiness:
        """Whether requests should be sent here."""
        status = self._worker.status
        fresh = self._worker.seen(self._settings.guard.stale_seconds)
        alive = self._worker.alive and status.phase == "at work"
        store = fresh and not status.trouble
        return Readiness(
            ready=alive and store and fresh,
            store=store,
            worker=alive,
            snapshot=fresh,
            platform=not status.figures.get("breaker_open", 0),
            phase=status.phase,
            trouble=status.trouble,
        )

    async def _ask(self, question: Callable[[LiveWatch], T]) -> T:
        return await answered(asyncio.wrap_future(self._worker.ask(question)), PATIENCE)

    async def _ask_first(self, question: Callable[[LiveWatch], T]) -> T:
        return await answered(asyncio.wrap_future(self._worker.ask_first(question)), PATIENCE)


def _guarded(operation: Operation, handler: Handler, policy: Callable[[], Policy], ask: Ask) -> Handler:
    """The handler behind the question who asks; open to all where the contract says so. Who looks comes on record."""
    if not operation.secured:
        return handler

    async def answer(request: Request) -> Response:
        caller = caller_of(request)
        let(caller, operation, policy())
        if operation.looks:
            await lookups.looked_up(ask, caller, operation.looks, lookups.asked_in(request, operation))
        return await handler(request)

    return answer
