"""How does somebody get into the internal tools with a browser, and show their passkey again where a deed takes it?

Each tool has a session of its own, in a cookie of its own, for the tools that a proxy serves under the console's own
name. Whoever has just signed in opens one after the other without another passkey; only here, for no tool may open
another.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, absent, body_of, shown
from holdfast.app.server.staff.forwarding.secret import cookie_for
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.passkeys import Answered, Passkeys, signature_of
from holdfast.app.signin.sessions import SignedIn, cookie_of, hashed, new_secret, set_cookie
from holdfast.guard import Purpose, challenge_of
from holdfast.guard.staff import Tier, takes
from holdfast.response.staff.sessions import FRESH_MS

from .desk import Done, Options
from .entrance import named_address
from .pages import TOOLS, Visitors
from .site import Site

_DEVICE = 200  # characters of what a browser says it is


class OfClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The class of functions that a passkey is to be used for."""

    class_: Annotated[str, Meta(min_length=1, max_length=100)] = msgspec.field(name="class")


class Stepped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the passkey answered."""

    class_: Annotated[str, Meta(min_length=1, max_length=100)] = msgspec.field(name="class")
    credential: Answered


_of_class = msgspec.json.Decoder(OfClass)
_stepped = msgspec.json.Decoder(Stepped)


class ToolPages:
    """The page of the tools, and what is done from it."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a ceremony
        self, site: Site, visitors: Visitors, challenges: Challenges, passkeys: Passkeys, ask: Ask, forwarded: str
    ) -> None:
        """`forwarded` is the header in which a proxy names the caller's address; empty where none is believed."""
        self._site, self._visitors, self._challenges, self._passkeys = site, visitors, challenges, passkeys
        self._ask, self._forwarded = ask, forwarded

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(TOOLS.path, self._page, methods=["GET"]),
            Route(f"{TOOLS.path}/{{tool}}/open", self._open, methods=["POST"]),
            Route(f"{TOOLS.path}/{{tool}}/close", self._close, methods=["POST"]),
            Route(f"{TOOLS.path}/{{tool}}/options", self._options, methods=["POST"]),
            Route(f"{TOOLS.path}/{{tool}}/step", self._step, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, TOOLS)
        tools = await self._ask(lambda run: _tools(run, http, visit.who))
        return self._site.page("tools", visit, tools=tools, fresh=visit.who.caller.fresh(wall_time(), FRESH_MS))

    async def _open(self, http: Request) -> Response:
        who, tool, secret = self._visitors.signed_in(http), http.path_params["tool"], new_secret()
        told = named_address(http, self._forwarded)
        device = http.headers.get("user-agent", "")[:_DEVICE]

        def do(run: LiveWatch) -> None:
            sessions = run.response.staff.sessions
            sessions.open(hashed(secret), who.caller, run.clock.now(), tool=tool, network=told, device=device)

        await self._ask(do)
        answer = shown(Done(next=TOOLS.path))
        answer.headers.append("set-cookie", set_cookie(cookie_for(tool), secret, secure=True, same_site="Lax"))
        return answer

    async def _close(self, http: Request) -> Response:
        who, tool = self._visitors.signed_in(http), http.path_params["tool"]
        id_ = _shown_id(http, tool)

        def do(run: LiveWatch) -> None:
            if all(tool != each.id for each in run.response.staff.policy.catalogue.tool):
                raise absent("tool", TOOLS.path)  # or the cookie would be called by whatever stands in the path
            if _own(run, id_, who, tool):
                run.response.staff.sessions.end([id_], who.person.id, "signed out", run.clock.now())

        await self._ask(do)
        answer = shown(Done(next=TOOLS.path))
        gone = set_cookie(cookie_for(tool), "", secure=True, seconds=0, same_site="Lax")
        answer.headers.append("set-cookie", gone)
        return answer

    async def _options(self, http: Request) -> Response:
        who, told, tool = self._visitors.signed_in(http), await body_of(http, _of_class), http.path_params["tool"]
        id_ = _shown_id(http, tool)
        facts = {"session": id_, "class": told.class_}
        known = await self._ask(lambda run: run.response.people.passkeys_of(_holder(run, id_, who, tool)))
        given = self._challenges.give(
            Purpose.STEP_UP,
            who.session.id,
            str(facts),
            lambda nonce: challenge_of(Purpose.STEP_UP, nonce, facts),
            wall_time(),
        )
        return shown(Options(options=self._passkeys.to_sign(given.value, known)))

    async def _step(self, http: Request) -> Response:
        who, told, tool = self._visitors.signed_in(http), await body_of(http, _stepped), http.path_params["tool"]
        id_ = _shown_id(http, tool)
        facts = {"session": id_, "class": told.class_}
        given = self._challenges.take(Purpose.STEP_UP, who.session.id, str(facts), wall_time())
        signature = signature_of(told.credential, given.nonce)

        def do(run: LiveWatch) -> None:
            person, now = _holder(run, id_, who, tool), run.clock.now()
            passkey = run.response.signin.signed(signature, person, given.value, now, at=now)
            run.response.staff.sessions.step_up(id_, told.class_, passkey, now)

        await self._ask(do)
        return shown(Done(next=TOOLS.path))


def _shown_id(http: Request, tool: str) -> str:
    secret = cookie_of(http.scope["headers"], cookie_for(tool))
    return hashed(secret) if secret else ""


def _own(run: LiveWatch, id_: str, who: SignedIn, tool: str) -> bool:
    """Whether it is a live session of just this person and tool."""
    sessions = run.response.staff.sessions
    session = sessions.kept.get(id_)
    mine = session is not None and (session.person, session.tool) == (who.person.id, tool)
    return mine and sessions.fault(session, run.clock.now()) is None


def _holder(run: LiveWatch, id_: str, who: SignedIn, tool: str) -> str:
    """Whoever is to show a passkey.

    Raises:
        RefusedError: this browser has no session of the tool, or another person's.

    """
    if not _own(run, id_, who, tool):
        raise RefusedError(HTTPStatus.CONFLICT, "no session of this tool is open here", advice="Open it first.")
    return who.person.id


def _tools(run: LiveWatch, http: Request, who: SignedIn) -> list[dict[str, Any]]:
    """The tools of which this person may use anything by their roles, or of which they have a session here."""
    policy, found = run.response.staff.policy, []
    for tool in policy.catalogue.tool:
        live = _own(run, _shown_id(http, tool.id), who, tool.id)
        names = [f"{tool.id}/{function.id}" for function in tool.function]
        if live or any(takes(policy, who.person, name, tier) is not None for name in names for tier in Tier):
            classes = sorted({function.class_ for function in tool.function})
            found.append({"id": tool.id, "about": tool.about, "live": live, "classes": classes})
    return found
