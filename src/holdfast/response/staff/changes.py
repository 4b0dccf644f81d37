"""Which changes of holders' credentials by staff are under way, who was told of them, and what became of them?

An allowed action that changes a credential opens a change on the page that allows it: there is no other way, so none is
silent. What is to be told waits in the store until a notifier has taken it, and is told again after a crash. The link
follows from a key and is not kept; its SHA-256 is, by which it is known again. An account is the same in any spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from holdfast.containment import Hold, Restriction, Subject, SubjectKind, place
from holdfast.detection.cooled import Cooled, Use, Watched, takeover
from holdfast.detection.homes import Home, Homes, joined
from holdfast.detection.takeover import Takeover
from holdfast.errors import UsageError
from holdfast.events import SecurityEvent, SignIn, spelling_key
from holdfast.guard.staff import OPEN, TELL_WITHIN, Cooling, Credential, PendingChange, Stage, Tier, begins
from holdfast.ledger import RecordKind
from holdfast.ports import HolderNotice, NoticeKind
from holdfast.response.book import ACTOR, Book, Page, Shelf
from holdfast.response.conduct import LIVE, Over
from holdfast.response.timeline import HappeningKind

from .attempts import Attempt, number_of
from .links import LINK, Links
from .spelt import Alike, Holds, called, heard, none_alike
from .tellings import Tellings
from .tidings import Tidings, is_of_a_change

HOLDER = "holder"  # who is named on the record when a link was used
KEPT_MS = 14 * 24 * 3_600_000  # after the last of an account, so that its link finds all of the chain; twice `CHAIN`
_PLACED_BY = "cooling/"  # begins `placed_by` of the hold that comes with a change
_STOPS = frozenset({Restriction.NO_CREDENTIAL_CHANGE, Restriction.NO_SIGN_IN, Restriction.END_SESSIONS})
_APART = 60_000
"""Milliseconds by which a platform's clock may be behind ours: its new value is not to look older than the change."""


class Asked(NamedTuple):
    """An allowed attempt that changes `what` of an account of this tier; `new_hash` is "" where it is not known."""

    attempt: Attempt
    what: Credential
    tier: Tier
    new_hash: str = ""


class Asleep(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing has cooled since then (milliseconds since 1970 UTC): what could object was not heard up to now yet."""

    since: int


_ASLEEP = "asleep"  # the one key in the collection


class PendingChanges:
    """The register of changes. One thread uses it: the one that owns the book."""

    def __init__(
        self, book: Book, tidings: Tidings, cooling: Callable[[], Cooling], key: bytes, alike: Alike = none_alike
    ) -> None:
        """As kept in the book's store; `key` is the secret that links follow from.

        `cooling` says for how long what is asked for just now waits; what waits already waits as it did. `alike` gives
        the platform's ids of accounts that are spelt like one.
        """
        self._book, self._tidings, self._cooling, self._alike = book, tidings, cooling, alike
        self.kept = Shelf(book, "gate_changes", PendingChange)
        self.links = Links(key, self.kept)
        self.tellings = Tellings(book, self._given)
        self._homes = Shelf(book, "gate_homes", Home)
        self._cooled = Cooled()
        self._holds = Holds(book)
        self._asleep = Shelf(book, "gate_asleep", Asleep)
        self._since: int | None = None  # nothing has cooled since then
        self._heard = False
        self._open: dict[str, PendingChange] = {}
        self._of_account: dict[str, dict[str, None]] = {}
        self._signalled: dict[str, PendingChange] = {}  # of which the incidents have not heard in this process
        for change in sorted(self.kept.values(), key=_number):
            self._seen(change)
            if not change.closed:
                tidings.changed(change)  # what was to be heard when the last process ended; heard twice it is one

    @property
    def homes(self) -> Homes:
        """From where accounts are entered, as far as was heard."""
        return self._cooled.homes

    def ask_on(self, page: Page, asked: Iterable[Asked]) -> None:
        """Open a change for each of these attempts, on the page that allows them."""
        fresh: list[tuple[PendingChange, Home]] = []
        for each in asked:
            change, home = self._opened(page.now, each, fresh)
            fresh.append((change, home))
            self._homes.put(page, change.id, home)
            self._put(page, change)
            by = each.attempt.person
            body = {"what": change.what, "by": by, "cools_ms": change.cools, "since": change.since}
            page.record(RecordKind.INTENT, f"change/{change.id}/asked", _subject(change), body, actor=by)
            self._hold_on(page, change)
            for moment in sorted(change.links.values()):
                self.tellings.add(page, change, NoticeKind.ASKED, moment)
            page.then.append(lambda change=change: self._tidings.changed(change))  # type: ignore[misc]

    def _opened(
        self, now: int, asked: Asked, fresh: Sequence[tuple[PendingChange, Home]]
    ) -> tuple[PendingChange, Home]:
        """The change that is asked for, and from where its account was entered before the chain that it belongs to."""
        attempt = asked.attempt
        known = [(each, self._home(each)) for each in self.of(attempt.target)]
        before = known + [row for row in fresh if spelling_key(row[0].account) == spelling_key(attempt.target)]
        since = begins(tuple(each for each, _ in before), now)
        waiting = [each.asked_at for each, _ in before if self.stage(each, now) in OPEN]
        moments = {since, min([now, *waiting])}  # never a value that does not count yet
        change = PendingChange(
            id=attempt.id,
            account=attempt.target,
            spelt=attempt.target,
            what=asked.what,
            tool=attempt.tool,
            function=attempt.function,
            person=attempt.person,
            session=attempt.session,
            tier=asked.tier,
            asked_at=now,
            since=since,
            cools=self._cooling().of(asked.tier),
            links=self.links.made(attempt.id, moments),
            new_hash=asked.new_hash,
        )
        named = {each.account for each, _ in before if each.named}
        ours = {each.spelt for each, _ in before} - named  # as a tool spelt it, and the platform heard it from us
        change = called(change, [each for each in self._alike(attempt.target) if each not in ours])
        homes = [home for each, home in before if each.since == since < now and home != Home()]
        return change, homes[0] if homes else joined(self.homes.of(each) for each in change.ids)

    def stage(self, change: PendingChange, now: int) -> Stage:
        """How far it has come at `now`, though nobody may have written it down yet."""
        stage = change.stage(self._cooled_to(now))
        return Stage.ENDED if not change.closed and stage is not Stage.REVERSED and self._held(change, now) else stage

    def counts(self, change: PendingChange, now: int) -> bool:
        """Whether the new value counts at `now`: may be told a reset, or sign somebody in."""
        return self.stage(change, now) is Stage.IN_FORCE

    def of(self, account: str) -> list[PendingChange]:
        """The changes of an account in any spelling, oldest first."""
        return [self.kept[id_] for id_ in self._of_account.get(spelling_key(account), ())]

    def due(self, now: int) -> Sequence[HolderNotice]:
        """What a notifier is to be given now, the longest due first, and of each account in order of time."""
        return self.tellings.due(now)

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
            if asked and self.tellings.about(change.id, NoticeKind.ASKED) == [id_]:
                self._put(page, change.told(now))
                until = change.told(now).until
                page.record(RecordKind.OUTCOME, f"change/{change.id}/cooling", _subject(change), {"until": until})

    def not_told(self, id_: str, now: int) -> None:
        """Note that no notifier took it; it is tried again, later each time up to a minute.

        Raises:
            StoreError: nothing was kept; it is tried again at once.

        """
        telling = self.tellings.get(id_)
        if telling is None:
            return
        with self._book.change(now) as page:
            self.tellings.put_off(page, telling)

    def by_link(self, secret: str) -> PendingChange | None:
        """The change that this link undoes, whatever became of it; None where it is no link."""
        found = self.links.find(secret)
        return None if found is None else found[0]

    def undoes(self, secret: str, now: int) -> list[PendingChange]:
        """What a link would undo now: all of the account since the moment it brings back that is not off already.

        It works for as long as its own change was to wait, whatever became of that: who has the value that was put in
        between must not be able to use up the link of who was there before.
        """
        found = self.links.find(secret)
        if found is None or self._cooled_to(now) >= found[0].links_until:
            return []
        change, back_to = found
        return [each for each in self.of(change.account) if each.asked_at >= back_to and not self._off(each, now)]

    def reverse(self, secret: str, now: int) -> PendingChange:
        """Undo by a link what it `undoes`.

        To use it again changes nothing. What came of it is read off the change.

        Raises:
            UsageError: it is no link.
            StoreError: nothing was kept.

        """
        found = self.links.find(secret)
        if found is None:
            raise UsageError("this is no link to undo a change")
        change, back_to = found
        undone = self.undoes(secret, now)
        if undone:
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
        if self._heard:
            self.heard(now)
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
                for old in [each for each in self.kept.values() if self._over(each.account, now)]:
                    self._forget(page, old)

    def _over(self, account: str, now: int) -> bool:
        of_account = self.of(account)
        return all(each.closed and now - each.asked_at >= KEPT_MS for each in of_account)

    def begin(self, last: int, now: int) -> None:
        """Begin at `now` after an owner who was there at `last`: nothing cools before all is `heard` again.

        What hearing it takes is kept in mind in the store, for whoever is killed meanwhile.

        Raises:
            StoreError: nothing was kept; nothing cools nevertheless.

        """
        before = self._asleep.get(_ASLEEP)
        self._since = last if before is None else min(last, before.since)
        self.slept(self._since, now)
        if self._open:
            with self._book.change(now) as page:
                self._asleep.put(page, _ASLEEP, Asleep(since=now))
        self._since = now

    def heard(self, now: int) -> None:
        """Have what cooled go on cooling from `now`: what could object was heard up to it. Harmless when it was said.

        Raises:
            StoreError: nothing was kept; `settle` does it.

        """
        if self._since is None:
            return
        self._heard = True
        longer = self._longer(self._since, now)
        if longer or _ASLEEP in self._asleep:
            with self._book.change(now) as page:
                self._sleep_on(page, longer, self._since)
                if _ASLEEP in self._asleep:
                    self._asleep.drop(page, _ASLEEP)
        self._since, self._heard = None, False

    def slept(self, since: int, now: int) -> None:
        """Have what cooled at `since` cool on from `now`: no service stood behind the links in between.

        Raises:
            StoreError: none of it was kept.

        """
        longer = self._longer(since, now)
        if longer:
            with self._book.change(now) as page:  # one for all: the record says last when the service was there last
                self._sleep_on(page, longer, since)

    def _longer(self, since: int, now: int) -> list[tuple[PendingChange, PendingChange]]:
        slept = [(before, before.slept(since, now)) for before in self._open.values()]
        return [(before, change) for before, change in slept if change.asleep > before.asleep]

    def _sleep_on(self, page: Page, longer: Iterable[tuple[PendingChange, PendingChange]], since: int) -> None:
        for before, change in longer:
            self._put(page, change)
            self._end_holds(page, before, "the change cools for longer")
            self._hold_on(page, change)
            body = {"since": since, "until": change.until}
            page.record(RecordKind.OBSERVATION, f"change/{change.id}/slept/{page.now}", _subject(change), body)

    def _cooled_to(self, now: int) -> int:
        """The time up to which changes have cooled at `now`."""
        return now if self._since is None else min(now, self._since)

    def next_at(self) -> int | None:
        """When the next change is over by its time (milliseconds since 1970 UTC), if one is open."""
        ends = ((each.asked_at + TELL_WITHIN if each.until is None else each.until) for each in self._open.values())
        return min(ends, default=None)

    def observe(self, events: Iterable[SecurityEvent], now: int) -> None:
        """Note which changes were used before they count, and how the platform calls their accounts.

        Raises:
            StoreError: some of it was not kept.

        """
        told = tuple(events)
        for account in self._named_by(told):
            self._hear(account, now)
        for used in self._cooled.observe(told):
            change = self.kept[used.id]
            with self._book.change(now) as page:
                self._put(page, msgspec.structs.replace(change, signal=str(used.use), signal_at=used.at))
                body = {"signal": str(used.use), "at": used.at}
                again = f"/{used.use}" if change.signal else ""  # it was not sure before
                page.record(RecordKind.OBSERVATION, f"change/{change.id}/signal{again}", _subject(change), body)

    def _named_by(self, events: Iterable[SecurityEvent]) -> Iterator[str]:
        """The accounts of open changes that the platform has named, by ids that are not known of them yet."""
        if not self._open:
            return
        names = {getattr(event, "account", "") for event in events if _is_named_in(event)}
        for name in sorted(names):
            if any(heard(each, name) is not each for each in self.of(name) if not each.closed):
                yield name

    def _hear(self, account: str, now: int) -> None:
        """Have open changes go by what the platform calls their account, and hold that."""
        with self._book.change(now) as page:
            for before in [each for each in self.of(account) if not each.closed]:
                change = heard(before, account)
                self._put(page, change)
                if change.ids != before.ids:
                    self._hold_on(page, change)
                    page.then.append(lambda change=change: self._tidings.named(change))  # type: ignore[misc]

    def warnings(self, now: int) -> Iterator[Takeover]:
        """The takeovers that show by now. One counts as heard once the next is asked for."""
        for change in list(self._signalled.values()):
            yield takeover(_watched(change, Home()), Use(change.signal), change.signal_at or now, now)
            del self._signalled[change.id]

    def _close(self, page: Page, change: PendingChange, kind: NoticeKind, as_of: int, actor: str) -> None:
        """Have it be over on this page: on record, told, its hold ended, and nothing left of what was to be asked."""
        self._put(page, msgspec.structs.replace(change, closed=True))
        self.tellings.drop_all(page, self.tellings.about(change.id))  # of what is over only how it ended is told
        body = {"why": change.why, "until": change.until, "back_to": as_of}
        page.record(RecordKind.DECISION, f"change/{change.id}/{kind}", _subject(change), body, actor=actor)
        self.tellings.add(page, change, kind, as_of)
        self._end_holds(page, change, f"the change is {kind.replace('_', ' ')}")
        said = f"{change.what} of {change.account}, changed by {change.person}: {kind.replace('_', ' ')} {change.why}"
        page.note(
            HappeningKind.WARNING if kind is NoticeKind.REVERSED else HappeningKind.ENDED, said.strip(), change.id
        )

    @staticmethod
    def _hold_on(page: Page, change: PendingChange) -> None:
        for hold in _holds(change):
            page.place(hold)

    @staticmethod
    def _end_holds(page: Page, change: PendingChange, why: str) -> None:
        for hold in _holds(change):
            held = page.held(hold.id)
            if held is not None and held.state in LIVE:
                page.tell(hold.id, Over(at=page.now, why=why))

    def _given(self, notice: HolderNotice) -> HolderNotice:
        """What a notifier is given, by the id that the platform has. In the store lies no link that works."""
        asks = notice.kind is NoticeKind.ASKED
        return msgspec.structs.replace(
            notice,
            account=self.kept[notice.change].account,
            as_of=notice.as_of - _APART,
            link=LINK + self.links.secret(notice.change, notice.as_of) if asks else "",
        )

    def _put(self, page: Page, change: PendingChange) -> None:
        self.kept.put(page, change.id, change)
        page.then.append(lambda: self._seen(change))

    def _forget(self, page: Page, change: PendingChange) -> None:
        self.kept.drop(page, change.id)
        if change.id in self._homes:
            self._homes.drop(page, change.id)
        self.tellings.drop_all(page, self.tellings.about(change.id))

        def forgotten() -> None:
            key = spelling_key(change.account)
            self._of_account[key].pop(change.id)
            if not self._of_account[key]:
                del self._of_account[key]
            self._cooled.leave(change.account, change.id)
            self._signalled.pop(change.id, None)
            self.links.forget(change)

        page.then.append(forgotten)

    def _seen(self, change: PendingChange) -> None:
        """Keep the ways in which a change is found in step with it."""
        self._of_account.setdefault(spelling_key(change.account), {})[change.id] = None
        self.links.note(change)
        if change.closed:
            self._open.pop(change.id, None)
        else:
            self._open[change.id] = change
        if change.signal:
            self._signalled[change.id] = change
        self._cooled.watch(_watched(change, self._home(change)))

    def _home(self, change: PendingChange) -> Home:
        return self._homes.get(change.id, Home())

    def _off(self, change: PendingChange, now: int) -> bool:
        return self.stage(change, now) in {Stage.REVERSED, Stage.ENDED}

    def _held(self, change: PendingChange, now: int) -> bool:
        """Whether a hold was placed before it counted: on the account, or on whoever made the change.

        One that was lifted since has ended it as well, whether or not somebody wrote that down in between.
        """
        on = [
            (SubjectKind.ACCOUNT, change.account),
            (SubjectKind.STAFF, change.person),
            (SubjectKind.TOOL_SESSION, change.session),
        ]
        ends = now + 1 if change.until is None else min(now + 1, change.until)
        return any(
            _stops(held.hold) and change.asked_at <= held.hold.starts < ends and held.hold.in_force(held.hold.starts)
            for kind, id_ in on
            for held in self._holds.on(kind, id_)
        )


def _stops(hold: Hold) -> bool:
    if hold.subject.kind is not SubjectKind.ACCOUNT:
        return True
    return hold.restriction in _STOPS and not hold.placed_by.startswith(_PLACED_BY)


def _holds(change: PendingChange) -> list[Hold]:
    """What keeps the account's credentials as they are meanwhile; it ends by itself even if nobody ends it."""
    return [
        place(
            Subject(kind=SubjectKind.ACCOUNT, id=account),
            Restriction.NO_CREDENTIAL_CHANGE,
            starts=change.asked_at,
            until=change.asked_at + TELL_WITHIN + change.cools + change.asleep,
            why=f"staff changed its {change.what}, and the old value can still object",
            occasion=_PLACED_BY + change.id + (f"/{change.asleep}" if change.asleep else ""),
            placed_by=_PLACED_BY + change.id,
        )
        for account in change.ids
    ]


def _is_named_in(event: SecurityEvent) -> bool:
    """Whether an event has the platform's own id: not what somebody typed in vain, nor what it heard from us."""
    return not is_of_a_change(event) and not (isinstance(event, SignIn) and event.outcome != "ok")


def _number(change: PendingChange) -> int:
    return number_of(change.id) or 0


def _watched(change: PendingChange, home: Home) -> Watched:
    over = [change.until, change.reversed_at, change.ended_at]
    return Watched(
        id=change.id,
        account=change.account,
        staff=change.person,
        session=change.session,
        since=change.asked_at,
        began=change.since,
        until=min((each for each in over if each is not None), default=None),
        home=home,
        used=Use(change.signal) if change.signal else None,
        off=change.reversed_at is not None or change.ended_at is not None,
    )


def _subject(change: PendingChange) -> str:
    return f"account:{change.account}"
