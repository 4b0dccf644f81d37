"""What does the gate know just now, laid out so that each question finds its part at once?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import msgspec

from holdfast.events import spelling_key
from holdfast.guard.people import Person, Role, person_key
from holdfast.guard.rule import RuleKind

from .facts import Consent, Grant, Lock, Presence, StaffFacts, StaffHold, Tier, ToolSession
from .lockdown import Locks

_Kept = TypeVar("_Kept")
_Grouped: TypeAlias = Mapping[str, Mapping[str, _Kept]]
_ORDINARY = MappingProxyType({"": Tier.ORDINARY})
_SPELT = frozenset({RuleKind.STAFF})  # subjects that are people: held in any spelling


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """A person with their `person_key`, which takes microseconds to make."""

    person: Person
    key: str

    @property
    def roles(self) -> tuple[Role, ...]:
        """What they are for."""
        return self.person.roles


class Known:
    """Facts by what they are asked for. It never changes: `changed` makes the next one and copies only what differs."""

    __slots__ = (
        "consents",
        "grants",
        "held",
        "holds",
        "lock_list",
        "locks",
        "people",
        "presences",
        "sessions",
        "tiers",
    )

    def __init__(self, facts: StaffFacts) -> None:
        """Lay out `facts`."""
        self.people: Mapping[str, Who] = {}
        self.sessions: Mapping[str, ToolSession] = {}
        self.grants: _Grouped[Grant] = {}  # by person
        self.consents: _Grouped[Consent] = {}  # by the hash of the action
        self.presences: _Grouped[Presence] = {}  # by session, and who watches
        self.tiers: _Grouped[Tier] = {}  # by what the eye sees of the account's id: a tool may take it in any spelling
        self.lock_list: Mapping[str, Lock] = {}
        self.locks = Locks(())
        self.held: Mapping[tuple[RuleKind, str], tuple[StaffHold, ...]] = {}
        self.holds: Mapping[str, StaffHold] = {}
        self.take(facts)

    def changed(self, facts: StaffFacts) -> Known:
        """What is known after `facts`."""
        after: Known = object.__new__(Known)
        for name in Known.__slots__:
            setattr(after, name, getattr(self, name))
        after.take(facts)
        return after

    def swept(self, now: int) -> Known:
        """The same without what has ended by `now`, which no later question can be answered by."""
        after = self.changed(StaffFacts(version=0))
        after.sessions = {key: each for key, each in self.sessions.items() if not _past(each.ended_at, now)}
        after.grants = _left(self.grants, lambda each: now < each.until and not _past(each.revoked_at, now))
        after.consents = _left(
            self.consents,
            lambda each: now < each.until and not _past(each.used_at, now) and not _past(each.ended_at, now),
        )
        after.presences = {key: each for key, each in self.presences.items() if key in after.sessions}
        after.lock_list = {
            key: each
            for key, each in self.lock_list.items()
            if not _past(each.until, now) and not _past(each.lifted_at, now)
        }
        after.locks = Locks(after.lock_list.values())
        after.hold({key: each for key, each in self.holds.items() if not _past(each.until, now)})
        return after

    def other(self, by: str, said_at: int, key: str, now: int) -> Who | None:
        """Somebody of this id who is not the person of this `key`, counts, is not held, and was not taken out since."""
        other = self.people.get(by)
        if other is None or not other.person.counts or other.key == key or not other.person.said_since_back(said_at):
            return None
        return None if self.held_at(RuleKind.STAFF, other.key, now) else other

    def granted(self, who: Who, tool: str, function: str, tier: Tier, now: int) -> Iterator[Grant]:
        """The grants that give them leave at `now` for this function on accounts of that tier."""
        theirs = self.grants.get(who.person.id, {}).values()
        return (each for each in theirs if each.reaches(tool, function, tier) and self._counts(each, who, now))

    def tier_of(self, account: str) -> Tier:
        """Of which tier an account is, in any spelling."""
        return max(self.tiers.get(spelling_key(account), _ORDINARY).values())

    def _counts(self, grant: Grant, who: Who, now: int) -> bool:
        """Whether a grant of theirs counts: by somebody else, and both are still who they were."""
        giver = self.other(grant.granted_by, grant.starts, who.key, now)
        return (
            grant.in_force(now)
            and giver is not None
            and grant.giver_revision in {None, giver.person.revision}
            and grant.revision in {None, who.person.revision}
            and who.person.said_since_back(grant.starts)
        )

    def held_at(self, kind: RuleKind, subject: str, now: int) -> list[StaffHold]:
        """The holds in force at `now` on this; a person by their `person_key`."""
        return [hold for hold in self.held.get((kind, subject), ()) if hold.in_force(now)]

    def take(self, facts: StaffFacts) -> None:
        """Lay out `facts` besides; only before anybody has this."""
        if facts.persons:
            self.people = {**self.people, **{each.id: Who(person=each, key=each.key) for each in facts.persons}}
        if facts.sessions:
            self.sessions = {**self.sessions, **{each.id: each for each in facts.sessions}}
        if facts.grants:
            self.grants = _added(self.grants, ((each.person, each.id, each) for each in facts.grants))
        if facts.consents:
            self.consents = _added(self.consents, ((each.action_hash, each.id, each) for each in facts.consents))
        if facts.presences:
            self.presences = _added(self.presences, ((each.session, each.by, each) for each in facts.presences))
        if facts.tiers:
            self.tiers = _added(self.tiers, ((spelling_key(each), each, tier) for each, tier in facts.tiers.items()))
        if facts.locks:
            self.lock_list = {**self.lock_list, **{each.id: each for each in facts.locks}}
            self.locks = Locks(self.lock_list.values())
        if facts.holds or facts.lifted:
            holds = {**self.holds, **{each.id: each for each in facts.holds}}
            self.hold({key: each for key, each in holds.items() if key not in set(facts.lifted)})

    def hold(self, holds: Mapping[str, StaffHold]) -> None:
        """Lay out `holds` by what they are on; only before anybody has this."""
        self.holds = holds
        held: dict[tuple[RuleKind, str], tuple[StaffHold, ...]] = {}
        for each in holds.values():
            named = (each.kind, person_key(each.subject) if each.kind in _SPELT else each.subject)
            held[named] = (*held.get(named, ()), each)
        self.held = held


def _added(groups: _Grouped[_Kept], more: Iterable[tuple[str, str, _Kept]]) -> _Grouped[_Kept]:
    after = dict(groups)
    for group, id_, each in more:
        after[group] = {**after.get(group, {}), id_: each}
    return after


def _left(groups: _Grouped[_Kept], stands: Callable[[_Kept], bool]) -> _Grouped[_Kept]:
    left = {group: {id_: each for id_, each in there.items() if stands(each)} for group, there in groups.items()}
    return {group: there for group, there in left.items() if there}


def _past(time: int | None, now: int) -> bool:
    return time is not None and time <= now
