"""Who has signed in, as this request's cookie says, and did a page of ours send it?

Against requests that another site has a browser send stand, each by itself: the cookie is SameSite=Strict, `Origin` and
`Sec-Fetch-Site` must be ours, and what changes something shows a token that only our own pages know.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.errors import SignInError
from holdfast.guard import Caller, Passkey, Person, Session, SessionLimits, Via

from .place import Place

KEPT_EVERY_MS = 60_000  # how far behind the store may be about when a session was last used
CSRF_HEADER = b"x-holdfast-csrf"
REFRESH_HEADER = b"x-holdfast-refresh"
_SECRET_BYTES = 32
_HARMLESS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who asks, by which session; `csrf` is what their pages show to change something."""

    person: Person
    session: Session
    csrf: str
    passkey: Passkey | None = None

    @property
    def caller(self) -> Caller:
        """The same for the desk."""
        return self.session.caller(self.person, self.passkey)


class Sessions:
    """Reads what the register keeps, in the event loop; `used` is called when the store should hear of a use."""

    def __init__(  # noqa: PLR0913 - what a session stands on
        self,
        place: Place,
        limits: SessionLimits,
        *,
        kept: Mapping[str, Session],
        person: Callable[[str], Person | None],
        passkeys: Mapping[str, Passkey],
        now: Callable[[], int],
        used: Callable[[str, int], None],
    ) -> None:
        """`now` gives this machine's time in milliseconds since 1970 UTC."""
        self.place, self.limits = place, limits
        self._kept, self._person, self._passkeys, self._now, self._used = kept, person, passkeys, now, used
        self._seen: dict[str, int] = {}

    def who(self, scope: MutableMapping[str, Any]) -> SignedIn | None:
        """Whose session the request shows; None for nobody's, or one that is over.

        Raises:
            SignInError: it would change something, and no page of ours has sent it.

        """
        secret = cookie_of(scope["headers"], self.place.cookie)
        session = self._kept.get(hashed(secret)) if secret else None
        if session is None:
            return None
        now = self._now()
        latest = max(session.seen_at, self._seen.get(session.id, 0))
        person = self._person(session.person)
        session = msgspec.structs.replace(session, seen_at=latest)
        passkey = self._passkeys.get(session.credential)
        if person is None or not session.counts(person, passkey, self.limits, now):
            self._seen.pop(session.id, None)
            return None
        signed_in = SignedIn(person=person, session=session, csrf=csrf_of(secret), passkey=passkey)
        if scope["method"] not in _HARMLESS:
            self.from_our_page(scope)
            shown = _header(scope["headers"], CSRF_HEADER)
            if not hmac.compare_digest(shown, signed_in.csrf.encode()):
                raise SignInError("this did not come from a page of ours", advice="Load the page again.")
        if not refreshes(scope):
            self._note(session, now)
        return signed_in

    def from_our_page(self, scope: MutableMapping[str, Any]) -> None:
        """Pass what a page of ours has sent.

        Raises:
            SignInError: another site did, or no browser.

        """
        headers = scope["headers"]
        site = _header(headers, b"sec-fetch-site")
        ours = _header(headers, b"origin") == self.place.origin.encode() and site in {b"same-origin", b""}
        if not ours or _header(headers, b"host") != self.place.host.encode():
            raise SignInError(
                "this did not come from a page of ours", advice=f"Open {self.place.origin}/console in a browser."
            )

    def _note(self, session: Session, now: int) -> None:
        kept = self._kept.get(session.id)
        self._seen[session.id] = max(now, session.seen_at)
        if kept is not None and now - kept.seen_at >= KEPT_EVERY_MS:
            self._used(session.id, now)

    def forget(self, ids: Iterable[str]) -> None:
        """Let go of sessions that were ended."""
        for each in ids:
            self._seen.pop(each, None)


def refreshes(scope: MutableMapping[str, Any]) -> bool:
    """Whether a page asks for itself anew, with nobody doing anything: a session is not used by that."""
    return scope["method"] in _HARMLESS and any(name == REFRESH_HEADER for name, _ in scope["headers"])


def new_session(person: Person, via: Via, now: int, *, credential: str = "") -> tuple[Session, str]:
    """A session that begins at `now`, and its secret, which is for the cookie and nowhere else."""
    secret = new_secret()
    session = Session(
        id=hashed(secret),
        person=person.id,
        revision=person.revision,
        via=via,
        credential=credential,
        made_at=now,
        seen_at=now,
    )
    return session, secret


def new_secret() -> str:
    """256 random bits in base64url: nothing to be guessed, so one plain hash of it is as good as a slow one."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hashed(secret: str) -> str:
    """What is kept of a secret: 64 hex of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_of(secret: str) -> str:
    """What pages of a session show: it follows from the cookie's secret, and leads back to it for nobody."""
    return hmac.new(secret.encode(), b"holdfast/csrf/1", hashlib.sha256).hexdigest()


def cookie_of(headers: Iterable[tuple[bytes, bytes]], name: str) -> str:
    """The value of the cookie of this name; empty where it is missing, or there twice: then somebody else set one."""
    found = [
        value.strip()
        for header, line in headers
        if header == b"cookie"
        for key, _, value in (part.partition("=") for part in line.decode("latin-1").split(";"))
        if key.strip() == name
    ]
    return found[0] if len(found) == 1 else ""


def set_cookie(name: str, value: str, *, secure: bool, seconds: int | None = None, same_site: str = "Strict") -> str:
    """A Set-Cookie header (RFC 6265, section 4.1); without `seconds` it is gone with the browser, with 0 at once."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; HttpOnly; SameSite={same_site}{age}{'; Secure' if secure else ''}"


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    found = [value for header, value in headers if header == name]
    return found[0] if len(found) == 1 else b""
