"""Whose session is it that a tool asks for? Shown by its secret, or by a proof that the gate signed a moment ago."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from holdfast.errors import NotAllowedError
from holdfast.guard.staff.proof import checked

from .secret import session_of_secret


def session_shown(*, secret: str, proof: str, tool: str, keys: Callable[[], dict[str, str]], now: int) -> str:
    """The id of the session at `now` (milliseconds since 1970 UTC); empty where none is shown, or both are.

    A proof counts for the tool that it was made for; `keys` gives the gate's own.
    """
    if secret and not proof:
        return session_of_secret(secret)
    if proof and not secret:
        with contextlib.suppress(NotAllowedError):
            found = checked(proof, keys(), now // 1_000)
            return found.sid if found.aud == tool else ""
    return ""
