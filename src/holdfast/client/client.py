"""How does a platform's own process ask the guard, without asking another machine?"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

import msgspec

from holdfast.errors import GuardUnreachableError
from holdfast.events import parse_time
from holdfast.guard import Action, Question, Reason, Verdict, says_a_lure

from .answer import Fail, GuardAnswer, answered
from .following import Following
from .wire import Wire

_SPEAKING = {Action.POST: "post", Action.MESSAGE: "message"}
_POLLS = 3  # so many questions fit into the time after which a snapshot is stale
_LONGEST_POLL = 20.0  # seconds: proxies cut what is silent for longer


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """The server's answer."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    message: str
    holds: tuple[str, ...]
    until: str | None
    version: int
    seen: bool
    unseen: Fail


class GuardClient:
    """Answers from a copy of all holds in force, which one thread keeps fresh; threads may ask at the same time.

    A cohort of the copy is a predicate with the accounts it holds true of just now: who becomes a member is named by
    the server as it hears of it, so the asker gives nothing but the question. Ask by `with`, or call `close`.
    """

    def __init__(  # noqa: PLR0913 - each is said by name, and seldom
        self,
        url: str,
        token: str | None = None,
        *,
        fail: Fail | Literal["open", "closed"] = Fail.OPEN,
        stale_seconds: float = 10.0,
        timeout: float = 5.0,
        most_bytes: int = 256 << 20,
        verify: ssl.SSLContext | bool = True,
        plain: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Follow the server at `url`, whose `token` has the scopes guard:snapshot and (to ask it) guard:ask.

        A copy that was not known to be all for `stale_seconds` is stale; what it does not stop is then answered as
        `fail` says. `timeout` (seconds) bounds each question, `most_bytes` each snapshot as it comes. `verify` is how
        the server's certificate is checked; `plain` allows http beyond loopback. `wall` gives seconds since 1970 UTC.

        Raises:
            SettingsError: the address is none, holds a secret, or would send the token unprotected.

        """
        self._fail, self._stale = Fail(fail), stale_seconds
        self._wire = Wire(url, token, timeout=timeout, most_bytes=most_bytes, verify=verify, plain=plain)
        self._following = Following(
            self._wire, wait=min(_LONGEST_POLL, stale_seconds / _POLLS), most_bytes=most_bytes, wall=wall
        )
        self._following.start()

    def __repr__(self) -> str:
        return f"GuardClient({self._wire.url!r}, version={self.version}, age={self.age:.1f})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Follow no longer; answers are then by what is known, and get stale."""
        self._following.stop()
        self._wire.close()

    def wait(self, seconds: float) -> bool:
        """Whether there is a snapshot, waiting for the first one at most so long."""
        return self._following.wait(seconds)

    @property
    def version(self) -> int:
        """The version of the holds that are known; 0 before the first."""
        return self._following.known[0].version

    @property
    def age(self) -> float:
        """How many seconds ago the holds that are known were last known to be all; infinite before the first."""
        return time.monotonic() - self._following.known[1]

    @property
    def trouble(self) -> str:
        """Why the last look for news failed; empty when it did not."""
        return str(self._following.trouble or "")

    def ask(self, account: str, action: Action = Action.POST, **said: str | tuple[str, ...]) -> GuardAnswer:
        """May this happen just now? `said` is as in `guard.Question`: text, urls, staff, tool, app and so on."""
        return self.answer(Question(account=account, action=action, time=self._following.now(), **said))  # type: ignore[arg-type]

    def answer(self, question: Question) -> GuardAnswer:
        """The answer to `question` at its own time, from the copy: a few microseconds, and never an error."""
        snapshot, known_at = self._following.known
        age = time.monotonic() - known_at
        answer = snapshot.answer(question)
        if says_a_lure(answer):
            self._following.refusals.note(question.account, self._following.now())
        return answered(answer, age=age, stale=age > self._stale, fail=self._fail)

    def ask_remote(self, account: str, action: Action = Action.POST, **said: str | tuple[str, ...]) -> GuardAnswer:
        """The server's own answer just now.

        Raises:
            GuardUnreachableError: there is none in time.

        """
        asked: dict[str, object] = {"account": account, **said}
        if action in _SPEAKING:
            path, asked["kind"] = "/v1/guard/posts", _SPEAKING[action]
        else:
            path, asked["action"] = "/v1/guard/actions", str(action)
        try:
            told = msgspec.json.decode(self._wire.ask(path, asked), type=_Told)
        except msgspec.MsgspecError as why:
            raise GuardUnreachableError("The guard's answer cannot be read: it is of another version.") from why
        return GuardAnswer(
            verdict=told.verdict,
            reasons=told.reasons,
            message=told.message,
            holds=told.holds,
            until=None if told.until is None else parse_time(told.until),
            version=told.version,
            stale=not told.seen,
            age=0.0,
            fail=told.unseen,
        )
