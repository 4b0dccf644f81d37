"""The Merkle tree, against published vectors and against the recursive definitions of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BrokenProofError
from holdfast.ledger import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from holdfast.ledger.tree import EMPTY_ROOT, nodes_of

# The vectors of Certificate Transparency's first implementation, repeated in many since.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def numbered(size: int) -> list[bytes]:
    """As many different leaves."""
    return [str(number).encode() for number in range(size)]


def test_the_published_roots_come_out():
    """Appending the published leaves one by one gives the published root at every size."""
    frontier = Frontier()
    assert frontier.root == EMPTY_ROOT
    for leaf, root in zip(HASHES, ROOTS, strict=True):
        frontier = frontier.extend([leaf])
        assert frontier.root.hex() == root


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_the_published_inclusion_proofs_come_out(index, size, proof):
    """The audit paths are the published ones, and lead to the published roots."""
    ours = inclusion_proof(index, size, nodes_of(HASHES))
    assert [node.hex() for node in ours] == proof
    verify_inclusion(index=index, size=size, leaf=HASHES[index], proof=ours, root=bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_published_consistency_proofs_come_out(old, new, proof):
    """The consistency proofs are the published ones, and join the published roots."""
    ours = consistency_proof(old, new, nodes_of(HASHES))
    assert [node.hex() for node in ours] == proof
    verify_consistency(
        old=old, new=new, old_root=bytes.fromhex(ROOTS[old - 1]), new_root=bytes.fromhex(ROOTS[new - 1]), proof=ours
    )


@given(st.integers(0, 70), st.integers(0, 70))
def test_roots_and_proofs_follow_the_definition(old, more):
    """Root, audit paths and consistency proof equal the recursive definitions, however the leaves were batched."""
    leaves = numbered(old + more)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    frontier = Frontier().extend(hashes[:old])
    assert frontier.root == mth(leaves[:old])
    assert frontier.extend(hashes[old:]).root == mth(leaves)
    if old and more:
        proof = consistency_proof(old, old + more, nodes_of(hashes))
        assert list(proof) == subproof(old, leaves, whole=True)
        verify_consistency(old=old, new=old + more, old_root=mth(leaves[:old]), new_root=mth(leaves), proof=proof)
    if more:
        proof = inclusion_proof(old, old + more, nodes_of(hashes))
        assert list(proof) == path(old, leaves)
        verify_inclusion(index=old, size=old + more, leaf=hashes[old], proof=proof, root=mth(leaves))


def mangled(proof: tuple[bytes, ...], spot: int) -> list[tuple[bytes, ...]]:
    """Every way of spoiling a proof in one step: a bit flipped, a hash left out, doubled, added."""
    at = spot % len(proof)
    flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    return [
        (*proof[:at], flipped, *proof[at + 1 :]),
        (*proof[:at], *proof[at + 1 :]),
        (*proof[:at], proof[at], *proof[at:]),
        (*proof, proof[at]),
        (),
    ]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_a_spoilt_proof_is_refused(old, more, spot):
    """No proof survives a flipped bit, a missing, doubled or added hash, nor another index, size or root."""
    hashes = [leaf_hash(leaf) for leaf in numbered(old + more)]
    size, root = old + more, Frontier().extend(hashes).root
    proof = inclusion_proof(old, size, nodes_of(hashes))
    for wrong in mangled(proof, spot):
        with pytest.raises(BrokenProofError):
            verify_inclusion(index=old, size=size, leaf=hashes[old], proof=wrong, root=root)
    for index in {old - 1, old + 1, -1, size} - {old}:
        with pytest.raises(BrokenProofError):
            verify_inclusion(index=index, size=size, leaf=hashes[old], proof=proof, root=root)
    proof, old_root = consistency_proof(old, size, nodes_of(hashes)), Frontier().extend(hashes[:old]).root
    for wrong in mangled(proof, spot):
        with pytest.raises(BrokenProofError):
            verify_consistency(old=old, new=size, old_root=old_root, new_root=root, proof=wrong)
    for wrong_old, wrong_new in ((root, root), (old_root, old_root)):
        with pytest.raises(BrokenProofError):
            verify_consistency(old=old, new=size, old_root=wrong_old, new_root=wrong_new, proof=proof)


def test_a_ledger_is_consistent_with_the_empty_one_and_with_itself_only():
    """From nothing, or to the same size, no proof is needed, and none may be given or stand in for another root."""
    root = bytes.fromhex(ROOTS[2])
    verify_consistency(old=0, new=3, old_root=EMPTY_ROOT, new_root=root, proof=())
    verify_consistency(old=3, new=3, old_root=root, new_root=root, proof=())
    for old, old_root, proof in ((0, root, ()), (3, EMPTY_ROOT, ()), (3, root, (root,)), (4, root, ())):
        with pytest.raises(BrokenProofError):
            verify_consistency(old=old, new=3, old_root=old_root, new_root=root, proof=proof)


def test_there_is_no_proof_of_what_is_not_there():
    """Asking for a proof outside the tree is refused."""
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(3, 3, nodes_of(HASHES))
    with pytest.raises(ValueError, match="cannot be the start"):
        consistency_proof(4, 3, nodes_of(HASHES))
