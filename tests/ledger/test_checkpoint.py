"""The signed head of the ledger: C2SP tlog-checkpoint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BrokenLedgerError
from holdfast.ledger import Frontier, leaf_hash, open_checkpoint, seeded_signer, sign_checkpoint

SIGNER = seeded_signer(1, origin="example.com/behind-the-sofa")
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@given(st.integers(0, 300))
def test_a_head_opens_as_it_was_signed(size):
    """Whatever the size, the signed note gives the same origin, size and root again."""
    frontier = Frontier().extend(leaf_hash(bytes([n % 256])) for n in range(size))
    head = sign_checkpoint(frontier, SIGNER)
    assert (head.origin, head.size, head.root) == ("example.com/behind-the-sofa", size, frontier.root)
    assert open_checkpoint(head.note, SIGNER.vkey) == head


def test_the_text_is_that_of_the_specification():
    """Three lines: origin, size in decimal, root in base64; further lines are let pass."""
    note = SIGNER.sign(f"example.com/behind-the-sofa\n20852163\n{ROOT}\nan extension\n")
    head = open_checkpoint(note, SIGNER.vkey)
    assert head.size == 20_852_163
    assert head.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert sign_checkpoint(Frontier(), SIGNER).note.split("\n\n")[0] == (
        "example.com/behind-the-sofa\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )


@pytest.mark.parametrize(
    "text",
    [
        f"example.com/another\n1\n{ROOT}\n",
        f"example.com/behind-the-sofa\n01\n{ROOT}\n",
        f"example.com/behind-the-sofa\n-1\n{ROOT}\n",
        f"example.com/behind-the-sofa\n+1\n{ROOT}\n",
        f"example.com/behind-the-sofa\n1_0\n{ROOT}\n",
        f"example.com/behind-the-sofa\n\u0661\n{ROOT}\n",
        f"example.com/behind-the-sofa\n{'9' * 5000}\n{ROOT}\n",
        f"example.com/behind-the-sofa\n1.0\n{ROOT}\n",
        f"example.com/behind-the-sofa\n1\n{ROOT[:-1]}\n",
        f"example.com/behind-the-sofa\n1\n{ROOT[:-4]}\n",
        f"example.com/behind-the-sofa\n1\n{ROOT} \n",
        "example.com/behind-the-sofa\n1\n",
        f"example.com/behind-the-sofa\n1\n{ROOT}\n\nmore\n",
        "Holdfast seal\nexample.com/behind-the-sofa\n1\n",
    ],
)
def test_a_signed_text_that_is_no_head_of_ours_is_refused(text):
    """Signed or not, only exactly a checkpoint of this very log is one."""
    with pytest.raises(BrokenLedgerError):
        open_checkpoint(SIGNER.sign(text), SIGNER.vkey)


def test_a_head_of_another_key_is_refused():
    """The same text signed by somebody else is nobody's word."""
    head = sign_checkpoint(Frontier(), seeded_signer(2, origin=SIGNER.vkey.name))
    with pytest.raises(BrokenLedgerError, match="No signature"):
        open_checkpoint(head.note, SIGNER.vkey)
