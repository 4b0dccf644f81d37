"""Which lockdowns stand, who placed them, and how do they end?

To place one takes one person, at once. It ends by itself; to end it sooner, or to guard an account less tightly, takes
two: one proposes it, another agrees. On the machine of the store an administrator can do it alone, so that nobody is
locked out; that is told to everybody who commands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable

import msgspec

from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Often, Person, RefusalCode, Role, person_key
from holdfast.guard.staff import LEVELS, Lock, Tier, ToolSession, checked, joined, lowered, may_lift, not_there
from holdfast.guard.staff import Locks as Fitting
from holdfast.ledger import RecordKind
from holdfast.response.book import Book, Page, Shelf
from holdfast.response.emergency import reason
from holdfast.response.notices import Notices
from holdfast.response.people import People, same
from holdfast.response.timeline import HappeningKind

from .kept import Changes, FactShelf, named
from .protecting import Protecting
from .sessions import Sessions

PROPOSED_MS = 60 * 60_000  # how long a proposal waits for somebody to agree
KEPT_MS = 7 * 24 * 60 * 60_000  # how long a lock that is over is shown: what held on past dates is kept for good
MOST_PLACED = 100  # locks and proposals of one person in an hour: each is told to all who lead
LIFTED = -1  # the level that a lock has after the last stage
_LEADS = frozenset({Role.COMMANDER, Role.ADMINISTRATOR})  # who is told


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """`by` would have the lock go down to `level` (`LIFTED`: end), or the account be of `tier`, not `was`; for `why`.

    It waits from `at` until `until` (milliseconds since 1970 UTC), while `by` is who they were then, by their
    `revision` (None: not noted). `agreed_by` is who agreed.
    """

    id: str
    lock: str = ""
    level: int = LIFTED
    account: str = ""
    tier: Tier = Tier.ORDINARY
    was: Tier | None = None
    by: str
    why: str
    at: int
    until: int
    revision: int | None = None
    agreed_by: str = ""

    def waits(self, now: int) -> bool:
        """Whether somebody can still agree to it."""
        return not self.agreed_by and self.at <= now < self.until


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock would be about: functions, people, and live sessions, of which so many end with it."""

    functions: int
    people: int
    sessions: int
    ends: int


class Locks:
    """The register of locks, and of proposals to loosen something. Whoever calls it has asked the policies."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a lock touches
        self,
        book: Book,
        people: People,
        notices: Notices,
        sessions: Sessions,
        protecting: Protecting,
        changes: Changes,
        functions: Callable[[], Collection[tuple[str, str]]] = tuple,
    ) -> None:
        """As kept in the book's store; `functions` gives what there is to lock just now, with its tools."""
        self._book, self._people, self._notices = book, people, notices
        self._sessions, self._protecting, self._functions = sessions, protecting, functions
        self.kept = FactShelf(book, "gate_locks", Lock, changes, "locks")
        self._placing = Often(MOST_PLACED, "placed locks, or asked to loosen them")
        self.proposals = Shelf(book, "gate_proposals", Proposal)

    def place(self, lock: Lock, now: int) -> Lock:
        """Have `lock`, whose id is empty, in force. Live sessions of those whom it shuts out end with it.

        Raises:
            UsageError: it is no lock that can be placed, or names what or whom there is not.
            TooOftenError: whoever places it does nothing else.
            StoreError: nothing was kept.

        """
        self._names_what_is_there(lock)
        made = msgspec.structs.replace(lock, starts=now)
        made = checked(msgspec.structs.replace(made, id=named("l", msgspec.to_builtins(made))))
        self._placing.take(made.placed_by, now)
        with self._book.change(now) as page:
            self._put(page, made, made.placed_by)
            shut_out = [each.id for each in self._sessions.kept.values() if self._shuts_out(made, each, now)]
            if LEVELS[made.level].ends_sessions:
                self._sessions.end_on(page, shut_out, made.placed_by, f"lockdown: {made.why}")
            self._notices.tell(page, made.id, self._people.having(_LEADS), f"{made.placed_by} placed a {_said(made)}")
        return made

    def reach(self, lock: Lock, functions: Iterable[tuple[str, str]], now: int) -> Reach:
        """What `lock` would be about at `now` of these `functions` (tool, function), were it placed."""
        people = Fitting([msgspec.structs.replace(lock, tool="", function="", network="")])
        places = Fitting([msgspec.structs.replace(lock, tool="", function="")])
        live = [each for each in self._sessions.kept.values() if self._sessions.fault(each, now) is None]
        about = [
            each
            for each in live
            if (person := self._people.person(each.person)) is not None
            and places.fitting(person, "", "", (each.network,), now)
        ]
        ends = LEVELS[lock.level].ends_sessions
        return Reach(
            functions=sum(lock.tool in {"", tool} and lock.function in {"", name} for tool, name in functions),
            people=sum(
                bool(people.fitting(each, "", "", (), now)) for each in self._people.known.values() if each.counts
            ),
            sessions=len(about),
            ends=sum(ends and self._shuts_out(lock, each, now) for each in live),
        )

    def propose(self, wanted: Proposal, now: int) -> Proposal:
        """Ask for something to be loosened. Asking again for the same changes nothing.

        Raises:
            UsageError: there is no such lock in force, or it would not be loosened by that.
            NotAllowedError: no reason is given, or whoever asks does nothing else.
            StoreError: nothing was kept.

        """
        said = reason(wanted.why)
        self._possible(wanted, now)
        what = (wanted.lock, wanted.level, wanted.account, wanted.tier)
        for each in self.proposals.values():
            if self.waits(each, now) and what == (each.lock, each.level, each.account, each.tier):
                return each
        made = msgspec.structs.replace(wanted, why=said, at=now, until=now + PROPOSED_MS, agreed_by="")
        was = self._protecting.tier(wanted.account) if wanted.account else None
        made = msgspec.structs.replace(made, revision=self._revision(wanted.by), was=was)
        made = msgspec.structs.replace(made, id=named("p", msgspec.to_builtins(made)))
        self._placing.take(made.by, now)
        with self._book.change(now) as page:
            for key in [key for key, each in self.proposals.items() if now >= each.until]:
                self.proposals.drop(page, key)
            self.proposals.put(page, made.id, made)
            body = msgspec.to_builtins(made)
            page.record(RecordKind.DECISION, f"proposal/{made.id}", made.lock or f"account:{made.account}", body)
            page.note(HappeningKind.REQUEST, f"{made.by} asks to loosen {made.lock or made.account}: {said}", made.id)
        return made

    def agree(self, id_: str, by: str, now: int) -> Proposal:
        """Agree to a proposal of somebody else's; it is done at once.

        Raises:
            UsageError: there is no such proposal, or it can no longer be done.
            NotAllowedError: it is their own, or over.
            StoreError: nothing was kept.

        """
        found = self.proposals.get(id_)
        if found is None:
            raise UsageError(f"there is no proposal {id_}", advice="`holdfast lockdown show` names them.")
        if not self.waits(found, now):
            raise NotAllowedError(
                f"the proposal {id_} is over, or the roles of {found.by} have changed since",
                code=RefusalCode.REQUEST_CLOSED,
                advice="Propose it anew.",
            )
        if same(by, found.by):
            raise NotAllowedError(
                f"{by} cannot agree to their own proposal",
                code=RefusalCode.REQUESTER_APPROVED,
                advice=f"Allowed when somebody other than {found.by} agrees.",
            )
        self._possible(found, now)
        if found.account and found.was not in {None, self._protecting.tier(found.account)}:
            raise NotAllowedError(
                f"the tier of {found.account} has changed since it was proposed",
                code=RefusalCode.APPROVED_ANOTHER_PLAN,
                advice="Propose it anew, as it is now.",
            )
        agreed = msgspec.structs.replace(found, agreed_by=by)
        with self._book.change(now) as page:
            self.proposals.put(page, id_, agreed)
            page.record(RecordKind.DECISION, f"proposal/{id_}/agreed", found.lock or found.account, {}, actor=by)
            self._loosen(page, agreed, f"{found.by} and {by}")
        return agreed

    def lift_at_store(self, id_: str, by: Person, why: str, now: int) -> Lock:
        """End a lock alone, as an administrator at the machine of the store. Whoever commands is told.

        Raises:
            UsageError: there is no such lock in force.
            NotAllowedError: they are no administrator who is there, or give no reason.
            StoreError: nothing was kept.

        """
        said = reason(why)
        if not may_lift(by, at_store=True):
            raise NotAllowedError(
                f"{by.id} is no administrator who is there",
                code=RefusalCode.ROLE_MISSING,
                advice="Allowed for an administrator, at the machine of the store.",
            )
        proposal = Proposal(id="", lock=id_, by=by.id, why=said, at=now, until=now)
        self._possible(proposal, now)
        with self._book.change(now) as page:
            self._loosen(page, proposal, by.id)
            says = f"{by.id} lifted {id_} alone, at the machine of the store: {said}"
            self._notices.tell(page, f"lifted-{id_}", self._people.having(_LEADS), says)
        return self.kept[id_]

    def waits(self, proposal: Proposal, now: int) -> bool:
        """Whether somebody can still agree to it: whoever proposed it is there, with the roles that they had."""
        known = self._revision(proposal.by)
        return proposal.waits(now) and known is not None and proposal.revision in {None, known}

    def end_on(self, page: Page, proposed: str, by: str) -> None:
        """Have nothing wait any more on this page that this person proposed."""
        for each in [each for each in self.proposals.values() if each.by == proposed and each.waits(page.now)]:
            self.proposals.put(page, each.id, msgspec.structs.replace(each, until=page.now))
            page.record(RecordKind.DECISION, f"proposal/{each.id}/ended", each.lock or each.account, {}, actor=by)

    def standing(self, now: int) -> list[Lock]:
        """The locks in force, the strictest first."""
        return sorted((each for each in self.kept.values() if each.in_force(now)), key=lambda each: -each.level)

    def _loosen(self, page: Page, proposal: Proposal, by: str) -> None:
        if proposal.account:
            self._protecting.set_on(page, proposal.account, proposal.tier, by, proposal.why)
            return
        lock = self.kept[proposal.lock]
        if proposal.level == LIFTED:
            gone = msgspec.structs.replace(lock, lifted_at=page.now)
            self.kept.put(page, lock.id, gone)
            page.record(RecordKind.DECISION, f"lock/{lock.id}/lifted", lock.id, {"why": proposal.why}, actor=by)
            page.note(HappeningKind.ENDED, f"{by} lifted the lockdown {lock.id}: {proposal.why}", lock.id)
            return
        id_ = named("l", [lock.id, proposal.level, page.now])
        gone, after = lowered(lock, proposal.level, page.now, id_=id_, by=by)
        self.kept.put(page, gone.id, gone)
        self._put(page, after, by)

    def _put(self, page: Page, lock: Lock, by: str) -> None:
        self.kept.prune(page, lambda each: _ended(each) < page.now - KEPT_MS)
        self.kept.put(page, lock.id, lock)
        page.record(RecordKind.DECISION, f"lock/{lock.id}", lock.id, msgspec.to_builtins(lock), actor=by)
        page.note(HappeningKind.PLACED, f"{by} placed a {_said(lock)}", lock.id)

    def _names_what_is_there(self, lock: Lock) -> None:
        """Refuse a lock that would be in force on nothing, or leave in nobody, for a slip of the hand.

        Raises:
            UsageError: it names a tool, a function or somebody that there is not.

        """
        there = {each.key for each in self._people.known.values() if each.active}
        unknown = [each for each in (lock.person, *lock.named) if each and person_key(each) not in there]
        unknown += filter(None, [not_there(self._functions(), lock.tool, lock.function)])
        if unknown:
            says = f"there is no {', no '.join(unknown)}: the lock would not do what it says"
            raise UsageError(says, advice="Look at `holdfast people list` and tools.toml, or lock everything.")

    def _possible(self, wanted: Proposal, now: int) -> None:
        if wanted.account:
            if not wanted.tier < self._protecting.tier(wanted.account):
                raise UsageError(
                    f"{wanted.account} is not of a higher tier than {wanted.tier.word}",
                    advice="Propose a lower tier; `holdfast staff protected` shows that of now.",
                )
            return
        lock = self.kept.get(wanted.lock)
        if lock is None or not lock.in_force(now):
            raise UsageError(f"no lock {wanted.lock} is in force", advice="See `holdfast lockdown show`.")
        if wanted.level != LIFTED:
            lowered(lock, wanted.level, now, id_="", by=wanted.by)

    def _revision(self, person: str) -> int | None:
        """That of somebody who counts; None for nobody."""
        found = self._people.person(person)
        return found.revision if found is not None and found.counts else None

    def _shuts_out(self, lock: Lock, session: ToolSession, now: int) -> bool:
        """Whether a lock on all tools leaves whoever has this session nothing."""
        found = self._people.person(session.person)
        if found is None or lock.tool or lock.function:
            return False
        fitting = Fitting([lock]).fitting(found, "", "", (session.network,), now)
        return joined(fitting).shuts_out(found.key)


def _ended(lock: Lock) -> float:
    return min(math.inf if end is None else end for end in (lock.until, lock.lifted_at))


def _said(lock: Lock) -> str:
    names = ("tool", "function", "role", "person", "network")
    on = ", ".join(f"{name} {value}" for name in names if (value := getattr(lock, name))) or "everything"
    return f"lockdown of level {lock.level} ({LEVELS[lock.level].words}) on {on}: {lock.why}"
