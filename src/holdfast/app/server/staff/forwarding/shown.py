"""Whose session is it that a tool asks for? Shown by its secret, or by a proof that the gate signed a moment ago."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from holdfast.errors import NotAllowedError
from holdfast.events import spelling_key
from holdfast.guard.staff.proof import checked

from .secret import session_of_secret


def session_shown(  # noqa: PLR0913 - what is shown, by whom, about what
    *, secret: str, proof: str, tool: str, target: str, keys: Callable[[], dict[str, str]], now: int
) -> str:
    """The id of the session at `now` (milliseconds since 1970 UTC); empty where none is shown, or both are.

    A proof counts for the tool that it was made for, and where the request named an account, for that account in any
    spelling and for what is about none; `keys` gives the gate's own.
    """
    if secret and not proof:
        return session_of_secret(secret)
    if proof and not secret:
        with contextlib.suppress(NotAllowedError):
            found = checked(proof, keys(), now // 1_000)
            speaks = not (found.target and target) or spelling_key(found.target) == spelling_key(target)
            return found.sid if found.aud == tool and speaks else ""
    return ""
