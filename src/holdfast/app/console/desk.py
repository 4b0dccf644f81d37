"""What is asked for, and how does somebody agree to it or not?"""

from __future__ import annotations

from collections.abc import Container
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server import requested
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.asking import Ask, body_of, shown
from holdfast.app.signin.challenges import Challenges
from holdfast.app.signin.passkeys import Answered, Passkeys, signature_of
from holdfast.app.signin.sessions import SignedIn
from holdfast.containment import EFFECTS, Plan, Restriction, Undo
from holdfast.errors import NotAllowedError
from holdfast.guard import Act, Purpose, RefusalCode, Signature, approval_challenge
from holdfast.response import Filed

from .pages import REQUESTS, Visitors
from .site import Site

MOST_SHOWN = 200  # requests on the page of all: more than a desk has in a week
SIGN_IN = "/console/signin"


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page showed: an approval is for exactly that."""

    action_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Agreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approval of what the page showed, with what the passkey answered, if it was asked."""

    action_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    credential: Answered | None = None


class Denied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A no, and why."""

    why: Annotated[str, Meta(min_length=1, max_length=2_000)]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes next, and what is said there of what was done."""

    next: str
    said: str = ""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser is to ask of a passkey: as JSON of Web Authentication Level 3, section 5.1.8 or 5.1.9."""

    options: dict[str, Any]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a holds' restriction does, on how many subjects, and who brings it back."""

    restriction: str
    count: int
    inverse: str
    undo: Undo


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its page shows it."""

    request: requested.RequestSeen
    rows: tuple[Row, ...] = ()
    exempt: tuple[tuple[str, str], ...] = ()
    names: dict[str, str] = {}
    open: bool = False
    mine: bool = False
    may_approve: bool = False
    may_deny: bool = False
    passkeys: int = 0


_seen = msgspec.json.Decoder(Seen)
_agreed = msgspec.json.Decoder(Agreed)
_denied = msgspec.json.Decoder(Denied)


class DeskPages:
    """The pages of requests, and what is done from them."""

    def __init__(self, site: Site, visitors: Visitors, challenges: Challenges, passkeys: Passkeys, ask: Ask) -> None:
        """Answer with these."""
        self._site, self._visitors, self._challenges, self._passkeys, self._ask = (
            site,
            visitors,
            challenges,
            passkeys,
            ask,
        )

    def routes(self) -> list[Route]:
        """Where they are."""
        one = "/console/requests/{id}"
        return [
            Route("/console", self._home, methods=["GET"]),
            Route(one, self._request, methods=["GET"]),
            Route(f"{one}/options", self._options, methods=["POST"]),
            Route(f"{one}/approve", self._approve, methods=["POST"]),
            Route(f"{one}/deny", self._deny, methods=["POST"]),
        ]

    async def _home(self, http: Request) -> Response:
        visit = await self._visitors.come(http)
        if REQUESTS not in visit.links:  # whoever works with the tools, and sees no response, comes for something else
            return RedirectResponse(visit.links[0].path, HTTPStatus.SEE_OTHER)
        visit = await self._visitors.enter(http, REQUESTS)
        listed = await self._ask(_listed)
        waiting = [each for each in listed if each.state == "open"]
        over = [each for each in listed if each.state != "open"]
        return self._site.live(http, "requests", visit, waiting=waiting, over=over)

    async def _request(self, http: Request) -> Response:
        visit, id_ = await self._visitors.enter(http, REQUESTS), http.path_params["id"]
        found = await self._ask(lambda run: _shown(run, id_, visit.who))
        return self._site.live(http, "request", visit, it=found)

    async def _options(self, http: Request) -> Response:
        who, seen, id_ = self._visitors.signed_in(http), await body_of(http, _seen), http.path_params["id"]
        known = await self._ask(lambda run: run.response.people.passkeys_of(_checked(run, id_, who, seen.action_hash)))
        if not known:
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                "you have no passkey",
                advice="Ask whoever administers people for a link to make one.",
            )
        given = self._challenges.give(
            Purpose.APPROVE,
            who.session.id,
            f"{id_} {seen.action_hash}",
            lambda nonce: approval_challenge(nonce, request=id_, action_hash=seen.action_hash, person=who.person.id),
            wall_time(),
        )
        return shown(Options(options=self._passkeys.to_sign(given.value, known)))

    async def _approve(self, http: Request) -> Response:
        who, agreed, id_ = self._visitors.signed_in(http), await body_of(http, _agreed), http.path_params["id"]
        signature = self._signature(who, id_, agreed)
        await self._ask(
            lambda run: run.response.desk.approve(
                id_, who.caller, run.clock.now(), seen=agreed.action_hash, signature=signature
            )
        )
        return shown(Done(next=f"/console/requests/{id_}"))

    async def _deny(self, http: Request) -> Response:
        who, denied, id_ = self._visitors.signed_in(http), await body_of(http, _denied), http.path_params["id"]
        await self._ask(lambda run: run.response.desk.deny(id_, who.caller, denied.why, run.clock.now()))
        return shown(Done(next=f"/console/requests/{id_}"))

    def _signature(self, who: SignedIn, id_: str, agreed: Agreed) -> Signature | None:
        if agreed.credential is None:
            return None
        about = f"{id_} {agreed.action_hash}"
        given = self._challenges.take(Purpose.APPROVE, who.session.id, about, wall_time())
        return signature_of(agreed.credential, given.nonce)


def _listed(run: LiveWatch) -> list[requested.RequestSeen]:
    """The requests, those that wait first, and of each kind the newest."""
    kept = run.response.desk.requests.values()
    some = sorted(kept, key=lambda filed: (filed.state != "open", -filed.filed_at, filed.request.id))[:MOST_SHOWN]
    return [seen for each in some if (seen := requested.request(run, each.request.id)) is not None]


def _filed(run: LiveWatch, id_: str) -> Filed:
    filed = run.response.desk.requests.get(id_)
    if filed is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such request", advice="It may have been spelt otherwise.")
    return filed


def _shown(run: LiveWatch, id_: str, who: SignedIn) -> Shown:
    filed, response = _filed(run, id_), run.response
    seen = requested.request(run, id_)
    assert seen is not None, "it was there a line ago"
    policy, asked, person = response.entitled.policy, filed.request.asked, response.people.persons[who.person.id]
    concerned = {filed.request.by, *(each.by for each in filed.approvals), *(each.by for each in filed.denials)}
    names = {id_: found.name for id_ in concerned if (found := response.people.person(id_)) is not None and found.name}
    mine = filed.request.by == who.person.id
    return Shown(
        request=seen,
        rows=() if filed.plan is None else _rows(filed.plan, response.undoing.final),
        exempt=() if filed.plan is None else tuple((each.account, each.reason) for each in filed.plan.exempt),
        names=names,
        open=seen.state == "open",
        mine=mine,
        may_approve=not mine and policy.may(person, Act.APPROVE, asked),
        may_deny=policy.may(person, Act.DENY, asked),
        passkeys=len(response.people.passkeys_of(who.person.id)),
    )


def _rows(plan: Plan, final: Container[Restriction]) -> tuple[Row, ...]:
    counts: dict[Any, int] = {}
    for hold in plan.holds:
        counts[hold.restriction] = counts.get(hold.restriction, 0) + 1
    return tuple(
        Row(
            restriction=str(restriction).replace("_", " "),
            count=count,
            inverse=EFFECTS[restriction].inverse.replace("_", " "),
            undo=Undo.NEVER if restriction in final else EFFECTS[restriction].undo,
        )
        for restriction, count in counts.items()
    )


def _checked(run: LiveWatch, id_: str, who: SignedIn, action_hash: str) -> str:
    """Whoever is to sign, when the request is still what the page showed."""
    filed = _filed(run, id_)
    if filed.request.action_hash != action_hash:
        raise NotAllowedError(
            "the request is not what this page showed", code=RefusalCode.APPROVED_ANOTHER_PLAN, advice="Load it again."
        )
    return who.person.id
