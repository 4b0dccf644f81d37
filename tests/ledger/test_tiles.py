"""The tree in tiles of 256 hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BrokenLedgerError
from holdfast.ledger import Frontier, consistency_proof, inclusion_proof, leaf_hash
from holdfast.ledger.tiles import TILE_BYTES, Tree, nodes_in, open_tree
from holdfast.ledger.tree import HASH_BYTES, nodes_of

HASHES = [leaf_hash(b"%d" % number) for number in range(256 * 257 + 3)]
SIZES = st.integers(0, 1_100)


def grown(*batches):
    """The tree after `batches` of leaves, and its tiles as a store would keep them."""
    tree, kept = Tree(), {}
    for batch in batches:
        tree, changed = tree.extend(HASHES[tree.frontier.size : tree.frontier.size + batch])
        kept.update({(tile.level, tile.number): tile.hashes for tile in changed})
    return tree, kept


@given(st.lists(st.integers(0, 400), max_size=5))
def test_tiles_do_not_depend_on_how_the_leaves_came(batches):
    """In many batches or in one, the same leaves give the same tiles and the same frontier."""
    assert grown(*batches) == grown(sum(batches))


@given(SIZES)
def test_the_lowest_tiles_are_the_leaf_hashes(size):
    """Level 0 holds every leaf hash in order, 256 to a tile; level 1 the root of each full tile."""
    _, kept = grown(size)
    lowest = b"".join(kept.get((0, number), b"") for number in range(size // 256 + 1))
    assert lowest == b"".join(HASHES[:size])
    roots = [Frontier().extend(HASHES[start : start + 256]).root for start in range(0, size - 255, 256)]
    assert kept.get((1, 0), b"") == b"".join(roots)


@given(SIZES)
def test_a_tree_is_opened_from_its_last_tiles(size):
    """The last tile of each level is enough to go on from, to the same root."""
    tree, kept = grown(size)
    assert open_tree(size, lambda level, number: kept.get((level, number), b"")) == tree
    assert tree.frontier == Frontier().extend(HASHES[:size])


def test_a_third_level_is_reached():
    """With more than 65,536 leaves there are three levels, and the root is still that of the definition."""
    tree, kept = grown(len(HASHES) - 5, 5)
    assert sorted({level for level, _ in kept}) == [0, 1, 2]
    assert tree.frontier == Frontier().extend(HASHES)
    assert open_tree(len(HASHES), lambda level, number: kept.get((level, number), b"")) == tree


@given(st.integers(1, 1_100), st.integers(0, 1_099), st.integers(1, 1_100))
def test_proofs_from_tiles_are_those_from_leaves(size, index, old):
    """A proof worked out from tiles is the one worked out from all leaf hashes, for earlier sizes too."""
    _, kept = grown(1_100)
    tiles, leaves = nodes_in(lambda level, number: kept.get((level, number), b"")), nodes_of(HASHES[:1_100])
    index, old = index % size, min(old, size)
    assert inclusion_proof(index, size, tiles) == inclusion_proof(index, size, leaves)
    assert consistency_proof(old, size, tiles) == consistency_proof(old, size, leaves)


def test_a_tile_that_does_not_fit_is_refused():
    """A missing, short or overlong last tile is an error, not another tree."""
    _, kept = grown(300)
    tail = kept[0, 1]
    for wrong in (b"", tail[:-HASH_BYTES], tail[:-1], tail + tail[:HASH_BYTES]):
        with pytest.raises(BrokenLedgerError):
            open_tree(300, lambda level, number, wrong=wrong: wrong if level == 0 else kept[level, number])
    node = nodes_in(lambda level, number: kept.get((level, number), b""))
    with pytest.raises(BrokenLedgerError, match="too short"):
        node(0, 300)
    assert len(kept[0, 0]) == TILE_BYTES
