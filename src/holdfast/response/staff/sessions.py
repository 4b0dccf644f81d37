"""Which sessions of the internal tools has the gate opened, for whom and which tool, and what has ended them?

Only the hash of a session's secret is kept. Nothing that a tool says of itself makes a session.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from holdfast.errors import NotAllowedError, SignInError, UsageError
from holdfast.guard import Caller, Often, Passkey, Person, RefusalCode, SessionLimits, Via
from holdfast.guard.staff import Presence, StaffReason, ToolSession
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page
from holdfast.response.emergency import reason
from holdfast.response.people import People, same
from holdfast.response.timeline import HappeningKind

from .kept import Changes, FactShelf
from .tidings import Tidings

FRESH_MS = 5 * 60_000  # how lately somebody must have signed in to open a session: a sign-in is for what follows it
SEEN_EVERY_MS = 60_000  # how far behind the store may be about when a session was last used
MOST_EACH = 20  # sessions of one person at once: some tools, some windows
MOST_OPENED, MOST_STEPS, MOST_LOOKS = 240, 120, 120
"""Of one person in an hour: sessions opened, passkeys shown, beginnings to look on. Some tools, opened anew; a passkey
each half minute; a session looked on at and left each half minute. [judged]"""
LONGEST_NAME = 512  # characters of a network, a device, a class
SHOWN = 12  # characters of a session's id that messages show


class Sessions:
    """The register of tool sessions, and of who looks on. Whoever calls it has made sure that `by` may do so."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a session stands on
        self,
        book: Book,
        people: People,
        changes: Changes,
        tidings: Tidings,
        limits: SessionLimits,
        tools: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """As kept in the book's store, for one of the `tools` of now each; `tidings` are told of whoever signs in."""
        self._book, self._people, self._tidings, self._limits = book, people, tidings, limits
        self._tools = tools
        self._opening = Often(MOST_OPENED, "opened sessions of the tools")
        self._stepping = Often(MOST_STEPS, "shown a passkey in the tools")
        self._looking = Often(MOST_LOOKS, "begun to look on")
        self.kept = FactShelf(book, "gate_sessions", ToolSession, changes, "sessions")
        self.watched = FactShelf(book, "gate_presence", Presence, changes, "presences")

    def open(  # noqa: PLR0913 - what a session is opened by
        self, id_: str, by: Caller, now: int, *, tool: str, network: str, device: str, passkey: Passkey | None = None
    ) -> ToolSession:
        """Open a session of `tool` for whoever has just signed in, known by `id_`: 64 hex of its secret's SHA-256.

        `passkey` is what they signed with for this, where they were asked to.

        Raises:
            UsageError: there is no such tool.
            NotAllowedError: it is no person who is there, or they have too many sessions, or opened too many.
            SignInError: they did not sign in just now, or with what one administrator alone vouches for.
            StoreError: nothing was kept.

        """
        person = self._person(by)
        if tool not in self._tools():
            raise UsageError(f"there is no tool {tool!r}", advice="See the catalogue, tools.toml.")
        vouched_for(by.confirmed and (passkey is None or not passkey.on_word_of))
        if passkey is None and not (by.via is Via.WIRED or by.fresh(now, FRESH_MS)):
            raise SignInError(
                "a session of a tool can be opened only right after signing in",
                advice="Sign in again with a passkey; a token alone opens none.",
            )
        if sum(self.fault(each, now) is None for each in self.of(person.id)) >= MOST_EACH:
            raise NotAllowedError(
                f"{person.id} has {MOST_EACH} sessions already", advice="End one: holdfast gate sessions --end ID."
            )
        self._opening.take(person.id, now)
        session = ToolSession(
            id=id_,
            person=person.id,
            revision=person.revision,
            tool=tool,
            network=network[:LONGEST_NAME],
            device=device[:LONGEST_NAME],
            made_at=now,
        )
        with self._book.change(now) as page:
            self.kept.prune(page, lambda each: now - each.made_at >= 2 * self._limits.longest)
            self.kept.put(page, id_, session)
            if passkey is not None:
                self._people.keep_passkey(page, passkey)
            via = str(by.via if passkey is None else Via.PASSKEY)
            body = {"tool": tool, "network": session.network, "device": session.device, "via": via}
            page.record(RecordKind.DECISION, f"tool_session/{id_}", person.id, body, actor=person.id)
            page.note(HappeningKind.PEOPLE, f"{person.id} opened a session of {tool}", person.id)
            page.then.append(lambda: self._tidings.opened(session, via))
        return session

    def step_up(self, id_: str, class_: str, passkey: Passkey, now: int) -> ToolSession:
        """Note that the session's person has used a passkey for this class of functions.

        Raises:
            UsageError: there is no such session.
            SignInError: it is over, the passkey is another's, or one administrator alone vouches for it.
            TooOftenError: they do nothing else.
            StoreError: nothing was kept.

        """
        session = self.known(id_)
        vouched_for(not passkey.on_word_of)
        if self.fault(session, now) is not None or passkey.person != session.person:
            raise SignInError("this session is over, or the passkey is somebody else's", advice="Open a new one.")
        self._stepping.take(session.person, now)
        stepped = msgspec.structs.replace(session, stepped_up={**session.stepped_up, class_: now})
        with self._book.change(now) as page:
            self.kept.put(page, id_, stepped)
            self._people.keep_passkey(page, passkey)
            body = {"class": class_, "passkey": passkey.id}
            key = f"tool_session/{id_}/step_up/{class_}/{passkey.id}/{now}"
            page.record(RecordKind.DECISION, key, session.person, body, actor=session.person)
        return stepped

    def watch(self, id_: str, by: Caller, now: int) -> Presence:
        """Note that `by` is there and looks on at a session that is another's. It counts for a minute.

        Raises:
            UsageError: there is no such session.
            NotAllowedError: it is their own, they are no person who is there, or began to look on too often.
            StoreError: nothing was kept.

        """
        session, watcher = self.known(id_), self._person(by)
        if same(watcher.id, session.person):
            raise NotAllowedError(
                "nobody watches themselves",
                code=RefusalCode.OWN_DEED,
                advice=f"Allowed for somebody other than {session.person}.",
            )
        name = f"{id_}/{watcher.id}"
        presence = Presence(session=id_, by=watcher.id, at=now, revision=watcher.revision)
        before = self.watched.get(name)
        stayed = before is not None and before.counts(now) and before.revision == watcher.revision
        if not stayed:
            self._looking.take(watcher.id, now)
        with self._book.change(now) as page:
            self.watched.prune(page, lambda each: each != before and not each.counts(now))
            self.watched.put(page, name, presence)
            if not stayed:
                key = f"tool_session/{id_}/watched/{watcher.id}/{now}"
                page.record(RecordKind.DECISION, key, session.person, {"watcher": watcher.id}, actor=watcher.id)
        return presence

    def unwatch_on(self, page: Page, watcher: str, by: str) -> None:
        """Have this person look on at nothing any more on this page, until they say so again."""
        there = {name: each for name, each in self.watched.items() if each.by == watcher and each.counts(page.now)}
        for name, presence in there.items():
            self._leave_on(page, name, presence, by)

    def leave(self, id_: str, by: Caller, now: int) -> None:
        """Note that `by` looks on at this session no longer: it counts for nothing at once. Harmless when they did not.

        Raises:
            StoreError: nothing was kept.

        """
        name = f"{id_}/{by.person}"
        before = self.watched.get(name)
        if before is not None and before.counts(now):
            with self._book.change(now) as page:
                self._leave_on(page, name, before, by.person)

    def _leave_on(self, page: Page, name: str, presence: Presence, by: str) -> None:
        self.watched.put(page, name, msgspec.structs.replace(presence, ended_at=page.now))
        session = self.kept.get(presence.session)
        key = f"tool_session/{presence.session}/left/{presence.by}/{presence.at}"
        subject = presence.by if session is None else session.person
        page.record(RecordKind.DECISION, key, subject, {"watcher": presence.by}, actor=by)

    def end(self, ids: Iterable[str], by: str, why: str, now: int) -> list[ToolSession]:
        """End sessions, at once. Harmless when they have ended already.

        Raises:
            StoreError: nothing was kept.

        """
        said = reason(why)
        with self._book.change(now) as page:
            return self.end_on(page, ids, by, said)

    def end_on(self, page: Page, ids: Iterable[str], by: str, why: str) -> list[ToolSession]:
        """The same on the page of what ends them."""
        live = [each for id_ in ids if (each := self.kept.get(id_)) is not None and each.ended_at is None]
        for session in live:
            self.kept.put(page, session.id, msgspec.structs.replace(session, ended_at=page.now))
            key = f"tool_session/{session.id}/ended"
            page.record(RecordKind.DECISION, key, session.person, {"why": why}, actor=by)
        if live:
            page.note(HappeningKind.PEOPLE, f"{by} ended {len(live)} sessions of the tools: {why}")
        return live

    def of(self, person: str) -> list[ToolSession]:
        """Every session of somebody, the newest first."""
        return sorted((each for each in self.kept.values() if each.person == person), key=lambda each: -each.made_at)

    def known(self, id_: str) -> ToolSession:
        """One of them.

        Raises:
            UsageError: there is none of that id.

        """
        session = self.kept.get(id_)
        if session is None:
            raise UsageError(f"there is no session {id_[:SHOWN]}", advice="`holdfast gate sessions` names them.")
        return session

    def used_on(self, page: Page, id_: str) -> None:
        """Note on this page that somebody asks by a session; not more often than each minute."""
        session = self.kept.get(id_)
        if session is not None and page.now - session.used_at >= SEEN_EVERY_MS:
            self.kept.put(page, id_, msgspec.structs.replace(session, seen_at=page.now))

    def fault(self, session: ToolSession | None, now: int) -> StaffReason | None:
        """Why a session is none at `now`, by the register of now, if so."""
        if session is None:
            return StaffReason.NO_SESSION
        person = self._people.person(session.person)
        if person is None or not person.active or person.revision != session.revision:
            return StaffReason.PERSON_GONE
        return None if session.goes_on(self._limits, now) else StaffReason.SESSION_OVER

    def _person(self, by: Caller) -> Person:
        person = self._people.person(by.person) if by.person else None
        if person is None or not person.active:
            raise NotAllowedError(
                "only a person who is registered and there can do that",
                code=RefusalCode.NOT_A_PERSON,
                advice="Whoever administers people registers them.",
            )
        return person


def vouched_for(confirmed: bool) -> None:  # noqa: FBT001 - it is the whole question
    """Pass what more than one administrator's word stands for.

    Raises:
        SignInError: no more than one's does: whoever made it could be anybody's second person.

    """
    if not confirmed:
        raise SignInError(
            "that this is theirs stands on the word of one administrator alone",
            advice="Another administrator confirms it: holdfast people confirm.",
        )
