"""Which passkeys, links and sessions are there, and what became of them? Every change is on record.

`now` is the time of the record. What stands in sessions, links and passkeys is this machine's time, which `at` gives: a
stream that is judged by its own time must not keep somebody signed in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec

from holdfast.errors import SignatureError, SignInError, UsageError
from holdfast.guard import Enrolment, Often, Passkey, Session, SessionLimits, Signature
from holdfast.ledger import RecordKind
from holdfast.ports import Signatures

from .book import Book, Page, Shelf
from .notices import Notices
from .people import TO_CONFIRM, People, administers, same
from .timeline import HappeningKind

MOST_SIGN_INS = 60  # of one person in an hour: some browsers, each once more
MOST_COPIES = 5  # tellings in an hour that somebody's passkey may be copied: the first says all there is to say
MOST_PASSKEYS = 10  # of one person: a telephone, a computer, keys in a drawer


class SignIn:
    """The register of what people sign in with. Whoever calls it has made sure that `by` may do so."""

    def __init__(self, book: Book, people: People, notices: Notices, signatures: Signatures) -> None:
        """As kept in the book's store; `signatures` can tell whether a passkey signed something."""
        self._book, self._people, self._notices, self._signatures = book, people, notices, signatures
        self._beginning = Often(MOST_SIGN_INS, "signed in")
        self._copies = Often(MOST_COPIES, "shown what may be a copy of their passkey")
        self._when_left: list[Callable[[Page, str, str], object]] = []
        self.enrolments = Shelf(book, "enrolments", Enrolment)
        self.sessions = Shelf(book, "sessions", Session)

    def enrol(self, enrolment: Enrolment, now: int) -> Enrolment:
        """Let a person register a passkey by this link; their earlier links count no more.

        Raises:
            UsageError: nobody is registered by this id, or they are there no more.
            StoreError: nothing was kept.

        """
        person = self._people.persons.get(enrolment.person)
        if person is None or not person.active:
            raise UsageError(f"nobody is registered as {enrolment.person!r}", advice="See `holdfast people list`.")
        with self._book.change(now) as page:
            for old in [each for each in self.enrolments.values() if each.person == person.id]:
                self.enrolments.drop(page, old.id)
            self.enrolments.put(page, enrolment.id, enrolment)
            body = {"person": person.id, "expires_at": enrolment.expires_at}
            page.record(RecordKind.DECISION, f"enrolment/{enrolment.id}", person.id, body, actor=enrolment.made_by)
            text = f"{enrolment.made_by} made a link for {person.id} to register a passkey"
            page.note(HappeningKind.PEOPLE, text, person.id)
            if not same(enrolment.made_by, person.id):
                told = self._people.who_hear_of(person.id, enrolment.made_by)
                self._notices.tell(page, person.id, told, text)
        return enrolment

    def add(self, passkey: Passkey, by: str, now: int, *, link: str = "") -> Passkey:
        """Keep a new passkey; `link` is the id of the enrolment that it was made by, which is used up.

        By a link that somebody else made it stands on their word alone, until it is confirmed.

        Raises:
            SignInError: the link was used meanwhile, the key is known, or its person has too many.
            StoreError: nothing was kept.

        """
        person = self._people.person(passkey.person)
        enrolment = self.enrolments.get(link)
        if link and (enrolment is None or not enrolment.counts(person, passkey.added_at)):
            raise SignInError("this link was used before, or is over")
        if passkey.id in self._people.passkeys or len(self._people.passkeys_of(passkey.person)) >= MOST_PASSKEYS:
            raise SignInError(f"this passkey is known, or {passkey.person} has {MOST_PASSKEYS} already")
        word = "" if enrolment is None or same(enrolment.made_by, passkey.person) else enrolment.made_by
        passkey = msgspec.structs.replace(passkey, on_word_of=word)
        with self._book.change(now) as page:
            if enrolment is not None:
                used = msgspec.structs.replace(enrolment, used_at=passkey.added_at)
                self.enrolments.put(page, link, used)
            self._people.keep_passkey(page, passkey)
            body = {"person": passkey.person, "public_key": _text(passkey.public_key), "label": passkey.label}
            body["on_word_of"] = word
            page.record(RecordKind.DECISION, f"passkey/{passkey.id}", passkey.person, body, actor=by)
            text = f"{by} registered a passkey for {passkey.person}" + (word and f" by a link of {word}; {TO_CONFIRM}")
            page.note(HappeningKind.PEOPLE, text, passkey.person)
            told = self._people.who_hear_of(passkey.person, word)
            self._notices.tell(page, f"passkey-{passkey.id[:12]}", told, text)
        return passkey

    def revoke(self, passkey: str, by: str, now: int, *, at: int) -> Passkey:
        """Have a passkey count no more, nor its sessions, nor the approvals signed with it that still wait.

        Raises:
            UsageError: there is no such passkey.
            StoreError: nothing was kept.

        """
        old = self._people.passkeys.get(passkey)
        if old is None:
            raise UsageError("there is no such passkey")
        if old.revoked_at is not None:
            return old
        with self._book.change(now) as page:
            return self._people.revoke_passkey(page, old, by, at)

    def begin(self, session: Session, limits: SessionLimits, now: int) -> Session:
        """Keep a session that begins now, and forget those that are over.

        Raises:
            TooOftenError: its person does nothing but sign in.
            StoreError: nothing was kept.

        """
        self._beginning.take(session.person, now)
        with self._book.change(now) as page:
            for old in [each for each in self.sessions.values() if not self.stands(each, limits, session.made_at)]:
                self.sessions.drop(page, old.id)
            self.sessions.put(page, session.id, session)
            body = {"via": str(session.via), "credential": session.credential}
            key = f"session/{session.id}"
            page.record(RecordKind.DECISION, key, session.person, body, actor=session.person)
            page.note(HappeningKind.PEOPLE, f"{session.person} signed in", session.person)
        return session

    def end(self, session: str, now: int) -> None:
        """Forget a session. Harmless when it is forgotten already."""
        old = self.sessions.get(session)
        if old is not None:
            with self._book.change(now) as page:
                self.sessions.drop(page, session)
                for heard in self._when_left:
                    heard(page, old.person, old.person)

    def when_left(self, heard: Callable[[Page, str, str], object]) -> None:
        """Have `heard` called on the page on which somebody signs out, with who it is, and by whom."""
        self._when_left.append(heard)

    def seen(self, session: str, at: int, now: int) -> None:
        """Note that a session was used at `at`; nothing when it has ended meanwhile."""
        old = self.sessions.get(session)
        if old is not None and at > old.seen_at:
            with self._book.change(now) as page:
                self.sessions.put(page, session, msgspec.structs.replace(old, seen_at=at))

    def stands(self, session: Session, limits: SessionLimits, at: int) -> bool:
        """Whether a session is one at `at`, with its person and passkey as they are now."""
        return session.counts(
            self._people.persons.get(session.person), self._people.passkeys.get(session.credential), limits, at
        )

    def signed(self, signature: Signature, person: str, challenge: bytes, now: int, *, at: int) -> Passkey:
        """The passkey by which `person` (empty: whoever it belongs to) signed `challenge`, with its new counter.

        A counter that did not go on is told to the person and the administrators: the key may have been copied (Web
        Authentication Level 3, section 6.1.1).

        Raises:
            SignatureError: nobody's passkey signed it, another person's, or one whose counter went back.
            StoreError: the copy could not be told of.

        """
        passkey = self._people.passkeys.get(signature.passkey)
        if passkey is None or passkey.revoked_at is not None or person not in {"", passkey.person}:
            raise SignatureError("this passkey is not registered here, or not for this person")
        owner = self._people.persons.get(passkey.person)
        if owner is None or not owner.active:
            raise SignatureError(f"{passkey.person} is there no more")
        count = self._signatures.check(signature, passkey, challenge)
        if (count or passkey.sign_count) and count <= passkey.sign_count:
            self._tell_of_copy(passkey, count, now)
            raise SignatureError(
                "the counter of this passkey went back: somebody may have a copy of it",
                advice="Revoke this passkey and register another one. Whoever administers people was told.",
            )
        return msgspec.structs.replace(passkey, sign_count=count, used_at=at)

    def used(self, page: Page, passkey: Passkey) -> None:
        """Keep what `signed` gave, on the page of what was done with it."""
        self._people.keep_passkey(page, passkey)

    def keep_used(self, passkey: Passkey, now: int) -> None:
        """Keep what `signed` gave on a page of its own."""
        with self._book.change(now) as page:
            self.used(page, passkey)

    def _tell_of_copy(self, passkey: Passkey, count: int, now: int) -> None:
        if self._copies.wait(passkey.person, now):
            return
        self._copies.take(passkey.person, now)
        who = {passkey.person, *(each.id for each in self._people.known.values() if administers(each))}
        with self._book.change(now) as page:
            body = {"told": count, "known": passkey.sign_count}
            key = f"passkey/{passkey.id}/went_back/{now}"
            page.record(RecordKind.DECISION, key, passkey.person, body)
            text = f"the counter of a passkey of {passkey.person} went back: somebody may have a copy of it"
            self._notices.tell(page, f"copy-{passkey.id[:12]}", who, text)


def evidence(signature: Signature, passkey: Passkey) -> dict[str, str]:
    """What the ledger keeps of a signature, so that it can be checked without this store: base64url."""
    return {
        "passkey": signature.passkey,
        "nonce": _text(signature.nonce),
        "authenticator_data": _text(signature.authenticator_data),
        "client_data": _text(signature.client_data),
        "signature": _text(signature.signature),
        "public_key": _text(passkey.public_key),
    }


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
