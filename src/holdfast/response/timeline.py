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


KEPT = 50_000  # happenings, some 20 MB: days of an incident, and far more than anybody scrolls through
_SLACK = 5_000  # let go of at once, so that not each one moves all the others


class Timeline(Sequence[Happening]):
    """Happenings of this process, oldest first. The ledger is the record; this is only what a screen shows.

    Places count from the first one ever, and stay: beyond `kept` the oldest are let go of, and their places are empty.
    A slice leaves empty places out, so it may be shorter than asked for.
    """

    def __init__(self, kept: int = KEPT) -> None:
        """Begin empty."""
        self._kept = kept
        self._happenings: list[Happening] = []
        self.first = 0  # the place of the oldest that is kept

    def add(self, time: int, kind: HappeningKind, text: str, subject: str = "") -> None:
        """Note what happened at `time`."""
        self._happenings.append(Happening(time=time, kind=kind, text=text, subject=subject))
        if len(self._happenings) >= self._kept + min(_SLACK, self._kept):
            gone = len(self._happenings) - self._kept
            del self._happenings[:gone]
            self.first += gone

    @overload
    def __getitem__(self, index: int) -> Happening: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Happening]: ...
    def __getitem__(self, index: int | slice) -> Happening | Sequence[Happening]:
        if isinstance(index, slice):
            places = range(len(self))[index]
            return [self._happenings[place - self.first] for place in places if place >= self.first]
        place = range(len(self))[index]
        if place < self.first:
            raise IndexError(f"what happened at {place} is not kept any more")
        return self._happenings[place - self.first]

    def __len__(self) -> int:
        """How many there were, those among them that are not kept any more."""
        return self.first + len(self._happenings)

    def __iter__(self) -> Iterator[Happening]:
        return iter(self._happenings)
