"""Which session does a request show the secret of, and what of its cookie is for the tool?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from holdfast.app.signin.sessions import hashed

from .unclear import unclear

COOKIE = "__Host-holdfast-tool"
HEADER = "x-holdfast-session"
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}")


def session_of(headers: Mapping[str, str]) -> str:
    """The id of the session (64 hex, the SHA-256 of its secret); empty where none is shown.

    Raises:
        RefusedError: several are shown.

    """
    shown = {value for name, value in _pairs(headers.get("cookie", "")) if name == COOKIE}
    shown |= {headers[HEADER].strip()} if HEADER in headers else set()
    if len(shown) > 1:
        raise unclear("the request shows the secrets of several sessions")
    return session_of_secret(next(iter(shown), ""))


def session_of_secret(secret: str) -> str:
    """The id of the session whose secret this is; empty where it is none."""
    return hashed(secret) if _SECRET.fullmatch(secret) else ""


def without_secret(cookie: str) -> str:
    """The cookie header without the secret, whatever capitals its name is written in."""
    return "; ".join(f"{name}={value}" for name, value in _pairs(cookie) if name.lower() != COOKIE.lower())


def _pairs(cookie: str) -> Iterator[tuple[str, str]]:
    for pair in cookie.split(";"):
        name, mark, value = pair.strip().partition("=")
        if mark or name:
            yield name.strip(), value.strip().strip('"')
