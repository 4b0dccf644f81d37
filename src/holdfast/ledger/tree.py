"""What single hash stands for all entries, and how is a part of them proven? (RFC 6962 section 2.1, RFC 9162)"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence

import msgspec

from holdfast.errors import BrokenProofError

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32

Node = Callable[[int, int], bytes]
"""`node(level, number)`: the hash of the full subtree over leaves number * 2^level up to (number + 1) * 2^level."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(msgspec.Struct, frozen=True):
    """The right edge of the tree: hashes of the full subtrees that `size` is made of, the largest first.

    That is one hash for each bit set in `size`: enough to append and to give the root without seeing a leaf again.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def extend(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """The edge after these leaf hashes, in this order. O(1) amortised each."""
        size, nodes = self.size, list(self.nodes)
        sha256 = hashlib.sha256
        for leaf in leaf_hashes:
            nodes.append(leaf)
            size += 1
            rest = size
            while not rest & 1:
                right = nodes.pop()
                nodes[-1] = sha256(b"\x01" + nodes[-1] + right).digest()
                rest >>= 1
        return Frontier(size, tuple(nodes))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash (RFC 6962, section 2.1)."""
        if not self.nodes:
            return EMPTY_ROOT
        edge = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            edge = node_hash(node, edge)
        return edge


def nodes_of(leaf_hashes: Sequence[bytes]) -> Node:
    """A `Node` that works every subtree out of all leaf hashes: for small trees and for tests."""

    def node(level: int, number: int) -> bytes:
        width = 1 << level
        return Frontier().extend(leaf_hashes[number * width : (number + 1) * width]).root

    return node


def subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """The (level, number) of the full subtrees that leaves start..stop are made of, left to right."""
    parts = []
    while start < stop:
        widest_aligned = (start & -start).bit_length() - 1 if start else stop.bit_length()
        level = min(widest_aligned, (stop - start).bit_length() - 1)
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def subtree_root(start: int, stop: int, node: Node) -> bytes:
    """The Merkle tree hash over leaves start..stop, where start is a multiple of the width of the split below it."""
    hashes = [node(level, number) for level, number in subtrees(start, stop)]
    return Frontier(stop - start, tuple(hashes)).root


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf up (RFC 6962, section 2.1.1).

    Raises:
        ValueError: there is no such leaf.

    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path = []
    start, stop = 0, size
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            path.append(subtree_root(split, stop, node))
            stop = split
        else:
            path.append(subtree_root(start, split, node))
            start = split
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """What shows that the tree of `old` leaves is the start of the tree of `new` (RFC 6962, section 2.1.2).

    Raises:
        ValueError: not 0 <= old <= new.

    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} cannot be the start of one of {new}")
    if old in (0, new):
        return ()
    path = []
    start, stop, whole = 0, new, True
    while stop != old:
        split = start + _split(stop - start)
        if old <= split:
            path.append(subtree_root(split, stop, node))
            stop = split
        else:
            path.append(subtree_root(start, split, node))
            start, whole = split, False
    if not whole:
        path.append(subtree_root(start, stop, node))
    return tuple(reversed(path))


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` is number `index` of the tree of `size` with `root` (RFC 9162, 2.1.3.2).

    Raises:
        BrokenProofError: it is not shown.

    """
    if not 0 <= index < size:
        raise BrokenProofError(f"Entry {index} cannot be in a ledger of {size}.")
    number, last, edge = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BrokenProofError(f"The proof for entry {index} is too long.")
        if number & 1 or number == last:
            edge = node_hash(sibling, edge)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            edge = node_hash(edge, sibling)
        number, last = number >> 1, last >> 1
    if last != 0 or not hmac.compare_digest(edge, root):
        raise BrokenProofError(f"The proof for entry {index} does not lead to the root of the ledger of {size}.")


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `old` leaves is the start of the tree of `new` (RFC 9162, section 2.1.4.2).

    Raises:
        BrokenProofError: it is not shown.

    """
    if not 0 <= old <= new:
        raise BrokenProofError(f"A ledger of {old} entries cannot be the start of one of {new}.")
    if old in (0, new):
        known = EMPTY_ROOT if old == 0 else new_root
        if proof or not hmac.compare_digest(known, old_root):
            raise BrokenProofError(f"The ledger of {old} entries is not the start of the ledger of {new}.")
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path or not _leads_to(old, new, path, old_root, new_root):
        raise BrokenProofError(f"The ledger of {old} entries is not shown to be the start of the ledger of {new}.")


def _leads_to(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Steps 3 to 7 of RFC 9162, section 2.1.4.2: whether `path` gives both roots and is used up."""
    first, second = old - 1, new - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    edge_old = edge_new = path[0]
    for step in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            edge_old, edge_new = node_hash(step, edge_old), node_hash(step, edge_new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            edge_new = node_hash(edge_new, step)
        first, second = first >> 1, second >> 1
    return second == 0 and hmac.compare_digest(edge_old, old_root) and hmac.compare_digest(edge_new, new_root)
