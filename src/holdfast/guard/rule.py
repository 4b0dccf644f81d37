"""What does the guard hold things by? Its own record of a hold in force, so that it knows no other room's."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from .question import Action

FOREVER = 2**62  # later than any time in milliseconds: for a rule that stands until a person lifts it


@enum.unique
class RuleKind(enum.StrEnum):
    """What a rule looks at."""

    ACCOUNT = "account"
    COHORT = "cohort"
    LURE = "lure"
    TEXT = "text"
    STAFF = "staff"
    TOOL_SESSION = "tool_session"
    TOOL = "tool"
    FUNCTION = "function"
    APP = "app"


class Members(Protocol):
    """Which accounts are in a cohort, asked at the moment of the question; times are milliseconds since 1970 UTC."""

    def __call__(self, account: str, now: int, /) -> bool:
        """Whether `account` is in it at `now`."""
        ...

    def among(self, accounts: Sequence[str], now: int, /) -> npt.NDArray[np.bool_]:
        """bool[n]: which of `accounts` are in it at `now`."""
        ...


class Rule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One hold as the guard keeps it, in force from `starts` until just before `until` (milliseconds since 1970 UTC).

    `id` is the account, staff member, tool session, tool, `tool/function` or app. `actions` are what it stops
    an account from doing. `members` are a cohort's; on a lure or text, the only accounts that may not post it
    (None: nobody may). `key` is a lure's (`reading.lure_key`); `signature` (uint8[16]) and `bands` are a text's
    (`reading.TextReading`).
    """

    hold: str
    kind: RuleKind
    id: str
    actions: frozenset[Action] = frozenset()
    starts: int
    until: int = FOREVER
    members: Members | None = None
    key: int = 0
    signature: npt.NDArray[np.uint8] | None = None
    bands: tuple[int, ...] = ()

    def in_force(self, now: int) -> bool:
        """Whether it stands at `now`, to the millisecond."""
        return self.starts <= now < self.until
