"""May a member of staff do this with an internal tool just now? Asked over HTTP, decided here, taken by the owner."""

from __future__ import annotations

import bisect
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from holdfast.app.server.answers import Receive, RefusedError, Scope, Send, send_body, whole_body
from holdfast.app.server.guard import BOUNDS, Name
from holdfast.app.server.operation import Operation
from holdfast.errors import UsageError
from holdfast.events import format_time_or_none
from holdfast.guard import Scope as May
from holdfast.guard.staff import StaffAnswer, StaffReason, StaffState, ToolAction, ToolQuestion, too_deep
from holdfast.response.emergency import LONGEST_REASON
from holdfast.response.staff import Take

from .forwarding.shown import session_shown

ACTIONS = "/v1/gate/actions"
_MOST_BYTES = 262_144  # of a question: what somebody has to agree to is less

Words = Annotated[str, Meta(max_length=LONGEST_REASON)]
Takes: TypeAlias = Callable[[Take], Awaitable[StaffAnswer]]
UNSEEN = "Try again in some seconds: the gate cannot have this counted and recorded just now."


class StaffAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May whoever has this tool `session` (its secret) do `function` of `tool` on `target` with just this `payload`?

    Behind the gate's proxy a tool shows the `proof` that came with the request instead. With both it is nobody's.
    `network` is the address that the person comes from, as the tool sees it.
    """

    session: Annotated[str, Meta(max_length=128)] = ""
    proof: Annotated[str, Meta(max_length=4_096)] = ""
    tool: Name
    function: Name
    target: Name = ""
    payload: dict[str, Any] = {}
    reason: Words = ""
    ticket: Name = ""
    network: Name = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could read."""
        if too_deep(self.payload):
            raise ValueError("the payload has too many lists and records in each other")


class StaffTold(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. What is allowed is spent and on record as `attempt` by then; it is for exactly this `action_hash`.

    Looks at ordinary accounts, one after the other, may be paid for in advance: then they are on record a moment later,
    with this `attempt` as their `unit`.

    `reasons` are codes of a closed list; `needs` say what would make it allowed. `until` is when what stops it ends by
    itself. `level` is the lockdown that applied, `version` that of the state it was decided on.
    """

    allowed: bool
    attempt: str
    person: str
    action_hash: str
    reasons: tuple[StaffReason, ...]
    needs: tuple[str, ...]
    holds: tuple[str, ...]
    level: int
    until: str | None
    version: int


OPERATIONS = (
    Operation(
        name="ask_staff_gate",
        method="POST",
        path=ACTIONS,
        says="May a member of staff do this with an internal tool now? Every attempt is recorded, and counted, before "
        "it is answered.",
        takes=StaffAsked,
        scope=May.GUARD_ASK,
        answers={200: ("The answer.", StaffTold)},
    ),
)


class StaffRoutes:
    """Answers from the state in force, in the event loop; the state is swapped whole."""

    def __init__(
        self,
        state: Callable[[], StaffState | None],
        now: Callable[[], int],
        unseen: Callable[[], int],
        take: Takes,
        keys: Callable[[], dict[str, str]] = dict,
    ) -> None:
        """`now` gives the owner's time (ms since 1970 UTC), `unseen` for how many ms the owner was not heard of.

        `keys` are those that the gate signs proofs with, by their names.
        """
        self._state, self._now, self._unseen, self._take, self._keys = state, now, unseen, take, keys
        self._decode = msgspec.json.Decoder(StaffAsked).decode
        self._encode = msgspec.json.Encoder().encode
        self.answers = {True: 0, False: 0}
        self.seconds = [0] * (len(BOUNDS) + 1)
        self.seconds_sum = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RefusedError: it is no question.

        """
        if scope["method"] != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "questions are posted", headers=[(b"allow", b"POST")])
        body = await whole_body(scope, receive, _MOST_BYTES)
        try:
            asked = self._decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise _no_question(error) from error
        action = ToolAction(tool=asked.tool, function=asked.function, target=asked.target, payload=asked.payload)
        now = self._now()
        question = ToolQuestion(
            session=session_shown(
                secret=asked.session,
                proof=asked.proof,
                tool=asked.tool,
                target=asked.target,
                keys=self._keys,
                now=now,
            ),
            action=action,
            reason=asked.reason,
            ticket=asked.ticket,
            network=asked.network,
            time=now,
        )
        answer = await self.decide(question)
        await send_body(send, HTTPStatus.OK, self._encode(_told(answer)))

    async def decide(self, question: ToolQuestion) -> StaffAnswer:
        """The gate's last word. Whatever goes wrong, it is no.

        Raises:
            RefusedError: the question cannot be meant.

        """
        start = time.perf_counter()
        state = self._state()
        if state is None:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the gate knows nothing yet", advice=UNSEEN)
        try:
            answer = state.answer(question, unseen=self._unseen())
        except UsageError as error:
            raise _no_question(error) from error
        answer = await self._take(Take(question=question, answer=answer))
        taken = time.perf_counter() - start
        self.answers[answer.allowed] += 1
        self.seconds[bisect.bisect_left(BOUNDS, taken)] += 1
        self.seconds_sum += taken
        return answer


def _told(answer: StaffAnswer) -> StaffTold:
    return StaffTold(
        allowed=answer.allowed,
        attempt=answer.attempt,
        person=answer.person,
        action_hash=answer.action_hash,
        reasons=answer.reasons,
        needs=answer.needs,
        holds=answer.holds,
        level=answer.level,
        until=format_time_or_none(answer.until),
        version=answer.version,
    )


def _no_question(error: Exception) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"this is no question: {error}", advice="See /openapi.json.")
