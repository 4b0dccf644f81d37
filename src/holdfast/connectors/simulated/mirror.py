"""Which accounts does a stream speak of? A stand-in for the platform behind a stream that can only be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import pyarrow as pa

from holdfast.containment import Hold, Restriction, Subject
from holdfast.errors import UnsupportedRestrictionError
from holdfast.events import ACCOUNTS, Account, Batch
from holdfast.ports import Capability, Standing

_HOUR = 3_600_000  # milliseconds
CAPABILITIES: Mapping[Restriction, Capability] = {
    restriction: Capability(native="mirror")
    for restriction in Restriction
    if restriction is not Restriction.REFUSE_LURE
}


KNOWN = pa.schema(
    [
        ("account", pa.string()),
        ("first", pa.int64()),
        ("last", pa.int64()),
        ("posts", pa.int64()),
        ("verified", pa.bool_()),
        ("reach", pa.int64()),
        ("handle", pa.string()),
        ("tier", pa.string()),
        ("org", pa.string()),
        ("created", pa.int64()),
    ]
)
_AT_ONCE = 10_000  # rows made into objects together


class _Seen(msgspec.Struct):
    """What the stream has told of one account; times are milliseconds since 1970 UTC."""

    first: int
    last: int
    posts: int = 0
    verified: bool = False
    reach: int = 0
    handle: str = ""
    tier: str = "ordinary"
    org: str = ""
    created: int | None = None


class MirroredPlatform:
    """Knows the accounts that the stream has named, and keeps the holds it is given; it touches nothing real.

    Feed it every batch with `learn` before the response sees it. `grown` says that there are enough new accounts to
    read `accounts` again.
    """

    name: str = "mirror"
    capabilities: Mapping[Restriction, Capability] = CAPABILITIES
    asks_guard: bool = True

    def __init__(self) -> None:
        """Know nobody."""
        self._seen: dict[str, _Seen] = {}
        self._told = 0
        self._holds: dict[Subject, dict[Restriction, set[str]]] = {}

    def __len__(self) -> int:
        """How many accounts are known."""
        return len(self._seen)

    @property
    def grown(self) -> bool:
        """Whether a twentieth more accounts are known than when `accounts` was last asked for."""
        return len(self._seen) > self._told * 1.05

    def learn(self, batch: Batch) -> None:
        """Take in who is named in `batch`."""
        names = ("account", "time", "reach", "verified")
        for account, time, reach, verified in zip(
            *(batch.posts.column(name).to_pylist() for name in names), strict=True
        ):
            seen = self._meet(account, time)
            seen.posts += 1
            seen.reach = seen.reach if reach is None else reach
            seen.verified = seen.verified if verified is None else verified
        for event in batch.others:
            if isinstance(event, Account):
                self._introduce(event)
            elif account := getattr(event, "account", ""):
                self._meet(account, event.time)

    def events(self, since: int = 0) -> Iterator[Batch]:  # noqa: ARG002 - the port's; the stream is read elsewhere
        """Nothing happens here: the stream is read by whoever feeds `learn`."""
        return iter(())

    def accounts(self) -> pa.RecordBatch:
        """Every account named so far (schema `events.ACCOUNTS`); rates are posts per hour since it was first seen."""
        self._told = len(self._seen)
        rows = [
            {
                "account": account,
                "handle": seen.handle,
                "verified": seen.verified,
                "reach": seen.reach,
                "tier": seen.tier,
                "org": seen.org,
                "emergency": False,
                "created": seen.created,
                "posts_per_hour": seen.posts * _HOUR / max(seen.last - seen.first, _HOUR),
            }
            for account, seen in self._seen.items()
        ]
        return pa.RecordBatch.from_pylist(rows, schema=ACCOUNTS)

    def known(self) -> pa.RecordBatch:
        """All that `meet` needs to know them again, one row for each account."""
        rows = [{"account": account, **msgspec.to_builtins(seen)} for account, seen in self._seen.items()]
        return pa.RecordBatch.from_pylist(rows, schema=KNOWN)

    def meet(self, known: pa.Table) -> None:
        """Know those of `known` (what `known` gave) of whom the stream has not told yet."""
        for rows in known.to_batches(max_chunksize=_AT_ONCE):
            for row in rows.to_pylist():
                self._seen.setdefault(row.pop("account"), msgspec.convert(row, _Seen))

    def apply(self, hold: Hold) -> None:
        """Note that `hold` stands; doing so twice is the same as once.

        Raises:
            UnsupportedRestrictionError: the restriction is not among the capabilities.

        """
        if hold.restriction not in self.capabilities:
            raise UnsupportedRestrictionError(f"the mirror cannot push {hold.restriction}")
        self._holds.setdefault(hold.subject, {}).setdefault(hold.restriction, set()).add(hold.id)

    def lift(self, hold: Hold) -> None:
        """Note that `hold` no longer stands; doing so twice is the same as once."""
        standing = self._holds.get(hold.subject, {})
        standing.get(hold.restriction, set()).discard(hold.id)
        if not standing.get(hold.restriction, {hold.id}):
            del standing[hold.restriction]

    def in_force(self, subject: Subject) -> Sequence[Standing]:
        """The restrictions noted on `subject`, all of them ours."""
        return [Standing(restriction=restriction, ours=True) for restriction in sorted(self._holds.get(subject, {}))]

    def _meet(self, account: str, time: int) -> _Seen:
        seen = self._seen.get(account)
        if seen is None:
            seen = self._seen[account] = _Seen(first=time, last=time)
        seen.first, seen.last = min(seen.first, time), max(seen.last, time)
        return seen

    def _introduce(self, event: Account) -> None:
        seen = self._meet(event.account, event.time)
        seen.handle, seen.verified, seen.reach = event.handle, event.verified, event.reach
        seen.tier, seen.org, seen.created = event.tier, event.org, event.created
