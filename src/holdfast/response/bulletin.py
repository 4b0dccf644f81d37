"""What must be told to whoever answers as the gate does, in another process or on another machine?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from holdfast.containment import (
    Cohort,
    CredentialChangedWithin,
    Directory,
    FactSent,
    Frame,
    Leaf,
    Packet,
    Packets,
    ReachAbove,
    TouchedBy,
    Verified,
    cohort_of,
    leaves,
    pack,
    sent,
)

from .gate import Gate


class Bulletin:
    """Follows the gate and the directory, and makes a packet of what has changed whenever it is asked to.

    Of the accounts it tells what cohorts in force ask about, nothing else. A cohort stays a predicate: who is touched
    after it was placed is named in the next packet.
    """

    def __init__(self, gate: Gate, directory: Directory, run: str) -> None:
        """Follow `gate`; `run` names this process among all that ever made packets of this store."""
        self._gate, self._directory = gate, directory
        self._moved: dict[str, None] = {}
        self._cohorts: dict[str, frozenset[Leaf]] = {}
        self._facts: dict[Leaf, Mapping[str, int] | frozenset[str]] = {}
        self._reach: tuple[object, dict[int, frozenset[str]]] = (None, {})
        self._version = -1
        self._run, self._seq = run, 0
        self.packets = Packets()
        self._note(gate.snapshot.rules)
        gate.when_moved(self._heard)

    def publish(self) -> bool:
        """Make a packet where something has changed; whether one was made."""
        if not self.packets.at:
            self._facts = self._now_known()
            self._add_whole()
            return True
        facts, forget = self._changed_facts()
        version = self._gate.version
        if not self._moved and not facts and not forget and version == self._version:
            return False
        self._add_step(facts, forget)
        if self.packets.due:
            self._add_whole()
        return True

    def _heard(self, moved: Collection[str]) -> None:
        self._moved.update(dict.fromkeys(moved))
        self._note(moved)

    def _note(self, holds: Iterable[str]) -> None:
        rules = self._gate.snapshot.rules
        for hold in holds:
            rule = rules.get(hold)
            cohort: Cohort | None = None if rule is None or rule.members is None else cohort_of(rule)
            if cohort is not None:
                self._cohorts[hold] = frozenset(leaves(cohort))
            else:
                self._cohorts.pop(hold, None)

    def _add_step(self, facts: list[FactSent], forget: list[Leaf]) -> None:
        rules, moved = self._gate.snapshot.rules, list(self._moved)
        self._moved.clear()
        self._seq, self._version = self._seq + 1, self._gate.version
        frame = Frame(
            run=self._run,
            seq=self._seq,
            version=self._version,
            whole=False,
            add=tuple(sent(rules[hold]) for hold in moved if hold in rules),
            drop=tuple(hold for hold in moved if hold not in rules),
            facts=tuple(facts),
            forget=tuple(forget),
        )
        self.packets.add(Packet(self._run, self._seq, False, pack(frame)))

    def _add_whole(self) -> None:
        self._moved.clear()
        self._version = self._gate.version
        frame = Frame(
            run=self._run,
            seq=self._seq,
            version=self._version,
            whole=True,
            add=tuple(map(sent, self._gate.snapshot.rules.values())),
            facts=tuple(_all_of(leaf, known) for leaf, known in self._facts.items()),
        )
        self.packets.add(Packet(self._run, self._seq, True, pack(frame)))

    def _now_known(self) -> dict[Leaf, Mapping[str, int] | frozenset[str]]:
        asked = frozenset[Leaf]().union(*self._cohorts.values())
        return {leaf: self._members(leaf) for leaf in sorted(asked, key=repr)}

    def _changed_facts(self) -> tuple[list[FactSent], list[Leaf]]:
        if not self._cohorts and not self._facts:
            return [], []
        before, now = self._facts, self._now_known()
        self._facts = now
        changes = (
            _change(leaf, before.get(leaf, frozenset()), known)
            for leaf, known in now.items()
            if before.get(leaf) is not known
        )
        return [each for each in changes if each.add or each.drop], [leaf for leaf in before if leaf not in now]

    def _members(self, leaf: Leaf) -> Mapping[str, int] | frozenset[str]:
        """Whom the leaf is true of; the same object as long as nothing has changed, where that can be known."""
        directory = self._directory
        match leaf:
            case Verified():
                return directory.verified_accounts
            case ReachAbove(reach=reach):
                return self._above(reach)
            case TouchedBy(factor=factor):
                return frozenset(directory.touched(factor))
            case CredentialChangedWithin():
                return dict(directory.credential_changes)

    def _above(self, reach: int) -> frozenset[str]:
        if self._reach[0] is not self._directory.reach:  # the directory has read its columns anew
            self._reach = (self._directory.reach, {})
        known = self._reach[1]
        if reach not in known:
            rows = np.flatnonzero(self._directory.reach > reach)
            known[reach] = frozenset(self._directory.column("account").take(rows).to_pylist())
        return known[reach]


def _all_of(leaf: Leaf, known: Mapping[str, int] | frozenset[str]) -> FactSent:
    return _change(leaf, frozenset(), known)


def _change(
    leaf: Leaf, before: Mapping[str, int] | frozenset[str], now: Mapping[str, int] | frozenset[str]
) -> FactSent:
    if isinstance(now, Mapping):
        old = before if isinstance(before, Mapping) else {}
        new = {account: at for account, at in now.items() if old.get(account) != at}
        gone = tuple(account for account in old if account not in now)
        return FactSent(leaf=leaf, add=tuple(new), times=tuple(new.values()), drop=gone)
    old_names = frozenset(before)
    return FactSent(leaf=leaf, add=tuple(now - old_names), drop=tuple(old_names - now))
