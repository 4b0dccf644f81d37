"""Whom do the holds keep from being heard, and for how long: account-minutes of innocents, counted as time goes by."""

from __future__ import annotations

from typing import Any

import numpy as np

from .population import Mask, Rows
from .scenario import MINUTE
from .world import World

LOOK_EVERY = MINUTE  # how often the guard is asked about everybody; asking for every account takes milliseconds


class Tally:
    """Integrates over simulated time. Pushed holds count to the millisecond, the guard's cohorts to the minute."""

    def __init__(self, world: World) -> None:
        """Nobody has been held."""
        self._world = world
        self._everyone: Rows = np.arange(world.accounts.size, dtype=np.int64)
        self._pushed: Rows = np.empty(0, np.int64)
        self._edge: int | None = None
        self._foreign: Rows = np.empty(0, np.int64)
        self._cohort: Mask | None = None
        self._looked_at = -1
        self._held: Mask = np.zeros(world.accounts.size, np.bool_)  # at least once
        self._mask: Mask | None = None  # whoever may not post by a pushed restriction, None when nobody
        self._innocent = 0
        self.account_milliseconds = 0

    def changed(self, now: int) -> None:
        """A push was made or undone."""
        self._pushed, self._edge = self._world.gate.silenced(now)
        self._foreign = self._world.gate.foreign_silenced()
        stopped = np.concatenate((self._pushed, self._foreign))
        self._mask = None
        if len(stopped):
            self._mask = np.zeros(self._world.accounts.size, np.bool_)
            self._mask[stopped] = True
        self._count()

    def stopped(self, rows: Rows) -> Mask:
        """Which of `rows` a pushed restriction keeps from posting."""
        return np.zeros(len(rows), np.bool_) if self._mask is None else self._mask[rows]

    def pass_time(self, now: int, until: int) -> None:
        """Count from `now` to `until`."""
        if self._edge is not None and self._edge <= now:
            self.changed(now)
        ask = self._world.gate.held_accounts
        if ask is not None and (self._looked_at < 0 or now - self._looked_at >= LOOK_EVERY):
            self._looked_at = now
            held = ask(self._everyone, now)
            self._cohort = held if held.any() else None
            self._count()
        self.account_milliseconds += self._innocent * (until - now)

    def held(self) -> Mask:
        """Whoever was held at any time."""
        return self._held

    def _count(self) -> None:
        """How many innocents are held just now; remembers everybody who is."""
        if self._cohort is None:
            self._held[self._pushed] = True
            self._innocent = int((~self._world.touched[self._pushed]).sum())
            return
        both: Any = self._cohort.copy()
        both[self._pushed] = True
        self._held |= both
        self._innocent = int((both & ~self._world.touched).sum())
