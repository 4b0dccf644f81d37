"""How does somebody place a lockdown in a browser, and how do two loosen it in stages?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, body_of, shown
from holdfast.app.server.staff.lockdowns import (
    USUAL_MINUTES,
    LooserSeen,
    agree,
    decode_lock,
    decode_looser,
    place,
    preview,
    propose,
)
from holdfast.app.signin.sessions import SignedIn
from holdfast.guard import Act, Role
from holdfast.guard.staff import LEVELS

from .desk import Done
from .pages import LOCKDOWN, STANDING, Visitors
from .site import Site


class LockdownPages:
    """The page to place a lockdown, and what is done from it and from the page of what stands."""

    def __init__(self, site: Site, visitors: Visitors, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(LOCKDOWN.path, self._page, methods=["GET"]),
            Route(f"{LOCKDOWN.path}/preview", self._preview, methods=["POST"]),
            Route(f"{LOCKDOWN.path}/place", self._place, methods=["POST"]),
            Route(f"{LOCKDOWN.path}/propose", self._propose, methods=["POST"]),
            Route(f"{LOCKDOWN.path}/proposals/{{id}}", self._agree, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, LOCKDOWN)
        names = await self._ask(lambda run: list(run.response.staff.policy.functions))
        tools, functions = (sorted({each[place] for each in names}) for place in (0, 1))
        return self._site.page(
            "lockdown", visit, levels=LEVELS, tools=tools, functions=functions, roles=list(Role), usual=USUAL_MINUTES
        )

    async def _preview(self, http: Request) -> Response:
        who, told = self._visitors.signed_in(http), await body_of(http, decode_lock)
        return shown(await self._ask(lambda run: preview(run, told, _leader(run, who))))

    async def _place(self, http: Request) -> Response:
        who, told = self._visitors.signed_in(http), await body_of(http, decode_lock)
        made = await self._ask(lambda run: place(run, told, _leader(run, who)))
        return shown(Done(next=f"{STANDING.path}#{made.id}", said=f"The lockdown of level {made.level} is in force."))

    async def _propose(self, http: Request) -> Response:
        who, told = self._visitors.signed_in(http), await body_of(http, decode_looser)
        made = await self._ask(lambda run: propose(run, told, _leader(run, who)))
        return shown(
            Done(next=f"{STANDING.path}#{made.id}", said="It is proposed. It is done once somebody else agrees.")
        )

    async def _agree(self, http: Request) -> Response:
        who, id_ = self._visitors.signed_in(http), http.path_params["id"]
        done = await self._ask(lambda run: agree(run, id_, _leader(run, who)))
        return shown(Done(next=STANDING.path, said=_said(done)))


def _leader(run: LiveWatch, who: SignedIn) -> str:
    """Whoever may place lockdowns and loosen them.

    Raises:
        NotAllowedError: the policies do not let them.

    """
    return run.response.entitled.check(who.caller, Act.LOCK).person


def _said(done: LooserSeen) -> str:
    if done.account:
        return f"You agreed: the account is of the tier {done.tier.replace('_', ' ')} now."
    return "You agreed: the lockdown " + ("is lifted." if done.level is None else f"went down to level {done.level}.")
