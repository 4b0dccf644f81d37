"""What waits for a second person, and how does somebody agree to exactly that, or say no?

Everything is shown exactly, since a signature is over exactly it; and whoever cannot agree is told so before they try.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.asking import Ask, body_of, shown
from holdfast.app.server.staff.agreeing import (
    ActionAgreed,
    ActionDenied,
    ActionHash,
    AskingSeen,
    agree,
    asking_of,
    asking_seen,
    concerns,
    deny,
    to_sign,
)
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.passkeys import Passkeys, signature_of
from holdfast.app.signin.sessions import SignedIn
from holdfast.app.terminal import printable
from holdfast.guard import Purpose, approval_challenge
from holdfast.guard.staff import StaffReason
from holdfast.response.people import same
from holdfast.response.staff import Asking

from .attempts import SEEN
from .desk import MOST_SHOWN, Done, Options
from .exact import Exact, exact, exact_json, exact_start
from .pages import SECOND, Visitors
from .site import Site

MOST_OVER = 20  # of those that wait no more: whoever agreed looks whether it was done
_SHORT = 300  # characters of a payload beside others
BARRED = {
    StaffReason.NOT_PERMITTED: "The policies do not let you be the second person for this.",
    StaffReason.PERSON_GONE: "You are not registered as somebody who counts any more. Ask an administrator.",
    StaffReason.STAFF_HELD: "Your staff access is held, so your word as second person counts for nothing.",
    StaffReason.LOCKED_DOWN: "A lockdown shuts you out of this, so your word as second person counts for nothing.",
}


_hash, _agreed = msgspec.json.Decoder(ActionHash), msgspec.json.Decoder(ActionAgreed)
_denied = msgspec.json.Decoder(ActionDenied)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An asking as the page of all shows it; of a large payload the beginning."""

    seen: AskingSeen
    payload: Exact
    target: Exact
    mine: bool


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """An asking as its own page shows it, whole; `known` says what is known of its ticket, empty where nothing is.

    `barred` says why whoever looks cannot agree; empty where they can. With `signs` their passkey is asked for.
    """

    seen: AskingSeen
    payload: Exact
    target: Exact
    reason: Exact
    ticket: Exact
    known: str
    about: str
    open: bool
    mine: bool
    barred: str
    signs: bool


class SecondPages:
    """The page of all that waits, and of one of them."""

    def __init__(self, site: Site, visitors: Visitors, challenges: Challenges, passkeys: Passkeys, ask: Ask) -> None:
        """Answer with these; `ask` asks the worker."""
        self._site, self._visitors, self._ask = site, visitors, ask
        self._challenges, self._passkeys = challenges, passkeys

    def routes(self) -> list[Route]:
        """Where they are."""
        one = f"{SECOND.path}/{{id}}"
        return [
            Route(SECOND.path, self._page, methods=["GET"]),
            Route(one, self._one, methods=["GET"]),
            Route(f"{one}/options", self._options, methods=["POST"]),
            Route(f"{one}/approve", self._agree, methods=["POST"]),
            Route(f"{one}/deny", self._deny, methods=["POST"]),
        ]

    async def _page(self, http: Request) -> Response:
        visit = await self._visitors.enter(http, SECOND)
        waiting, over = await self._ask(lambda run: _listed(run, visit.who))
        return self._site.live(http, "second", visit, waiting=waiting, over=over)

    async def _one(self, http: Request) -> Response:
        visit, id_ = await self._visitors.enter(http, SECOND), http.path_params["id"]
        it = await self._ask(lambda run: _whole(run, asking_of(run, id_, visit.who.person.id), visit.who))
        return self._site.live(http, "second_one", visit, it=it)

    async def _options(self, http: Request) -> Response:
        who, told, id_ = self._visitors.signed_in(http), await body_of(http, _hash), http.path_params["id"]
        known = await self._ask(lambda run: to_sign(run, id_, who.person.id))
        person, hash_ = who.person.id, told.action_hash
        given = self._challenges.give(
            Purpose.APPROVE,
            who.session.id,
            f"{id_} {hash_}",
            lambda nonce: approval_challenge(nonce, request=id_, action_hash=hash_, person=person),
            wall_time(),
        )
        return shown(Options(options=self._passkeys.to_sign(given.value, known)))

    async def _agree(self, http: Request) -> Response:
        who, told, id_ = self._visitors.signed_in(http), await body_of(http, _agreed), http.path_params["id"]
        signature = None
        if told.credential is not None:
            about = f"{id_} {told.action_hash}"
            given = self._challenges.take(Purpose.APPROVE, who.session.id, about, wall_time())
            signature = signature_of(told.credential, given.nonce)
        done = await self._ask(lambda run: agree(run, id_, who.caller, told.action_hash, signature))
        said = f"You agreed. {printable(done.person)} can do exactly this, once."
        return shown(Done(next=f"{SECOND.path}/{quote(id_)}", said=said))

    async def _deny(self, http: Request) -> Response:
        who, told, id_ = self._visitors.signed_in(http), await body_of(http, _denied), http.path_params["id"]
        await self._ask(lambda run: deny(run, id_, who.person.id, told.why))
        return shown(
            Done(next=f"{SECOND.path}/{quote(id_)}", said="It is refused. No agreement to it counts any more.")
        )


def _listed(run: LiveWatch, who: SignedIn) -> tuple[list[Row], list[Row]]:
    """What waits, the soonest over first, and the newest of what does not any more."""
    now = run.clock.now()
    mine = [each for each in run.response.staff.consents.asked.values() if concerns(run, each, who.person.id)]
    waiting = sorted((each for each in mine if each.open(now)), key=lambda each: (each.until, each.id))
    over = sorted((each for each in mine if not each.open(now)), key=lambda each: (-each.at, each.id))
    return [_row(run, each, who) for each in waiting[:MOST_SHOWN]], [_row(run, each, who) for each in over[:MOST_OVER]]


def _row(run: LiveWatch, asking: Asking, who: SignedIn) -> Row:
    action = asking.action
    return Row(
        seen=asking_seen(run, asking),
        payload=exact_start(action.payload, _SHORT),
        target=exact(action.target),
        mine=same(asking.person, who.person.id),
    )


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
        known="" if seen.ticket_seen is None else SEEN[seen.ticket_seen],
        about="" if there is None else there[1].about,
        open=asking.open(now),
        mine=mine,
        barred="" if mine else _barred(run, asking, who, keyless=seen.takes_signature and not keys),
        signs=bool(keys),
    )


def _barred(run: LiveWatch, asking: Asking, who: SignedIn, *, keyless: bool) -> str:
    state, now = run.response.staff.state, run.clock.now()
    why = state.why_not_agree(who.person.id, asking.person, asking.action, now)
    if why is not None:
        return BARRED[why]
    return "This has to be signed, and you have no passkey. An administrator makes you a link." if keyless else ""
