"""What is asked besides the guard: events in, what people look at, and how the process is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias, TypeVar

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from holdfast.app.live import LiveWatch
from holdfast.errors import HoldfastError, LedgerError

from . import views
from .answers import Receive, RefusedError, Scope, Send, length, whole_body
from .contract import LONGEST_KEY, OPERATIONS, Alive, Readiness
from .metrics import Metrics
from .openapi import document
from .settings import Settings
from .tally import Tally
from .worker import Worker

T = TypeVar("T")
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

PATIENCE = 10.0  # seconds to wait for what the worker is asked: it may be in the midst of a large body
_MEGABYTE = 1_048_576
_GUARDED = {"ask_posts", "ask_actions", "get_snapshot"}  # answered before it comes here


class Routes:
    """The handlers, by the name of their operation in the contract."""

    def __init__(self, worker: Worker, metrics: Metrics, tally: Tally, settings: Settings) -> None:
        """Ask `worker` about everything that is its own."""
        self._worker, self._metrics, self._tally, self._settings = worker, metrics, tally, settings
        self._openapi = msgspec.json.encode(document())
        self._hashes = views.Hashes()
        handlers = self._handlers()
        routes = [
            Route(each.path, handlers[each.name], methods=[each.method])
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
        }

    async def _events(self, request: Request) -> Response:
        most = self._settings.events.body_mb * _MEGABYTE
        size, tally = length(request.scope, most), self._tally
        if tally.bodies >= self._settings.events.queue or tally.bytes + size > self._room():
            tally.turned_away += 1
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too many events wait already; none of these was taken in",
                advice="Tell them again later, or tell more at once from fewer connections.",
                headers=[(b"retry-after", b"1")],
            )
        tally.bodies, tally.bytes = tally.bodies + 1, tally.bytes + size
        try:
            body = await whole_body(request.scope, request.receive, most)
            heard = await _answered(asyncio.wrap_future(self._worker.hear(body)))
        finally:
            tally.bodies, tally.bytes = tally.bodies - 1, tally.bytes - size
        nothing = heard.rejects and not heard.posts and not heard.events
        return _json(heard, HTTPStatus.UNPROCESSABLE_ENTITY if nothing else HTTPStatus.OK)

    def _room(self) -> int:
        return max(self._settings.events.queue_mb, self._settings.events.body_mb) * _MEGABYTE

    async def _campaigns(self, request: Request) -> Response:
        after, limit = _key(request), _limit(request)
        return _json(await self._ask(lambda run: views.campaigns(run, after, limit)))

    async def _campaign(self, request: Request) -> Response:
        about = request.path_params["id"]
        found = await self._ask(lambda run: views.campaign(run, about))
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is no campaign of this id", advice="See GET /v1/campaigns.")
        return _json(found)

    async def _proposals(self, request: Request) -> Response:
        after, limit, all_ = _key(request), _limit(request), _all(request)
        return _json(await self._ask(lambda run: views.proposals(run, after, limit, all_=all_, hashes=self._hashes)))

    async def _holds(self, request: Request) -> Response:
        after, limit, all_ = _key(request), _limit(request), _all(request)
        return _json(await self._ask(lambda run: views.holds(run, after, limit, all_=all_)))

    async def _timeline(self, request: Request) -> Response:
        after, limit = _number(request, "after", 0, 2**53, 0), _limit(request)
        return _json(await self._ask(lambda run: views.timeline(run, after, limit)))

    async def _checkpoint(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return _json(await self._ask(views.head))

    async def _health(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        return _json(Alive())

    async def _ready(self, request: Request) -> Response:  # noqa: ARG002 - a handler's
        told = self.readiness()
        return _json(told, HTTPStatus.OK if told.ready else HTTPStatus.SERVICE_UNAVAILABLE)

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
            phase=status.phase,
            trouble=status.trouble,
        )

    async def _ask(self, question: Callable[[LiveWatch], T]) -> T:
        return await _answered(asyncio.wrap_future(self._worker.ask(question)), PATIENCE)


async def _answered(future: asyncio.Future[T], patience: float | None = None) -> T:
    """What the worker answers.

    Raises:
        RefusedError: it does not, or not in time.

    """
    try:
        return await asyncio.wait_for(future, patience)
    except TimeoutError as error:
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, "the worker is busy", advice="Ask again.", headers=[(b"retry-after", b"1")]
        ) from error
    except HoldfastError as error:
        hold_off = () if isinstance(error, LedgerError) else ((b"retry-after", b"1"),)
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, f"{type(error).__name__}", advice=error.advice, headers=hold_off
        ) from error


def _json(what: msgspec.Struct, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(
        msgspec.json.encode(what),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


def _key(request: Request) -> str:
    key = request.query_params.get("after", "")
    if len(key) > LONGEST_KEY:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"after is longer than {LONGEST_KEY} characters")
    return key


def _limit(request: Request) -> int:
    return _number(request, "limit", 1, views.MOST, 100)


def _number(request: Request, name: str, least: int, most: int, usual: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and least <= int(text) <= most):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{name} is a number from {least:,} to {most:,}")
    return int(text)


def _all(request: Request) -> bool:
    text = request.query_params.get("all", "false")
    if text not in {"true", "false"}:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "all is true or false")
    return text == "true"
