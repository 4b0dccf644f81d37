"""How does a member of staff ask somebody else to agree to an action, and how do others agree or say no?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.signin.passkeys import Answered
from holdfast.app.signin.sessions import hashed
from holdfast.errors import NotAllowedError
from holdfast.events import format_time
from holdfast.guard import Act, Purpose, RefusalCode, Scope, approval_challenge
from holdfast.guard.staff import ToolAction, too_deep
from holdfast.response.emergency import LONGEST_REASON
from holdfast.response.people import same
from holdfast.response.staff import Asking, AskingState

from .answers import Problem
from .asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from .ceremony import Ceremony, OptionsTold
from .guard import Name
from .operation import AFTER, ERRORS, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from .toolsessions import Secret
from .views import Page, page_of

REQUESTS = "/v1/gate/requests"
_NONE = (ERRORS[404], Problem)
_ONE = (id_parameter(),)

Words = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]
Hash = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class _Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tool: Name
    function: Name
    target: Name = ""
    payload: dict[str, Any] = {}
    reason: Words
    ticket: Name = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could read."""
        if too_deep(self.payload):
            raise ValueError("the payload has too many lists and records in each other")

    @property
    def action(self) -> ToolAction:
        """What is to be done."""
        return ToolAction(tool=self.tool, function=self.function, target=self.target, payload=self.payload)


class ActionWanted(_Action, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks others to agree to: exactly this, and why."""


class ActionWantedThere(_Action, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, asked for by a tool for whoever has this `session` (its secret)."""

    session: Secret


class ActionAgreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `action_hash` of what was seen; with the passkey's answer to a challenge it is signed."""

    action_hash: Hash
    credential: Answered | None = None


class ActionHash(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `action_hash` of what was seen."""

    action_hash: Hash


class ActionDenied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why not."""

    why: Words


class AskingSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks others to agree to. `state` is `over` once nobody has answered in time.

    It is shown to whoever may agree and to who asked. `by` is who answered, `why` their no.
    """

    id: str
    person: str
    tool: str
    function: str
    target: str
    payload: dict[str, Any]
    action_hash: str
    reason: str
    ticket: str
    at: str
    until: str
    state: str
    by: str
    why: str


def _on_one(name: str, end: str, says: str, takes: type, answer: type = AskingSeen) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=f"{REQUESTS}/{{id}}/{end}",
        says=says,
        takes=takes,
        parameters=_ONE,
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("It, as it stands now.", answer), 404: _NONE},
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="ask_to_agree",
        method="POST",
        path=REQUESTS,
        says="Ask others to agree to exactly one action of yours in an internal tool.",
        takes=ActionWanted,
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("It.", AskingSeen)},
    ),
    Operation(
        name="ask_to_agree_from_tool",
        method="POST",
        path="/v1/gate/tool-requests",
        says="The same, by a tool, for whoever has a session of it.",
        takes=ActionWantedThere,
        scope=Scope.GUARD_ASK,
        answers={200: ("It.", AskingSeen)},
    ),
    Operation(
        name="list_askings",
        method="GET",
        path=REQUESTS,
        says="What waits for somebody to agree, as far as it is whoever asks who may, or who asked for it.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are answered or over.")),
        act=Act.USE_TOOLS,
        answers={200: ("Some of it.", Page[AskingSeen])},
    ),
    Operation(
        name="show_asking",
        method="GET",
        path=REQUESTS + "/{id}",
        says="One of them.",
        parameters=_ONE,
        act=Act.USE_TOOLS,
        answers={200: ("It.", AskingSeen), 404: _NONE},
    ),
    _on_one(
        "ask_to_sign",
        "challenges",
        "What a browser is to be asked so that agreeing to exactly this is signed with a passkey.",
        ActionHash,
        OptionsTold,
    ),
    _on_one(
        "agree_to_action",
        "approvals",
        "Agree that whoever asked does exactly this, once. Whoever asked cannot.",
        ActionAgreed,
    ),
    _on_one("deny_action", "denials", "Say no, or withdraw it. No agreement to it counts any more.", ActionDenied),
)

_wanted, _wanted_there = msgspec.json.Decoder(ActionWanted), msgspec.json.Decoder(ActionWantedThere)
_agreed, _hash = msgspec.json.Decoder(ActionAgreed), msgspec.json.Decoder(ActionHash)
_denied = msgspec.json.Decoder(ActionDenied)


def handlers(ask: Ask, ceremony: Ceremony) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; whoever is to sign something is asked by `ceremony`."""
    return by_name(OPERATIONS, _Handlers(ask, ceremony))


class _Handlers:
    def __init__(self, ask: Ask, ceremony: Ceremony) -> None:
        self._ask, self._ceremony = ask, ceremony

    async def ask_to_agree(self, http: Request) -> Response:
        told, by = await body_of(http, _wanted), caller_of(http).person
        return shown(await self._ask(lambda run: _asked(run, told, by)))

    async def ask_to_agree_from_tool(self, http: Request) -> Response:
        told = await body_of(http, _wanted_there)
        id_ = hashed(told.session)

        def do(run: LiveWatch) -> AskingSeen:
            sessions = run.response.staff.sessions
            session = sessions.known(id_)
            fault = sessions.fault(session, run.clock.now())
            if fault is not None:
                raise NotAllowedError(f"this session asks for nothing: {fault}", code=fault, advice="Sign in again.")
            return _asked(run, told, session.person)

        return shown(await self._ask(do))

    async def list_askings(self, http: Request) -> Response:
        after, limit, all_, by = key_of(http), limit_of(http), all_of(http), caller_of(http).person

        def do(run: LiveWatch) -> Page[AskingSeen]:
            kept, now = run.response.staff.consents.asked, run.clock.now()
            some = {key: each for key, each in kept.items() if (all_ or each.open(now)) and _concerns(run, each, by)}
            return page_of(some, after, limit, lambda each: _seen(run, each))

        return shown(await self._ask(do))

    async def show_asking(self, http: Request) -> Response:
        by, id_ = caller_of(http).person, http.path_params["id"]
        return shown(await self._ask(lambda run: _seen(run, _one(run, id_, by))))

    async def ask_to_sign(self, http: Request) -> Response:
        told, by, id_ = await body_of(http, _hash), caller_of(http).person, http.path_params["id"]

        def do(run: LiveWatch) -> tuple[Any, ...]:
            _may(run, _one(run, id_, by), by)
            return tuple(run.response.people.passkeys_of(by))

        known = await self._ask(do)
        return shown(
            self._ceremony.ask(
                Purpose.APPROVE,
                by,
                f"{id_} {told.action_hash}",
                lambda nonce: approval_challenge(nonce, request=id_, action_hash=told.action_hash, person=by),
                known,
            )
        )

    async def agree_to_action(self, http: Request) -> Response:
        told, by, id_ = await body_of(http, _agreed), caller_of(http), http.path_params["id"]
        signature = None
        if told.credential is not None:
            about = f"{id_} {told.action_hash}"
            signature, _ = self._ceremony.answer(Purpose.APPROVE, by.person, about, told.credential)

        def do(run: LiveWatch) -> AskingSeen:
            _may(run, _one(run, id_, by.person), by.person)
            consents = run.response.staff.consents
            consents.agree(id_, by, told.action_hash, run.clock.now(), signature=signature)
            return _seen(run, consents.asked[id_])

        return shown(await self._ask(do))

    async def deny_action(self, http: Request) -> Response:
        told, by, id_ = await body_of(http, _denied), caller_of(http).person, http.path_params["id"]

        def do(run: LiveWatch) -> AskingSeen:
            asking = _one(run, id_, by)
            if not same(asking.person, by):
                _may(run, asking, by)
            return _seen(run, run.response.staff.consents.deny(id_, by, told.why, run.clock.now()))

        return shown(await self._ask(do))


def _asked(run: LiveWatch, told: _Action, by: str) -> AskingSeen:
    asking = run.response.staff.consents.ask(told.action, by, told.reason, told.ticket, run.clock.now())
    return _seen(run, asking)


def _one(run: LiveWatch, id_: str, by: str) -> Asking:
    """One that concerns whoever asks; to others it is not there.

    Raises:
        RefusedError: there is none.

    """
    asking = run.response.staff.consents.asked.get(id_)
    if asking is None or not _concerns(run, asking, by):
        raise absent("request", REQUESTS)
    return asking


def _concerns(run: LiveWatch, asking: Asking, by: str) -> bool:
    return same(asking.person, by) or run.response.staff.may_agree(by, asking.action)


def _may(run: LiveWatch, asking: Asking, by: str) -> None:
    """Pass whoever the policies of the staff gate let agree to this action.

    Raises:
        NotAllowedError: they do not.

    """
    if not run.response.staff.may_agree(by, asking.action):
        raise NotAllowedError(
            f"{by} may not agree to {asking.action.function}",
            code=RefusalCode.ROLE_MISSING,
            advice="The policies of the staff gate say who may (reference: staff-gate).",
        )


def _seen(run: LiveWatch, asking: Asking) -> AskingSeen:
    action, now = asking.action, run.clock.now()
    over = asking.state is AskingState.OPEN and not asking.open(now)
    return AskingSeen(
        id=asking.id,
        person=asking.person,
        tool=action.tool,
        function=action.function,
        target=action.target,
        payload=dict(action.payload),
        action_hash=asking.action_hash,
        reason=asking.reason,
        ticket=asking.ticket,
        at=format_time(asking.at),
        until=format_time(asking.until),
        state="over" if over else str(asking.state),
        by=asking.by,
        why=asking.why,
    )
