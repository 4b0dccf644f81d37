"""How does somebody get into the internal tools with a browser, and show their passkey again where a deed takes it?

The session of the tools is a cookie of its own, for the tools that a proxy serves under the console's own name.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, body_of, shown
from holdfast.app.server.forwarding.secret import COOKIE
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.passkeys import Answered, Passkeys, signature_of
from holdfast.app.signin.sessions import Sessions, SignedIn, cookie_of, hashed, new_secret, set_cookie
from holdfast.guard import Purpose, challenge_of

from .desk import SIGN_IN, Done, Options, signed_in
from .entrance import named_address
from .site import Site

TOOLS = "/console/tools"
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
        self, site: Site, sessions: Sessions, challenges: Challenges, passkeys: Passkeys, ask: Ask, forwarded: str
    ) -> None:
        """`forwarded` is the header in which a proxy names the caller's address; empty where none is believed."""
        self._site, self._sessions, self._challenges, self._passkeys = site, sessions, challenges, passkeys
        self._ask, self._forwarded = ask, forwarded

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(TOOLS, self._page, methods=["GET"]),
            Route(f"{TOOLS}/open", self._open, methods=["POST"]),
            Route(f"{TOOLS}/close", self._close, methods=["POST"]),
            Route(f"{TOOLS}/options", self._options, methods=["POST"]),
            Route(f"{TOOLS}/step", self._step, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        who = self._sessions.who(http.scope)
        if who is None:
            return RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
        id_ = _shown_id(http)
        live, classes = await self._ask(lambda run: (_own(run, id_, who), _classes(run)))
        return self._site.page("tools", who, live=live, classes=classes)

    async def _open(self, http: Request) -> Response:
        who, secret = signed_in(self._sessions, http), new_secret()
        told = named_address(http, self._forwarded)
        device = http.headers.get("user-agent", "")[:_DEVICE]

        def do(run: LiveWatch) -> None:
            sessions = run.response.staff.sessions
            sessions.open(hashed(secret), who.caller, run.clock.now(), network=told, device=device)

        await self._ask(do)
        answer = shown(Done(next=TOOLS))
        answer.headers.append("set-cookie", set_cookie(COOKIE, secret, secure=True, same_site="Lax"))
        return answer

    async def _close(self, http: Request) -> Response:
        who, id_ = signed_in(self._sessions, http), _shown_id(http)

        def do(run: LiveWatch) -> None:
            if _own(run, id_, who):
                run.response.staff.sessions.end([id_], who.person.id, "signed out", run.clock.now())

        await self._ask(do)
        answer = shown(Done(next=TOOLS))
        answer.headers.append("set-cookie", set_cookie(COOKIE, "", secure=True, seconds=0, same_site="Lax"))
        return answer

    async def _options(self, http: Request) -> Response:
        who, told, id_ = signed_in(self._sessions, http), await body_of(http, _of_class), _shown_id(http)
        facts = {"session": id_, "class": told.class_}
        known = await self._ask(lambda run: run.response.people.passkeys_of(_holder(run, id_, who)))
        given = self._challenges.give(
            Purpose.STEP_UP,
            who.session.id,
            str(facts),
            lambda nonce: challenge_of(Purpose.STEP_UP, nonce, facts),
            wall_time(),
        )
        return shown(Options(options=self._passkeys.to_sign(given.value, known)))

    async def _step(self, http: Request) -> Response:
        who, told, id_ = signed_in(self._sessions, http), await body_of(http, _stepped), _shown_id(http)
        facts = {"session": id_, "class": told.class_}
        given = self._challenges.take(Purpose.STEP_UP, who.session.id, str(facts), wall_time())
        signature = signature_of(told.credential, given.nonce)

        def do(run: LiveWatch) -> None:
            person, now = _holder(run, id_, who), run.clock.now()
            passkey = run.response.signin.signed(signature, person, given.value, now, at=now)
            run.response.staff.sessions.step_up(id_, told.class_, passkey, now)

        await self._ask(do)
        return shown(Done(next=TOOLS))


def _shown_id(http: Request) -> str:
    secret = cookie_of(http.scope["headers"], COOKIE)
    return hashed(secret) if secret else ""


def _own(run: LiveWatch, id_: str, who: SignedIn) -> bool:
    """Whether it is a live session of just this person."""
    sessions = run.response.staff.sessions
    session = sessions.kept.get(id_)
    return session is not None and session.person == who.person.id and sessions.fault(session, run.clock.now()) is None


def _holder(run: LiveWatch, id_: str, who: SignedIn) -> str:
    """Whoever is to show a passkey.

    Raises:
        RefusedError: this browser has no session of the tools, or another person's.

    """
    if not _own(run, id_, who):
        raise RefusedError(HTTPStatus.CONFLICT, "no session of the tools is open here", advice="Open the tools first.")
    return who.person.id


def _classes(run: LiveWatch) -> list[str]:
    functions = run.response.staff.policy.catalogue.functions().values()
    return sorted({function.class_ for _, function in functions})
