"""Who is registered here, and which tokens and keys are theirs? Every change is on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from holdfast.errors import UsageError
from holdfast.guard import (
    PROGRAM_SCOPES,
    ApiToken,
    Caller,
    Passkey,
    Person,
    Role,
    Scope,
    by_token,
    checked_name,
    in_order,
    new_person,
    person_key,
    token_id,
)
from holdfast.ledger import RecordKind

from .book import Book, Page, Shelf
from .notices import Notices
from .timeline import HappeningKind

DAY = 86_400_000  # milliseconds
LONGEST_TOKEN = 400  # days: a little more than a year, so that a yearly round does not come too late
LONGEST_LABEL = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Who is there as of one moment, never changed: for whoever answers in another thread. Tokens are by digest."""

    people: Mapping[str, Person] = field(default_factory=dict)
    tokens: Mapping[bytes, ApiToken] = field(default_factory=dict)

    @property
    def nobody(self) -> bool:
        """Whether nobody is registered, and no token was ever made."""
        return not self.people and not self.tokens

    def caller(self, digest: bytes, now: int) -> Caller | None:
        """Who shows the token of this SHA-256 at `now` (milliseconds since 1970 UTC); nobody if it does not count."""
        token = self.tokens.get(digest)
        if token is None or not token.counts(now):
            return None
        return by_token(token, self.people.get(token.person))


class People:
    """The register. Whoever calls it has made sure that `by` may do so."""

    def __init__(self, book: Book, notices: Notices, wired: Iterable[Person] = ()) -> None:
        """As kept in the book's store, with those `wired` in by the program, who have no tokens and cannot change."""
        self._book, self._notices = book, notices
        self.wired: Mapping[str, Person] = MappingProxyType({person.id: person for person in wired})
        self.persons = Shelf(book, "people", Person)
        self.tokens = Shelf(book, "tokens", ApiToken)
        self.passkeys = Shelf(book, "passkeys", Passkey)
        self.roll = Roll()
        self._call_the_roll()

    @property
    def known(self) -> Mapping[str, Person]:
        """Everybody ever registered or wired in, by id."""
        return {**self.persons, **self.wired}

    def person(self, id_: str) -> Person | None:
        """Somebody by exactly this id."""
        return self.wired.get(id_) or self.persons.get(id_)

    def same(self, one: str, other: str) -> bool:
        """Whether two names are one person's, however they are spelt."""
        return person_key(one) == person_key(other)

    def add(self, id_: str, name: str, roles: Iterable[Role], by: str, now: int) -> Person:
        """Register somebody new at `now` (milliseconds since 1970 UTC).

        Raises:
            UsageError: the id or the name is none, or somebody is known by it already.
            StoreError: nothing was kept.

        """
        person = new_person(id_, name, roles, self.known.values(), now)
        self._keep(person, by, f"{by} registered {person.id} as {_listed(person.roles)}", now)
        return person

    def change(self, id_: str, name: str, roles: Iterable[Role], by: str, now: int) -> Person:
        """Give somebody this name and these roles; whoever was taken out is there again.

        Raises:
            UsageError: nobody has this id, or nobody would be left who says who is there.
            StoreError: nothing was kept.

        """
        old = self._registered(id_)
        person = msgspec.structs.replace(
            old, name=checked_name(name), roles=in_order(roles), until=None, revision=old.revision + 1
        )
        self._leave_an_administrator(person)
        self._keep(person, by, f"{by} made {person.id} {_listed(person.roles)}", now)
        return person

    def take_out(self, id_: str, by: str, now: int) -> Person:
        """Let somebody be there no more: their tokens and approvals count no longer. Harmless when it was done before.

        Raises:
            UsageError: nobody has this id, or nobody would be left who says who is there.
            StoreError: nothing was kept.

        """
        old = self._registered(id_)
        if not old.active:
            return old
        person = msgspec.structs.replace(old, until=now, revision=old.revision + 1)
        self._leave_an_administrator(person)
        self._keep(person, by, f"{by} took {person.id} out", now)
        return person

    def make_token(  # noqa: PLR0913 - what a token says
        self, hash_: str, person: str, scopes: Iterable[Scope], by: str, now: int, *, days: float, label: str = ""
    ) -> ApiToken:
        """Have the secret of this hash (`sha256:` and 64 hex) count for so many days; a program's has no `person`.

        The person concerned is told, unless they did it themselves.

        Raises:
            UsageError: nobody has this id, or the scopes, the label or the days are none.
            StoreError: nothing was kept.

        """
        wanted = tuple(scope for scope in Scope if scope in set(scopes))
        if person and not self._registered(person).active:
            raise UsageError(f"{person} is there no more", advice="Bring them back first: holdfast people change.")
        if not wanted or (not person and not PROGRAM_SCOPES.issuperset(wanted)):
            raise UsageError(
                "a program's token needs scopes, and only some can be its", advice=f"Choose among {_choice()}."
            )
        if not 0 < days <= LONGEST_TOKEN or len(label) > LONGEST_LABEL:
            raise UsageError(
                f"a token counts for at most {LONGEST_TOKEN} days, its label has {LONGEST_LABEL} characters"
            )
        token = ApiToken(
            id=token_id(hash_),
            person=person,
            label=checked_name(label),
            hash=hash_,
            scopes=wanted,
            made_by=by,
            made_at=now,
            expires_at=now + int(days * DAY),
        )
        with self._book.change(now) as page:
            self.tokens.put(page, token.id, token)
            body = {"person": person, "label": token.label, "scopes": list(wanted), "expires_at": token.expires_at}
            page.record(RecordKind.DECISION, f"token/{token.id}", token.id, body, actor=by)
            whose = person or "a program"
            if person and person != by:
                self._notices.tell(page, token.id, [person], f"{by} made a token in your name")
            page.note(HappeningKind.PEOPLE, f"{by} made a token for {whose}", token.id)
            page.then.append(self._call_the_roll)
        return token

    def revoke_token(self, id_: str, by: str, now: int) -> ApiToken:
        """Have a token count no more, nor the approvals that were given with it. Harmless when it was done before.

        Raises:
            UsageError: there is no such token.
            StoreError: nothing was kept.

        """
        old = self.tokens.get(id_)
        if old is None:
            raise UsageError(f"there is no token {id_}", advice="`holdfast token list` names them.")
        if old.revoked:
            return old
        token = msgspec.structs.replace(old, revoked_at=now)
        with self._book.change(now) as page:
            self.tokens.put(page, id_, token)
            page.record(RecordKind.DECISION, f"token/{id_}/revoked", id_, {"person": token.person}, actor=by)
            page.note(HappeningKind.PEOPLE, f"{by} revoked the token {id_}", id_)
            page.then.append(self._call_the_roll)
        return token

    def keep_passkey(self, page: Page, passkey: Passkey) -> None:
        """Keep a passkey as it is now, once this page is kept; whoever adds or revokes one records that."""
        self.passkeys.put(page, passkey.id, passkey)

    def passkeys_of(self, person: str) -> list[Passkey]:
        """The passkeys that count for somebody."""
        return [each for each in self.passkeys.values() if each.person == person and each.revoked_at is None]

    def _registered(self, id_: str) -> Person:
        person = self.persons.get(id_)
        if person is None:
            raise UsageError(f"nobody is registered as {id_!r}", advice="`holdfast people list` names everybody.")
        return person

    def _leave_an_administrator(self, changed: Person) -> None:
        """Refuse a change after which nobody could undo it.

        Raises:
            UsageError: nobody would be left who says who is there.

        """
        after = {**self.persons, changed.id: changed}.values()
        if not any(each.active and Role.ADMINISTRATOR in each.roles for each in after):
            raise UsageError(
                f"{changed.id} is the last administrator", advice="Make somebody else one first, then do this again."
            )

    def _keep(self, person: Person, by: str, text: str, now: int) -> None:
        with self._book.change(now) as page:
            self.persons.put(page, person.id, person)
            body = {"name": person.name, "roles": list(person.roles), "active": person.active}
            page.record(RecordKind.DECISION, f"person/{person.id}/{person.revision}", person.id, body, actor=by)
            page.note(HappeningKind.PEOPLE, text, person.id)
            page.then.append(self._call_the_roll)

    def _call_the_roll(self) -> None:
        """Swap in who is there now, at once and whole."""
        tokens = {bytes.fromhex(each.hash.removeprefix("sha256:")): each for each in self.tokens.values()}
        self.roll = Roll(people=dict(self.persons), tokens=tokens)


def _listed(roles: Iterable[Role]) -> str:
    return ", ".join(roles) or "somebody without a role"


def _choice() -> str:
    return ", ".join(scope for scope in Scope if scope in PROGRAM_SCOPES)
