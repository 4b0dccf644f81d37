"""How does somebody come in whom another provider vouches for?

The way back is begun by the provider's page, so a strict cookie is not sent along: what has to be known then lies in a
cookie of its own, and a page of ours sends the browser on.
"""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask
from holdfast.app.server.settings import Oidc
from holdfast.app.signin.oidc import Journey, Provider
from holdfast.app.signin.sessions import Sessions, cookie_of, set_cookie
from holdfast.errors import SignInError, UsageError
from holdfast.guard import Person, Role, Via, in_order

from .desk import SIGN_IN
from .entrance import Entrance
from .site import Site

ACTOR = "oidc"  # who is named on the record when the provider's groups say what somebody is
_TEN_MINUTES = 600  # seconds that somebody may take at the provider


class Elsewhere:
    """The pages on the way to the provider and back."""

    def __init__(  # noqa: PLR0913, PLR0917 - what both ways take
        self, site: Site, sessions: Sessions, entrance: Entrance, provider: Provider, settings: Oidc, ask: Ask
    ) -> None:
        """`settings` say which claim is whose."""
        self._site, self._sessions, self._entrance = site, sessions, entrance
        self._provider, self._settings, self._ask = provider, settings, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/console/oidc/start", self._start, methods=["GET"]),
            Route("/console/oidc/back", self._back, methods=["GET"]),
            Route("/console/oidc/leave", self._leave, methods=["GET"]),
        ]

    async def _start(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        url, journey = await self._provider.leave()
        answer = RedirectResponse(url, HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
        answer.headers.append("set-cookie", self._cookie(_packed(journey), _TEN_MINUTES))
        return answer

    async def _back(self, http: Request) -> Response:
        journey = _unpacked(cookie_of(http.scope["headers"], self._name))
        claims = await self._provider.arrive(journey, http.query_params)

        def enter(run: LiveWatch) -> str:
            person = person_of(run, claims, self._settings)
            return self._entrance.enter(run, person, Via.OIDC)

        secret = await self._ask(enter)
        answer = self._site.page("landing", None)
        answer.headers.append("set-cookie", self._cookie("", 0))
        answer.headers.append("set-cookie", self._entrance.cookie(secret))
        return answer

    async def _leave(self, http: Request) -> Response:  # noqa: ARG002 - a handler's
        """Have the provider end its session, too. Ours has ended: it is not known any more whose it was."""
        url = await self._provider.farewell(self._sessions.place.origin + SIGN_IN)
        return RedirectResponse(url or SIGN_IN, HTTPStatus.SEE_OTHER)

    @property
    def _name(self) -> str:
        return f"{self._sessions.place.cookie}-oidc"

    def _cookie(self, value: str, seconds: int) -> str:
        return set_cookie(self._name, value, secure=self._sessions.place.secure, seconds=seconds, same_site="Lax")


def person_of(run: LiveWatch, claims: dict[str, Any], settings: Oidc) -> Person:
    """Whom the provider vouches for. Nobody is made by that, unless its groups say which roles they have.

    Raises:
        SignInError: nobody here is known by that claim, they are there no more, or no group gives them a role.

    """
    id_ = claims.get(settings.claim)
    if not isinstance(id_, str) or (settings.claim == "email" and claims.get("email_verified") is not True):
        raise SignInError(f"the provider does not vouch for the claim {settings.claim}")
    known = run.response.people.persons.get(id_)
    if known is not None and not known.active:
        raise SignInError("whoever this is, they are there no more")
    if settings.roles:
        return _as_the_groups_say(run, id_, known, claims, settings)
    if known is None:
        raise SignInError("the provider knows you, and nobody here does", advice="Ask whoever administers people.")
    return known


def _as_the_groups_say(
    run: LiveWatch, id_: str, known: Person | None, claims: dict[str, Any], settings: Oidc
) -> Person:
    told = claims.get(settings.groups_claim)
    groups = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    roles: tuple[Role, ...] = in_order(settings.roles[group] for group in groups if group in settings.roles)
    people, now = run.response.people, run.clock.now()
    try:
        if known is None and roles:
            name = claims.get("name")
            known = people.add(id_, name if isinstance(name, str) else "", roles, ACTOR, now, vouched=True)
        elif known is not None and (known.roles != roles or known.on_word_of):
            known = people.change(id_, known.name, roles, ACTOR, now, vouched=True)
    except UsageError as error:
        raise SignInError(f"what the provider says cannot be: {error}", advice=error.advice) from error
    if known is None or not roles:
        raise SignInError("none of your groups gives you a role here", advice="Ask whoever administers people.")
    return known


def _packed(journey: Journey) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(journey)).decode().rstrip("=")


def _unpacked(text: str) -> Journey:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Journey)
    except (ValueError, msgspec.MsgspecError) as error:
        raise SignInError("this sign-in took too long, or was begun in another browser") from error
