"""What waits for a second person, and may whoever looks be that person? What they answer goes to the API, signed there.

Everything is shown exactly, since a signature is over exactly it; and whoever cannot agree is told so before they try.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch
from holdfast.app.server.agreeing import AskingSeen, asking_of, asking_seen, concerns
from holdfast.app.server.asking import Ask
from holdfast.app.signin.sessions import Sessions, SignedIn
from holdfast.guard import Act
from holdfast.guard.staff import StaffReason
from holdfast.response.people import same
from holdfast.response.staff import Asking

from .desk import MOST_SHOWN, SIGN_IN
from .exact import Exact, exact, exact_json
from .site import Site

SECOND = "/console/second"
MOST_OVER = 20  # of those that wait no more: whoever agreed looks whether it was done
_BARRED = {
    StaffReason.PERSON_GONE: "You are not registered as somebody who counts any more. Ask an administrator.",
    StaffReason.STAFF_HELD: "Your staff access is held, so your word as second person counts for nothing.",
    StaffReason.LOCKED_DOWN: "A lockdown shuts you out of this, so your word as second person counts for nothing.",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An asking as the page of all shows it; `payload` is JSON in one line."""

    seen: AskingSeen
    payload: str
    mine: bool


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """An asking as its own page shows it, whole.

    `barred` says why whoever looks cannot agree; empty where they can. With `signs` their passkey is asked for.
    """

    seen: AskingSeen
    payload: Exact
    target: Exact
    reason: Exact
    ticket: Exact
    about: str
    open: bool
    mine: bool
    barred: str
    signs: bool


class SecondPages:
    """The page of all that waits, and of one of them."""

    def __init__(self, site: Site, sessions: Sessions, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._sessions, self._ask = site, sessions, ask

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route(SECOND, self._page, methods=["GET"]), Route(f"{SECOND}/{{id}}", self._one, methods=["GET"])]

    async def _page(self, http: Request) -> Response:
        who = self._sessions.who(http.scope)
        if who is None:
            return RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
        waiting, over = await self._ask(lambda run: _listed(run, who))
        return self._site.page("second", who, waiting=waiting, over=over)

    async def _one(self, http: Request) -> Response:
        who, id_ = self._sessions.who(http.scope), http.path_params["id"]
        if who is None:
            return RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
        return self._site.page("second_one", who, it=await self._ask(lambda run: _found(run, id_, who)))


def _listed(run: LiveWatch, who: SignedIn) -> tuple[list[Row], list[Row]]:
    """What waits, the soonest over first, and the newest of what does not any more.

    Raises:
        NotAllowedError: the policies do not let this person come to the gate of the tools.

    """
    run.response.entitled.check(who.caller, Act.USE_TOOLS)
    now = run.clock.now()
    mine = [each for each in run.response.staff.consents.asked.values() if concerns(run, each, who.person.id)]
    waiting = sorted((each for each in mine if each.open(now)), key=lambda each: (each.until, each.id))
    over = sorted((each for each in mine if not each.open(now)), key=lambda each: (-each.at, each.id))
    return [_row(run, each, who) for each in waiting[:MOST_SHOWN]], [_row(run, each, who) for each in over[:MOST_OVER]]


def _found(run: LiveWatch, id_: str, who: SignedIn) -> Waits:
    """One of them.

    Raises:
        NotAllowedError: as for all of them.
        RefusedError: there is none, or none that concerns this person.

    """
    run.response.entitled.check(who.caller, Act.USE_TOOLS)
    return _whole(run, asking_of(run, id_, who.person.id), who)


def _row(run: LiveWatch, asking: Asking, who: SignedIn) -> Row:
    payload = msgspec.json.encode(asking.action.payload).decode()
    return Row(seen=asking_seen(run, asking), payload=payload, mine=same(asking.person, who.person.id))


def _whole(run: LiveWatch, asking: Asking, who: SignedIn) -> Waits:
    seen, now, action = asking_seen(run, asking), run.clock.now(), asking.action
    mine, keys = same(asking.person, who.person.id), run.response.people.passkeys_of(who.person.id)
    there = run.response.staff.policy.functions.get((action.tool, action.function))
    return Waits(
        seen=seen,
        payload=exact_json(action.payload),
        target=exact(action.target),
        reason=exact(asking.reason),
        ticket=exact(asking.ticket),
        about="" if there is None else there[1].about,
        open=asking.open(now),
        mine=mine,
        barred="" if mine else _barred(run, asking, who, keyless=seen.takes_signature and not keys),
        signs=bool(keys),
    )


def _barred(run: LiveWatch, asking: Asking, who: SignedIn, *, keyless: bool) -> str:
    why = run.response.staff.state.bars(who.person.id, asking.action, run.clock.now())
    if why is not None:
        return _BARRED[why]
    return "This has to be signed, and you have no passkey. An administrator makes you a link." if keyless else ""
