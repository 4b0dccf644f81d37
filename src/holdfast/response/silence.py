"""Which of very many accounts may not post at all just now, by row: the bulk form of the gate's answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from holdfast.containment import Cohort, Directory, Hold, Restriction, SubjectKind, compile_rule
from holdfast.guard import FOREVER, Members, Reader

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FEW = 1_000  # rows: asking a cohort about one account takes about a thousandth of what passing over all accounts takes


class Silence:
    """The holds that keep accounts from posting, laid out for questions about many rows of the directory at once."""

    def __init__(self, holds: Iterable[Hold], directory: Directory, read: Reader) -> None:
        """Lay out those of `holds` that are about posting; nothing of it changes afterwards but the time."""
        self._directory = directory
        self._cohorts: list[tuple[Hold, Cohort, Members]] = []
        spans: list[tuple[int, int, int]] = []
        for hold in holds:
            if hold.restriction is not Restriction.NO_POSTING:
                continue
            if hold.subject.kind is SubjectKind.ACCOUNT:
                row = directory.row(hold.subject.id)
                if row is not None:
                    spans.append((row, hold.starts, FOREVER if hold.until is None else hold.until))
            elif hold.cohort is not None:
                rule = compile_rule(hold, directory, read)
                if rule is not None and rule.members is not None:
                    self._cohorts.append((hold, hold.cohort, rule.members))
        self._spans = np.array(spans, np.int64).reshape(-1, 3)
        self._edges = np.unique(self._spans[:, 1:])
        self._table: Mask = np.zeros(len(directory), np.bool_)
        self._made = (0, 0)  # from when until when the table is right

    def held(self, rows: Rows, now: int) -> Mask:
        """bool[n]: which of `rows` may not post at `now` (milliseconds since 1970 UTC)."""
        found = self._accounts(now)[rows]
        cohorts = [each for each in self._cohorts if each[0].in_force(now)]
        if not cohorts:
            return found
        if len(rows) > FEW:
            for _, cohort, _ in cohorts:
                found |= self._directory.mask(cohort, now)[rows]
            return found
        free = np.flatnonzero(~found)
        names = self._directory.column("account").take(rows[free]).to_pylist()
        found[free] = [any(members(name, now) for _, _, members in cohorts) for name in names]
        return found

    def _accounts(self, now: int) -> Mask:
        """bool[all]: the accounts held by name, worked out anew when a hold has begun or ended since."""
        since, until = self._made
        if not since <= now < until:
            rows, starts, ends = self._spans.T
            self._table[:] = False
            self._table[rows[(starts <= now) & (now < ends)]] = True
            place = int(np.searchsorted(self._edges, now, side="right"))
            self._made = (
                int(self._edges[place - 1]) if place else 0,
                int(self._edges[place]) if place < len(self._edges) else FOREVER,
            )
        return self._table
