"""Which pages are there, and which may whoever is signed in open? Links and pages both ask here, so they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request

from holdfast.app.live import LiveWatch
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask
from holdfast.app.signin.sessions import Sessions, SignedIn
from holdfast.errors import NotAllowedError, SignInError
from holdfast.guard import Act

_VISIT = "holdfast.visit"  # where a request keeps who opened a page, for the page that says what went wrong


class Page(NamedTuple):
    """A page that is linked to from all others; `act` is what opening it takes, None: no more than to be signed in."""

    path: str
    label: str
    act: Act | None = None


REQUESTS = Page("/console", "Requests", Act.LOOK)
SECOND = Page("/console/second", "Second person", Act.USE_TOOLS)
WATCH = Page("/console/watch", "Watch", Act.USE_TOOLS)
STANDING = Page("/console/standing", "What stands", Act.SEE_STAFF)
LOCKDOWN = Page("/console/lockdown", "Lock down", Act.LOCK)
ATTEMPTS = Page("/console/attempts", "Attempts", Act.SEE_STAFF)
ACCESS = Page("/console/access", "Rights", Act.SEE_STAFF)
SIGNALS = Page("/console/signals", "Signals", Act.SEE_STAFF)
LOOKUPS = Page("/console/lookups", "Who looked", Act.SEE_STAFF)
TOOLS = Page("/console/tools", "Tools")
PASSKEYS = Page("/console/passkeys", "Passkeys")
PAGES = (REQUESTS, SECOND, WATCH, STANDING, LOCKDOWN, ATTEMPTS, ACCESS, SIGNALS, LOOKUPS, TOOLS, PASSKEYS)
"""In the order of their links: what somebody on shift answers first, what they look up next, their own things last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who is signed in, the pages that they may open, and the one that they have (None: none of these)."""

    who: SignedIn
    links: tuple[Page, ...] = ()
    here: Page | None = None


class NobodySignedInError(Exception):
    """Whoever opens a page has to sign in first: the console leads them there."""


class Visitors:
    """Finds out who opens a page or posts from it, and passes whoever may."""

    def __init__(self, sessions: Sessions, ask: Ask) -> None:
        """`ask` asks the worker."""
        self._sessions, self._ask = sessions, ask

    def signed_in(self, http: Request) -> SignedIn:
        """Who posts, or takes something away.

        Raises:
            RefusedError: nobody has signed in.
            SignInError: no page of ours has sent it.

        """
        who = self._sessions.who(http.scope)
        if who is None:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "nobody is signed in here", advice="Sign in again.")
        return who

    async def come(self, http: Request) -> Visit:
        """Who is there, whichever page they want.

        Raises:
            NobodySignedInError: nobody has signed in.
            RefusedError: the worker does not answer.

        """
        return (await self._come(http))[0]

    async def enter(self, http: Request, page: Page) -> Visit:
        """Who opens this page, or what lies under it.

        Raises:
            NobodySignedInError: nobody has signed in.
            NotAllowedError: the policies do not let them; it says whom they do.
            RefusedError: the worker does not answer.

        """
        visit, barred = await self._come(http)
        if page in barred:
            raise barred[page]
        return replace(visit, here=page)

    async def somebody(self, http: Request) -> Visit | None:
        """Whoever is signed in where something went wrong; None for nobody."""
        try:
            return http.scope.get(_VISIT) or await self.come(http)
        except (NobodySignedInError, SignInError):
            return None
        except RefusedError:
            return http.scope.get(_VISIT)

    async def _come(self, http: Request) -> tuple[Visit, Mapping[Page, NotAllowedError]]:
        who = self._sessions.who(http.scope)
        if who is None:
            raise NobodySignedInError
        http.scope[_VISIT] = Visit(who=who)  # where the worker does not answer, they can sign out, and that is all
        found = await self._ask(lambda run: {page: _barred(run, who, page) for page in PAGES})
        barred = {page: why for page, why in found.items() if why is not None}
        visit = Visit(who=who, links=tuple(page for page in PAGES if page not in barred))
        http.scope[_VISIT] = visit
        return visit, barred


def _barred(run: LiveWatch, who: SignedIn, page: Page) -> NotAllowedError | None:
    """Why whoever this is may not open it; None where they may."""
    if page.act is None:
        return None
    try:
        run.response.entitled.check(who.caller, page.act)
    except NotAllowedError as error:
        return error
    return None
