"""What was so on a past date: who was there, with what leave, protected, held or locked out, and by which policies?

Each change of these is kept for good beside its entry in the ledger, on the same page, so that what held on any date
can be put together again; the book keeps all holds that there ever were. What was there before this was kept is taken
as it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from holdfast.errors import PolicyError
from holdfast.guard.people import Person
from holdfast.guard.staff import Grant, Lock, StaffFacts, StaffPolicy, Tier
from holdfast.ledger import RecordKind

from .book import Book, Page
from .onstaff import on_staff_at

PAST = "gate_past"
_DIGITS = 15  # of a time in milliseconds, so that keys are in order of time


class Was(msgspec.Struct, frozen=True, kw_only=True):
    """What is so from `at` on (ms since 1970 UTC): one of these, under its `name`. `found`: and before, too."""

    at: int
    name: str
    person: Person | None = None
    grant: Grant | None = None
    lock: Lock | None = None
    tier: Tier | None = None
    policy: str | None = None
    texts: dict[str, str] | None = None
    found: bool = False


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """What held on a date. `policy` names the `texts` (empty: not known), in force since `since`.

    `certain_from` is since when every change was kept; before that things are as they were found then.
    """

    facts: StaffFacts
    texts: dict[str, str]
    policy: str
    since: int | None
    certain_from: int | None


def remember(page: Page, kind: str, name: str, fact: Person | Grant | Lock | Tier, *, found: bool = False) -> None:
    """Keep for good, on this page, what this fact (a field of `Was`) is from now on."""
    was = Was(at=page.now, name=name, found=found, **{kind: fact})  # type: ignore[arg-type]
    page.transaction.put(PAST, f"{page.now:0{_DIGITS}d}/{kind}/{name}", was)


Also: TypeAlias = Callable[[Page, StaffPolicy], None]
"""What is done when other policies hold than before, on the page that says so."""


def nothing_else(page: Page, before: StaffPolicy) -> None:
    """Do nothing besides."""


class Past:
    """The dates that are kept."""

    def __init__(self, book: Book) -> None:
        """As in the book's store."""
        self._book = book
        self.begun: int | None = None  # when the first policy was kept; known once it has begun

    def begin(self, policy: StaffPolicy, facts: StaffFacts, now: int, also: Also = nothing_else) -> None:
        """Note from when on `policy` holds, if it is another than before, and what was there before all was kept.

        `also` is done on the same page, with the one before, where that can still be read.

        Raises:
            StoreError: nothing was kept.

        """
        kept = self._all()
        self.begun = next((each.at for each in kept if each.policy is not None), now)
        last = next((each for each in reversed(kept) if each.policy is not None), None)
        if last is not None and last.policy == policy.version:
            return
        with self._book.change(now) as page:
            if last is None:
                self._take_stock(page, facts, {(_kind(each), each.name) for each in kept})
            before = None if last is None else _read(last.texts or {})
            if before is not None:
                also(page, before)
            self.note_on(page, policy)

    @staticmethod
    def note_on(page: Page, policy: StaffPolicy) -> None:
        """Note on this page that `policy` holds from now on."""
        was = Was(at=page.now, name=policy.version, policy=policy.version, texts=dict(policy.texts))
        page.transaction.put(PAST, f"{page.now:0{_DIGITS}d}/policy/{policy.version}", was)
        body = {"policy": policy.version, "files": sorted(policy.texts)}
        page.record(RecordKind.DECISION, f"gate-policy/{policy.version}/{page.now}", "tool:*", body)

    def on(self, at: int) -> Date:
        """What held at `at` (milliseconds since 1970 UTC).

        Raises:
            StoreError: it cannot be read.

        """
        kept = self._all()
        people: dict[str, Person] = {}
        grants: dict[str, Grant] = {}
        locks: dict[str, Lock] = {}
        tiers: dict[str, Tier] = {}
        policy: Was | None = None
        known = {(_kind(was), was.name) for was in kept if was.at <= at}
        for was in kept:
            if was.at > at and not (was.found and (_kind(was), was.name) not in known):
                continue
            if was.person is not None:
                people[was.name] = was.person
            elif was.grant is not None:
                grants[was.name] = was.grant
            elif was.lock is not None:
                locks[was.name] = was.lock
            elif was.tier is not None:
                tiers[was.name] = was.tier
            else:
                policy = was
        return Date(
            facts=StaffFacts(
                version=0,
                persons=tuple(each for each in people.values() if each.since <= at),
                grants=tuple(each for each in grants.values() if each.in_force(at)),
                locks=tuple(each for each in locks.values() if each.in_force(at)),
                holds=tuple(on_staff_at(self._book, at)),
                tiers={account: tier for account, tier in tiers.items() if tier is not Tier.ORDINARY},
            ),
            texts={} if policy is None else dict(policy.texts or {}),
            policy="" if policy is None else policy.name,
            since=None if policy is None else policy.at,
            certain_from=next((each.at for each in kept if each.policy is not None), None),
        )

    def _all(self) -> list[Was]:
        with self._book.reading() as transaction:
            return [was for _, was in transaction.all(PAST, Was)]

    @staticmethod
    def _take_stock(page: Page, facts: StaffFacts, kept: set[tuple[str, str]]) -> None:
        stock: Mapping[str, Mapping[str, Person | Grant | Lock | Tier]] = {
            "person": {each.id: each for each in facts.persons},
            "grant": {each.id: each for each in facts.grants},
            "lock": {each.id: each for each in facts.locks},
            "tier": facts.tiers,
        }
        for kind, things in stock.items():
            for name, fact in things.items():
                if (kind, name) not in kept:
                    remember(page, kind, name, fact, found=True)


def _read(texts: Mapping[str, str]) -> StaffPolicy | None:
    """The policies of these texts; None where this version of Holdfast cannot read them."""
    try:
        return StaffPolicy(texts)
    except PolicyError:
        return None


def _kind(was: Was) -> str:
    return next(kind for kind in ("person", "grant", "lock", "tier", "policy") if getattr(was, kind) is not None)
