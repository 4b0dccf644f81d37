"""Which pages are there, and what is said where there is none?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.answers import Receive, RefusedError, Scope, Send
from holdfast.app.server.asking import answered, refusal_of
from holdfast.app.server.routes import PATIENCE
from holdfast.app.server.settings import Settings
from holdfast.app.server.worker import Worker
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.limiter import Limiter
from holdfast.app.signin.oidc import Client, Provider
from holdfast.app.signin.passkeys import Passkeys
from holdfast.app.signin.place import Place
from holdfast.app.signin.sessions import Sessions, refreshes
from holdfast.errors import HoldfastError, SignInError
from holdfast.guard import Caller

from .access import AccessPages
from .attempts import AttemptPages
from .desk import SIGN_IN, DeskPages
from .elsewhere import Elsewhere
from .entrance import Entrance
from .lockdown import LockdownPages
from .lookups import LookupPages
from .pages import NobodySignedInError, Visitors
from .second import SecondPages
from .signals import SignalPages
from .site import Site
from .standing import StandingPages
from .tools import ToolPages
from .watching import WatchPages

T = TypeVar("T")


class Console:
    """Answers all under /console, and tells the other routes who has signed in."""

    def __init__(self, sessions: Sessions, visitors: Visitors, site: Site, routes: list[Route]) -> None:
        """Answer by these routes."""
        self._sessions, self._visitors, self._site = sessions, visitors, site
        static = Route("/console/static/{name}", site.static, methods=["GET"])
        root = Route("/", _to_console, methods=["GET"])
        self._router = Router(routes=[*routes, static, root], redirect_slashes=False)

    def signed_in(self, scope: Scope) -> Caller | None:
        """Who asks, by their session; None for nobody.

        Raises:
            RefusedError: it would change something, and no page of ours has sent it.

        """
        try:
            who = self._sessions.who(scope)
        except SignInError as error:
            raise refusal_of(error) from error
        return None if who is None else who.caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: with a page where a browser looks, else as the other routes do.

        Raises:
            RefusedError: it cannot be answered, and no page was asked for.

        """
        scope["app"] = self  # so that the router raises, and we say how it is said
        try:
            self._at_home(scope)
            await self._router(scope, receive, send)
        except NobodySignedInError:
            if refreshes(scope):  # a page that asks for itself anew has to be told, and not to be shown another
                raise RefusedError(
                    HTTPStatus.UNAUTHORIZED, "nobody is signed in here", advice="Sign in again."
                ) from None
            await RedirectResponse(_to_sign_in(scope), HTTPStatus.SEE_OTHER)(scope, receive, send)
        except (RefusedError, HTTPException, HoldfastError) as error:
            refused = _refusal(error)
            if scope["method"] not in {"GET", "HEAD"} or _by_script(scope):
                raise refused from error
            visit = await self._visitors.somebody(Request(scope))
            page = self._site.page("error", visit, status=refused.status, problem=refused.problem)
            await page(scope, receive, send)

    def _at_home(self, scope: Scope) -> None:
        """Pass who asks by our name: another one may have been made to lead here.

        Raises:
            RefusedError: it is another one.

        """
        place = self._sessions.place
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if hosts != [place.host.encode()]:
            raise RefusedError(
                HTTPStatus.MISDIRECTED_REQUEST, "this is known by another name", advice=f"Open {place.origin}/console."
            )


def console(settings: Settings, run: LiveWatch, worker: Worker, place: Place, secret: str) -> Console:
    """The console of a service at `place`; `secret` is the client's at the OpenID provider, empty without one."""

    async def ask(question: Callable[[LiveWatch], T]) -> T:
        return await answered(asyncio.wrap_future(worker.ask(question)), PATIENCE)

    def used(session: str, at: int) -> None:
        worker.ask(lambda run: run.response.signin.seen(session, at, run.clock.now()))

    people = run.response.people
    sessions = Sessions(
        place,
        settings.signin.limits,
        kept=run.response.signin.sessions,
        person=lambda id_: people.roll.people.get(id_),  # noqa: PLW0108 - another roll each time
        passkeys=people.passkeys,
        now=wall_time,
        used=used,
    )
    provider = _provider(settings, place, secret)
    site = Site(place, settings.oidc.name if provider is not None else "")
    visitors = Visitors(sessions, ask)
    passkeys = Passkeys(rp_id=place.rp_id, origin=place.origin)
    challenges = Challenges()
    entrance = Entrance(site, sessions, visitors, challenges, passkeys, Limiter(), ask, settings.signin.forwarded)
    routes = [*entrance.routes(), *DeskPages(site, visitors, challenges, passkeys, ask).routes()]
    routes += ToolPages(site, visitors, challenges, passkeys, ask, settings.signin.forwarded).routes()
    looking = (StandingPages, WatchPages, LockdownPages, AttemptPages, AccessPages, SignalPages, LookupPages)
    routes += [route for pages in looking for route in pages(site, visitors, ask).routes()]
    routes += SecondPages(site, visitors, challenges, passkeys, ask).routes()
    if provider is not None:
        routes += Elsewhere(site, sessions, entrance, provider, settings.oidc, ask).routes()
    return Console(sessions, visitors, site, routes)


def _provider(settings: Settings, place: Place, secret: str) -> Provider | None:
    oidc = settings.oidc
    if not oidc.issuer:
        return None
    back = f"{place.origin}/console/oidc/back"
    return Provider(
        Client(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            secret=secret,
            scopes=oidc.scopes,
            back=back,
            timeout=oidc.timeout_seconds,
        )
    )


def _by_script(scope: Scope) -> bool:
    """Whether a script of a page asks, as browsers say by themselves: it takes no page for an answer."""
    return any(name == b"sec-fetch-mode" and value != b"navigate" for name, value in scope["headers"])


def _to_sign_in(scope: Scope) -> str:
    """Where one signs in; behind # stands where they wanted to go, which the script of that page takes them to."""
    query = scope["query_string"].decode("latin-1")
    path = quote(scope["path"]) + (f"?{query}" if query else "")
    return SIGN_IN if path == "/console" else f"{SIGN_IN}#{path}"


async def _to_console(request: Request) -> Response:  # noqa: ARG001 - a handler's
    return RedirectResponse("/console", HTTPStatus.SEE_OTHER)


def _refusal(error: RefusedError | HTTPException | HoldfastError) -> RefusedError:
    match error:
        case RefusedError():
            return error
        case HoldfastError():
            return refusal_of(error)
        case HTTPException():
            status = HTTPStatus(error.status_code)
            headers = [(name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()]
            return RefusedError(status, status.phrase.lower(), advice="Go to the first page.", headers=headers)
