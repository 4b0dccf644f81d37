"""Whom do the holds keep from being heard, and for how long: account-minutes of innocents, counted as time goes by."""

from __future__ import annotations

import numpy as np

from .population import Mask, Rows
from .scenario import MINUTE
from .world import World

PROBE_EVERY = MINUTE  # how often the guard is asked about a few thousand accounts
LOOK_EVERY = 5 * MINUTE  # how often it is asked about everybody, which takes milliseconds; at once if the few changed
PROBED = 4_096  # accounts, evenly spread; those known by name come on top


class Tally:
    """Integrates over simulated time: pushed holds to the millisecond, what only the guard knows to about a minute."""

    def __init__(self, world: World) -> None:
        """Nobody has been held."""
        self._world = world
        size = world.accounts.size
        spread = np.linspace(0, size - 1, PROBED).astype(np.int64)
        self._few: Rows = np.union1d(np.arange(len(world.accounts.cast)), spread).astype(np.int64)
        self._everyone: Rows = np.arange(size, dtype=np.int64)
        self._pushed: Rows = np.empty(0, np.int64)
        self._edge: int | None = None  # when the pushed holds change of themselves
        self._stopped: Mask | None = None  # whom a pushed restriction keeps from posting; None: nobody
        self._cohort: Mask | None = None  # whom the guard keeps from posting; None: nobody
        self._probe: Mask = np.zeros(len(self._few), np.bool_)
        self._probed_at = self._looked_at = -LOOK_EVERY
        self._innocents = 0
        self.held: Mask = np.zeros(size, np.bool_)  # at any time
        self.account_milliseconds = 0

    def changed(self, now: int) -> None:
        """A push was made or undone."""
        self._pushed, self._edge = self._world.gate.silenced(now)
        everybody = np.concatenate((self._pushed, self._world.gate.foreign_silenced()))
        self._stopped = None
        if len(everybody):
            self._stopped = np.zeros(self._world.accounts.size, np.bool_)
            self._stopped[everybody] = True
        self._count()

    def stopped(self, rows: Rows) -> Mask:
        """Which of `rows` a pushed restriction keeps from posting."""
        return np.zeros(len(rows), np.bool_) if self._stopped is None else self._stopped[rows]

    def pass_time(self, now: int, until: int) -> None:
        """Count from `now` to `until`."""
        if self._edge is not None and self._edge <= now:
            self.changed(now)
        if now - self._probed_at >= PROBE_EVERY:
            self._look(now)
        self.account_milliseconds += self._innocents * (until - now)

    def _look(self, now: int) -> None:
        """Ask the guard whom it holds."""
        ask = self._world.gate.held_accounts
        if ask is None:
            return
        self._probed_at = now
        probe = ask(self._few, now)
        if now - self._looked_at < LOOK_EVERY and (probe == self._probe).all():
            return
        self._probe, self._looked_at = probe.copy(), now
        held = ask(self._everyone, now)
        self._cohort = held.copy() if held.any() else None
        self._count()

    def _count(self) -> None:
        """How many innocents are held just now; remembers everybody who is."""
        touched = self._world.touched
        if self._cohort is None:
            self.held[self._pushed] = True
            self._innocents = int((~touched[self._pushed]).sum())
            return
        both = self._cohort.copy()
        both[self._pushed] = True
        self.held |= both
        self._innocents = int((both & ~touched).sum())
