"""How is the tree kept, so that a proof reads a few rows and an append writes a few? (C2SP tlog-tiles)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from holdfast.errors import BrokenLedgerError

from .tree import HASH_BYTES, Frontier, Node, subtrees

HEIGHT = 8  # levels of the tree in one tile, fixed by tlog-tiles
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES


class Tile(msgspec.Struct, frozen=True):
    """Up to 256 neighbouring hashes of tree level 8 * `level`; the last tile of a level may be partly filled."""

    level: int
    number: int
    hashes: bytes


class Tree(msgspec.Struct, frozen=True):
    """What an append must know: the frontier, and the partly filled last tile of each level (empty if none is)."""

    frontier: Frontier = Frontier()
    tails: tuple[bytes, ...] = ()

    def extend(self, leaf_hashes: Iterable[bytes]) -> tuple[Tree, list[Tile]]:
        """The tree after these leaf hashes, and every tile that is new or fuller than before."""
        leaves = list(leaf_hashes)
        tails, changed = _fill(self.frontier.size, self.tails, leaves)
        return Tree(self.frontier.extend(leaves), tails), changed


def tiles_over(leaf_hashes: Iterable[bytes]) -> list[Tile]:
    """Every tile of the tree over these leaf hashes."""
    return _fill(0, (), leaf_hashes)[1]


def _fill(size: int, tails: Sequence[bytes], leaf_hashes: Iterable[bytes]) -> tuple[tuple[bytes, ...], list[Tile]]:
    """Put leaf hashes behind the `size` that are there: the last tile of each level, and every tile that changed."""
    after, changed = list(tails), []
    arriving, level = b"".join(leaf_hashes), 0
    while arriving:
        if level == len(after):
            after.append(b"")
        number, above = size >> (HEIGHT * (level + 1)), []
        held = after[level] + arriving
        full = len(held) - len(held) % TILE_BYTES
        for start in range(0, full, TILE_BYTES):
            tile = held[start : start + TILE_BYTES]
            changed.append(Tile(level, number, tile))
            above.append(_root(tile))
            number += 1
        after[level] = held[full:]
        if after[level]:
            changed.append(Tile(level, number, after[level]))
        arriving, level = b"".join(above), level + 1
    return tuple(after), changed


def open_tree(size: int, read: Callable[[int, int], bytes]) -> Tree:
    """The tree of `size` leaves, from its last tile of each level; `read(level, number)` gives a tile's hashes.

    Raises:
        BrokenLedgerError: a tile is missing, or longer or shorter than `size` says.

    """
    tails, level = [], 0
    while (count := size >> (HEIGHT * level)) > 0:
        held = read(level, count >> HEIGHT) if count % WIDTH else b""
        if len(held) != count % WIDTH * HASH_BYTES:
            raise BrokenLedgerError(f"The tile {level}/{count >> HEIGHT} does not fit a ledger of {size} entries.")
        tails.append(held)
        level += 1
    node = nodes_in(lambda level, _: tails[level])
    return Tree(Frontier(size, tuple(node(*part) for part in subtrees(0, size))), tuple(tails))


def nodes_in(read: Callable[[int, int], bytes]) -> Node:
    """A `Node` over kept tiles; `read(level, number)` gives a tile's hashes.

    Raises:
        BrokenLedgerError: (when called) the tile does not reach that far.

    """

    def node(level: int, number: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first = number << height
        held = read(tile_level, first // WIDTH)
        start = first % WIDTH * HASH_BYTES
        part = held[start : start + (HASH_BYTES << height)]
        if len(part) != HASH_BYTES << height:
            raise BrokenLedgerError(f"The tile {tile_level}/{first // WIDTH} is too short.")
        return _root(part)

    return node


def _root(hashes: bytes) -> bytes:
    parts = (hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return Frontier().extend(parts).root
