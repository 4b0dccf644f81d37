"""The sum of the rows beside the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BrokenLedgerError
from holdfast.ledger import seeded_signer
from holdfast.ledger.seal import Row, RowSum, check_seal, sign_seal

SIGNER = seeded_signer(1)
PARTS = st.binary(max_size=6)
ROWS = st.lists(st.builds(Row, PARTS, PARTS, PARTS, PARTS), max_size=6)


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_sum_is_of_what_is_there_now(kept, gone, random):
    """Order and history do not matter: rows that came and went leave nothing."""
    shuffled = random.sample(kept + gone, len(kept + gone))
    assert RowSum().change(come=shuffled).change(gone=gone) == RowSum().change(come=kept)
    assert RowSum().change(come=kept).change(gone=kept) == RowSum()


@given(ROWS, ROWS)
def test_other_rows_have_another_sum(one, two):
    """Two collections have the same sum only when they hold the same rows as often."""
    equal = sorted(map(repr, one)) == sorted(map(repr, two))
    assert (RowSum().change(come=one).digest == RowSum().change(come=two).digest) == equal


def test_bytes_do_not_move_between_columns():
    """The same bytes cut differently into columns are another row."""
    cuts = [Row(b"a", b"b", b"", b""), Row(b"ab", b"", b"", b""), Row(b"", b"ab", b"", b""), Row(b"", b"", b"a", b"b")]
    assert len({RowSum().change(come=[cut]).digest for cut in cuts}) == len(cuts)


def test_a_seal_is_for_one_size_one_sum_and_one_key():
    """With another size, other rows, another key or another text the seal does not hold."""
    rows = RowSum().change(come=[Row(b"c", b"k", b"K", b"{}")])
    note = sign_seal(7, rows, SIGNER)
    check_seal(note, 7, rows, SIGNER.vkey)
    for wrong in (
        (note, 8, rows, SIGNER.vkey),
        (note, 7, RowSum(), SIGNER.vkey),
        (note, 7, rows, seeded_signer(2).vkey),
        (sign_seal(7, rows, seeded_signer(2)), 7, rows, SIGNER.vkey),
        (SIGNER.sign("something else\n"), 7, rows, SIGNER.vkey),
        ("", 7, rows, SIGNER.vkey),
    ):
        with pytest.raises(BrokenLedgerError):
            check_seal(*wrong)
