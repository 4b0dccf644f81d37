"""May this happen just now? The guard over HTTP, on the shortest way there is: no router, no framework, no lock."""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from holdfast.events import format_time_or_none
from holdfast.guard import Action, Answer, Question, Reason, Verdict

from .answers import Receive, RefusedError, Scope, Send, send_body, whole_body
from .settings import Unseen

MOST_BYTES = 1_048_576  # of a request: some hundred posts of the usual length, or one beyond all measure
BATCH = 1_000  # questions at once: 5 ms of work, which everybody else has to wait for
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)  # seconds, of the histogram

Name = Annotated[str, Meta(max_length=512)]
POSTS, ACTIONS = "/v1/guard/posts", "/v1/guard/actions"


class _Through(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what it is done: `app` for a third-party client; the others where it is done through an internal tool."""

    app: Name = ""
    staff: Name = ""
    tool_session: Name = ""
    tool: Name = ""
    function: Name = ""


class PostAsked(_Through, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May `account` post this, or send it as a message?"""

    account: Annotated[str, Meta(min_length=1, max_length=512)]
    text: str = ""
    urls: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    kind: Literal["post", "message"] = "post"


class ActionAsked(_Through, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May this be done with `account`, or, for `tool`, by this staff member with this tool?"""

    action: Literal["sign_in", "credential_change", "export", "tool"]
    account: Name = ""

    def __post_init__(self) -> None:
        """Refuse a question about nobody."""
        if not self.account and self.action != "tool":
            raise ValueError(f"{self.action} needs an account")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one question.

    `reasons` are codes of a closed list, `message` is for the person, empty when it is allowed. `until` is when the
    last of `holds` ends by itself (null: when a person lifts it, or there is none). `version` is that of the holds in
    force.
    `seen` is false while it cannot be known that these are all holds there are; what is answered then to what no known
    hold stops is the deployment's choice, `unseen`.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    message: str
    holds: tuple[str, ...]
    until: str | None
    version: int
    seen: bool
    unseen: Unseen


class GuardRoutes:
    """Answers both routes from the snapshot in force, in the event loop; another thread swaps the snapshot."""

    def __init__(
        self,
        ask: Callable[[Question], Answer],
        now: Callable[[], int],
        seen: Callable[[], bool],
        unseen: Unseen,
    ) -> None:
        """`ask` is `Gate.ask`, `now` gives milliseconds since 1970 UTC, `seen` says whether the state can be seen."""
        self._ask, self._now, self._seen, self._unseen = ask, now, seen, unseen
        self._encode = msgspec.json.Encoder().encode
        self._decoders: dict[str, tuple[msgspec.json.Decoder[Any], Callable[[Any, int], Question]]] = {
            POSTS: (_decoder(PostAsked), _of_post),
            ACTIONS: (_decoder(ActionAsked), _of_action),
        }
        self._allowed: tuple[int, bool, Told] | None = None
        self.verdicts = dict.fromkeys(((action, verdict) for action in Action for verdict in Verdict), 0)
        self.seconds = [0] * (len(BOUNDS) + 1)
        self.seconds_sum = 0.0
        self.unseen_answers = 0
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RefusedError: it is no question.

        """
        if scope["method"] != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "questions are posted", headers=[(b"allow", b"POST")])
        decoder, question = self._decoders[scope["path"]]
        body = await whole_body(scope, receive, MOST_BYTES)
        start = time.perf_counter()
        try:
            asked = decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"this is no question: {error}", advice="See /openapi.json."
            ) from error
        told = self._encode(self._tell(asked, question))
        taken = time.perf_counter() - start
        self.seconds[bisect.bisect_left(BOUNDS, taken)] += 1
        self.seconds_sum += taken
        await send_body(send, 200, told)

    def _tell(self, asked: Any, question: Callable[[Any, int], Question]) -> Told | list[Told]:  # noqa: ANN401
        now, seen = self._now(), self._seen()
        if type(asked) is list:
            return [self._told(self._ask(question(each, now)), seen=seen) for each in asked]
        return self._told(self._ask(question(asked, now)), seen=seen)

    def _told(self, answer: Answer, *, seen: bool) -> Told:
        verdict = answer.verdict
        if not seen:
            self.unseen_answers += 1
            if verdict is Verdict.ALLOW and self._unseen is Unseen.CLOSED:
                answer = msgspec.structs.replace(answer, verdict=Verdict.REFUSE, reasons=(Reason.STATE_UNSEEN,))
                verdict = Verdict.REFUSE
        self.verdicts[answer.action, verdict] += 1
        if verdict is Verdict.ALLOW:
            lying_ready = self._allowed
            if lying_ready is not None and lying_ready[0] == answer.version and lying_ready[1] is seen:
                return lying_ready[2]
        told = Told(
            verdict=verdict,
            reasons=answer.reasons,
            message=answer.message,
            holds=answer.holds,
            until=format_time_or_none(answer.until),
            version=answer.version,
            seen=seen,
            unseen=self._unseen,
        )
        if verdict is Verdict.ALLOW:
            self._allowed = (answer.version, seen, told)
        return told


def _decoder(kind: type[PostAsked | ActionAsked]) -> msgspec.json.Decoder[Any]:
    some = Annotated[list[kind], Meta(min_length=1, max_length=BATCH)]  # type: ignore[valid-type]
    return msgspec.json.Decoder(kind | some)


def _of_post(asked: PostAsked, now: int) -> Question:
    return Question(
        account=asked.account,
        action=Action.POST if asked.kind == "post" else Action.MESSAGE,
        time=now,
        text=asked.text,
        urls=asked.urls,
        staff=asked.staff,
        tool_session=asked.tool_session,
        tool=asked.tool,
        function=asked.function,
        app=asked.app,
    )


def _of_action(asked: ActionAsked, now: int) -> Question:
    return Question(
        account=asked.account,
        action=Action(asked.action),
        time=now,
        staff=asked.staff,
        tool_session=asked.tool_session,
        tool=asked.tool,
        function=asked.function,
        app=asked.app,
    )


def histogram(counts: Sequence[int]) -> list[tuple[str, float]]:
    """The cumulative buckets that Prometheus wants."""
    total, buckets = 0, []
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets
