"""Which changes of holders' credentials by staff are under way, who was told of them, and what became of them?

An allowed action that changes a credential opens a change on the page that allows it: there is no other way, so none is
silent. What is to be told waits in the store until a notifier has taken it, and is told again after a crash. The link
follows from a key and is not kept; its SHA-256 is, by which it is known again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from holdfast.containment import Hold, Restriction, Subject, SubjectKind, place
from holdfast.detection.cooled import Cooled, Use, Watched, takeover
from holdfast.detection.takeover import Takeover
from holdfast.errors import UsageError
from holdfast.events import SecurityEvent
from holdfast.guard.staff import OPEN, TELL_WITHIN, Cooling, Credential, PendingChange, Stage, Tier, begins
from holdfast.ledger import RecordKind
from holdfast.ports import HolderNotice, NoticeKind
from holdfast.response.book import ACTOR, Book, Page, Shelf
from holdfast.response.conduct import LIVE, Deed, Over
from holdfast.response.outbox import Pace, wait_before
from holdfast.response.timeline import HappeningKind

from .attempts import Attempt
from .tidings import Tidings

HOLDER = "holder"  # who is named on the record when a link was used
LINK = "/changes/"  # where a link leads, before its secret
KEPT_MS = 14 * 24 * 3_600_000  # after the last of an account, so that its link finds all of the chain; twice `CHAIN`
_PLACED_BY = "cooling/"  # begins `placed_by` of the hold that comes with a change
_STOPS = frozenset({Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_SIGN_IN, Restriction.END_SESSIONS})
_AT_ONCE = 20  # notices taken to a notifier together


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that no notifier has taken yet: not before `due`, after so many `tries`."""

    notice: HolderNotice
    due: int
    tries: int = 1


class PendingChanges:
    """The register of changes. One thread uses it: the one that owns the book."""

    def __init__(self, book: Book, tidings: Tidings, cooling: Cooling, key: bytes) -> None:
        """As kept in the book's store; `key` is the secret that links follow from."""
        self._book, self._tidings, self._cooling, self._key = book, tidings, cooling, key
        self.kept = Shelf(book, "gate_changes", PendingChange)
        self.tellings = Shelf(book, "gate_tellings", Telling)
        self._cooled = Cooled()
        self._open: dict[str, PendingChange] = {}
        self._of_account: dict[str, dict[str, None]] = {}
        self._links: dict[str, str] = {}
        self._signalled: dict[str, PendingChange] = {}  # of which the incidents have not heard in this process
        for change in self.kept.values():
            self._seen(change)

    def ask_on(self, page: Page, asked: Iterable[tuple[Attempt, Credential, Tier]]) -> None:
        """Open a change for each of these attempts, on the page that allows them."""
        fresh: dict[str, list[PendingChange]] = {}
        for attempt, what, tier in asked:
            before = [*self.of(attempt.target), *fresh.get(attempt.target, ())]
            since = begins(tuple(before), page.now)
            change = PendingChange(
                id=attempt.id,
                account=attempt.target,
                what=what,
                tool=attempt.tool,
                function=attempt.function,
                person=attempt.person,
                session=attempt.session,
                tier=tier,
                asked_at=page.now,
                since=since,
                cools=self._cooling.of(tier),
            )
            waiting = [each.asked_at for each in before if self.stage(each, page.now) in OPEN]
            moments = sorted({since, min(waiting, default=page.now)})  # never a value that does not count yet
            links = {_hashed(self._secret(change.id, moment)): moment for moment in moments}
            change = msgspec.structs.replace(change, links=links)
            self._put(page, change)
            body = {"what": what, "by": attempt.person, "cools_ms": change.cools, "since": since}
            page.record(RecordKind.INTENT, f"change/{change.id}/asked", _subject(change), body, actor=attempt.person)
            page.place(_hold(change))
            for moment in moments:
                self._tell(page, change, NoticeKind.ASKED, moment)
            page.then.append(lambda change=change: self._tidings.changed(change))  # type: ignore[misc]
            fresh.setdefault(change.account, []).append(change)

    def stage(self, change: PendingChange, now: int) -> Stage:
        """How far it has come at `now`, though nobody may have written it down yet."""
        stage = change.stage(now)
        return Stage.ENDED if not change.closed and stage is not Stage.REVERSED and self._held(change, now) else stage

    def counts(self, change: PendingChange, now: int) -> bool:
        """Whether the new value counts at `now`: may be told a reset, or sign somebody in."""
        return self.stage(change, now) is Stage.IN_FORCE

    def of(self, account: str) -> list[PendingChange]:
        """The changes of an account, oldest first."""
        return [self.kept[id_] for id_ in self._of_account.get(account, ())]

    def due(self, now: int) -> Sequence[HolderNotice]:
        """What a notifier is to be given now, the longest due first."""
        waiting = sorted((each for each in self.tellings.values() if each.due <= now), key=lambda each: each.due)
        return [self._with_link(each.notice) for each in waiting[:_AT_ONCE]]

    def told(self, id_: str, now: int) -> None:
        """Note that a notifier has taken this notice. Once all who had to be asked were told, the change cools.

        Raises:
            StoreError: nothing was kept; it is told again.

        """
        telling = self.tellings.get(id_)
        if telling is None:
            return
        notice = telling.notice
        change = self.kept[notice.change]  # a change is not forgotten before its tellings
        with self._book.change(now) as page:
            self.tellings.drop(page, id_)
            page.record(RecordKind.OUTCOME, f"{id_}/told", _subject(change), {"tries": telling.tries})
            asked = notice.kind is NoticeKind.ASKED and change.stage(now) is Stage.ASKED
            if asked and not self._asking(change.id, but=id_):
                self._put(page, change.told(now))
                until = now + change.cools
                page.record(RecordKind.OUTCOME, f"change/{change.id}/cooling", _subject(change), {"until": until})

    def not_told(self, id_: str, now: int) -> None:
        """Note that no notifier took it; it is tried again, later each time up to a minute.

        Raises:
            StoreError: nothing was kept; it is tried again at once.

        """
        telling = self.tellings.get(id_)
        if telling is None:
            return
        tries = telling.tries + 1
        due = now + wait_before(Pace(), id_, Deed.APPLY, tries)
        with self._book.change(now) as page:
            self.tellings.put(page, id_, msgspec.structs.replace(telling, due=due, tries=tries))

    def by_link(self, secret: str) -> PendingChange | None:
        """The change that this link undoes, whatever became of it; None where it is no link."""
        found = self.kept.get(self._links.get(_hashed(secret), ""))
        if found is None:
            return None
        moment = found.links[_hashed(secret)]
        same = hmac.compare_digest(_hashed(secret), _hashed(self._secret(found.id, moment)))
        return found if same else None  # under another key than that of now it is no link any more

    def reverse(self, secret: str, now: int) -> PendingChange:
        """Undo by a link what it undoes: its change, and all of the account since the moment it brings back.

        To use it again changes nothing. What came of it is read off the change.

        Raises:
            UsageError: it is no link.
            StoreError: nothing was kept.

        """
        change = self.by_link(secret)
        if change is None:
            raise UsageError("this is no link to undo a change")
        if self.stage(change, now) not in OPEN:
            return change
        back_to = change.links[_hashed(secret)]
        undone = [each for each in self.of(change.account) if each.asked_at >= back_to and not self._off(each, now)]
        with self._book.change(now) as page:
            for each in undone:
                signalled = msgspec.structs.replace(each.reversed(now), signal=str(Use.REVERSED), signal_at=now)
                self._close(page, signalled, NoticeKind.REVERSED, back_to, HOLDER)
        return self.kept[change.id]

    def settle(self, now: int) -> None:
        """Write down what has come of changes by their time and by holds, and forget old ones.

        Raises:
            StoreError: some of it was not kept; the next call does it.

        """
        for change in list(self._open.values()):
            stage = self.stage(change, now)
            if stage in OPEN:
                continue
            with self._book.change(now) as page:
                if stage is Stage.IN_FORCE:
                    self._close(page, change, NoticeKind.IN_FORCE, change.since, ACTOR)
                else:
                    why = "a hold came in between" if self._held(change, now) else "the old value could not be told"
                    ended = msgspec.structs.replace(change, ended_at=now, why=why)
                    self._close(page, ended, NoticeKind.ENDED, change.since, ACTOR)
                for old in [each for each in self.kept.values() if each.closed and self._over(each.account, now)]:
                    self._forget(page, old)

    def _over(self, account: str, now: int) -> bool:
        return now - max(each.asked_at for each in self.of(account)) >= KEPT_MS

    def next_at(self) -> int | None:
        """When the next change is over by its time (milliseconds since 1970 UTC), if one is open."""
        ends = ((each.asked_at + TELL_WITHIN if each.until is None else each.until) for each in self._open.values())
        return min(ends, default=None)

    def observe(self, events: Iterable[SecurityEvent], now: int) -> None:
        """Note which changes were used before they count.

        Raises:
            StoreError: some of it was not kept.

        """
        for used in self._cooled.observe(events):
            change = self.kept[used.id]
            with self._book.change(now) as page:
                self._put(page, msgspec.structs.replace(change, signal=str(used.use), signal_at=used.at))
                body = {"signal": str(used.use), "at": used.at}
                page.record(RecordKind.OBSERVATION, f"change/{change.id}/signal", _subject(change), body)

    def warnings(self, now: int) -> Iterator[Takeover]:
        """The takeovers that show by now. One counts as heard once the next is asked for."""
        for change in list(self._signalled.values()):
            yield takeover(_watched(change), Use(change.signal), change.signal_at or now, now)
            del self._signalled[change.id]

    def _close(self, page: Page, change: PendingChange, kind: NoticeKind, as_of: int, actor: str) -> None:
        """Have it be over on this page: on record, told, its hold ended, and nothing left of what was to be asked."""
        self._put(page, msgspec.structs.replace(change, closed=True))
        for id_ in self._asking(change.id):
            self.tellings.drop(page, id_)
        body = {"why": change.why, "until": change.until, "back_to": as_of}
        page.record(RecordKind.DECISION, f"change/{change.id}/{kind}", _subject(change), body, actor=actor)
        self._tell(page, change, kind, as_of)
        hold = _hold(change).id
        held = page.held(hold)
        if held is not None and held.state in LIVE:
            page.tell(hold, Over(at=page.now, why=f"the change is {kind.replace('_', ' ')}"))
        said = f"{change.what} of {change.account}, changed by {change.person}: {kind.replace('_', ' ')} {change.why}"
        page.note(
            HappeningKind.WARNING if kind is NoticeKind.REVERSED else HappeningKind.ENDED, said.strip(), change.id
        )

    def _with_link(self, notice: HolderNotice) -> HolderNotice:
        """What a notifier is given: whoever reads the store alone finds no link that works."""
        if notice.kind is not NoticeKind.ASKED:
            return notice
        return msgspec.structs.replace(notice, link=LINK + self._secret(notice.change, notice.as_of))

    def _tell(self, page: Page, change: PendingChange, kind: NoticeKind, as_of: int) -> None:
        notice = HolderNotice(
            id=f"change/{change.id}/{kind}/{as_of}",
            kind=kind,
            change=change.id,
            account=change.account,
            what=change.what,
            as_of=as_of,
            at=page.now,
            until=change.until,
        )
        self.tellings.put(page, notice.id, Telling(notice=notice, due=page.now))

    def _put(self, page: Page, change: PendingChange) -> None:
        self.kept.put(page, change.id, change)
        page.then.append(lambda: self._seen(change))

    def _forget(self, page: Page, change: PendingChange) -> None:
        self.kept.drop(page, change.id)
        for id_ in self._waiting(change.id):
            self.tellings.drop(page, id_)

        def forgotten() -> None:
            self._of_account[change.account].pop(change.id)
            if not self._of_account[change.account]:
                del self._of_account[change.account]
            self._cooled.leave(change.account, change.id)
            self._signalled.pop(change.id, None)
            for link in change.links:
                self._links.pop(link)

        page.then.append(forgotten)

    def _seen(self, change: PendingChange) -> None:
        """Keep the ways in which a change is found in step with it."""
        self._of_account.setdefault(change.account, {})[change.id] = None
        self._links.update(dict.fromkeys(change.links, change.id))
        if change.closed:
            self._open.pop(change.id, None)
        else:
            self._open[change.id] = change
        if change.signal:
            self._signalled[change.id] = change
        if change.signal or change.reversed_at is not None or change.ended_at is not None:
            self._cooled.leave(change.account, change.id)
        else:
            self._cooled.watch(_watched(change))

    def _asking(self, id_: str, but: str = "") -> list[str]:
        return [key for key in self._waiting(id_, NoticeKind.ASKED) if key != but]

    def _waiting(self, id_: str, *kinds: NoticeKind) -> list[str]:
        """The notices about a change that were not taken yet: of these kinds, or all."""
        found = ((key, each.notice) for key, each in self.tellings.items())
        return [key for key, notice in found if notice.change == id_ and (not kinds or notice.kind in kinds)]

    def _off(self, change: PendingChange, now: int) -> bool:
        return self.stage(change, now) in {Stage.REVERSED, Stage.ENDED}

    def _held(self, change: PendingChange, now: int) -> bool:
        """Whether a hold stands that was placed since: on the account, or on whoever made the change."""
        on = [
            (SubjectKind.ACCOUNT, change.account),
            (SubjectKind.STAFF, change.person),
            (SubjectKind.TOOL_SESSION, change.session),
        ]
        return any(
            held.state in LIVE and _stops(held.hold) and change.asked_at <= held.hold.starts <= now
            for kind, id_ in on
            for held in self._book.on(Subject(kind=kind, id=id_))
        )

    def _secret(self, id_: str, moment: int) -> str:
        """43 characters that nobody makes without the key."""
        made = hmac.digest(self._key, f"holdfast/change-link/1 {id_} {moment}".encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _stops(hold: Hold) -> bool:
    if hold.subject.kind is not SubjectKind.ACCOUNT:
        return True
    return hold.restriction in _STOPS and not hold.placed_by.startswith(_PLACED_BY)


def _hold(change: PendingChange) -> Hold:
    """What keeps the account's credentials as they are meanwhile; it ends by itself even if nobody ends it."""
    return place(
        Subject(kind=SubjectKind.ACCOUNT, id=change.account),
        Restriction.NO_CREDENTIAL_CHANGE,
        starts=change.asked_at,
        until=change.asked_at + TELL_WITHIN + change.cools,
        why=f"staff changed its {change.what}, and the old value can still object",
        occasion=_PLACED_BY + change.id,
        placed_by=_PLACED_BY + change.id,
    )


def _watched(change: PendingChange) -> Watched:
    return Watched(
        id=change.id,
        account=change.account,
        staff=change.person,
        session=change.session,
        since=change.asked_at,
        until=change.until,
    )


def _subject(change: PendingChange) -> str:
    return f"account:{change.account}"


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
