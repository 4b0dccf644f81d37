"""What was a campaign told, and in which order? Everything that went into its sum, so that it can be weighed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from . import model
from .evidence import Evidence, Sighting


class Taken(msgspec.Struct, frozen=True, kw_only=True, tag="taken"):
    """A post was handed to the campaign, while precursors were as ordinary as `base` says."""

    sighting: Sighting
    handles: frozenset[int]
    tainted: bool
    base: tuple[float, ...] | None


class Looked(msgspec.Struct, frozen=True, kw_only=True, tag="looked"):
    """The sum was compared with the thresholds at `now` ms, `remarks` accounts having remarked on the lure by then."""

    now: int
    remarks: int


class Joined(msgspec.Struct, frozen=True, kw_only=True, tag="joined"):
    """Another campaign turned out to be the same."""

    campaign: str
    trail: Trail


Step: TypeAlias = Taken | Looked | Joined


class Trail(msgspec.Struct, kw_only=True):
    """One campaign's evidence as it was before any account, and what it was told from then on."""

    start: Evidence
    is_crowd: bool = False
    is_hidden: bool = False
    alert: float = model.ALERT
    steps: list[Step] = msgspec.field(default_factory=list)

    def sightings(self) -> Iterator[Sighting]:
        """Every sighting, those of campaigns that joined among them."""
        for step in self.steps:
            match step:
                case Taken():
                    yield step.sighting
                case Joined():
                    yield from step.trail.sightings()
                case Looked():
                    pass

    def altered(self, alter: Callable[[Sighting], Sighting | None]) -> Trail:
        """The same trail with every sighting as `alter` makes it; None leaves it out."""
        steps: list[Step] = []
        for step in self.steps:
            match step:
                case Taken():
                    sighting = alter(step.sighting)
                    if sighting is not None:
                        same = sighting is step.sighting
                        steps.append(step if same else msgspec.structs.replace(step, sighting=sighting))
                case Joined():
                    steps.append(msgspec.structs.replace(step, trail=step.trail.altered(alter)))
                case Looked():
                    steps.append(step)
        return msgspec.structs.replace(self, steps=steps)
