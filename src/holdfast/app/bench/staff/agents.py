"""Who works at the support desk of the benchmark: shifts, teams, places, habits, each drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holdfast.connectors.simulated.streams import stream

from .desks import DESKS, SHIFTS, Desk, Kind

OFFICES, PROVIDERS = 4, 60
FAR_AWAY = -1_000
_FRESH = 7  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent. Shares lie between 0 and 1; days count from the world's first."""

    number: int
    hired: int  # day; before the world where negative
    moves: int  # day on which they change their team; never where it is `FAR_AWAY`
    moves_to: float  # share of accounts of high reach in the queue from then on
    away: tuple[int, int]  # holidays, from and to
    free: tuple[int, int]  # days of the week
    shift: int  # hour
    rotates: bool
    network: str
    devices: tuple[str, ...]
    key: bool  # signs in with a hardware key, not by push
    famous: float  # share of accounts of high reach in the queue
    unasked: float  # share looked at without a ticket
    per_day: float

    @property
    def name(self) -> str:
        """The staff id."""
        return f"agent-{self.number:05d}"

    def works(self, day: int) -> bool:
        """Whether they are at work on this day."""
        return day >= self.hired and day % 7 not in self.free and not self.away[0] <= day < self.away[1]

    def fresh(self, day: int) -> bool:
        """Whether these are their first days at this desk."""
        return self.hired <= day < self.hired + _FRESH

    def begins(self, day: int) -> int:
        """The hour at which their shift begins; some change every other week."""
        return (self.shift + 8 * (self.rotates and day // 14 % 2)) % 24


def agents(seed: int, count: int, days: int, kind: Kind = Kind.MIXED) -> list[Agent]:
    """The desk: of 1,000 mixed ones, some 60 are hired in the time, 30 change their team, 50 look after the famous."""
    return [_agent(seed, number, days, DESKS[kind]) for number in range(count)]


def _agent(seed: int, number: int, days: int, desk: Desk) -> Agent:
    rng = stream(seed, "agent", number)
    free = int(rng.integers(7))
    away = int(rng.integers(days)) if rng.random() < 0.1 else days
    at_home = rng.random() < 0.4
    place = f"provider-{rng.integers(PROVIDERS)}" if at_home else f"office-{rng.integers(OFFICES)}"
    for_the_famous = rng.random() < desk.famous
    careless = rng.random() < desk.careless
    return Agent(
        number=number,
        hired=int(rng.integers(days)) if rng.random() < desk.hired else FAR_AWAY,
        moves=int(rng.integers(days)) if rng.random() < 0.03 else FAR_AWAY,
        moves_to=float(rng.beta(8, 12) if rng.random() < 1 / 3 else rng.beta(1, 120)),
        away=(away, away + int(rng.integers(3, 11))),
        free=(free, (free + 1) % 7),
        shift=int(rng.choice(SHIFTS, p=desk.shifts)),
        rotates=bool(rng.random() < desk.rotate),
        network=place,
        devices=tuple(f"device-{number}-{each}" for each in range(1 + int(rng.random() < 0.3))),
        key=bool(rng.random() < 0.3),
        famous=float(rng.beta(8, 12)) if for_the_famous else float(rng.beta(1, 120)),
        unasked=float(rng.beta(4, 8) if careless else rng.beta(3, 25) if for_the_famous else rng.beta(1.2, 40)),
        per_day=float(np.clip(rng.normal(40, 12), 10, 90)),
    )
