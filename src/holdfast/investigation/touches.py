"""What touched whom, and when: the record from which a common cause is read.

Fed by security events in any order; repeats and late events change no answer. Two books share the bounded memory: the
*deeds* (staff actions, credential changes, apps let in), which are few and precious, and the *visits* (sign-ins, reset
requests), of which there are very many, so that a flood of sign-ins cannot push a staff member's deed out.

Memory: 16 bytes for each event kept (up to four touches: a sign-in's network by number and by prefix, its client and
its country), about 130 bytes for each account and 500 for each distinct bundle of factors. When a book is full its
oldest page goes and `evicted` counts the rows; names that no row needs any more are dropped.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any, Self

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.errors import InputError
from holdfast.events import (
    AppAuthorised,
    AppRevoked,
    CredentialChange,
    DataRead,
    ResetRequested,
    SecurityEvent,
    SignIn,
    StaffAction,
)

from . import bundles
from .bundles import Bundle, Contents
from .cause import Factor, FactorKind
from .pages import PageData, Pages, Rows

VERSION = 1
ALWAYS = -(1 << 62)  # before any time an event can carry (milliseconds since 1970 UTC)
NEVER = 1 << 62
_CHUNK = 4096  # events between two looks at whether a page is full
_TIDY_EVERY = 8  # pages let go between two sweeps of names nobody needs; a sweep reads every row once

VISITS = frozenset({FactorKind.NETWORK, FactorKind.CLIENT, FactorKind.COUNTRY_CHANGE, FactorKind.RESET_CHANNEL})

Bools = npt.NDArray[np.bool_]


class TouchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How much is remembered: rows of 16 bytes. The defaults are 200 MB of visits and 64 MB of deeds."""

    visits: int = 12_500_000
    deeds: int = 4_000_000


class TouchSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A record of touches as plain data."""

    version: int
    settings: TouchSettings
    accounts: list[str]
    bundles: list[Bundle]
    visits: list[PageData]
    deeds: list[PageData]
    evicted: tuple[int, int]
    complete_since: tuple[int, int]


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One row: at `time` (milliseconds since 1970 UTC) the factors of `contents` touched an account."""

    time: int
    contents: Contents


class Touches:
    """The record. Windows are (start, end]: after `start`, up to and including `end`, milliseconds since 1970 UTC."""

    def __init__(self, settings: TouchSettings | None = None) -> None:
        """An empty record."""
        self.settings = settings or TouchSettings()
        self._visits, self._deeds = Pages(self.settings.visits), Pages(self.settings.deeds)
        self._accounts: dict[str, int] = {}
        self._bundles: dict[Bundle, int] = {}
        self._contents: list[Contents] = []
        self._bundles_of: dict[Factor, list[int]] = {}
        self._gone = 0
        self._writers: dict[type, Callable[[Any], Bundle | None]] = {
            SignIn: bundles.sign_in,
            ResetRequested: bundles.reset,
            StaffAction: bundles.staff_action,
            CredentialChange: bundles.credential,
            DataRead: bundles.staff_read,
            AppAuthorised: bundles.app,
            AppRevoked: bundles.app,
        }

    def observe(self, events: Sequence[SecurityEvent]) -> None:
        """Take in events, in any order."""
        for start in range(0, len(events), _CHUNK):
            self._write(events[start : start + _CHUNK])
            for book in (self._visits, self._deeds):
                if book.full and book.seal():
                    self._gone += 1
            if self._gone >= _TIDY_EVERY:
                self._tidy()

    @property
    def accounts(self) -> int:
        """How many accounts are on record."""
        return len(self._accounts)

    @property
    def factors(self) -> int:
        """How many factors are on record."""
        return len(self._bundles_of)

    def shared(self) -> dict[FactorKind, int]:
        """Of each kind that there is: how many factors on record touched more than one account, at any time."""
        first = np.full(len(self._bundles), np.iinfo(np.int32).max, dtype=np.int32)
        last = np.full(len(self._bundles), -1, dtype=np.int32)
        for book in (self._visits, self._deeds):
            for rows in book.between(ALWAYS, NEVER):
                np.minimum.at(first, rows.bundle, rows.account)
                np.maximum.at(last, rows.bundle, rows.account)
        if not self._bundles_of:
            return {}
        lengths = np.fromiter(map(len, self._bundles_of.values()), dtype=np.int64, count=len(self._bundles_of))
        members = np.fromiter(chain.from_iterable(self._bundles_of.values()), dtype=np.int64, count=int(lengths.sum()))
        starts = np.cumsum(lengths) - lengths
        lowest, highest = np.minimum.reduceat(first[members], starts), np.maximum.reduceat(last[members], starts)
        return dict(Counter(factor.kind for factor, met in zip(self._bundles_of, lowest < highest, strict=True) if met))

    @property
    def evicted(self) -> int:
        """How many rows were let go because memory is bounded."""
        return self._visits.evicted + self._deeds.evicted

    def complete_since(self, kind: FactorKind) -> int:
        """The time after which no touch of this kind was let go (milliseconds since 1970 UTC)."""
        return self._book(kind).complete_since

    def some_accounts(self, most: int) -> list[str]:
        """So many accounts on record at most, evenly out of the order in which they came."""
        return list(self._accounts)[:: max(1, -(-len(self._accounts) // most))]

    def of_accounts(self, accounts: Collection[str]) -> dict[str, list[Touch]]:
        """All touches of each account on record, oldest first, those of one time in the order of their bundles."""
        number = {self._accounts[name]: name for name in accounts if name in self._accounts}
        wanted = np.zeros(len(self._accounts), dtype=bool)
        wanted[list(number)] = True
        found: dict[str, set[tuple[int, int]]] = {name: set() for name in number.values()}
        for book in (self._visits, self._deeds):
            for rows in book.between(ALWAYS, NEVER):
                here = wanted[rows.account]
                for account, time, bundle in zip(
                    rows.account[here].tolist(), rows.time[here].tolist(), rows.bundle[here].tolist(), strict=True
                ):
                    found[number[account]].add((time, bundle))
        said = list(self._bundles)
        return {
            name: [
                Touch(time=time, contents=self._contents[bundle])
                for time, _, bundle in sorted((time, said[bundle], bundle) for time, bundle in rows)
            ]
            for name, rows in found.items()
        }

    def accounts_of(self, factor: Factor, start: int = ALWAYS, end: int = NEVER) -> dict[str, int]:
        """Every account that `factor` touched in the window, and when it last did.

        An app touches from the day it was let in until it is shut out: revoked in the window, it no longer counts.
        """
        last = self._extreme(self._book(factor.kind), self._bundles_of.get(factor, ()), start, end, latest=True)
        if factor.kind is FactorKind.APP:
            revoked = self._bundles.get(bundles.shortened(("app_revoked", factor.value)))
            shut = self._extreme(self._deeds, () if revoked is None else (revoked,), start, end, latest=True)
            last[shut >= last] = ALWAYS
        names = list(self._accounts)
        touched = np.flatnonzero(last > ALWAYS)
        return {names[number]: time for number, time in zip(touched.tolist(), last[touched].tolist(), strict=True)}

    def count(self, factor: Factor, start: int = ALWAYS, end: int = NEVER, *, manner: str = "") -> int:
        """How many of all accounts `factor` touched in the window, in any manner or this; revoked apps count still."""
        chosen = [
            bundle for bundle in self._bundles_of.get(factor, ()) if manner in {"", self._contents[bundle].manner}
        ]
        return int(self._marked(self._book(factor.kind), chosen, start, end).sum())

    def count_new(self, factor: Factor, start: int, end: int) -> int:
        """How many of all accounts `factor` touched for the first time on record in the window.

        A country counts as new only to an account seen elsewhere before.
        """
        return int(self._new_to(factor, start, end).sum())

    def new_to(self, factor: Factor, start: int, end: int, most: int) -> list[str]:
        """The first accounts, `most` at most, that `factor` touched for the first time on record in the window."""
        first = self._extreme(self._book(factor.kind), self._bundles_of.get(factor, ()), ALWAYS, end, latest=False)
        names = list(self._accounts)
        numbers = np.flatnonzero(self._new_to(factor, start, end)).tolist()
        return heapq.nsmallest(
            most, (names[number] for number in numbers), key=lambda name: (first[self._accounts[name]], name)
        )

    def count_active(self, kind: FactorKind, start: int, end: int) -> int:
        """How many of all accounts any factor of this kind touched in the window."""
        return int(self._marked(self._book(kind), self._saying(kind), start, end).sum())

    def active(self, kind: FactorKind, start: int, end: int) -> list[str]:
        """Every account that any factor of this kind touched in the window."""
        names = list(self._accounts)
        return [
            names[number] for number in np.flatnonzero(self._marked(self._book(kind), self._saying(kind), start, end))
        ]

    def since(self, kind: FactorKind) -> int:
        """The time from which on touches of this kind are on record whole (milliseconds since 1970 UTC)."""
        book = self._book(kind)
        earliest = [int(rows.time.min()) for rows in book.between(ALWAYS, NEVER)]
        return max(book.complete_since, min(earliest, default=NEVER))

    def deeds(self, start: int, end: int) -> Iterator[tuple[str, Touch]]:
        """Every deed by staff in the window, with its account; page by page, in no promised order."""
        by_staff = np.array([each.by_staff for each in self._contents], dtype=bool)
        names = list(self._accounts)
        for rows in self._deeds.between(start, end):
            here = by_staff[rows.bundle]
            for account, time, bundle in zip(
                rows.account[here].tolist(), rows.time[here].tolist(), rows.bundle[here].tolist(), strict=True
            ):
                yield names[account], Touch(time=time, contents=self._contents[bundle])

    def snapshot(self) -> TouchSnapshot:
        """Everything needed to go on from here, as plain data."""
        return TouchSnapshot(
            version=VERSION,
            settings=self.settings,
            accounts=list(self._accounts),
            bundles=list(self._bundles),
            visits=self._visits.snapshot(),
            deeds=self._deeds.snapshot(),
            evicted=(self._visits.evicted, self._deeds.evicted),
            complete_since=(self._visits.complete_since, self._deeds.complete_since),
        )

    @classmethod
    def restore(cls, snapshot: TouchSnapshot) -> Self:
        """The record as it was when `snapshot` was taken.

        Raises:
            InputError: the snapshot is of another version or is damaged.

        """
        if snapshot.version != VERSION:
            raise InputError(f"the touches are kept in version {snapshot.version}, this is {VERSION}")
        touches = cls(snapshot.settings)
        try:
            touches._name(snapshot.accounts, snapshot.bundles)
            for book, pages in ((touches._visits, snapshot.visits), (touches._deeds, snapshot.deeds)):
                book.restore(pages)
                touches._check(book)
        except (ValueError, TypeError) as error:
            raise InputError(f"the record of touches is damaged: {error}") from None
        touches._visits.evicted, touches._deeds.evicted = snapshot.evicted
        touches._visits.complete_since, touches._deeds.complete_since = snapshot.complete_since
        return touches

    def _write(self, events: Sequence[SecurityEvent]) -> None:
        """The hot loop: one row for each event that touches an account."""
        writers, known, accounts = self._writers, self._bundles, self._accounts
        visits, deeds = self._visits, self._deeds
        for event in events:
            kind = type(event)
            writer = writers.get(kind)
            if writer is None:
                continue
            bundle = writer(event)
            if bundle is None:
                continue
            name = event.target if kind is StaffAction else event.account  # type: ignore[union-attr]
            number = known.get(bundle)
            if number is None:
                number = self._new_bundle(bundles.shortened(bundle))
            account = accounts.get(name)
            if account is None:
                account = accounts[name] = len(accounts)
            book = visits if kind is SignIn or kind is ResetRequested else deeds
            book.add_pair(number << 32 | account)
            book.add_time(event.time)

    def _new_bundle(self, bundle: Bundle) -> int:
        """The number of a bundle, which may be new."""
        number = self._bundles.setdefault(bundle, len(self._bundles))
        if number == len(self._contents):
            said = bundles.contents(bundle)
            self._contents.append(said)
            for factor in said.factors:
                self._bundles_of.setdefault(factor, []).append(number)
        return number

    def _book(self, kind: FactorKind) -> Pages:
        """Where touches of this kind are written."""
        return self._visits if kind in VISITS else self._deeds

    def _saying(self, kind: FactorKind) -> list[int]:
        """The bundles that have a factor of this kind."""
        return list(chain.from_iterable(found for factor, found in self._bundles_of.items() if factor.kind is kind))

    def _rows(self, book: Pages, chosen: Collection[int], start: int, end: int) -> Iterator[Rows]:
        """The rows of the window that have one of the chosen bundles."""
        if not chosen:
            return
        wanted = np.zeros(len(self._bundles), dtype=bool)
        wanted[list(chosen)] = True
        for rows in book.between(start, end):
            here = wanted[rows.bundle]
            yield Rows(rows.bundle[here], rows.account[here], rows.time[here])

    def _marked(self, book: Pages, chosen: Collection[int], start: int, end: int) -> Bools:
        """For every account, whether one of the chosen bundles touched it in the window."""
        marked = np.zeros(len(self._accounts), dtype=bool)
        for rows in self._rows(book, chosen, start, end):
            marked[rows.account] = True
        return marked

    def _new_to(self, factor: Factor, start: int, end: int) -> Bools:
        """For every account, whether `factor` touched it for the first time on record in the window."""
        first = self._extreme(self._visits, self._bundles_of.get(factor, ()), ALWAYS, end, latest=False)
        new = (first > start) & (first <= end)
        if factor.kind is FactorKind.COUNTRY_CHANGE:
            new &= (
                self._extreme(self._visits, self._saying(FactorKind.COUNTRY_CHANGE), ALWAYS, end, latest=False) < first
            )
        return new

    def _extreme(
        self, book: Pages, chosen: Collection[int], start: int, end: int, *, latest: bool
    ) -> npt.NDArray[np.int64]:
        """For every account, the last (else the first) time in the window that a chosen bundle touched it."""
        times = np.full(len(self._accounts), ALWAYS if latest else NEVER, dtype=np.int64)
        choose = np.maximum if latest else np.minimum
        for rows in self._rows(book, chosen, start, end):
            choose.at(times, rows.account, rows.time)
        return times

    def _tidy(self) -> None:
        """Drop the names that no row needs, and number the others anew."""
        self._gone = 0
        live_accounts = np.zeros(len(self._accounts), dtype=bool)
        live_bundles = np.zeros(len(self._bundles), dtype=bool)
        for book in (self._visits, self._deeds):
            book.seal()
            for rows in book.sealed:
                live_accounts[rows.account] = True
                live_bundles[rows.bundle] = True
        for book in (self._visits, self._deeds):
            book.renumber(
                np.cumsum(live_bundles, dtype=np.int32) - np.int32(1),
                np.cumsum(live_accounts, dtype=np.int32) - np.int32(1),
            )
        self._name(
            [name for name, live in zip(self._accounts, live_accounts.tolist(), strict=True) if live],
            [bundle for bundle, live in zip(self._bundles, live_bundles.tolist(), strict=True) if live],
        )

    def _name(self, accounts: Sequence[str], known: Sequence[Bundle]) -> None:
        """Number accounts and bundles in this order, from nothing."""
        self._accounts = {name: number for number, name in enumerate(accounts)}
        self._bundles, self._contents, self._bundles_of = {}, [], {}
        for bundle in known:
            self._new_bundle(bundle)
        if len(self._accounts) != len(accounts) or len(self._bundles) != len(known):
            raise ValueError("a name stands twice")

    def _check(self, book: Pages) -> None:
        """Every row must name an account and a bundle that exist, and sealed pages must be in order of time."""
        for rows in (*book.sealed, book.open_page()):
            for numbers, named in ((rows.bundle, self._bundles), (rows.account, self._accounts)):
                if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < len(named):
                    raise ValueError("a row names nothing on record")
        if any(np.any(np.diff(rows.time) < 0) for rows in book.sealed):
            raise ValueError("a page is out of order")
