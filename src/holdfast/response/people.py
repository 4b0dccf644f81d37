"""Who is registered here, and which tokens and keys are theirs? Every change is on record.

One administrator's word is not enough for a person, nor for a token or key in another's name: until somebody else
confirms it, it only looks. Else whoever steals one administrator's sign-in would be as many people as they like.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from holdfast.errors import UsageError
from holdfast.guard import (
    PROGRAM_SCOPES,
    SAID_SCOPES,
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
from .past import remember
from .timeline import HappeningKind

DAY = 86_400_000  # milliseconds
LONGEST_TOKEN = 400  # days: a little more than a year, so that a yearly round does not come too late
LONGEST_LABEL = 200  # characters
TO_CONFIRM = "it decides nothing until somebody else confirms it"


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
        self._when_revoked: list[Callable[[Page, ApiToken | Passkey, str], object]] = []
        self.call_the_roll()

    @property
    def known(self) -> Mapping[str, Person]:
        """Everybody ever registered or wired in, by id."""
        return {**self.persons, **self.wired}

    def having(self, roles: Collection[Role]) -> dict[str, Person]:
        """Everybody who is there and has one of these roles, by id."""
        return {id_: each for id_, each in self.known.items() if each.active and not set(roles).isdisjoint(each.roles)}

    def person(self, id_: str) -> Person | None:
        """Somebody by exactly this id."""
        return self.wired.get(id_) or self.persons.get(id_)

    def add(  # noqa: PLR0913 - what is said of somebody
        self, id_: str, name: str, roles: Iterable[Role], by: str, now: int, *, vouched: bool = False
    ) -> Person:
        """Register somebody new at `now` (milliseconds since 1970 UTC).

        `vouched` says that more than an administrator's word stands for them: the provider's, or that of whoever owns
        the machine. So for what else takes it.

        Raises:
            UsageError: the id or the name is none, or somebody is known by it already.
            StoreError: nothing was kept.

        """
        word = "" if vouched else by
        person = new_person(id_, name, roles, self.known.values(), now, on_word_of=word)
        self._keep(person, by, f"{by} registered {person.id} as {_listed(person.roles)}", now)
        return person

    def change(  # noqa: PLR0913 - what is said of somebody
        self, id_: str, name: str | None, roles: Iterable[Role], by: str, now: int, *, vouched: bool = False
    ) -> Person:
        """Give somebody these roles and this name (None: the one they have).

        Whoever was taken out is there again, on the word of `by`, with nothing of what they had or said before.

        Raises:
            UsageError: nobody has this id, or nobody would be left who says who is there.
            StoreError: nothing was kept.

        """
        old = self.registered(id_)
        word = old.on_word_of if old.active else by
        person = msgspec.structs.replace(
            old,
            name=old.name if name is None else checked_name(name),
            roles=in_order(roles),
            until=None,
            back=old.back if old.active else now,
            revision=old.revision + 1,
            on_word_of="" if vouched else word,
        )
        self._leave_an_administrator(person)
        self._keep(person, by, f"{by} made {person.id} {_listed(person.roles)}", now)
        return person

    def take_out(self, id_: str, by: str, now: int, *, at: int | None = None) -> Person:
        """Let somebody be there no more: their tokens, passkeys and approvals count no longer, should they come back.

        `at` is the time of this machine where `now` is another. Harmless when it was done before.

        Raises:
            UsageError: nobody has this id, or nobody would be left who says who is there.
            StoreError: nothing was kept.

        """
        old = self.registered(id_)
        if not old.active:
            return old
        person = msgspec.structs.replace(old, until=now, revision=old.revision + 1)
        self._leave_an_administrator(person)
        moment = now if at is None else at
        with self._book.change(now) as page:
            self._put(page, person, by, f"{by} took {person.id} out")
            for token in [each for each in self.tokens.values() if each.person == id_ and not each.revoked]:
                self._revoke(page, token, by, moment)
            for passkey in self.passkeys_of(id_):
                self.revoke_passkey(page, passkey, by, moment)
        return person

    def make_token(  # noqa: PLR0913 - what a token says
        self,
        hash_: str,
        person: str,
        scopes: Iterable[Scope],
        by: str,
        now: int,
        *,
        days: float,
        label: str = "",
        vouched: bool = False,
    ) -> ApiToken:
        """Have the secret of this hash (`sha256:` and 64 hex) count for so many days; a program's has no `person`.

        The person concerned is told, unless they did it themselves; so are those who can confirm it.

        Raises:
            UsageError: nobody has this id, or the scopes, the label or the days are none.
            StoreError: nothing was kept.

        """
        wanted = tuple(scope for scope in Scope if scope in set(scopes))
        if person and not self.registered(person).active:
            raise UsageError(f"{person} is there no more", advice="Bring them back first: holdfast people change.")
        self._unknown(hash_)
        if not wanted or (not person and not (PROGRAM_SCOPES | SAID_SCOPES).issuperset(wanted)):
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
            on_word_of=by if person and not vouched and not same(by, person) else "",
        )
        with self._book.change(now) as page:
            self.tokens.put(page, token.id, token)
            self._record(page, token, by)
            whose = person or "a program"
            if person and person != by:
                text = f"{by} made a token in your name, {person}" + (token.on_word_of and f"; {TO_CONFIRM}")
                self._notices.tell(page, token.id, self.who_hear_of(person, token.on_word_of), text)
            page.note(HappeningKind.PEOPLE, f"{by} made a token for {whose}", token.id)
            page.then.append(self.call_the_roll)
        return token

    def renew_token(self, id_: str, hash_: str, now: int) -> ApiToken:
        """Have another secret, of this hash, count in place of a person's token, which they showed for it.

        Its maker does not know the new one; otherwise it is the same, and ends when the old one would have.

        Raises:
            UsageError: there is no such token of a person, or it was revoked.
            StoreError: nothing was kept.

        """
        old = self.tokens.get(id_)
        if old is None or not old.person or old.revoked:
            raise UsageError(f"there is no token {id_} of a person", advice="Show one of your own.")
        self._unknown(hash_)
        token = msgspec.structs.replace(old, id=token_id(hash_), hash=hash_, made_by=old.person, made_at=now)
        with self._book.change(now) as page:
            self._revoke(page, old, old.person, now)
            self.tokens.put(page, token.id, token)
            self._record(page, token, old.person)
            text = f"{old.person} renewed the token {id_}, which is {token.id} now"
            page.note(HappeningKind.PEOPLE, text, token.id)
            told = self.who_hear_of(old.person, token.on_word_of)
            self._notices.tell(page, token.id, told, text + (token.on_word_of and f"; {TO_CONFIRM}"))
            page.then.append(self.call_the_roll)  # once more: by now the new one is there, too
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
        with self._book.change(now) as page:
            return self._revoke(page, old, by, now)

    def revoke_passkey(self, page: Page, passkey: Passkey, by: str, at: int) -> Passkey:
        """Have a passkey count no more from `at` on (this machine's time), once this page is kept."""
        gone = msgspec.structs.replace(passkey, revoked_at=at)
        self.keep_passkey(page, gone)
        key = f"passkey/{passkey.id}/revoked"
        page.record(RecordKind.DECISION, key, passkey.person, {"person": passkey.person}, actor=by)
        page.note(HappeningKind.PEOPLE, f"{by} revoked a passkey of {passkey.person}", passkey.person)
        for heard in self._when_revoked:
            heard(page, gone, by)
        return gone

    def when_revoked(self, heard: Callable[[Page, ApiToken | Passkey, str], object]) -> None:
        """Have `heard` called on the page on which a token or passkey is revoked, with it and by whom."""
        self._when_revoked.append(heard)

    def keep_passkey(self, page: Page, passkey: Passkey) -> None:
        """Keep a passkey as it is now, once this page is kept; whoever adds or revokes one records that."""
        self.passkeys.put(page, passkey.id, passkey)

    def passkeys_of(self, person: str) -> list[Passkey]:
        """The passkeys that count for somebody."""
        return [each for each in self.passkeys.values() if each.person == person and each.revoked_at is None]

    def _unknown(self, hash_: str) -> None:
        """Pass a hash by whose name no token is known: it would take that one's place."""
        if token_id(hash_) in self.tokens:
            raise UsageError("a token of this name is there already", advice="Make another secret.")

    def word_for(self, person: Person, credential: str) -> str:
        """The administrator on whose word alone this is that person; empty when it is not so."""
        token, passkey = self.tokens.get(credential), self.passkeys.get(credential)
        words = (each.on_word_of for each in (person, token, passkey) if each is not None)
        return next((word for word in words if word), "")

    def who_hear_of(self, person: str, word: str) -> set[str]:
        """Who is told of what was done in a person's name: they and, where a `word` stands alone, who can confirm."""
        others = {each.id for each in self.known.values() if administers(each)} if word else set()
        return {person, *others} - {word}

    def registered(self, id_: str) -> Person:
        """Somebody of the store by exactly this id, there or not.

        Raises:
            UsageError: there is nobody.

        """
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
        if not any(administers(each) for each in after):
            raise UsageError(
                f"{changed.id} is the last administrator", advice="Make somebody else one first, then do this again."
            )

    def _keep(self, person: Person, by: str, text: str, now: int) -> None:
        with self._book.change(now) as page:
            self._put(page, person, by, text)

    def _put(self, page: Page, person: Person, by: str, text: str) -> None:
        self.persons.put(page, person.id, person)
        remember(page, "person", person.id, person)
        body = {"name": person.name, "roles": list(person.roles), "active": person.active}
        body["on_word_of"] = person.on_word_of
        page.record(RecordKind.DECISION, f"person/{person.id}/{person.revision}", person.id, body, actor=by)
        page.note(HappeningKind.PEOPLE, text, person.id)
        page.then.append(self.call_the_roll)

    def _record(self, page: Page, token: ApiToken, by: str) -> None:
        body: dict[str, object] = {"person": token.person, "label": token.label, "scopes": list(token.scopes)}
        body |= {"expires_at": token.expires_at, "on_word_of": token.on_word_of}
        page.record(RecordKind.DECISION, f"token/{token.id}", token.id, body, actor=by)

    def _revoke(self, page: Page, token: ApiToken, by: str, at: int) -> ApiToken:
        gone = msgspec.structs.replace(token, revoked_at=at)
        self.tokens.put(page, token.id, gone)
        page.record(RecordKind.DECISION, f"token/{token.id}/revoked", token.id, {"person": token.person}, actor=by)
        page.note(HappeningKind.PEOPLE, f"{by} revoked the token {token.id}", token.id)
        for heard in self._when_revoked:
            heard(page, gone, by)
        page.then.append(self.call_the_roll)
        return gone

    def call_the_roll(self) -> None:
        """Swap in who is there now, at once and whole."""
        tokens = {bytes.fromhex(each.hash.removeprefix("sha256:")): each for each in self.tokens.values()}
        self.roll = Roll(people=dict(self.persons), tokens=tokens)


def same(one: str, other: str) -> bool:
    """Whether these two ids are one person's."""
    return person_key(one) == person_key(other)


def administers(person: Person) -> bool:
    """Whether they are an administrator who is there, on more than one's word."""
    return person.counts and Role.ADMINISTRATOR in person.roles


def _listed(roles: Iterable[Role]) -> str:
    return ", ".join(roles) or "somebody without a role"


def _choice() -> str:
    return ", ".join(scope for scope in Scope if scope in PROGRAM_SCOPES | SAID_SCOPES)
