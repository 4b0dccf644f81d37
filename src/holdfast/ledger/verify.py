"""Is this ledger, as it is kept, the one that was signed, whole and in order?"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from holdfast.errors import BrokenLedgerError

from .checkpoint import Checkpoint, open_checkpoint
from .note import VerifierKey
from .record import ERASURE, SALT_BYTES, commitment, read_leaf
from .seal import KeptHead, Row, RowSum, check_seal
from .tiles import TILE_BYTES, tiles_over
from .tree import EMPTY_ROOT, HASH_BYTES, Frontier, leaf_hash
from .verdict import Fault, FaultKind, Verdict

T = TypeVar("T")

_ERASURE = ERASURE.encode()
_NOTHING = Checkpoint(origin="", size=0, root=EMPTY_ROOT, note="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A ledger as it is kept. Nothing about it is believed: a column may hold anything.

    Each part may raise BrokenLedgerError while it is read; what could be read until then is still judged.
    """

    facts: Iterable[tuple[object, ...]]
    """(name, value), texts as bytes."""
    checkpoints: Iterable[tuple[object, ...]]
    """(size, note), by size."""
    tiles: Iterable[tuple[object, ...]]
    """(level, number, hashes), by level and number."""
    entries: Iterable[tuple[object, ...]]
    """(position, key, leaf, salt, body), by position."""
    rows: Iterable[tuple[object, ...]]
    """(collection, key, kind, value)."""
    seal: Iterable[tuple[object, ...]]
    """(id, note, lanes): one, with id 1."""
    damage: Iterable[tuple[object, ...]] = ()
    """(what is wrong), as the database says of its own pages and indexes; nothing where they are sound."""


def verify(
    evidence: Evidence,
    key: VerifierKey,
    *,
    facts: Mapping[bytes, bytes],
    remembered: Sequence[str] = (),
    trusted: bool = True,
) -> Verdict:
    """Check everything that is kept against what `key` signed.

    `facts` is what the store should say about itself. `remembered` are checkpoints (signed notes) kept elsewhere:
    only they can show that the whole ledger was put back to an earlier state. `trusted` is for the verdict to repeat.

    In this order, each step building on those before: (1) the facts, (2) the signed heads, (3) the leaf hashes in the
    lowest tiles, (4) each entry against its commitment and its leaf hash, (5) the root at every signed size, (6) all
    tiles, (7) the rows against their seal, (8) what the database says of itself.
    """
    audit = _Audit(key)
    audit.check_facts(evidence.facts, facts)
    audit.check_heads(evidence.checkpoints, remembered)
    audit.read_tiles(evidence.tiles)
    audit.check_entries(evidence.entries)
    leaves = audit.settle()
    audit.check_roots(leaves)
    audit.check_tiles(leaves)
    audit.check_rows(evidence.rows, evidence.seal)
    audit.check_structure(evidence.damage)
    return audit.verdict(trusted=trusted)


class _Audit:
    """One check under way: what was read so far, and the faults found."""

    def __init__(self, key: VerifierKey) -> None:
        self.key = key
        self.faults: list[Fault] = []
        self.heads: list[Checkpoint] = []
        self.sum = RowSum()  # over the heads as kept, until the rows are added
        self.remembered: list[Checkpoint] = []
        self.head_count = self.entry_count = self.row_count = 0
        self.tiles: dict[tuple[object, ...], object] = {}
        self.claimed: list[bytes] = []  # leaf hashes as the lowest tiles have them
        self.kept: list[bytes | None] = []  # leaf hashes of the entries as kept; None where none is
        self.erased: dict[bytes, int] = {}
        self.erasures: dict[bytes, int] = {}

    @property
    def head(self) -> Checkpoint:
        """The last head that is signed."""
        return self.heads[-1] if self.heads else _NOTHING

    def verdict(self, *, trusted: bool) -> Verdict:
        """What it all comes to."""
        return Verdict(
            origin=self.key.name,
            vkey=str(self.key),
            trusted=trusted,
            size=self.head.size,
            root=self.head.root,
            entries=self.entry_count,
            erased=len(self.erased),
            checkpoints=self.head_count,
            remembered=len(self.remembered),
            tiles=len(self.tiles),
            rows=self.row_count,
            faults=tuple(self.faults),
        )

    def fault(self, what: FaultKind, note: str, index: int | None = None) -> None:
        self.faults.append(Fault(what=what, index=index, note=note))

    def readable(self, part: Iterable[T]) -> Iterator[T]:
        """The part, up to where it cannot be read any further."""
        try:
            yield from part
        except BrokenLedgerError as why:
            self.fault(FaultKind.DAMAGED, str(why))

    def check_facts(self, part: Iterable[tuple[object, ...]], expected: Mapping[bytes, bytes]) -> None:
        """(1) The store says of itself just what it should."""
        found = dict(self.readable((name, value) for name, value in part))
        for name in sorted(expected):
            if found.pop(name, None) != expected[name]:
                self.fault(FaultKind.DAMAGED, f"the store's {name.decode()} is not {expected[name].decode()}")
        if found:
            self.fault(FaultKind.DAMAGED, f"the store says more about itself than it should: {found!r:.200}")

    def check_heads(self, part: Iterable[tuple[object, ...]], remembered: Sequence[str]) -> None:
        """(2) Each head is signed, and kept under its own size, from that of nothing on. Step 7 misses the others."""
        kept: list[KeptHead] = []
        for size, note in self.readable(part):
            self.head_count += 1
            if isinstance(size, int) and isinstance(note, bytes):
                kept.append(KeptHead(size, note))
            head = self.open_head(note, f"head of {size!r:.40} entries")
            if head is not None and head.size != size:
                self.fault(FaultKind.CHANGED, f"the head of {head.size} entries is kept as that of {size!r:.40}")
            elif head is not None:
                self.heads.append(head)
        self.heads.sort(key=lambda head: head.size)
        if not self.heads:
            self.fault(FaultKind.TRUNCATED, "no signed head is left")
        elif self.heads[0].size:
            self.fault(FaultKind.REMOVED, "the signed head of 0 entries is not there")
        self.sum = self.sum.change(come=kept)
        opened = (self.open_head(note.encode(errors="replace"), "remembered head") for note in remembered)
        self.remembered = [head for head in opened if head is not None]

    def open_head(self, note: object, what: str) -> Checkpoint | None:
        try:
            return open_checkpoint(note.decode() if isinstance(note, bytes) else "", self.key)
        except UnicodeDecodeError:
            self.fault(FaultKind.SIGNATURE, f"the {what} is not text")
        except BrokenLedgerError as why:
            self.fault(FaultKind.SIGNATURE, f"the {what} is not signed: {why}")
        return None

    def read_tiles(self, part: Iterable[tuple[object, ...]]) -> None:
        """(3) What the lowest tiles say that the leaf hashes are."""
        for level, number, hashes in self.readable(part):
            self.tiles[level, number] = hashes
        for number in range(self.head.size // (TILE_BYTES // HASH_BYTES) + 1):
            hashes = self.tiles.get((0, number), b"")
            if not isinstance(hashes, bytes):
                return
            self.claimed += [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
            if len(hashes) != TILE_BYTES:
                return

    def check_entries(self, part: Iterable[tuple[object, ...]]) -> None:
        """(4) Each entry is at its place, is a leaf, and has the body it commits to."""
        size, kept = self.head.size, self.kept
        for position, key, leaf, salt, body in self.readable(part):
            self.entry_count += 1
            if not isinstance(position, int) or not len(kept) <= position < size:
                self.fault(FaultKind.ADDED, f"no signed head has room for the entry at {position!r:.40}")
                continue
            if position > len(kept):
                self.miss(FaultKind.REMOVED, position)
            kept.append(self.check_entry(position, key, leaf, salt, body))
        if len(kept) < size:
            self.miss(FaultKind.TRUNCATED, size)
        for erased, index in self.erased.items():
            if self.erasures.get(erased, -1) <= index:
                self.fault(FaultKind.ERASED, "its body is gone, and no decision to erase it is on record", index)

    def miss(self, what: FaultKind, until: int) -> None:
        first = len(self.kept)
        self.fault(what, f"the entries {first} to {until - 1} are not there", first)
        self.kept += [None] * (until - first)

    def check_entry(self, index: int, key: object, leaf: object, salt: object, body: object) -> bytes | None:
        """The hash of its leaf, or None if it has none."""
        if not isinstance(leaf, bytes):
            self.fault(FaultKind.CHANGED, "it has no leaf", index)
            return None
        fields = read_leaf(leaf)
        if fields is None:
            self.fault(FaultKind.CHANGED, "its leaf is not one that Holdfast writes", index)
            return leaf_hash(leaf)
        name = fields.key.encode()
        if key != name:
            self.fault(FaultKind.CHANGED, "it is kept under another key than its own", index)
        if name.startswith(_ERASURE):
            self.erasures[name.removeprefix(_ERASURE)] = index
        if salt is None and body is None:
            self.erased[name] = index
        elif (
            not isinstance(salt, bytes)
            or not isinstance(body, bytes)
            or len(salt) != SALT_BYTES
            or not hmac.compare_digest(commitment(salt, body), fields.body_commitment)
        ):
            self.fault(FaultKind.BODY, "its body is not the one it commits to", index)
        return leaf_hash(leaf)

    def settle(self) -> list[bytes]:
        """The leaf hashes that lead to the signed root: those of the entries as kept, or else those in the tiles."""
        head, claimed = self.head, self.claimed
        padded = claimed + [b""] * (len(self.kept) - len(claimed))
        kept = [there if there is not None else told for there, told in zip(self.kept, padded, strict=False)]
        if kept == claimed:
            return kept
        if Frontier().extend(kept).root == head.root:
            return kept  # then it is the tiles that were changed: step 6 says so
        whole = len(claimed) == head.size
        places = {told: index for index, told in enumerate(claimed)}
        for index, (there, told) in enumerate(zip(self.kept, padded, strict=False)):
            if there is not None and there != told:
                self.differs(index, places.get(there))
        return claimed if whole and Frontier().extend(claimed).root == head.root else kept

    def differs(self, index: int, place: int | None) -> None:
        """Tell what became of the entry at `index`, whose leaf belongs to `place`."""
        if place is None:
            self.fault(FaultKind.CHANGED, "its leaf is not the one in the tree", index)
        elif self.kept[place] == self.kept[index]:
            self.fault(FaultKind.DUPLICATED, f"it is entry {place} once more", index)
        else:
            self.fault(FaultKind.REORDERED, f"its place is {place}", index)

    def check_roots(self, leaves: Sequence[bytes]) -> None:
        """(5) The entries lead to the root of every head that was signed, here or elsewhere."""
        sizes = sorted({head.size for head in self.heads + self.remembered if head.size <= len(leaves)})
        frontier, roots = Frontier(), {}
        for size in sizes:
            frontier = frontier.extend(leaves[frontier.size : size])
            roots[size] = frontier.root
        wrong = [head.size for head in self.heads if roots.get(head.size, head.root) != head.root]
        if wrong:
            sound = max((head.size for head in self.heads if head.size < wrong[0]), default=0)
            note = f"the entries {sound} to {wrong[0] - 1} do not lead to the signed root of {wrong[0]}"
            self.fault(FaultKind.CHANGED, f"{note}; nor do those of {len(wrong) - 1} later heads", sound)
        for head in self.remembered:
            if head.size > len(leaves):
                note = f"a head of {head.size} entries was published, and there are {len(leaves)}"
                self.fault(FaultKind.ROLLED_BACK, note)
            elif roots[head.size] != head.root:
                note = f"the first {head.size} entries are not those of the published head of {head.size}"
                self.fault(FaultKind.ROLLED_BACK, note)

    def check_tiles(self, leaves: Sequence[bytes]) -> None:
        """(6) The tiles hold the tree over these leaves and nothing else."""
        expected = tiles_over(leaves)
        for tile in expected:
            if self.tiles.get((tile.level, tile.number)) != tile.hashes:
                self.fault(FaultKind.TREE, f"the tile {tile.level}/{tile.number} is not that of the entries")
        for level, number in self.tiles.keys() - {(tile.level, tile.number) for tile in expected}:
            self.fault(FaultKind.TREE, f"the tile {level!r:.40}/{number!r:.40} belongs to no entries")

    def check_rows(self, part: Iterable[tuple[object, ...]], seal: Iterable[tuple[object, ...]]) -> None:
        """(7) The rows and heads are those that were signed together with the last head."""
        total = self.sum.change(come=self.sound_rows(part))
        seals = list(self.readable(seal))
        if len(seals) != 1 or seals[0][0] != 1:
            self.fault(FaultKind.ROWS, f"there are {len(seals)} seals in place of one")
        for _, note, lanes in seals[:1]:
            try:
                check_seal(note.decode() if isinstance(note, bytes) else "", self.head.size, total, self.key)
            except (BrokenLedgerError, UnicodeDecodeError) as why:
                self.fault(
                    FaultKind.ROWS, f"a row or a signed head was changed, added or removed, or the seal was: {why}"
                )
            if lanes != total.lanes:
                self.fault(FaultKind.ROWS, "the kept sum is not that of the rows and heads")

    def check_structure(self, part: Iterable[tuple[object, ...]]) -> None:
        """(8) The pages and indexes by which a store finds its records are sound: the tables alone were read so far."""
        for (what,) in self.readable(part):
            told = what.decode(errors="replace") if isinstance(what, bytes) else str(what)
            self.fault(FaultKind.DAMAGED, f"the database is not sound: {told:.200}")

    def sound_rows(self, part: Iterable[tuple[object, ...]]) -> Iterator[Row]:
        for collection, key, kind, value in self.readable(part):
            self.row_count += 1
            if (
                isinstance(collection, bytes)
                and isinstance(key, bytes)
                and isinstance(kind, bytes)
                and isinstance(value, bytes)
            ):
                yield Row(collection, key, kind, value)
            else:
                self.fault(FaultKind.ROWS, f"a row of {collection!r:.80} has a column of the wrong type")
