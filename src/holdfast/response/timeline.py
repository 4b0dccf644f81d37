"""What happened, in order, for people who watch?"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec


@enum.unique
class HappeningKind(enum.StrEnum):
    """The kinds of happening."""

    CAMPAIGN = "campaign"
    WARNING = "warning"
    CAUSE = "cause"
    PROPOSAL = "proposal"
    REQUEST = "request"
    APPROVAL = "approval"
    REFUSAL = "refusal"
    PLACED = "placed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    REPAIR = "repair"
    FOUND = "found"
    RECOVERY = "recovery"
    ALARM = "alarm"
    DENIAL = "denial"
    EMERGENCY = "emergency"
    NOTICE = "notice"
    PEOPLE = "people"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One notable thing. `time` is milliseconds since 1970 UTC; `subject` is the campaign, plan or hold it is about."""

    time: int
    kind: HappeningKind
    text: str
    subject: str = ""


class Timeline(Sequence[Happening]):
    """Happenings of this process, oldest first. The ledger is the record; this is only what a screen shows."""

    def __init__(self) -> None:
        """Begin empty."""
        self._happenings: list[Happening] = []

    def add(self, time: int, kind: HappeningKind, text: str, subject: str = "") -> None:
        """Note what happened at `time`."""
        self._happenings.append(Happening(time=time, kind=kind, text=text, subject=subject))

    @overload
    def __getitem__(self, index: int) -> Happening: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Happening]: ...
    def __getitem__(self, index: int | slice) -> Happening | Sequence[Happening]:
        return self._happenings[index]

    def __len__(self) -> int:
        return len(self._happenings)

    def __iter__(self) -> Iterator[Happening]:
        return iter(self._happenings)
