"""For how long is somebody signed in, and what ends it?

A session says who shows its secret; only the hash of that is kept. It ends when it was idle for too long, when it is
old, when it is ended by hand, and with every change of its person: who loses a role has to sign in again.
"""

from __future__ import annotations

import msgspec

from .people import PERSON_SCOPES, Caller, Passkey, Person, Via

MINUTE = 60_000  # milliseconds


class SessionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """When sessions end, in milliseconds: without a request for so long, and in any case after so long."""

    idle: int = 30 * MINUTE
    longest: int = 12 * 60 * MINUTE  # a shift

    def allow(self, made_at: int, used_at: int, now: int) -> bool:
        """Whether one that was made and last used then (milliseconds since 1970 UTC) goes on at `now`."""
        return 0 <= now - made_at < self.longest and now - used_at < self.idle


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has signed in. Times are milliseconds since 1970 UTC of this machine's clock.

    `id` is 64 hex of the secret's SHA-256. `revision` is that of the person by then. `credential` is the id of the
    passkey, empty for a sign-in elsewhere (`Via.OIDC`).
    """

    id: str
    person: str
    revision: int
    via: Via
    credential: str = ""
    made_at: int
    seen_at: int

    def counts(self, person: Person | None, passkey: Passkey | None, limits: SessionLimits, now: int) -> bool:
        """Whether it is one at `now`, given its person and its passkey as they are now."""
        if person is None or not person.active or person.revision != self.revision:
            return False
        if self.credential and (passkey is None or passkey.revoked_at is not None):
            return False
        return limits.allow(self.made_at, self.seen_at, now)

    def caller(self, person: Person, passkey: Passkey | None) -> Caller:
        """Who asks by it; `passkey` is the one of its credential, None for a sign-in elsewhere."""
        return Caller(
            person=person.id,
            roles=person.roles,
            scopes=PERSON_SCOPES,
            via=self.via,
            credential=self.credential,
            signed_in_at=self.made_at,
            confirmed=not (person.on_word_of or (passkey is not None and passkey.on_word_of)),
        )


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A link by which `person` registers a passkey, once. `id` is 64 hex of its secret's SHA-256.

    Times are milliseconds since 1970 UTC of this machine's clock; `revision` is that of the person when it was made.
    """

    id: str
    person: str
    revision: int
    made_by: str
    made_at: int
    expires_at: int
    used_at: int | None = None

    def counts(self, person: Person | None, now: int) -> bool:
        """Whether it can be used at `now`: once, in time, and only while its person is as when it was made."""
        if person is None or not person.active or person.revision != self.revision:
            return False
        return self.used_at is None and self.made_at <= now < self.expires_at
