"""How does an internal tool ask the gate before it does something? A decorator sends the arguments and waits.

1. The arguments are copied so that nothing can change them.
2. The gate is asked about just these, for the session of whoever acts.
3. What it decided about is compared with what was sent.
4. The function runs with the copies, and with what the decision is called on record.

Whatever goes wrong, the function does not run.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

import msgspec

from holdfast.errors import GuardUnreachableError, RefusedByGateError, UsageError
from holdfast.guard.staff import Stage, ToolAction

from .frozen import frozen, thawed
from .wire import Wire

_P = ParamSpec("_P")
_R = TypeVar("_R")
_ACTIONS, _CHANGES = "/v1/gate/actions", "/v1/gate/changes"
_KEYS = "/.well-known/holdfast-gate-keys"
_DECISION = "decision"  # the argument by which a function hears of the decision
_LARGEST = 1 << 20  # bytes of an answer


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's yes: what the attempt is called on record, the hash of just what was allowed, and to whom."""

    id: str
    action_hash: str
    person: str


class _Acting(msgspec.Struct, frozen=True, kw_only=True):
    session: str
    proof: str
    reason: str
    ticket: str
    network: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How far the change by a decision has come, and whether its new value `counts`, so may be used.

    `until` (RFC 3339) is when it will count if nothing comes in between; None before the old value was told.
    """

    id: str
    counts: bool
    stage: Stage = Stage.ASKED  # what is not said is taken as not begun
    until: str | None = None


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """The server's answer."""

    allowed: bool
    attempt: str
    person: str = ""
    action_hash: str = ""
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Gate:
    """The gate at a server, for a tool. Threads and tasks may use it at the same time."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 1.0,
        verify: ssl.SSLContext | bool = True,
        plain: bool = False,
    ) -> None:
        """Ask the server at `url` with the tool's own `token`; without an answer in `timeout` seconds it is a no.

        `verify` is how the server's certificate is checked; `plain` allows http beyond loopback.

        Raises:
            SettingsError: the address is none, holds a secret, or would send the token unprotected.

        """
        self._wire = Wire(url, token, timeout=timeout, most_bytes=_LARGEST, verify=verify, plain=plain)
        self._acting: ContextVar[_Acting | None] = ContextVar("acting", default=None)

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    @contextmanager
    def acting(
        self, session: str = "", *, proof: str = "", reason: str = "", ticket: str = "", network: str = ""
    ) -> Iterator[None]:
        """Within it, guarded functions are called for whoever shows the secret `session`, for this reason and ticket.

        Behind the gate's proxy the tool never sees the secret: give the `proof` of the request (X-Holdfast-Proof).
        `network` is the address that the person comes from, as the tool sees it.
        """
        acting = _Acting(session=session, proof=proof, reason=reason, ticket=ticket, network=network)
        token = self._acting.set(acting)
        try:
            yield
        finally:
            self._acting.reset(token)

    def ask(self, action: ToolAction) -> Decision:
        """The gate's yes to exactly this.

        Raises:
            RefusedByGateError: it said no; what would make it a yes is in `needs`.
            GuardUnreachableError: it did not answer in time, or not about this.
            UsageError: nobody acts here, or the payload is not what JSON can say.

        """
        acting = self._acting.get()
        if acting is None:
            raise UsageError(
                f"{action.function} was called, and nobody is said to call it",
                advice="Call it within `with gate.acting(session, ...)`.",
            )
        hash_ = action.hash
        asked = {**msgspec.to_builtins(action), **msgspec.to_builtins(acting)}
        try:
            told = msgspec.json.decode(self._wire.ask(_ACTIONS, asked), type=_Told)
        except msgspec.MsgspecError as why:
            raise GuardUnreachableError("The gate's answer cannot be read: it is of another version.") from why
        if not told.allowed:
            raise RefusedByGateError(
                f"the gate does not allow {action.function}: {', '.join(told.reasons)}",
                advice=" ".join(told.needs) or None,
                reasons=told.reasons,
                needs=told.needs,
                action_hash=told.action_hash,
                decision=told.attempt,
            )
        if told.action_hash != hash_ or not told.attempt:
            raise GuardUnreachableError("The gate's answer is about something else than it was asked.")
        return Decision(id=told.attempt, action_hash=hash_, person=told.person)

    def guarded(
        self, tool: str, function: str, *, target: str | None = None, besides: Collection[str] = ()
    ) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
        """Run the decorated function, plain or `async`, only when the gate allows `function` of `tool`.

        `target` names the argument that is the account. All other arguments are the payload, but for those `besides`:
        what the function works with and does nothing to, as a connection. An argument `decision`, by keyword only, is
        given the `Decision`; callers leave it out.
        """

        def guard(inner: Callable[_P, _R]) -> Callable[_P, _R]:
            taking = _Taking(inner, tool, function, target, frozenset(besides))
            if inspect.iscoroutinefunction(inner):

                @functools.wraps(inner)
                async def later(*args: _P.args, **kwargs: _P.kwargs) -> Any:  # noqa: ANN401 - what it returns
                    given, action = taking.read(args, kwargs)
                    decision = await asyncio.to_thread(self.ask, action)
                    return await cast("Any", inner)(*given.args, **taking.told(given, decision))

                return cast("Callable[_P, _R]", later)

            @functools.wraps(inner)
            def now(*args: _P.args, **kwargs: _P.kwargs) -> _R:
                given, action = taking.read(args, kwargs)
                decision = self.ask(action)
                return cast("Any", inner)(*given.args, **taking.told(given, decision))  # type: ignore[no-any-return]

            return now

        return guard

    def counts(self, decision: str) -> bool:
        """Whether the credential that was changed by the decision of this id counts by now, and so may be used.

        Ask each time before a reset goes to the new value, or somebody signs in by it.

        Raises:
            GuardUnreachableError: it cannot be said, or the decision changed no credential. Then it does not count.

        """
        told = self._change(decision)
        return told.counts and told.id == decision

    def change(self, decision: str) -> Change:
        """How far the change by the decision of this id has come, to be shown to whoever asks.

        Raises:
            GuardUnreachableError: it cannot be said, or the decision changed no credential.

        """
        told = self._change(decision)
        if told.id != decision:
            raise GuardUnreachableError("The gate's answer is about something else than it was asked.")
        return told

    def _change(self, decision: str) -> Change:
        try:
            return msgspec.json.decode(self._wire.get(f"{_CHANGES}/{quote(decision, safe='')}"), type=Change)
        except msgspec.MsgspecError as why:
            raise GuardUnreachableError("The gate's answer cannot be read: it is of another version.") from why

    def keys(self) -> dict[str, str]:
        """What `Proofs` checks by: the gate's public keys, by their names.

        Raises:
            GuardUnreachableError: they did not come in time.

        """
        try:
            told: dict[str, list[dict[str, str]]] = msgspec.json.decode(self._wire.get(_KEYS))
            return {key["kid"]: key["x"] for key in told["keys"]}
        except (msgspec.MsgspecError, LookupError, TypeError) as why:
            raise GuardUnreachableError("The gate's keys cannot be read: it is of another version.") from why


class _Taking:
    """How the arguments of one function become an action."""

    def __init__(
        self, inner: Callable[..., Any], tool: str, function: str, target: str | None, besides: frozenset[str]
    ) -> None:
        self._signature = inspect.signature(inner)
        self._tool, self._function, self._target = tool, function, target
        parameters = self._signature.parameters
        self._hears = _DECISION in parameters and parameters[_DECISION].kind is inspect.Parameter.KEYWORD_ONLY
        self._besides = besides | ({_DECISION} if self._hears else frozenset())
        nameless = [each.name for each in parameters.values() if each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD}]
        missing = ({target} if target else set()) | besides
        if nameless or not missing <= parameters.keys() or (target in besides):
            raise UsageError(f"{inner.__qualname__}: each argument of a guarded function has a name, and is there")
        bare = inspect.unwrap(inner)  # a context manager is one, too, and would do it as often as it is entered
        if inspect.isgeneratorfunction(bare) or inspect.isasyncgenfunction(bare):
            raise UsageError(f"{inner.__qualname__} runs later than it is called: guard what it calls")

    def read(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[inspect.BoundArguments, ToolAction]:
        """The arguments as copies, and what they ask for."""
        if self._hears and _DECISION in kwargs:
            raise UsageError("nobody but the gate gives a decision")
        given = self._signature.bind(*args, **kwargs, **({_DECISION: None} if self._hears else {}))
        given.apply_defaults()
        said = {name: value for name, value in given.arguments.items() if name not in self._besides}
        copies = {name: frozen(value, name) for name, value in said.items()}
        given.arguments.update(copies)
        target = copies.pop(self._target, "") if self._target else ""
        if type(target) is not str or (self._target and not target):
            raise UsageError(f"{self._target} is the id of an account, as text")
        payload = {name: thawed(value) for name, value in copies.items()}
        return given, ToolAction(tool=self._tool, function=self._function, target=target, payload=payload)

    def told(self, given: inspect.BoundArguments, decision: Decision) -> dict[str, Any]:
        """The arguments by keyword, with the decision where it is heard."""
        return {**given.kwargs, **({_DECISION: decision} if self._hears else {})}
