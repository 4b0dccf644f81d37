"""What has a platform told of the accounts that it gives back, when it is not called but calls?

It looks which cases there are and what each of them lacks, does it, and tells. What it told of a case is kept until
that case is over or begins anew: then it has to do and to tell all of it again, and what it had told is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from holdfast.errors import PlatformPendingError
from holdfast.ports import Custody, Store
from holdfast.recovery import Change, Credential, Door, Fact

COLLECTION = "told"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of one account, on one `occasion`: its case, and how often that had begun anew.

    `changed` is None until the platform has said what the intruder changed, `lost` until it has put back all but those.
    """

    occasion: str = ""
    shut: frozenset[Door] = frozenset()
    facts: tuple[Fact, ...] = ()
    renewed: frozenset[Credential] = frozenset()
    changed: tuple[Change, ...] | None = None
    lost: frozenset[str] | None = None

    def and_then(self, more: Told) -> Told:
        """All of it; told on another occasion, only `more`."""
        if more.occasion != self.occasion:
            return more
        return Told(
            occasion=self.occasion,
            shut=self.shut | more.shut,
            facts=tuple(dict.fromkeys((*self.facts, *more.facts))),
            renewed=self.renewed | more.renewed,
            changed=self.changed if more.changed is None else more.changed,
            lost=self.lost if more.lost is None else more.lost,
        )


class ToldCustody(Custody):
    """The platform's part in recovery cases, as it tells of it; what it has not told yet is waited for."""

    def __init__(self, store: Store, occasion_of: Callable[[str], str] = lambda _: "") -> None:
        """Go on with what `store` keeps; `occasion_of` names the occasion on which an account is asked about.

        Raises:
            StoreError: the store cannot be read.

        """
        self._store = store
        self.occasion_of = occasion_of
        with store.begin() as transaction:
            self._told = dict(transaction.all(COLLECTION, Told))

    def tell(self, account: str, more: Told) -> None:
        """Take in what the platform told.

        Raises:
            StoreError: it was not kept; tell it again.

        """
        told = self._told.get(account, Told()).and_then(more)
        with self._store.begin() as transaction:
            transaction.put(COLLECTION, account, told)
        self._told[account] = told

    def forget(self) -> int:
        """Delete what can matter no more: it was told of a case that is over or has begun anew. How many there were.

        Raises:
            StoreError: it is all there still.

        """
        over = [account for account, told in self._told.items() if told.occasion != self.occasion_of(account)]
        if over:
            with self._store.begin() as transaction:
                for account in over:
                    transaction.delete(COLLECTION, account)
            for account in over:
                del self._told[account]
        return len(over)

    def shut(self, account: str, door: Door, attacked_at: int) -> None:  # noqa: ARG002 - the platform saw it in the case
        """Wait until it is told that nobody comes in by `door`.

        Raises:
            PlatformPendingError: it is not told yet.

        """
        if door not in self._of(account).shut:
            raise PlatformPendingError(f"the platform has not shut {door}")

    def shown(self, account: str) -> Sequence[Fact]:
        """What was told of those who ask for the account."""
        return self._of(account).facts

    def renew(self, account: str) -> Collection[Credential]:
        """What the owner has set, once it is told as well what the intruder had changed."""
        told = self._of(account)
        return () if told.changed is None else told.renewed

    def changed(self, account: str, attacked_at: int) -> Sequence[Change]:
        """What was told of the intruder's changes."""
        return [change for change in self._of(account).changed or () if change.at >= attacked_at]

    def put_back(self, account: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Wait until it is told that all is as it was, but for what cannot be.

        Raises:
            PlatformPendingError: it is not told yet.

        """
        lost = self._of(account).lost
        if lost is None:
            raise PlatformPendingError("the platform has not put back what was changed")
        return [change for change in changes if change.what in lost]

    def _of(self, account: str) -> Told:
        told = self._told.get(account, Told())
        return told if told.occasion == self.occasion_of(account) else Told()
