"""What does the client answer, and how sure is it?"""

from __future__ import annotations

import enum

import msgspec

from holdfast.guard import Answer, Reason, Verdict


@enum.unique
class Fail(enum.StrEnum):
    """What is answered to what no known hold stops, while it cannot be known that these are all."""

    OPEN = "open"  # allow: nobody is silenced by a fault of ours
    CLOSED = "closed"  # refuse: nobody gets through by causing one


class GuardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one question.

    `reasons`, `holds` and `message` are the server's own. `until` is when the last of the holds ends by itself
    (milliseconds since 1970 UTC; None: when a person lifts it, or there is none). `version` is that of the holds it was
    answered by, and `age` how many seconds ago these were last known to be all; `stale` says that this is too long.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    message: str
    holds: tuple[str, ...]
    until: int | None
    version: int
    stale: bool
    age: float
    fail: Fail


def answered(answer: Answer, *, age: float, stale: bool, fail: Fail) -> GuardAnswer:
    """What a snapshot says, and how sure it is."""
    if stale and answer.verdict is Verdict.ALLOW and fail is Fail.CLOSED:
        answer = msgspec.structs.replace(answer, verdict=Verdict.REFUSE, reasons=(Reason.STATE_UNSEEN,))
    return GuardAnswer(
        verdict=answer.verdict,
        reasons=answer.reasons,
        message=answer.message if answer.verdict is not Verdict.ALLOW else "",
        holds=answer.holds,
        until=answer.until,
        version=answer.version,
        stale=stale,
        age=age,
        fail=fail,
    )
