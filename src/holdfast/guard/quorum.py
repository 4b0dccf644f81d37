"""How many people must agree, to what, and for how long does their word stand?

The table that comes with Holdfast is `policies/quorum.toml`; a deployment may have its own. What can never be undone,
and an account given to who may not be its owner, take two people besides the requester in every table.
"""

from __future__ import annotations

import enum
import tomllib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from holdfast.errors import PolicyError

from .lines import placed

MINUTE = 60_000  # milliseconds
FEWEST_FOR_GOOD = 2  # people besides the requester, for what nothing brings back

Minutes = Annotated[int, Meta(ge=1, le=1_440)]  # a day at most: after that nobody remembers what they agreed to
People = Annotated[int, Meta(ge=0, le=20)]


@enum.unique
class Deed(enum.StrEnum):
    """What can be asked for."""

    HOLD = "hold"  # to carry out a plan
    LIFT = "lift"  # to end holds before their time
    RELEASE = "release"  # to give hijacked accounts back


class Size(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table: up to so many accounts (None: any number), so many people besides the requester, and why.

    Where it is `signed`, an approval counts only with a passkey's signature over exactly what is asked for.
    """

    accounts: Annotated[int, Meta(ge=0)] | None = None
    approvals: People
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    signed: bool = False


class Times(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long things stand, in minutes.

    An approval is of what one saw then, not of what has come since. A permit is to carry it out at once, not to keep.
    What is placed in an emergency ends after `emergency`, unless others agree to it by then; its review is due by
    `review`.
    """

    approval: Minutes = 30
    permit: Minutes = 5
    emergency: Minutes = 60
    review: Minutes = 1_440


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rows for each deed by size, the row for whatever can never be undone, and the times."""

    hold: tuple[Size, ...]
    lift: tuple[Size, ...]
    release: tuple[Size, ...]
    one_way: Size
    times: Times = Times()

    def __post_init__(self) -> None:
        """Refuse a table that leaves something open, or asks for fewer where more is at stake."""
        for deed in Deed:
            rows = self.rows(deed)
            limits = [row.accounts for row in rows]
            if not rows or limits[-1] is not None or None in limits[:-1]:
                raise ValueError(f"the last row of {deed}, and no other, is for any number of accounts")
            if limits[:-1] != sorted({limit for limit in limits if limit is not None}):
                raise ValueError(f"the rows of {deed} go from few accounts to many")
            if [row.approvals for row in rows] != sorted(row.approvals for row in rows):
                raise ValueError(f"more accounts never take fewer people: {deed}")
        if min(self.one_way.approvals, *(row.approvals for row in self.release)) < FEWEST_FOR_GOOD:
            raise ValueError(f"what nothing brings back, and each release, takes {FEWEST_FOR_GOOD} people")

    def rows(self, deed: Deed) -> tuple[Size, ...]:
        """The rows for `deed`, from few accounts to many."""
        match deed:
            case Deed.HOLD:
                return self.hold
            case Deed.LIFT:
                return self.lift
            case Deed.RELEASE:
                return self.release

    def required(self, *, accounts: int, one_way: bool, deed: Deed = Deed.HOLD) -> Size:
        """The row that applies to `deed` on so many accounts; the stricter one where part of it is `one_way`."""
        row = next(size for size in self.rows(deed) if size.accounts is None or accounts <= size.accounts)
        if not one_way:
            return row
        if self.one_way.approvals >= row.approvals:
            return self.one_way
        return msgspec.structs.replace(row, signed=row.signed or self.one_way.signed)


_MANY = 10_000  # accounts: what one person can still look through as lists of the kinds of them
_HOLD = (
    Size(accounts=1, approvals=0, reason="one account, and all of it can be undone: speed matters more"),
    Size(accounts=_MANY, approvals=1, reason="many accounts: one stolen staff login must not be enough"),
    Size(approvals=2, signed=True, reason="so many accounts that a mistake is itself an incident"),
)
_LIFT = (
    Size(accounts=_MANY, approvals=1, reason="to set free is what the intruder wants, too"),
    Size(approvals=2, signed=True, reason="so many accounts that a mistake is itself an incident"),
)
TABLE = Table(
    hold=_HOLD,
    lift=_LIFT,
    release=(Size(approvals=2, signed=True, reason="what a wrong owner has read cannot be unread"),),
    one_way=Size(
        approvals=2,
        signed=True,
        reason="part of it cannot be taken back: a deed for good, or an account let go to an intruder",
    ),
)
"""The table where a deployment has none of its own; `policies/quorum.toml` says the same."""


def required(*, accounts: int, one_way: bool) -> Size:
    """The row of `TABLE` that applies to a plan that holds `accounts` accounts."""
    return TABLE.required(accounts=accounts, one_way=one_way)


def read_table(text: str) -> Table:
    """The table that this TOML spells: rows `[[hold]]`, `[[lift]]`, `[[release]]`, and `[one_way]` and `[times]`.

    Raises:
        PolicyError: it is none, or one that no deployment may have.

    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
        return msgspec.convert(data, Table)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as why:
        raise PolicyError(f"quorum.toml is no table of quorums: {placed(text, why)}") from why
