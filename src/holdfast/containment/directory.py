"""Which of all accounts are in a cohort just now, and what is true of one of them?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeAlias, assert_never

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from holdfast.errors import HoldError
from holdfast.events import ACCOUNTS, spelling_key
from holdfast.reading import hash_column

from .cohort import (
    AccountFacts,
    AllOf,
    AnyOf,
    Cohort,
    CredentialChangedWithin,
    Except,
    Explicit,
    InShare,
    ReachAbove,
    TouchedBy,
    Verified,
)
from .lots import lots
from .membership import changed_within

Mask: TypeAlias = npt.NDArray[np.bool_]
Touched: TypeAlias = Callable[[str], Collection[str]]

NEVER_CHANGED: Mapping[str, int] = {}


def nothing_touched(_factor: str) -> Collection[str]:
    """No factor has touched any account: what is known before an investigation."""
    return frozenset()


class Directory:
    """All accounts of a platform, in columns; rows are in the order of `accounts` (schema `events.ACCOUNTS`).

    What hardly changes is read once. What changes all the time is looked up at each question: `credential_changes`
    maps an account to its last credential change (milliseconds since 1970 UTC); `touched` names the accounts that
    a factor (by its key, such as `tool_session:ts-7`) touched.
    """

    def __init__(
        self,
        accounts: pa.RecordBatch,
        *,
        credential_changes: Mapping[str, int] = NEVER_CHANGED,
        touched: Touched = nothing_touched,
    ) -> None:
        """Read the columns.

        Raises:
            HoldError: a column of `events.ACCOUNTS` is missing.

        """
        self.credential_changes = credential_changes
        self.touched = touched
        self.meet(accounts)

    def meet(self, accounts: pa.RecordBatch) -> None:
        """Read the columns anew, when the platform has named more accounts; rules compiled before know the old ones.

        Raises:
            HoldError: a column of `events.ACCOUNTS` is missing.

        """
        missing = [name for name in ACCOUNTS.names if name not in accounts.schema.names]
        if missing:
            raise HoldError(f"the directory of accounts lacks the columns {', '.join(missing)}")
        self._accounts = accounts
        self.__dict__.pop("verified_accounts", None)
        self.__dict__.pop("_respelt", None)
        self._lots: dict[str, npt.NDArray[np.int64]] = {}
        ids = _column(accounts, "account").to_pylist()
        self._rows: dict[str, int] = dict(zip(ids, range(len(ids)), strict=True))
        self.verified: Mask = _numbers(accounts, "verified", np.bool_)
        self.emergency: Mask = _numbers(accounts, "emergency", np.bool_)
        self.official: Mask = np.isin(_words(accounts, "tier"), ("official", "protected"))
        self.reach: npt.NDArray[np.int64] = _numbers(accounts, "reach", np.int64)
        self.posts_per_hour: npt.NDArray[np.float32] = _numbers(accounts, "posts_per_hour", np.float32)

    def __len__(self) -> int:
        return len(self._accounts)

    @functools.cached_property
    def verified_accounts(self) -> frozenset[str]:
        """The verified accounts by id: asking it reads memory in two places, where row and column take five."""
        ids = _column(self._accounts, "account").filter(pa.array(self.verified))
        return frozenset(ids.to_pylist())

    def lots(self, seed: str) -> npt.NDArray[np.int64]:
        """int64[n]: the lot that each account draws under `seed`; worked out once for each seed."""
        if seed not in self._lots:
            self._lots[seed] = lots(hash_column(_column(self._accounts, "account")), seed)
        return self._lots[seed]

    def row(self, account: str) -> int | None:
        """The row of `account`, or None when the platform has not named it."""
        return self._rows.get(account)

    def rows(self, accounts: Iterable[str]) -> npt.NDArray[np.int64]:
        """The rows of those of `accounts` that the platform has named, in no order, repeats and all."""
        find = self._rows.get
        return np.array([row for row in map(find, accounts) if row is not None], dtype=np.int64)

    def of(self, accounts: Iterable[str]) -> Mask:
        """bool[n]: true for each of `accounts`."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[self.rows(accounts)] = True
        return mask

    def alike(self, account: str) -> tuple[str, ...]:
        """The ids of the accounts that the platform has named and that are spelt like this one, in any spelling."""
        key = spelling_key(account)
        return (*([key] if key in self._rows else []), *self._respelt.get(key, ()))

    @functools.cached_property
    def _respelt(self) -> Mapping[str, tuple[str, ...]]:
        """The ids that are not their own spelling key, by it; most platforms have few."""
        found: dict[str, tuple[str, ...]] = {}
        for id_ in self._rows:
            key = spelling_key(id_)
            if key != id_:
                found[key] = (*found.get(key, ()), id_)
        return found

    def reach_of(self, account: str) -> int:
        """Followers of `account`; 0 when the platform has not named it."""
        row = self._rows.get(account)
        return 0 if row is None else int(self.reach[row])

    def called(self, account: str) -> str:
        """What people call `account`: its handle, or its id where none is known."""
        row = self._rows.get(account)
        handle = None if row is None else self.column("handle")[row].as_py()
        return handle or account

    def column(self, name: str) -> pa.Array:
        """One column as it came (schema `events.ACCOUNTS`)."""
        return _column(self._accounts, name)

    def names(self, mask: Mask, limit: int | None = None) -> tuple[str, ...]:
        """The handles (ids where there are none) of the accounts in `mask`, those with the greatest reach first."""
        rows = np.flatnonzero(mask)
        rows = rows[np.argsort(-self.reach[rows], kind="stable")][:limit]
        handles, ids = self.column("handle"), self.column("account")
        return tuple(handles[row].as_py() or ids[row].as_py() for row in rows.tolist())

    def mask(self, cohort: Cohort, now: int) -> Mask:  # noqa: PLR0911  (one answer for each kind of cohort)
        """bool[n]: which accounts are in `cohort` at `now` (milliseconds since 1970 UTC); the caller may change it."""
        match cohort:
            case Verified():
                return self.verified.copy()
            case ReachAbove(reach=reach):
                return self.reach > reach
            case TouchedBy(factor=factor):
                return self.of(self.touched(factor))
            case CredentialChangedWithin(milliseconds=milliseconds):
                return self.of(
                    account for account, at in self.credential_changes.items() if changed_within(at, milliseconds, now)
                )
            case Explicit(accounts=accounts):
                return self.of(accounts)
            case InShare(seed=seed, below=below):
                return self.lots(seed) < below
            case AllOf(cohorts=cohorts):
                return self._fold(np.logical_and, cohorts, now, empty=True)
            case AnyOf(cohorts=cohorts):
                return self._fold(np.logical_or, cohorts, now, empty=False)
            case Except(cohort=inner, exempt=exempt):
                return self.mask(inner, now) & ~self.mask(exempt, now)
            case _:
                assert_never(cohort)

    def _fold(self, combine: np.ufunc, cohorts: tuple[Cohort, ...], now: int, *, empty: bool) -> Mask:
        folded = np.full(len(self), empty, dtype=np.bool_)
        for each in cohorts:
            combine(folded, self.mask(each, now), out=folded)
        return folded

    def facts(self, account: str, factors: Iterable[str] = ()) -> AccountFacts:
        """What is true of `account` just now; of the factors, those in `factors` that touched it.

        An account that the platform has not named is an ordinary one without reach.
        """
        touched = frozenset(factor for factor in factors if account in self.touched(factor))
        changed_at = self.credential_changes.get(account)
        row = self._rows.get(account)
        if row is None:
            return AccountFacts(account=account, credential_changed_at=changed_at, factors=touched)
        return AccountFacts(
            account=account,
            verified=bool(self.verified[row]),
            reach=int(self.reach[row]),
            tier=self.column("tier")[row].as_py(),
            org=self.column("org")[row].as_py() or "",
            credential_changed_at=changed_at,
            factors=touched,
        )


def _column(accounts: pa.RecordBatch, name: str) -> pa.Array:
    return accounts.column(accounts.schema.get_field_index(name))


def _numbers(accounts: pa.RecordBatch, name: str, kind: type[Any]) -> npt.NDArray[Any]:
    return np.asarray(_column(accounts, name).to_numpy(zero_copy_only=False), dtype=kind)


def _words(accounts: pa.RecordBatch, name: str) -> npt.NDArray[np.str_]:
    """The column as numpy strings, by way of a dictionary, so that no string is made per account."""
    encoded = _column(accounts, name).dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=np.str_)
    codes: npt.NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
    picked: npt.NDArray[np.str_] = words[codes]
    return picked
