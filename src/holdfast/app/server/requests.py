"""How do people ask for something over HTTP, agree to it, say no, or act alone?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.guard import Act, Caller, Scope
from holdfast.response.emergency import LONGEST_REASON

from . import requested
from .asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from .fields import Why
from .operation import ABSENT, AFTER, LIMIT, LONGEST_KEY, Handler, Operation, all_parameter, by_name, id_parameter
from .requested import NoticeSeen, RequestSeen, ReviewSeen
from .views import HoldSeen, Page, hold_seen

T = TypeVar("T")

Key = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
Keys = Annotated[tuple[Key, ...], Meta(max_length=10_000)]
Words = Annotated[str, Meta(max_length=LONGEST_REASON)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for: one of a `plan` on the desk, holds to `lift` and why, or accounts to `release`.

    With `emergency`, the reason for it, a plan is carried out at once and alone.
    """

    plan: Annotated[str, Meta(max_length=LONGEST_KEY)] = ""
    lift: Keys = ()
    release: Keys = ()
    why: Words = ""
    emergency: Words = ""

    def __post_init__(self) -> None:
        """Refuse what is not one thing."""
        if sum(map(bool, (self.plan, self.lift, self.release))) != 1:
            raise ValueError("one of plan, lift and release is asked for")
        if self.emergency and not self.plan:
            raise ValueError("only a plan is carried out in an emergency")


class Agreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly what somebody agrees to: the `action_hash` of the request as they saw it."""

    action_hash: Hash


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    why: Why


class Found(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the review of an emergency found."""

    justified: bool
    finding: Why


_ONE = (id_parameter(),)


def _on_one(  # noqa: PLR0913, PLR0917 - what differs between them
    name: str, end: str, says: str, takes: type, act: Act, answer: type = RequestSeen
) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=f"/v1/requests/{{id}}/{end}",
        says=says,
        takes=takes,
        parameters=_ONE,
        scope=Scope.DECIDE,
        act=act,
        answers={200: ("It, as it stands now.", answer), 404: ABSENT},
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="request",
        method="POST",
        path="/v1/requests",
        says="Ask for a plan to be carried out, for holds to be lifted, or for accounts to be given back. Asking again "
        "for the same changes nothing.",
        takes=Wanted,
        scope=Scope.DECIDE,
        act=Act.REQUEST,
        answers={200: ("The request, as it stands now.", RequestSeen)},
    ),
    Operation(
        name="list_requests",
        method="GET",
        path="/v1/requests",
        says="The requests, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are closed.")),
        answers={200: ("Some of them.", Page[RequestSeen])},
    ),
    Operation(
        name="show_request",
        method="GET",
        path="/v1/requests/{id}",
        says="One request, with all that was said to it.",
        parameters=_ONE,
        answers={200: ("It.", RequestSeen), 404: ABSENT},
    ),
    _on_one(
        "approve",
        "approvals",
        "Agree to exactly this. It is carried out when enough people have; whoever asked for it does not count.",
        Agreed,
        Act.APPROVE,
    ),
    _on_one("deny", "denials", "Say no. That closes the request, however many have agreed.", Said, Act.DENY),
    _on_one(
        "emergency",
        "emergency",
        "Carry a plan out alone. What it places ends soon, who was not waited for gets a notice, a review is owed.",
        Said,
        Act.EMERGENCY,
    ),
    _on_one("review", "review", "Close the review of an emergency.", Found, Act.REVIEW, ReviewSeen),
    Operation(
        name="list_reviews",
        method="GET",
        path="/v1/reviews",
        says="What was done alone and is to be reviewed, by request.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are closed.")),
        answers={200: ("Some of it.", Page[ReviewSeen])},
    ),
    Operation(
        name="list_notices",
        method="GET",
        path="/v1/notices",
        says="What whoever asks is to hear, oldest first.",
        parameters=(AFTER, LIMIT, all_parameter("Those for others, too.")),
        answers={200: ("Some of it.", Page[NoticeSeen])},
    ),
    Operation(
        name="retry_hold",
        method="POST",
        path="/v1/holds/{id}/retry",
        says="Have a deed that was given up tried again.",
        parameters=_ONE,
        scope=Scope.DECIDE,
        act=Act.OPERATE,
        answers={200: ("The hold.", HoldSeen), 404: ABSENT},
    ),
)

_wanted = msgspec.json.Decoder(Wanted)
_agreed = msgspec.json.Decoder(Agreed)
_said = msgspec.json.Decoder(Said)
_found = msgspec.json.Decoder(Found)


def handlers(ask: Ask) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; `ask` asks the worker."""
    return by_name(OPERATIONS, _Handlers(ask))


class _Handlers:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def request(self, http: Request) -> Response:
        wanted, caller = await body_of(http, _wanted), caller_of(http)
        return shown(await self._ask(lambda run: _filed(run, wanted, caller)))

    async def list_requests(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        return shown(await self._ask(lambda run: requested.requests(run, after, limit, all_=all_)))

    async def show_request(self, http: Request) -> Response:
        return shown(await self._ask(lambda run: _known(run, http)))

    async def approve(self, http: Request) -> Response:
        said, caller = await body_of(http, _agreed), caller_of(http)
        return await self._on(
            http, lambda run, id_, now: run.response.desk.approve(id_, caller, now, seen=said.action_hash)
        )

    async def deny(self, http: Request) -> Response:
        said, caller = await body_of(http, _said), caller_of(http)
        return await self._on(http, lambda run, id_, now: run.response.desk.deny(id_, caller, said.why, now))

    async def emergency(self, http: Request) -> Response:
        said, caller = await body_of(http, _said), caller_of(http)
        return await self._on(http, lambda run, id_, now: run.response.desk.emergency(id_, caller, said.why, now))

    async def review(self, http: Request) -> Response:
        found, caller = await body_of(http, _found), caller_of(http)
        return shown(await self._ask(lambda run: _reviewed(run, http, found, caller)))

    async def list_reviews(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)
        return shown(await self._ask(lambda run: requested.reviews(run, after, limit, all_=all_)))

    async def list_notices(self, http: Request) -> Response:
        after, limit, all_, caller = key_of(http), limit_of(http), all_of(http), caller_of(http)
        return shown(await self._ask(lambda run: requested.notices(run, after, limit, caller, all_=all_)))

    async def retry_hold(self, http: Request) -> Response:
        id_, caller = http.path_params["id"], caller_of(http)
        return shown(await self._ask(lambda run: _retried(run, id_, caller)))

    async def _on(self, http: Request, deed: Callable[[LiveWatch, str, int], object]) -> Response:
        def do(run: LiveWatch) -> RequestSeen:
            known = _known(run, http)
            deed(run, known.id, run.clock.now())
            return _known(run, http)

        return shown(await self._ask(do))


def _filed(run: LiveWatch, wanted: Wanted, caller: Caller) -> RequestSeen:
    desk, now = run.response.desk, run.clock.now()
    if wanted.emergency:
        answer = desk.request_emergency(wanted.plan, caller, wanted.emergency, now)
    elif wanted.plan:
        answer = desk.request(wanted.plan, caller, now)
    elif wanted.lift:
        answer = desk.request_lift(wanted.lift, caller, wanted.why, now)
    else:
        answer = desk.request_release(wanted.release, caller, now)
    seen = requested.request(run, answer.request)
    assert seen is not None, "what was just filed is there"
    return seen


def _known(run: LiveWatch, http: Request) -> RequestSeen:
    seen = requested.request(run, http.path_params["id"])
    if seen is None:
        raise absent("request", "/v1/requests")
    return seen


def _reviewed(run: LiveWatch, http: Request, found: Found, caller: Caller) -> ReviewSeen:
    known, now, response = _known(run, http), run.clock.now(), run.response
    filed = response.desk.requests[known.id]
    person = response.entitled.check(caller, Act.REVIEW, filed.request.asked).person
    review = response.emergencies.close(known.id, person, justified=found.justified, finding=found.finding, now=now)
    return requested.review_seen(review, now)


def _retried(run: LiveWatch, id_: str, caller: Caller) -> HoldSeen:
    if id_ not in run.response.book.holds:
        raise absent("hold", "/v1/holds")
    now = run.clock.now()
    run.response.desk.retry(id_, caller, now)
    return hold_seen(run.response.book.holds[id_], now, run.response.undoing.final)
