"""What does the guard answer elsewhere? The snapshot made again from the frames that have come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from holdfast.errors import SnapshotError
from holdfast.guard import Reader, Rule, Snapshot

from .asking import Asks, Leaf, asks
from .cohort import Cohort, CredentialChangedWithin
from .membership import changed_within
from .transit import Frame, RuleSent, arrived


class _Members:
    """Who is in a cohort, by the facts that have come: the guard's `Members`."""

    __slots__ = ("_asks",)

    def __init__(self, ask: Asks) -> None:
        self._asks = ask

    def __call__(self, account: str, now: int, /) -> bool:
        return self._asks(account, now)

    def among(self, accounts: Sequence[str], now: int, /) -> npt.NDArray[np.bool_]:
        return np.fromiter((self._asks(account, now) for account in accounts), np.bool_, len(accounts))


class Replica:
    """A snapshot that follows another one. One thread takes frames; any may ask `snapshot`, which is swapped whole.

    Facts are live, as a directory's are: who is named as touched is held from then on, whatever snapshot is asked.
    """

    def __init__(self, read: Reader) -> None:
        """Know nothing yet; `read` is `reading.read_text`."""
        self._read = read
        self._facts: dict[Leaf, dict[str, int]] = {}
        self.run, self.seq = "", -1
        self.snapshot = Snapshot((), version=0, read=read)

    @property
    def at(self) -> str:
        """Where it stands: `run-seq`, or nothing before the first whole frame."""
        return f"{self.run}-{self.seq}" if self.run else ""

    def take(self, frames: Iterable[Frame]) -> bool:
        """Go on by `frames`; whether anything came of it. What is known already is passed over.

        Raises:
            SnapshotError: one is missing between what is known and what came.

        """
        moved = False
        for frame in frames:
            known = frame.run == self.run and frame.seq <= self.seq
            if known:
                continue
            if not frame.whole and (frame.run != self.run or frame.seq != self.seq + 1):
                raise SnapshotError(f"Frame {frame.seq} of the guard does not follow on {self.seq}.")
            if frame.whole:
                self._whole(frame)
            else:
                self._step(frame)
            self.run, self.seq, moved = frame.run, frame.seq, True
        return moved

    def _whole(self, frame: Frame) -> None:
        self._facts = {}
        self._learn(frame)
        self.snapshot = Snapshot(map(self._rule, frame.add), version=frame.version, read=self._read)

    def _step(self, frame: Frame) -> None:
        self._learn(frame)  # first: a cohort must not be in force before it is known who is in it
        if frame.add or frame.drop or frame.version != self.snapshot.version:
            self.snapshot = self.snapshot.changed(
                version=frame.version, add=map(self._rule, frame.add), drop=frame.drop
            )
        for leaf in frame.forget:
            self._facts.pop(leaf, None)

    def _learn(self, frame: Frame) -> None:
        for fact in frame.facts:
            known = self._facts.setdefault(fact.leaf, {})
            for account in fact.drop:
                known.pop(account, None)
            known.update(zip(fact.add, fact.times or (0,) * len(fact.add), strict=True))

    def _rule(self, rule: RuleSent) -> Rule:
        plain = arrived(rule)
        if rule.cohort is None:
            return plain
        return Rule(
            **{name: getattr(plain, name) for name in Rule.__struct_fields__ if name != "members"},
            members=self._members(rule.cohort),
        )

    def _members(self, cohort: Cohort) -> _Members:
        return _Members(asks(cohort, self._fact))

    def _fact(self, leaf: Leaf) -> Asks:
        known = self._facts.setdefault(leaf, {})
        if isinstance(leaf, CredentialChangedWithin):
            span = leaf.milliseconds
            return lambda account, now: changed_within(known.get(account), span, now)
        return lambda account, _: account in known
