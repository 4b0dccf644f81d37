"""How do members of staff come to a session of an internal tool, show a passkey again, look on, and leave?

Whoever has just signed in at the console opens a session themselves. A tool does it for somebody who answers a
challenge with a passkey: the challenge is for that person, that tool and that purpose, and is used up by the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.live import LiveWatch
from holdfast.app.server.asking import Ask, absent, all_of, body_of, caller_of, key_of, limit_of, shown
from holdfast.app.server.guard import Name
from holdfast.app.server.operation import ABSENT, AFTER, LIMIT, Handler, Operation, all_parameter, by_name, id_parameter
from holdfast.app.server.people import Id
from holdfast.app.server.views import Page, page_of
from holdfast.app.signin.passkeys import Answered
from holdfast.app.signin.sessions import hashed, new_secret
from holdfast.errors import SignatureError, UsageError
from holdfast.events import format_time, format_time_or_none
from holdfast.guard import Act, Caller, Passkey, Purpose, Scope, Signature, Via, challenge_of
from holdfast.guard.staff import ToolSession
from holdfast.response.people import same

from .ceremony import Ceremony, OptionsTold

SESSIONS = "/v1/gate/sessions"

Secret = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{32,128}$")]
Class = Annotated[str, Meta(pattern="^[a-z][a-z0-9_.]{0,99}$")]


class ComesFrom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To which tool somebody comes, and where from: the address, and the device as far as it is known."""

    tool: Name
    network: Name = ""
    device: Name = ""


class SignInAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be asked for a passkey, to open a session of this tool.

    Say the `network` as at the sign-in itself: then nobody elsewhere, however often they ask, gets in the way.
    """

    person: Id
    tool: Name
    network: Name = ""


class StepAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which session (its secret), and for which class of functions, a passkey is to be shown."""

    session: Secret
    class_: Class = msgspec.field(name="class")


class SignedInTools(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser answered to a challenge of `POST /v1/gate/challenges`, and where the person comes from."""

    person: Id
    tool: Name
    credential: Answered
    network: Name = ""
    device: Name = ""


class SteppedUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser answered to a challenge of `POST /v1/gate/steps/challenges`."""

    session: Secret
    class_: Class = msgspec.field(name="class")
    credential: Answered


class SignedOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret of the session that ends."""

    session: Secret


class ToolSessionSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a tool; `id` is what it is called, and opens nothing. One without a tool is of before, and over."""

    id: str
    person: str
    tool: str
    network: str
    device: str
    made_at: str
    seen_at: str | None
    ended_at: str | None
    live: bool
    stepped_up: dict[str, str]


class ToolSessionOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A session that was just opened, and its secret, for this once."""

    session: str
    opened: ToolSessionSeen


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looks on; it counts for a minute from `at`."""

    session: str
    watcher: str
    at: str


def _from_tool(name: str, path: str, says: str, takes: type, answer: type) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=path,
        says=says,
        takes=takes,
        scope=Scope.GUARD_ASK,
        answers={200: ("It.", answer)},
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="open_tool_session",
        method="POST",
        path=SESSIONS,
        says="Open a session of one internal tool, right after signing in at the console. A token opens none.",
        takes=ComesFrom,
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("It, with its secret, for this once.", ToolSessionOpened)},
    ),
    _from_tool(
        "ask_tool_passkey",
        "/v1/gate/challenges",
        "What a browser is to be asked so that somebody opens a session of one tool with a passkey.",
        SignInAsked,
        OptionsTold,
    ),
    _from_tool(
        "sign_in_to_tools",
        "/v1/gate/sign-ins",
        "Open a session of the tool for whoever answered its challenge with their passkey.",
        SignedInTools,
        ToolSessionOpened,
    ),
    _from_tool(
        "ask_step_up",
        "/v1/gate/steps/challenges",
        "What a browser is to be asked so that the person of a session shows a passkey for a class of functions.",
        StepAsked,
        OptionsTold,
    ),
    _from_tool(
        "step_up",
        "/v1/gate/steps",
        "Have a passkey count for a class of functions, for some minutes.",
        SteppedUp,
        ToolSessionSeen,
    ),
    _from_tool("sign_out_of_tools", "/v1/gate/sign-outs", "End a session.", SignedOut, ToolSessionSeen),
    Operation(
        name="list_tool_sessions",
        method="GET",
        path=SESSIONS,
        says="The live sessions of the tools, by id.",
        parameters=(AFTER, LIMIT, all_parameter("Those too that are over.")),
        act=Act.SEE_STAFF,
        looks="sessions of tools",
        answers={200: ("Some of them.", Page[ToolSessionSeen])},
    ),
    Operation(
        name="end_tool_session",
        method="DELETE",
        path=SESSIONS + "/{id}",
        says="End a session at once: one's own, or anybody's for whoever may give grants.",
        parameters=(id_parameter(),),
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("It.", ToolSessionSeen), 404: ABSENT},
    ),
    Operation(
        name="watch_tool_session",
        method="POST",
        path=SESSIONS + "/{id}/presence",
        says="Say that you look on at somebody else's session. It counts for a minute.",
        parameters=(id_parameter(),),
        scope=Scope.DECIDE,
        act=Act.USE_TOOLS,
        answers={200: ("Noted.", Present), 404: ABSENT},
    ),
)

_comes_from = msgspec.json.Decoder(ComesFrom)
_sign_in_asked, _signed_in = msgspec.json.Decoder(SignInAsked), msgspec.json.Decoder(SignedInTools)
_step_asked, _stepped = msgspec.json.Decoder(StepAsked), msgspec.json.Decoder(SteppedUp)
_signed_out = msgspec.json.Decoder(SignedOut)


def handlers(ask: Ask, ceremony: Ceremony) -> Mapping[str, Handler]:
    """The handlers, by the name of their operation; whoever is to sign something is asked by `ceremony`."""
    return by_name(OPERATIONS, _Handlers(ask, ceremony))


class _Handlers:
    def __init__(self, ask: Ask, ceremony: Ceremony) -> None:
        self._ask, self._ceremony = ask, ceremony

    async def open_tool_session(self, http: Request) -> Response:
        told, by, secret = await body_of(http, _comes_from), caller_of(http), new_secret()
        opened = await self._ask(lambda run: _opened(run, secret, by, told))
        return shown(ToolSessionOpened(session=secret, opened=opened))

    async def ask_tool_passkey(self, http: Request) -> Response:
        told = await body_of(http, _sign_in_asked)
        facts = {"person": told.person, "tool": told.tool}
        return await self._options(http, Purpose.TOOL_SIGN_IN, told.person, facts, stranger=_stranger(http, told))

    async def sign_in_to_tools(self, http: Request) -> Response:
        told, secret = await body_of(http, _signed_in), new_secret()
        facts = {"person": told.person, "tool": told.tool}
        purpose, stranger = Purpose.TOOL_SIGN_IN, _stranger(http, told)
        asked = (purpose, _browser(http, facts, stranger), str(purpose))
        if not self._ceremony.waits(*asked, told.credential, stranger=stranger):
            stranger = _stranger(http)  # the tool did not say the network when it asked
        signature, challenge = self._answer(http, purpose, facts, told.credential, stranger=stranger)

        def do(run: LiveWatch) -> ToolSessionSeen:
            try:
                passkey = _checked(run, told.person, signature, challenge)
            except SignatureError:
                run.response.staff.not_signed(told.person, told.network, told.device, run.clock.now())
                raise
            by = Caller(person=told.person, via=Via.PASSKEY, credential=passkey.id)
            return _opened(run, secret, by, told, passkey)

        return shown(ToolSessionOpened(session=secret, opened=await self._ask(do)))

    async def ask_step_up(self, http: Request) -> Response:
        told = await body_of(http, _step_asked)
        id_ = hashed(told.session)

        def do(run: LiveWatch) -> str:
            staff = run.response.staff
            session = staff.sessions.known(id_)
            functions = staff.policy.functions.values()
            if not any((tool.id, each.class_) == (session.tool, told.class_) for tool, each in functions):
                says = f"no function of {session.tool} is of the class {told.class_}"
                raise UsageError(says, advice="See the catalogue, tools.toml.")
            return session.person

        person = await self._ask(do)
        return await self._options(http, Purpose.STEP_UP, person, {"session": id_, "class": told.class_})

    async def step_up(self, http: Request) -> Response:
        told = await body_of(http, _stepped)
        id_ = hashed(told.session)
        facts = {"session": id_, "class": told.class_}
        signature, challenge = self._answer(http, Purpose.STEP_UP, facts, told.credential)

        def do(run: LiveWatch) -> ToolSessionSeen:
            sessions = run.response.staff.sessions
            passkey = _checked(run, sessions.known(id_).person, signature, challenge)
            return _seen(run, sessions.step_up(id_, told.class_, passkey, run.clock.now()))

        return shown(await self._ask(do))

    async def sign_out_of_tools(self, http: Request) -> Response:
        told = await body_of(http, _signed_out)
        id_ = hashed(told.session)

        def do(run: LiveWatch) -> ToolSessionSeen:
            session = run.response.staff.sessions.known(id_)
            return _ended(run, id_, session.person, "signed out")

        return shown(await self._ask(do))

    async def list_tool_sessions(self, http: Request) -> Response:
        after, limit, all_ = key_of(http), limit_of(http), all_of(http)

        def do(run: LiveWatch) -> Page[ToolSessionSeen]:
            kept, now = run.response.staff.sessions, run.clock.now()
            some = {key: each for key, each in kept.kept.items() if all_ or kept.fault(each, now) is None}
            return page_of(some, after, limit, lambda each: _seen(run, each))

        return shown(await self._ask(do))

    async def end_tool_session(self, http: Request) -> Response:
        by, id_ = caller_of(http), http.path_params["id"]

        def do(run: LiveWatch) -> ToolSessionSeen:
            session = session_of(run, id_)
            mine = same(session.person, by.person)
            if not mine:
                run.response.entitled.check(by, Act.GRANT)
            return _ended(run, id_, by.person, "signed out" if mine else "ended by hand")

        return shown(await self._ask(do))

    async def watch_tool_session(self, http: Request) -> Response:
        by, id_ = caller_of(http), http.path_params["id"]

        def do(run: LiveWatch) -> Present:
            session_of(run, id_)
            found = run.response.staff.sessions.watch(id_, by, run.clock.now())
            return Present(session=id_, watcher=found.by, at=format_time(found.at))

        return shown(await self._ask(do))

    async def _options(
        self, http: Request, purpose: Purpose, person: str, facts: Mapping[str, str], *, stranger: str = ""
    ) -> Response:
        known = await self._ask(lambda run: run.response.people.passkeys_of(person))
        return shown(
            self._ceremony.ask(
                purpose,
                _browser(http, facts, stranger),
                str(purpose),
                lambda nonce: challenge_of(purpose, nonce, facts),
                known,
                stranger=stranger,
            )
        )

    def _answer(
        self, http: Request, purpose: Purpose, facts: Mapping[str, str], credential: Answered, *, stranger: str = ""
    ) -> tuple[Signature, bytes]:
        browser = _browser(http, facts, stranger)
        return self._ceremony.answer(purpose, browser, str(purpose), credential, stranger=stranger)


def _browser(http: Request, facts: Mapping[str, str], stranger: str) -> str:
    """Who was asked: which program, for whom and what, and from where they come who have not shown yet who they are."""
    return "/".join([stranger or caller_of(http).credential, *facts.values()])


def _stranger(http: Request, told: SignInAsked | SignedInTools | None = None) -> str:
    """From where somebody would sign in: whoever asks for names without end pushes out none but those from there."""
    return f"{caller_of(http).credential}/{'' if told is None else told.network}"


def _checked(run: LiveWatch, person: str, signature: Signature, challenge: bytes) -> Passkey:
    now = run.clock.now()
    return run.response.signin.signed(signature, person, challenge, now, at=now)


def _opened(
    run: LiveWatch, secret: str, by: Caller, told: ComesFrom | SignedInTools, passkey: Passkey | None = None
) -> ToolSessionSeen:
    id_, now = hashed(secret), run.clock.now()
    sessions = run.response.staff.sessions
    return _seen(
        run, sessions.open(id_, by, now, tool=told.tool, network=told.network, device=told.device, passkey=passkey)
    )


def session_of(run: LiveWatch, id_: str) -> ToolSession:
    """One of them, over or not.

    Raises:
        RefusedError: there is none.

    """
    session = run.response.staff.sessions.kept.get(id_)
    if session is None:
        raise absent("session", SESSIONS)
    return session


def _ended(run: LiveWatch, id_: str, by: str, why: str) -> ToolSessionSeen:
    sessions = run.response.staff.sessions
    sessions.end([id_], by, why, run.clock.now())
    return _seen(run, sessions.known(id_))


def _seen(run: LiveWatch, session: ToolSession) -> ToolSessionSeen:
    fault = run.response.staff.sessions.fault(session, run.clock.now())
    return ToolSessionSeen(
        id=session.id,
        person=session.person,
        tool=session.tool,
        network=session.network,
        device=session.device,
        made_at=format_time(session.made_at),
        seen_at=format_time_or_none(session.seen_at),
        ended_at=format_time_or_none(session.ended_at),
        live=fault is None,
        stepped_up={class_: format_time(at) for class_, at in session.stepped_up.items()},
    )
