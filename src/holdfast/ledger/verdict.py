"""What did a check of a ledger find?"""

from __future__ import annotations

import enum

import msgspec

from holdfast.errors import BrokenLedgerError

_TOLD_AT_ONCE = 5


@enum.unique
class FaultKind(enum.StrEnum):
    """What can be wrong with a ledger."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"
    ADDED = "added"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled_back"
    SIGNATURE = "signature"
    BODY = "body"
    ERASED = "erased"
    TREE = "tree"
    ROWS = "rows"
    DAMAGED = "damaged"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, at which entry (None when it is not about one)."""

    what: FaultKind
    index: int | None = None
    note: str

    def __str__(self) -> str:
        return f"{self.what}: {self.note}" if self.index is None else f"entry {self.index}, {self.what}: {self.note}"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked, and everything that was found wrong.

    `size` and `root` are those of the last signed head. `trusted` says that the key came from outside and not from
    the ledger's own file, whose forger would have put his own there. The counts say how much was looked at.
    """

    origin: str
    vkey: str
    trusted: bool
    size: int
    root: bytes
    entries: int
    erased: int
    checkpoints: int
    remembered: int
    tiles: int
    rows: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults

    def raise_if_broken(self) -> None:
        """Turn faults into an error.

        Raises:
            BrokenLedgerError: there are some; the first few are told.

        """
        if self.faults:
            told = "; ".join(str(fault) for fault in self.faults[:_TOLD_AT_ONCE])
            more = len(self.faults) - _TOLD_AT_ONCE
            raise BrokenLedgerError(f"The ledger {self.origin} is broken. {told}{f'; and {more} more' * (more > 0)}.")
