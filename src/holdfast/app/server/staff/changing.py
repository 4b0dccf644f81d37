"""How far have changes of holders' credentials by staff come, and how does a holder undo one, over HTTP?

The link works without signing in. To look at it changes nothing, so that a mail scanner that follows it does no harm;
only the button does.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from html import escape
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, absent, all_of, key_of, limit_of, shown
from holdfast.app.server.operation import (
    ABSENT,
    AFTER,
    KEY,
    LIMIT,
    Handler,
    Operation,
    Parameter,
    all_parameter,
    by_name,
    id_parameter,
)
from holdfast.app.server.views import Page, page_of
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Scope
from holdfast.guard.staff import PendingChange, Stage
from holdfast.response.staff import number_of
from holdfast.response.staff.links import LINK, link_hash

CHANGES = "/v1/gate/changes"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_WHAT = {
    "email": "the e-mail address by which you sign in",
    "phone": "the telephone number by which you sign in",
    "mfa": "the second factor of your sign-in",
    "passkey": "the passkey by which you sign in",
    "recovery": "the way by which you get back into your account",
}


class _Linked(NamedTuple):
    """What a link is about, how far that has come, and what the link would undo."""

    change: PendingChange
    stage: Stage
    undoes: list[PendingChange]


class ChangeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A change of `what` on an account by `person`; its id is that of the attempt. `counts`: the new value may be used.

    `account` is what the platform calls it, where that is known: the attempt has the tool's spelling.
    `until` is when it counts if nothing comes in between, null before the old value was told. `since` is when the
    chain of changes began that it belongs to. `signal` is what made it look like a takeover.
    """

    id: str
    account: str
    what: str
    person: str
    function: str
    tool: str
    tier: str
    stage: Stage
    counts: bool
    asked_at: str
    since: str
    told_at: str | None
    until: str | None
    why: str
    signal: str


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_changes",
        method="GET",
        path=CHANGES,
        says="The changes of holders' credentials by staff that do not count yet, in the order of asking.",
        parameters=(
            AFTER,
            LIMIT,
            all_parameter("Those too that count, were undone or ended, of the last fortnight."),
            Parameter(name="account", says="Of this account, in any spelling.", schema=KEY),
        ),
        act=Act.SEE_STAFF,
        looks="changes of credentials",
        answers={200: ("Some of them.", Page[ChangeSeen])},
    ),
    Operation(
        name="show_change",
        method="GET",
        path=CHANGES + "/{id}",
        says="May the new value be used now? Asked by a tool or a platform with the id of the attempt that changed it.",
        parameters=(id_parameter("The attempt's id, as the gate answered it."),),
        scope=Scope.GUARD_ASK,
        answers={200: ("It.", ChangeSeen), 404: ABSENT},
    ),
    Operation(
        name="show_link",
        method="GET",
        path=LINK + "{id}",
        says="The page that a holder's link leads to. It changes nothing.",
        parameters=(id_parameter("The secret of the link."),),
        secured=False,
        answers={200: ("A page.", None), 404: ("It is no such link.", None)},
        answer_kind="text/html",
    ),
    Operation(
        name="use_link",
        method="POST",
        path=LINK + "{id}",
        says="Undo the change that the link is about, and what else goes with it. To do it twice does nothing more.",
        parameters=(id_parameter("The secret of the link."),),
        secured=False,
        answers={200: ("A page that says what came of it.", None), 404: ("It is no such link.", None)},
        answer_kind="text/html",
    ),
)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._links: Container[str] | None = None

    async def list_changes(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        account = http.query_params.get("account", "")

        def do(run: LiveWatch) -> Page[ChangeSeen]:
            changing, now = run.response.staff.changing, run.clock.now()
            found = changing.of(account) if account else changing.kept.values()
            some = {_place(each.id): each for each in found if all_ or not each.closed}
            page = page_of(some, _place(after), limit, lambda each: change_seen(each, changing.stage(each, now)))
            return msgspec.structs.replace(page, next=page.items[-1].id if page.next else None)

        return shown(await self._ask(do))

    async def show_change(self, http: Request) -> Response:
        def do(run: LiveWatch) -> ChangeSeen:
            changing = run.response.staff.changing
            found = changing.kept.get(http.path_params["id"])
            if found is None:
                raise absent("change", CHANGES)
            return change_seen(found, changing.stage(found, run.clock.now()))

        return shown(await self._ask(do))

    async def show_link(self, http: Request) -> Response:
        return await self._linked(http, undo=False)

    async def use_link(self, http: Request) -> Response:
        return await self._linked(http, undo=True)

    async def _linked(self, http: Request, *, undo: bool) -> Response:
        secret = http.path_params["id"]

        def do(run: LiveWatch) -> _Linked | None:
            changing, now = run.response.staff.changing, run.clock.now()
            found = changing.by_link(secret)
            if found is None:
                return None
            if undo:
                found = changing.reverse(secret, now)
            return _Linked(found, changing.stage(found, now), changing.undoes(secret, now))

        return _page_of(await self._ask(do) if await self._leads(secret) else None)

    async def _leads(self, secret: str) -> bool:
        """Whether there is such a link. Strangers who try others take no turn of the worker's."""
        if self._links is None:
            self._links = await self._ask(lambda run: run.response.staff.changing.links.known)
        return link_hash(secret) in self._links


def _place(id_: str) -> str:
    """Where a change of this id stands in the list: ids count up, and a-10 is behind a-9."""
    number = number_of(id_)
    return id_ if number is None else f"{number:012d}"


def change_seen(change: PendingChange, stage: Stage) -> ChangeSeen:
    """A change as it is shown that has come to `stage`."""
    return ChangeSeen(
        id=change.id,
        account=change.account,
        what=change.what,
        person=change.person,
        function=change.function,
        tool=change.tool,
        tier=change.tier.word,
        stage=stage,
        counts=stage is Stage.IN_FORCE,
        asked_at=format_time(change.asked_at),
        since=format_time(change.since),
        told_at=format_time_or_none(change.told_at),
        until=format_time_or_none(change.until),
        why=change.why,
        signal=change.signal,
    )


def _page_of(found: _Linked | None) -> Response:
    if found is None:
        return _page(
            "This link leads nowhere",
            ["It is not one of ours, or so old that it was forgotten. Nothing was changed."],
            status=HTTPStatus.NOT_FOUND,
        )
    change = found.change
    if found.undoes:
        said = [_asked(each) for each in found.undoes] + [_counting(change)]
        said += ["If you asked for it, there is nothing to do. If you did not, undo it here."]
        return _page("Did you ask for this?", said, button=True)
    match found.stage:
        case Stage.REVERSED:
            said = ["It was undone, and what was there before stays. Whoever looks after attacks here is told."]
            return _page("The change is undone", [_asked(change), *said, _ASIDE])
        case Stage.ENDED:
            said = ["It was stopped before it counted, and what was there before stays."]
            return _page("The change is off", [_asked(change), *said, _ASIDE])
        case Stage.IN_FORCE | Stage.ASKED | Stage.COOLING:  # of the last two a link undoes something
            said = [
                "The change counts by now, and cannot be undone here.",
                "If you did not ask for it, tell the support now.",
            ]
            return _page("The time for this link is over", [_asked(change), *said, _ASIDE])


def _asked(change: PendingChange) -> str:
    return f"On {_clock(change.asked_at)} our staff was asked to change {_WHAT[change.what]}."


def _counting(change: PendingChange) -> str:
    if change.reversed_at is not None or change.ended_at is not None:
        return f"This link works until {_clock(change.links_until)}."
    begins = "" if change.until is None else f" It will from {_clock(change.until)} on."
    return "The change does not count yet." + begins


_ASIDE = "We never ask for your password, neither here nor in a message."


def _page(title: str, said: list[str], *, button: bool = False, status: HTTPStatus = HTTPStatus.OK) -> Response:
    form = '<form method="post"><button type="submit">Undo the change</button></form>' if button else ""
    body = "".join(f"<p>{escape(each)}</p>" for each in said)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1>{body}{form}</main></body></html>"
    )
    return Response(text, status_code=status, media_type="text/html", headers=_HEADERS)


def _clock(time: int) -> str:
    return format_time(time)[:16].replace("T", " at ") + " UTC"
