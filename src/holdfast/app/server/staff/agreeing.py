"""How does a member of staff ask somebody else to agree to an action, and how do others agree or say no?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.fields import Why
from holdfast.app.server.guard import Name
from holdfast.app.server.operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from holdfast.app.server.views import Page, page_of
from holdfast.app.signin.passkeys import Answered
from holdfast.errors import NotAllowedError, UsageError
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Caller, Passkey, Purpose, RefusalCode, Scope, Signature, approval_challenge
from holdfast.guard.staff import Consent, Doing, StaffReason, TicketSeen, ToolAction, not_there, too_deep
from holdfast.guard.staff.proof import Prover
from holdfast.response.people import same
from holdfast.response.staff import Asking, AskingState

from .ceremony import Ceremony, OptionsTold
from .forwarding.shown import session_shown

REQUESTS = "/v1/gate/requests"
_ONE = (id_parameter(),)

Hash = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]


class _Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tool: Name
    function: Name
    target: Name = ""
    payload: dict[str, Any] = {}
    reason: Why
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
    """The same, asked for by a tool for whoever has this `session` (its secret).

    Behind the gate's proxy a tool shows the `proof` that came with the request instead. With both it is nobody's.
    """

    session: Annotated[str, Meta(max_length=128)] = ""
    proof: Annotated[str, Meta(max_length=4_096)] = ""


class ActionAgreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `action_hash` of what was seen; with the passkey's answer to a challenge it is signed."""

    action_hash: Hash
    credential: Answered | None = None


class ActionHash(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `action_hash` of what was seen."""

    action_hash: Hash


class ActionDenied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why not."""

    why: Why


class AgreementSeen(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody agreed: it counts once, until then; `used_at` is when it was used up, or taken back."""

    by: str
    at: str
    until: str
    signed: bool
    used_at: str | None


class AskingSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks others to agree to. `state` is `over` once nobody has answered in time.

    It is shown to whoever may agree and to who asked. `by` is who answered, `why` their no. `tier` is that of the
    account just now, `ticket_seen` what the gate sees of the ticket then, null where it is told of none. Where it
    `takes_signature`, only what a passkey signed counts.
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
    ticket_seen: TicketSeen | None
    at: str
    until: str
    state: str
    by: str
    why: str
    tier: str
    takes_signature: bool
    agreement: AgreementSeen | None


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
        answers={200: ("It, as it stands now.", answer), 404: ABSENT},
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
        answers={200: ("It.", AskingSeen), 404: ABSENT},
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

        def do(run: LiveWatch) -> AskingSeen:
            sessions, now = run.response.staff.sessions, run.clock.now()
            keys = partial(_keys, run)
            shown = {"secret": told.session, "proof": told.proof, "tool": told.tool, "target": told.target}
            id_ = session_shown(**shown, keys=keys, now=now)
            session = sessions.known(id_)
            fault = sessions.fault(session, now)
            if fault is not None:
                raise NotAllowedError(
                    f"nobody can ask for anything in this session: {fault}", code=fault, advice="Sign in again."
                )
            if session.tool != told.tool:
                says, code = f"this session is for {session.tool}, not for {told.tool}", StaffReason.OTHER_TOOL
                raise NotAllowedError(says, code=code, advice="Ask in a session of the tool that it is about.")
            return _asked(run, told, session.person)

        return shown(await self._ask(do))

    async def list_askings(self, http: Request) -> Response:
        after, limit, all_, by = key_of(http), limit_of(http), all_of(http), caller_of(http).person

        def do(run: LiveWatch) -> Page[AskingSeen]:
            kept, now = run.response.staff.consents.asked, run.clock.now()
            some = {key: each for key, each in kept.items() if (all_ or each.open(now)) and concerns(run, each, by)}
            return page_of(some, after, limit, lambda each: asking_seen(run, each))

        return shown(await self._ask(do))

    async def show_asking(self, http: Request) -> Response:
        by, id_ = caller_of(http).person, http.path_params["id"]
        return shown(await self._ask(lambda run: asking_seen(run, asking_of(run, id_, by))))

    async def ask_to_sign(self, http: Request) -> Response:
        told, by, id_ = await body_of(http, _hash), caller_of(http).person, http.path_params["id"]

        known = await self._ask(lambda run: to_sign(run, id_, by))
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
        return shown(await self._ask(lambda run: agree(run, id_, by, told.action_hash, signature)))

    async def deny_action(self, http: Request) -> Response:
        told, by, id_ = await body_of(http, _denied), caller_of(http).person, http.path_params["id"]
        return shown(await self._ask(lambda run: deny(run, id_, by, told.why)))


def to_sign(run: LiveWatch, id_: str, by: str) -> list[Passkey]:
    """The passkeys of whoever is to sign that they agree; raises as `agree`."""
    _may_agree(run, asking_of(run, id_, by), by)
    return run.response.people.passkeys_of(by)


def agree(run: LiveWatch, id_: str, by: Caller, action_hash: str, signature: Signature | None) -> AskingSeen:
    """Have somebody agree to exactly what they saw.

    Raises:
        RefusedError: there is no such asking, or none that concerns them.
        NotAllowedError: they may not, or it would not count.
        SignatureError: the signature is none of theirs over this.
        StoreError: nothing was kept.

    """
    asking, consents = asking_of(run, id_, by.person), run.response.staff.consents
    _may_agree(run, asking, by.person)
    if signature is None and not same(asking.person, by.person):
        _counts_unsigned(run, asking)
    consents.agree(id_, by, action_hash, run.clock.now(), signature=signature)
    return asking_seen(run, consents.asked[id_])


def deny(run: LiveWatch, id_: str, by: str, why: str) -> AskingSeen:
    """Have somebody say no, or withdraw it.

    Raises:
        RefusedError: there is no such asking, or none that concerns them.
        NotAllowedError: they may not, or it is closed.
        StoreError: nothing was kept.

    """
    asking = asking_of(run, id_, by)
    if not same(asking.person, by):
        _may_agree(run, asking, by)
    return asking_seen(run, run.response.staff.consents.deny(id_, by, why, run.clock.now()))


def _asked(run: LiveWatch, told: _Action, by: str) -> AskingSeen:
    if slip := not_there(run.response.staff.policy.functions, told.tool, told.function):
        raise UsageError(f"there is no {slip}: nobody can agree to it", advice="Look at tools.toml.")
    asking = run.response.staff.consents.ask(told.action, by, told.reason, told.ticket, run.clock.now())
    return asking_seen(run, asking)


def asking_of(run: LiveWatch, id_: str, by: str) -> Asking:
    """One that concerns whoever asks; to others it is not there.

    Raises:
        RefusedError: there is none.

    """
    asking = run.response.staff.consents.asked.get(id_)
    if asking is None or not concerns(run, asking, by):
        raise absent("request", REQUESTS)
    return asking


def concerns(run: LiveWatch, asking: Asking, by: str) -> bool:
    """Whether somebody may agree to it, or asked for it."""
    return same(asking.person, by) or run.response.staff.may_second(Doing.AGREE, by, asking.action)


def _may_agree(run: LiveWatch, asking: Asking, by: str) -> None:
    """Pass whoever the policies of the staff gate let agree to this action, and no hold or lockdown keeps from it.

    Raises:
        NotAllowedError: they do not, or something does.

    """
    why_not = run.response.staff.state.why_not_agree(by, asking.person, asking.action, run.clock.now())
    if why_not in {StaffReason.LOCKED_DOWN, StaffReason.STAFF_HELD}:
        raise NotAllowedError(
            f"{by} can neither agree to {asking.action.function} nor refuse it just now: {why_not}",
            code=why_not,
            advice="Wait until the lockdown or the hold has ended, or leave it to somebody else.",
        )
    if why_not is not None:
        raise NotAllowedError(
            f"{by} may not agree to {asking.action.function}",
            code=RefusalCode.ROLE_MISSING,
            advice="The policies of the staff gate say who may (reference: staff-gate).",
        )


def _counts_unsigned(run: LiveWatch, asking: Asking) -> None:
    """Pass what counts without a signature: an agreement that does not would close the request for nothing.

    Raises:
        NotAllowedError: it has to be signed.

    """
    if run.response.staff.at_stake(asking.action)[1]:
        raise NotAllowedError(
            f"only an agreement that a passkey signed counts for {asking.action.function} on this account",
            code=RefusalCode.SIGNATURE_MISSING,
            advice=f"Sign it in a browser, at /console/second/{asking.id} of the console's address.",
        )


def _keys(run: LiveWatch) -> dict[str, str]:
    """The gate's own keys, by their names."""
    prover = Prover(run.proof_key)
    return {prover.kid: prover.public}


def asking_seen(run: LiveWatch, asking: Asking) -> AskingSeen:
    """One of them as it stands now."""
    action, now, staff = asking.action, run.clock.now(), run.response.staff
    over = asking.state is AskingState.OPEN and not asking.open(now)
    tier, signed = staff.at_stake(action)
    given = staff.consents.given(asking.id)
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
        ticket_seen=staff.ticket_seen(action, asking.ticket, asking.person, now),
        at=format_time(asking.at),
        until=format_time(asking.until),
        state="over" if over else str(asking.state),
        by=asking.by,
        why=asking.why,
        tier=tier.word,
        takes_signature=signed,
        agreement=None if given is None else _agreement(given),
    )


def _agreement(given: Consent) -> AgreementSeen:
    return AgreementSeen(
        by=given.by,
        at=format_time(given.at),
        until=format_time(given.until),
        signed=given.signed,
        used_at=format_time_or_none(given.used_at),
    )
