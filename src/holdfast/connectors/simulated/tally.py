"""Whom do the holds keep from being heard, and for how long: account-minutes of innocents, counted as time goes by."""

from __future__ import annotations

import heapq

import numpy as np

from holdfast.containment import Subject, SubjectKind

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
        self._pushed: Mask = np.zeros(size, np.bool_)  # whom a pushed hold keeps from being heard
        self._stopped: Mask = np.zeros(size, np.bool_)  # and whom the platform's own staff do
        self._counted: Mask = np.zeros(size, np.bool_)  # the innocents among those who are held just now
        self._edges: list[tuple[int, int]] = []  # when which row's holds change of themselves, the soonest on top
        self._cohort: Mask | None = None  # whom the guard keeps from posting; None: nobody
        self._held_once: Mask = np.zeros(size, np.bool_)  # whom the guard held when it was asked about everybody
        self._held_rows: Rows = np.zeros(0, np.int64)  # their rows: a few of them are probed with the rest
        self._probed_at = self._looked_at = -LOOK_EVERY
        self._innocents = 0
        self.held: Mask = np.zeros(size, np.bool_)  # at any time
        self.account_milliseconds = 0

    def changed(self, subject: Subject, now: int) -> None:
        """A push on `subject` was made or undone."""
        if subject.kind is SubjectKind.ACCOUNT:
            self._settle(self._world.accounts.row(subject.id), now)

    def stopped(self, rows: Rows) -> Mask:
        """Which of `rows` a pushed restriction keeps from posting."""
        found: Mask = self._stopped[rows]
        return found

    def pass_time(self, now: int, until: int) -> None:
        """Count from `now` to `until`."""
        while self._edges and self._edges[0][0] <= now:
            self._settle(heapq.heappop(self._edges)[1], now)
        if now - self._probed_at >= PROBE_EVERY:
            self._look(now)
        self.account_milliseconds += self._innocents * (until - now)

    def touched(self, row: int) -> None:
        """The adversary got hold of the account: it is innocent no longer."""
        self._count(row)

    def _settle(self, row: int, now: int) -> None:
        """Take in what stands on one account now."""
        account = self._world.accounts.id(row)
        silenced, edge = self._world.gate.silences(account, now)
        self._pushed[row] = silenced
        self._stopped[row] = silenced or self._world.gate.silenced_by_others(account)
        if edge is not None:
            heapq.heappush(self._edges, (edge, row))
        self._count(row)

    def _look(self, now: int) -> None:
        """Ask the guard whom it holds."""
        ask = self._world.gate.held_accounts
        if ask is None:
            return
        self._probed_at = now
        few = self._few if len(self._held_rows) > PROBED else np.union1d(self._few, self._held_rows)
        probe = ask(few, now)
        if now - self._looked_at < LOOK_EVERY and np.array_equal(probe, self._held_once[few]):
            return
        self._looked_at = now
        held = ask(self._everyone, now)
        self._held_once, self._held_rows = held.copy(), np.flatnonzero(held)
        self._cohort = held.copy() if held.any() else None
        everybody = self._pushed if self._cohort is None else self._pushed | self._cohort
        self.held |= everybody
        self._counted = everybody & ~self._world.touched
        self._innocents = int(self._counted.sum())

    def _count(self, row: int) -> None:
        """Whether this account is an innocent who is held just now; remembers everybody who is held."""
        held = bool(self._pushed[row]) or (self._cohort is not None and bool(self._cohort[row]))
        self.held[row] |= held
        counted = held and not self._world.touched[row]
        self._innocents += int(counted) - int(self._counted[row])
        self._counted[row] = counted
