"""What does an internal tool ask before it lets a member of staff do something?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from holdfast.errors import InputError, UsageError
from holdfast.ledger import canonical

_DOMAIN = "holdfast/tool-action/1"
DEEPEST = 32  # lists and records in each other, within the payload: nobody could read more, and stacks are finite


class ToolAction(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be done: `function` of `tool` on `target` with exactly this `payload`.

    `target` is an account's id, empty where it is about none. The payload has JSON values by the names of arguments.
    A proxy that sees only a request's head sends what it sees of it as the payload; an approval binds that and no more.
    """

    tool: str
    function: str
    target: str = ""
    payload: Mapping[str, Any] = {}

    @property
    def hash(self) -> str:
        """`sha256:` and 64 hex of the SHA-256 of the RFC 8785 form: what an approval is bound to.

        Raises:
            UsageError: the payload holds a value that JSON cannot say exactly.

        """
        form: list[Any] = [_DOMAIN, self.tool, self.function, self.target, dict(self.payload)]
        try:
            return f"sha256:{hashlib.sha256(canonical(form)).hexdigest()}"
        except InputError as why:
            raise UsageError(
                f"the payload of {self.function} is not what JSON can say exactly: {why.__cause__}",
                advice="Send text, true, false, null, whole numbers below 2**53, lists and records of these.",
            ) from why


def too_deep(payload: object, left: int = DEEPEST) -> bool:
    """Whether more lists and records than that stand in each other: one process could still hash it, another not."""
    if isinstance(payload, dict):
        payload = [*payload.values()]
    return isinstance(payload, list) and (left < 0 or any(too_deep(each, left - 1) for each in payload))


class ToolQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """May whoever holds this `session` do `action` at `time` (milliseconds since 1970 UTC), for this reason?

    `session` is the id of a tool session that the gate opened, never taken from what the tool says of itself: whoever
    asks shows its secret. `network` is where the member of staff comes from, as the gate's caller saw it. `routed` is
    the version of the policies by whose routes the action was read off a request; empty where the tool named it itself.
    """

    session: str
    action: ToolAction
    reason: str = ""
    ticket: str = ""
    network: str = ""
    routed: str = ""
    time: int
