"""What was somebody asked to agree to, what did they say, and was it done?

An asking names one person and exactly one action. What is to be done is shown to whoever agrees, and is forgotten when
the asking is over; the record keeps its hash. A consent is used up by the action it is for.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from holdfast.errors import NotAllowedError, SignatureError, UsageError
from holdfast.events import format_time
from holdfast.guard import Caller, Often, Passkey, RefusalCode, Signature, approval_challenge
from holdfast.guard.staff import Consent, ToolAction
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf
from holdfast.response.emergency import reason
from holdfast.response.notices import Notices
from holdfast.response.people import People, same
from holdfast.response.signin import SignIn, evidence
from holdfast.response.timeline import HappeningKind

from .kept import Changes, FactShelf
from .sessions import vouched_for

MINUTE = 60_000  # milliseconds
ASKED_MS = 60 * MINUTE  # how long an asking stays open: after that whoever asked has gone home
LARGEST = 16_384  # bytes of an action that is shown to whoever agrees
MOST_OPEN = 20  # of one person: nobody reads more of them
MOST_VAIN = 100  # of one person in the hour or so that askings are kept, not agreed to: withdrawn ones take room too
MOST_ASKED = 200  # of one person in an hour, agreed to as well: as far as two who conspire can go
_ID_HEX = 16  # of the hash: enough to tell askings apart, short enough to say on the telephone


@enum.unique
class AskingState(enum.StrEnum):
    """How far it has come."""

    OPEN = "open"
    AGREED = "agreed"
    DENIED = "denied"


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`person` asks others to agree to one `action`, from `at` until `until` (ms since 1970 UTC), and says why."""

    id: str
    person: str
    action: ToolAction
    action_hash: str
    reason: str
    ticket: str
    at: int
    until: int
    state: AskingState = AskingState.OPEN
    by: str = ""
    why: str = ""

    def open(self, now: int) -> bool:
        """Whether somebody can still agree to it."""
        return self.state is AskingState.OPEN and self.at <= now < self.until


class Consents:
    """The askings and the consents. Whoever calls it has made sure that `by` may do so by the policies."""

    def __init__(  # noqa: PLR0913, PLR0917 - what an agreement touches
        self, book: Book, people: People, notices: Notices, signin: SignIn, changes: Changes, minutes: Callable[[], int]
    ) -> None:
        """As kept in the book's store; a consent can be used for as many `minutes` as hold just now."""
        self._book, self._people, self._notices, self._signin = book, people, notices, signin
        self._minutes = minutes
        self._asking = Often(MOST_ASKED, "asked others to agree")
        self.asked = Shelf(book, "gate_asked", Asking)
        self.kept = FactShelf(book, "gate_consents", Consent, changes, "consents")

    @property
    def _stands(self) -> int:
        return self._minutes() * MINUTE

    def ask(self, action: ToolAction, by: str, why: str, ticket: str, now: int) -> Asking:
        """Ask for somebody else to agree to exactly this. Asking again for the same changes nothing.

        Raises:
            UsageError: it cannot be written down exactly, is too large, or they have asked for too much already.
            NotAllowedError: no reason is given, or they asked too often.
            StoreError: nothing was kept.

        """
        said, hash_ = reason(why), action.hash
        if len(msgspec.json.encode(action)) > LARGEST or len(ticket) > LARGEST:
            raise UsageError("nobody could read all of this action before they agree", advice="Ask for less at once.")
        vain = [each for each in self.asked.values() if each.state is not AskingState.AGREED and same(each.person, by)]
        mine = [each for each in vain if each.open(now)]
        before = next((each for each in mine if each.action_hash == hash_), None)
        if before is not None:
            return before
        if len(mine) >= MOST_OPEN:
            raise UsageError(f"{by} has {len(mine)} open requests already", advice="Wait, or withdraw some.")
        if sum(now < each.until + self._stands for each in vain) >= MOST_VAIN:
            raise UsageError(f"nobody agreed to {MOST_VAIN} requests of {by} lately", advice="Ask again in an hour.")
        self._asking.take(by, now)
        asking = Asking(
            id=self._place(hash_),
            person=by,
            action=action,
            action_hash=hash_,
            reason=said,
            ticket=ticket,
            at=now,
            until=now + ASKED_MS,
        )
        with self._book.change(now) as page:
            self._forget(page)
            self.asked.put(page, asking.id, asking)
            body = {"action_hash": hash_, "tool": action.tool, "function": action.function, "reason": said}
            page.record(RecordKind.DECISION, f"asking/{asking.id}/{now}", _subject(action), {**body, "ticket": ticket})
            text = f"{by} asks somebody to agree to {action.function} of {action.tool} on {action.target or 'nobody'}"
            page.note(HappeningKind.REQUEST, text, asking.id)
        return asking

    def agree(self, id_: str, by: Caller, action_hash: str, now: int, *, signature: Signature | None = None) -> Consent:
        """Agree to exactly what was asked; `action_hash` is that of what `by` has seen.

        Raises:
            UsageError: there is no such asking.
            NotAllowedError: it is their own, another thing, denied, used or over.
            SignatureError: the signature is none of theirs over this.
            StoreError: nothing was kept.

        """
        asking = self._open(id_, now)
        if same(by.person, asking.person) or not by.person:
            raise NotAllowedError(
                f"{by.person or 'a program'} cannot agree to what {asking.person} asks for",
                code=RefusalCode.REQUESTER_APPROVED,
                advice=f"Allowed when somebody other than {asking.person} agrees.",
            )
        if action_hash != asking.action_hash:
            raise NotAllowedError(
                f"{action_hash[:80]} is not what {id_} asks for",
                code=RefusalCode.APPROVED_ANOTHER_PLAN,
                advice="Look at it again, and agree to its action_hash.",
            )
        passkey = None if signature is None else self._signed(asking, by.person, signature, now)
        consent = Consent(
            id=f"{id_}/{now}",
            person=asking.person,
            action_hash=action_hash,
            by=by.person,
            at=now,
            until=now + self._stands,
            signed=passkey is not None,
        )
        with self._book.change(now) as page:
            self.asked.put(page, id_, msgspec.structs.replace(asking, state=AskingState.AGREED, by=by.person))
            self.kept.put(page, consent.id, consent)
            body: dict[str, Any] = {"action_hash": action_hash, "person": asking.person, "via": str(by.via)}
            if passkey is not None and signature is not None:
                self._signin.used(page, passkey)
                body["signature"] = evidence(signature, passkey)
            page.record(RecordKind.DECISION, f"consent/{consent.id}", _subject(asking.action), body, actor=by.person)
            text = f"{by.person} agreed to what {asking.person} asked for"
            page.note(HappeningKind.APPROVAL, text, id_)
            self._notices.tell(page, f"consent-{id_}", [asking.person], f"{text}: {asking.action.function}")
        return consent

    def deny(self, id_: str, by: str, why: str, now: int) -> Asking:
        """Say no. It is closed by that, and what was agreed to for it counts no more; who asked can withdraw it so.

        Raises:
            UsageError: there is no such asking.
            NotAllowedError: no reason is given, or it is denied, over or done already.
            StoreError: nothing was kept.

        """
        agreed = [each for each in self.kept.values() if each.id.startswith(f"{id_}/")]
        asking = self.asked.get(id_)
        if asking is None or not any(each.waits(now) for each in agreed):
            done = next((each.used_at for each in agreed if each.used_at is not None), None)
            asking = self._open(id_, now, "" if done is None else f"done already, at {format_time(done)}")
        denied = msgspec.structs.replace(asking, state=AskingState.DENIED, by=by, why=reason(why))
        with self._book.change(now) as page:
            self.asked.put(page, id_, denied)
            for each in agreed:
                self.kept.put(page, each.id, msgspec.structs.replace(each, ended_at=now))
            body = {"action_hash": asking.action_hash, "why": denied.why}
            page.record(RecordKind.DECISION, f"denied/{id_}/{now}", _subject(asking.action), body, actor=by)
            page.note(HappeningKind.DENIAL, f"{by} said no to what {asking.person} asked for: {denied.why}", id_)
        return denied

    def given(self, id_: str) -> Consent | None:
        """What somebody agreed to by this asking, if it is not forgotten: an asking is agreed to once."""
        return next((each for key, each in self.kept.items() if key.startswith(f"{id_}/")), None)

    def use_on(self, page: Page, ids: Iterable[str]) -> tuple[str, ...]:
        """Have these used up by what is done on this page; who had agreed."""
        used = [self.kept[id_] for id_ in ids]
        for consent in used:
            self.kept.put(page, consent.id, msgspec.structs.replace(consent, used_at=page.now))
            body = {"action_hash": consent.action_hash}
            key = f"consent/{consent.id}/used"
            page.record(RecordKind.DECISION, key, consent.person, body, actor=consent.person)
        return tuple(consent.by for consent in used)

    def end_on(self, page: Page, agreed: str, by: str) -> None:
        """Have nothing count any more on this page that this person agreed to and that was not done yet."""
        for consent in [each for each in self.kept.values() if each.by == agreed and each.waits(page.now)]:
            self.end_one_on(page, consent, by)

    def end_one_on(self, page: Page, consent: Consent, by: str) -> None:
        """Have a consent that waits count no more on this page."""
        self.kept.put(page, consent.id, msgspec.structs.replace(consent, ended_at=page.now))
        body = {"action_hash": consent.action_hash}
        page.record(RecordKind.DECISION, f"consent/{consent.id}/ended", consent.person, body, actor=by)

    def action_of(self, consent: Consent) -> ToolAction | None:
        """What it was agreed to; None where that is forgotten."""
        asking = self.asked.get(consent.id.rpartition("/")[0])
        return None if asking is None else asking.action

    def _signed(self, asking: Asking, person: str, signature: Signature, now: int) -> Passkey:
        challenge = approval_challenge(
            signature.nonce, request=asking.id, action_hash=asking.action_hash, person=person
        )
        passkey = self._signin.signed(signature, person, challenge, now, at=now)
        if passkey.person != person:
            raise SignatureError("another person's passkey signed it")
        vouched_for(not passkey.on_word_of)
        return passkey

    def _open(self, id_: str, now: int, closed: str = "") -> Asking:
        asking = self.asked.get(id_)
        if asking is None:
            raise UsageError(f"there is no request {id_} of this kind", advice="See `holdfast gate requests`.")
        if not asking.open(now):
            closed = closed or f"{asking.state if asking.state is not AskingState.OPEN else 'over'} already"
            raise NotAllowedError(
                f"the request {id_} is {closed}",
                code=RefusalCode.REQUEST_CLOSED,
                advice="Ask anew, if it is still to be done.",
            )
        return asking

    def _place(self, hash_: str) -> str:
        base = hash_.removeprefix("sha256:")[:_ID_HEX]
        id_, number = base, 1
        while id_ in self.asked:
            number += 1
            id_ = f"{base}-{number}"
        return id_

    def _forget(self, page: Page) -> None:
        """Let go of what is over: payloads are not kept for longer than they are needed."""
        over = [each.id for each in self.asked.values() if page.now >= each.until + self._stands]
        for id_ in over:
            self.asked.drop(page, id_)
        self.kept.prune(page, lambda each: page.now >= each.until)


def _subject(action: ToolAction) -> str:
    return f"account:{action.target}" if action.target else f"tool:{action.tool}"
