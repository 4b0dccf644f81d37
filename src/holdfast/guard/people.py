"""Who is there, what may each of them do, and by what are they known?

A person has one id for good; roles say what they are for. What is shown to the service is a token or a sign-in, and
what follows from it is a `Caller`. A person is there until they are taken out, and a token counts until it is revoked,
whatever a clock says that was set back; only expiry asks the time.
"""

from __future__ import annotations

import enum
import hashlib
import re
import unicodedata
from collections.abc import Iterable

import msgspec

from holdfast.errors import UsageError
from holdfast.events import spelling_key

PERSON_ID = r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}"
LONGEST_NAME = 200  # characters: longer than any name that people give
_PERSON_ID = re.compile(PERSON_ID)


@enum.unique
class Role(enum.StrEnum):
    """What a person is for. What each role may do is said by the policy, and may differ from place to place."""

    RESPONDER = "responder"  # sees it first, and asks for what should be done
    COMMANDER = "commander"  # leads the response, and answers for an emergency
    APPROVER = "approver"  # agrees, or does not
    INVESTIGATOR = "investigator"  # finds out why
    COMMUNICATOR = "communicator"  # tells the people concerned
    AUDITOR = "auditor"  # looks at what was done, and by whom
    ADMINISTRATOR = "administrator"  # says who is there
    SUPPORT = "support"  # answers holders, with the internal tools; takes no part in responses
    SPECIALIST = "specialist"  # looks after the accounts with which most is at stake; takes no part in responses either


@enum.unique
class Scope(enum.StrEnum):
    """What a token can be used for at all, whatever its person may do."""

    GUARD_ASK = "guard:ask"
    GUARD_SNAPSHOT = "guard:snapshot"  # all holds in force and who is in the cohorts: for a client that answers itself
    EVENTS_TELL = "events:tell"
    TICKETS_TELL = "tickets:tell"  # the help desk's word, by which staff may do things: for nothing else besides
    READ = "read"
    DECIDE = "decide"
    PEOPLE = "people"


PROGRAM_SCOPES = frozenset({Scope.GUARD_ASK, Scope.GUARD_SNAPSHOT, Scope.EVENTS_TELL, Scope.READ})
"""What a program has where its token says no more: it asks, tells and looks, and decides nothing."""
SAID_SCOPES = frozenset({Scope.TICKETS_TELL})
"""What it has only by a token that was made for that: whoever asks by a ticket should not be who tells of it."""
PERSON_SCOPES = frozenset({Scope.READ, Scope.DECIDE, Scope.PEOPLE})


@enum.unique
class Via(enum.StrEnum):
    """How it was made known who asks."""

    LOOPBACK = "loopback"  # not at all: a program on this machine, where nobody is registered and no token configured
    TOKEN = "token"  # noqa: S105 - a way, no secret
    PASSKEY = "passkey"
    OIDC = "oidc"
    WIRED = "wired"  # by the program itself: the people of a drill


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes part in responses, known as `id` for good. Times are milliseconds since 1970 UTC.

    `until` is when they were taken out (None: they are there), `back` when they were last brought back. `revision`
    counts the changes. `on_word_of` is the administrator on whose word alone they are somebody; empty once it is not.
    """

    id: str
    name: str = ""
    roles: tuple[Role, ...] = ()
    since: int = 0
    until: int | None = None
    back: int | None = None
    revision: int = 1
    on_word_of: str = ""

    @property
    def active(self) -> bool:
        """Whether they are there."""
        return self.until is None

    @property
    def counts(self) -> bool:
        """Whether they are there, on more than one administrator's word: else one would be as many as they like."""
        return self.active and not self.on_word_of

    def said_since_back(self, said_at: int) -> bool:
        """Whether what they said, or was said of them, at that time still counts: not if they were taken out since."""
        return self.back is None or said_at > self.back

    @property
    def key(self) -> str:
        """What tells them from others; see `person_key`."""
        return person_key(self.id)


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that somebody shows, of which only the hash is kept. Times are milliseconds since 1970 UTC.

    `person` is empty for a program's. `label` says what it is for, `made_by` who made it and so has seen the secret.
    `on_word_of` is the administrator on whose word alone it is this person's; empty once it is not.
    """

    id: str
    person: str = ""
    label: str = ""
    hash: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: int
    expires_at: int
    revoked_at: int | None = None
    on_word_of: str = ""

    @property
    def revoked(self) -> bool:
        """Whether it was taken back, for good."""
        return self.revoked_at is not None

    def counts(self, now: int) -> bool:
        """Whether it is one at `now`: neither revoked nor expired."""
        return not self.revoked and now < self.expires_at


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A key on a person's device that can sign. `id` is its credential id (base64url), `public_key` its COSE key.

    `added_at` and `used_at` are milliseconds since 1970 UTC; `sign_count` is what it said last. `on_word_of` is as that
    of a token.
    """

    id: str
    person: str
    public_key: bytes
    sign_count: int = 0
    added_at: int
    label: str = ""
    used_at: int | None = None
    revoked_at: int | None = None
    on_word_of: str = ""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """What a request is made with: which person (empty: a program), and how that is known.

    `credential` is the id of the token or passkey. `signed_in_at` is when they last proved to be there (milliseconds
    since 1970 UTC of this machine's clock); None for whoever only holds a token. `confirmed` says that more than one
    administrator's word stands for it: without that they look, and no more.
    """

    person: str = ""
    roles: tuple[Role, ...] = ()
    scopes: frozenset[Scope] = frozenset()
    via: Via
    credential: str = ""
    signed_in_at: int | None = None
    confirmed: bool = True

    def fresh(self, now: int, within: int) -> bool:
        """Whether they proved to be there in the last `within` milliseconds before `now`."""
        return self.signed_in_at is not None and 0 <= now - self.signed_in_at <= within


ANYBODY = Caller(via=Via.LOOPBACK, scopes=PROGRAM_SCOPES)
"""Any program on this machine, where nobody is registered and no token is configured."""


def by_token(token: ApiToken, person: Person | None) -> Caller | None:
    """Who shows `token`, which is `person`'s (None: a program's); nobody when that person is there no more."""
    if not token.person:
        scopes = frozenset(token.scopes) & (PROGRAM_SCOPES | SAID_SCOPES)
        return Caller(scopes=scopes, via=Via.TOKEN, credential=token.id)
    if person is None or not person.active:
        return None
    return Caller(
        person=person.id,
        roles=person.roles,
        scopes=frozenset(token.scopes),
        via=Via.TOKEN,
        credential=token.id,
        confirmed=not (token.on_word_of or person.on_word_of),
    )


def wired(person: Person) -> Caller:
    """A person whom the program itself brings along, as drills do."""
    return Caller(person=person.id, roles=person.roles, scopes=PERSON_SCOPES, via=Via.WIRED)


def person_key(staff: str) -> str:
    """What tells people apart: `events.spelling_key`, so that nobody is two people.

    To take two people for one costs a phone call, to take one for two may cost the platform.
    """
    return spelling_key(staff)


def new_person(  # noqa: PLR0913 - what is said of somebody
    id_: str, name: str, roles: Iterable[Role], known: Iterable[Person], now: int, *, on_word_of: str = ""
) -> Person:
    """Somebody new at `now` (milliseconds since 1970 UTC), who is none of those `known`.

    Raises:
        UsageError: the id or the name is none, or the id is somebody's, in this spelling or in another.

    """
    if _PERSON_ID.fullmatch(id_) is None:
        raise UsageError(
            f"{id_!r} is no id of a person",
            advice="Use letters, digits and . _ @ + -, at most 128, a letter or digit first.",
        )
    taken = next((each.id for each in known if each.key == person_key(id_)), None)
    if taken is not None:
        raise UsageError(f"{taken} is somebody already", advice="Change their roles, or choose another id.")
    return Person(id=id_, name=checked_name(name), roles=in_order(roles), since=now, on_word_of=on_word_of)


def checked_name(name: str) -> str:
    """`name` as it is.

    Raises:
        UsageError: it is too long, or holds what no line can show.

    """
    if len(name) > LONGEST_NAME or any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in name):
        raise UsageError(f"a name has at most {LONGEST_NAME} characters, all of them on one line")
    return name


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each of them once, in the order in which they are listed above."""
    wanted = set(roles)
    return tuple(role for role in Role if role in wanted)


def digest_of(token: bytes) -> bytes:
    """The 32 bytes of SHA-256 by which a token is known: it is random, so one plain hash is as good as a slow one."""
    return hashlib.sha256(token).digest()


def token_id(hash_: str) -> str:
    """The name of the token of this hash (`sha256:` and 64 hex): to speak of it without showing it."""
    return f"t-{hash_.removeprefix('sha256:')[:12]}"
