"""A check of evidence that may hold anything."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.errors import BrokenLedgerError
from holdfast.ledger import Evidence, FaultKind, Record, RecordKind, leaf_hash, seeded_signer, sign_checkpoint, verify
from holdfast.ledger.record import seal_record
from holdfast.ledger.seal import KeptHead, Row, RowSum, sign_seal
from holdfast.ledger.tiles import Tree

SIGNER = seeded_signer(1)
SALT = bytes(32)
FACTS = {b"schema": b"1"}
PARTS = ("facts", "checkpoints", "tiles", "entries", "rows", "seal")


def kept(size=5):
    """Every part of a small whole ledger, as rows."""
    entries, tree, tiles, heads = [], Tree(), {}, [sign_checkpoint(Tree().frontier, SIGNER)]
    for index in range(size):
        record = Record(key=f"k{index}", kind=RecordKind.NOTE, time=index, actor="a", subject="s", body={"n": index})
        entry, body = seal_record(record, index=index, salt=SALT)
        entries.append((index, record.key.encode(), entry.leaf, SALT, body))
        tree, changed = tree.extend([leaf_hash(entry.leaf)])
        tiles.update({(tile.level, tile.number): tile.hashes for tile in changed})
        heads.append(sign_checkpoint(tree.frontier, SIGNER))
    row = Row(b"holds", b"1", b"Hold", b"{}")
    rows = RowSum().change(come=[row, *(KeptHead(head.size, head.note.encode()) for head in heads)])
    return {
        "facts": list(FACTS.items()),
        "checkpoints": [(head.size, head.note.encode()) for head in heads],
        "tiles": [(level, number, hashes) for (level, number), hashes in tiles.items()],
        "entries": entries,
        "rows": [(row.collection, row.key, row.kind, row.value)],
        "seal": [(1, sign_seal(size, rows, SIGNER).encode(), rows.lanes)],
    }


def judged(parts, **options):
    """The verdict over `parts`."""
    return verify(Evidence(**parts), SIGNER.vkey, facts=FACTS, **options)


def test_a_whole_ledger_is_found_whole():
    """Nothing is found, and the verdict counts what was looked at and repeats the signed head."""
    verdict = judged(kept(), trusted=False)
    assert verdict.ok
    assert (verdict.size, verdict.entries, verdict.checkpoints, verdict.tiles, verdict.rows) == (5, 5, 6, 1, 1)
    assert (verdict.origin, verdict.vkey, verdict.trusted) == (SIGNER.vkey.name, str(SIGNER.vkey), False)
    verdict.raise_if_broken()


def test_an_empty_ledger_is_found_whole():
    """A ledger in which nothing happened yet is as good as any."""
    assert judged(kept(0)).ok


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_cannot_be_read_is_damage_and_the_others_are_judged(part):
    """Reading one part fails half way: that is told, and so is what is wrong in another part."""

    def failing():
        yield from parts[part][:-1]
        raise BrokenLedgerError("the disk says no")

    parts = kept()
    other = "entries" if part != "entries" else "rows"
    verdict = judged({**parts, part: failing(), other: parts[other][:-1]})
    assert "the disk says no" in [fault.note for fault in verdict.faults]
    assert {fault.what for fault in verdict.faults} & {FaultKind.TRUNCATED, FaultKind.ROWS}


ODD = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.binary(max_size=40) | st.text(max_size=5)


@given(st.sampled_from(PARTS), st.data())
def test_any_other_value_in_any_column_is_found(part, data):
    """Whatever stands in a column instead of what should, of whatever type, is found and never breaks the check."""
    parts = kept()
    number = data.draw(st.integers(0, len(parts[part]) - 1))
    row = list(parts[part][number])
    column = data.draw(st.integers(0, len(row) - 1))
    odd = data.draw(ODD)
    assume(odd != row[column])
    row[column] = odd
    parts[part][number] = tuple(row)
    assert not judged(parts).ok


@given(st.sampled_from(PARTS), st.data())
def test_a_row_too_few_or_too_many_is_found(part, data):
    """A row left out or there twice is found; of the heads only the last is missed, for it stands for all before it."""
    parts = kept()
    number = data.draw(st.integers(0, len(parts[part]) - 1))
    if part != "checkpoints":
        assert not judged({**parts, part: parts[part][:number] + parts[part][number + 1 :]}).ok
    if part in {"entries", "rows", "seal"}:
        assert not judged({**parts, part: [*parts[part], parts[part][number]]}).ok
    assert not judged({**parts, "checkpoints": parts["checkpoints"][:-1]}).ok


def test_rubbish_is_judged_in_full():
    """Evidence in which nothing is right gives faults of every part and no exception."""
    rubbish = {part: [(None,) * len(kept()[part][0])] for part in PARTS}
    verdict = judged(rubbish, remembered=["rubbish"])
    assert {fault.what for fault in verdict.faults} >= {
        FaultKind.DAMAGED,
        FaultKind.SIGNATURE,
        FaultKind.TRUNCATED,
        FaultKind.ADDED,
        FaultKind.TREE,
        FaultKind.ROWS,
    }
    with pytest.raises(BrokenLedgerError, match=r"and \d+ more"):
        verdict.raise_if_broken()


def test_what_a_database_says_against_itself_is_a_fault():
    """The tables may be whole and the ways to them not; whatever is said, in bytes or not, is told."""
    verdict = judged({**kept(), "damage": [(b"row 3 missing from index \xff",), (7,)]})
    assert [(fault.what, fault.index) for fault in verdict.faults] == [(FaultKind.DAMAGED, None)] * 2
    assert "row 3 missing" in verdict.faults[0].note
