"""Who asks? Whoever shows a token or has signed in; where nobody is registered, any program on this machine."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http import HTTPStatus

from holdfast.guard import ANYBODY, PROGRAM_SCOPES, Caller, Via, digest_of
from holdfast.response import Roll

from .answers import RefusedError, Scope

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
CHALLENGE = ((b"www-authenticate", b'Bearer realm="holdfast"'),)
CONFIGURED = "configured"  # what the token of the settings is called on record
_NAMING = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip"})  # what proxies usually set (RFC 7239)
_BEARER = b"bearer "

SignedIn = Callable[[Scope], Caller | None]
"""Who has signed in, as the request's cookie says; None for nobody."""


def nobody(scope: Scope) -> None:
    """Nobody signs in here."""


class Door:
    """Tells who asks. The event loop calls it; another thread changes who is there by swapping the whole roll."""

    def __init__(
        self,
        roll: Callable[[], Roll],
        now: Callable[[], int],
        *,
        configured: bytes | None = None,
        signed_in: SignedIn = nobody,
    ) -> None:
        """`roll` gives who is there, `now` this machine's time in milliseconds since 1970 UTC.

        `configured` is the SHA-256 of the one token that the settings name, which is a program's.
        """
        self._roll, self._now, self._configured, self._signed_in = roll, now, configured, signed_in
        self._program = Caller(scopes=PROGRAM_SCOPES, via=Via.TOKEN, credential=CONFIGURED)

    @property
    def open(self) -> bool:
        """Whether any program on this machine may ask, because nobody was told who may."""
        return self._configured is None and self._roll().nobody

    def caller(self, scope: Scope) -> Caller:
        """Who asks.

        Raises:
            RefusedError: nobody that is known here, or a browser where any program may ask.

        """
        roll = self._roll()
        if self._configured is None and roll.nobody:
            no_browser(scope)
            return ANYBODY
        token = shown(scope)
        found = self._by_token(token, roll) if token is not None else self._signed_in(scope)
        if found is None:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "this takes a token" if token is None else "this token counts for nothing, or no longer",
                advice="Send it as `Authorization: Bearer TOKEN`; whoever administers people makes one.",
                headers=CHALLENGE,
            )
        return found

    def _by_token(self, token: bytes, roll: Roll) -> Caller | None:
        digest = digest_of(token)
        found = roll.caller(digest, self._now())
        if found is None and self._configured is not None and hmac.compare_digest(digest, self._configured):
            return self._program
        return found


def shown(scope: Scope) -> bytes | None:
    """The token that the request shows, once; None where it shows none, or several."""
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1 or found[0][: len(_BEARER)].lower() != _BEARER:
        return None
    return bytes(found[0][len(_BEARER) :].strip())


def names_caller(scope: Scope) -> bool:
    """Whether a request says that it comes from somebody else, as those from a proxy do; anybody can say so."""
    return any(name in _NAMING for name, _ in scope["headers"])


def no_browser(scope: Scope) -> None:
    """Pass programs only: a page that a browser on this machine has open could ask too.

    Raises:
        RefusedError: a browser asks for another site, or under a name that was made to lead here.

    """
    for name, value in scope["headers"]:
        foreign = name == b"host" and _host(value) not in LOOPBACK
        if foreign or name == b"origin":
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                "without a token only programs on this machine are answered, by the name of loopback",
                advice="Configure a token: run `holdfast token`; or register people: run `holdfast init`.",
            )


def _host(value: bytes) -> str:
    """The host of a Host header, without its port."""
    text = value.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
