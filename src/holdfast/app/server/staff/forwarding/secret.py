"""Which session does a request show the secret of, and what of its cookie is for the tool?

Several tools may be served under one name, so each has a cookie of its own: `COOKIE`, a dash, and the tool. The bare
name is for programs that use one tool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from holdfast.app.signin.sessions import hashed

from .unclear import unclear

COOKIE = "__Host-holdfast-tool"
_OURS = "__host-holdfast"  # the console's too, where it is served under the same name: with that one opens other tools
_OURS_PLAIN = frozenset({"holdfast", "holdfast-browser"})  # the console's without TLS
HEADER = "x-holdfast-session"
Pairs: TypeAlias = tuple[tuple[str, str], ...]
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}")


def cookie_for(tool: str) -> str:
    """What the cookie with the secret of a session of this tool is called."""
    return f"{COOKIE}-{tool}"


def pairs_of(cookie: str) -> Pairs:
    """What a cookie header says: names and values."""
    parts = (pair.strip().partition("=") for pair in cookie.split(";"))
    return tuple([(name.strip(), value.strip().strip('"')) for name, mark, value in parts if mark or name])


def session_of(headers: Mapping[str, str], cookies: Pairs, tool: str) -> str:
    """The id of the session of `tool` (64 hex, the SHA-256 of its secret); empty where none is shown.

    Where `tool` is empty, a request to none, it is that of whichever tool is shown first: so it is known who tried.

    Raises:
        RefusedError: several are shown.

    """
    pairs = [pair for pair in cookies if pair[0].startswith(COOKIE) and pair[0][len(COOKIE) :][:1] in {"", "-"}]
    own = {value for name, value in pairs if name == cookie_for(tool)}
    shown = own or {value for name, value in pairs if name == COOKIE}
    if not (tool or shown):
        shown = {value for _, value in pairs[:1]}
    if HEADER in headers:
        shown.add(headers[HEADER].strip())
    if len(shown) > 1:
        raise unclear("the request shows the secrets of several sessions")
    return session_of_secret(next(iter(shown), ""))


def session_of_secret(secret: str) -> str:
    """The id of the session whose secret this is; empty where it is none."""
    return hashed(secret) if _SECRET.fullmatch(secret) else ""


def without_secret(cookies: Pairs) -> str:
    """The cookie header without any secret of ours, whatever capitals its name is written in."""
    return "; ".join([f"{name}={value}" for name, value in cookies if not _ours(name.lower())])


def _ours(name: str) -> bool:
    return name.startswith(_OURS) or name in _OURS_PLAIN
