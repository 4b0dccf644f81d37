"""Whatever is done to a store's file behind Holdfast's back, `verify_store` finds it."""

import shutil
import sqlite3
from contextlib import closing, suppress

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from holdfast.backends import LedgerFile, SqlStore, verify_store
from holdfast.backends.schema import metadata
from holdfast.errors import BrokenLedgerError, HoldfastError, StoreError
from holdfast.ledger import FaultKind, Frontier, leaf_hash, seeded_salts, seeded_signer, sign_checkpoint
from holdfast.ledger.tiles import Tree
from holdfast.testing.store_contract import Parcel, record

SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)
TABLES = ("facts", "entries", "tiles", "checkpoints", "seal", "collections")
ERASED = 9
SIZE = 271  # 30 batches of nine records, and the decision to erase one: more than one tile holds


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A closed store with entries over two tiles, rows, and one erased body."""
    path = tmp_path_factory.mktemp("original") / "store.db"
    with SqlStore(path, signer=SIGNER, salt=seeded_salts(1)) as store:
        for batch in range(30):
            with store.begin() as transaction:
                for number in range(9):
                    transaction.record(record(f"{batch}/{number}", body={"n": number}))
                transaction.put("parcels", str(batch % 7), Parcel(label=str(batch)))
        with store.begin() as transaction:
            transaction.erase("1/0", time=5, actor="privacy", why="asked")
    return path


@pytest.fixture
def path(original, tmp_path):
    """A copy of it to be tampered with."""
    return shutil.copy(original, tmp_path / "copy.db")


def tamper(path, *statements):
    """Run SQL on the file as anybody could."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for statement, *values in statements:
            connection.execute(statement, values)


def found(path, *, remembered=()):
    """What verification finds, as (kind, index)."""
    return [(fault.what, fault.index) for fault in verify_store(path, VKEY, remembered=remembered).faults]


def test_an_untouched_store_is_whole(path):
    """Nothing is found where nothing was done, and everything was looked at."""
    verdict = verify_store(path, VKEY)
    assert verdict.faults == ()
    assert (verdict.entries, verdict.erased, verdict.checkpoints, verdict.rows) == (SIZE, 1, 32, 7)
    assert (verdict.size, verdict.tiles, verdict.trusted) == (SIZE, 3, True)
    assert not verify_store(path).trusted


@pytest.fixture(scope="module")
def places(original):
    """Every (table, rowid, column) of the file, by table."""
    found = {}
    with closing(sqlite3.connect(original)) as connection:
        for table in TABLES:
            cursor = connection.execute(f"SELECT rowid AS here, * FROM {table}")
            names = [description[0] for description in cursor.description][1:]
            found[table] = [(table, row[0], name) for row in cursor for name in names]
    return found


def flip(path, place, spot, mask):
    """Change one byte of one column of one row; False when the table would not have it."""
    table, rowid, column = place
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.text_factory = bytes
        query = f"SELECT typeof({column}), {column} FROM {table} WHERE rowid = ?"
        kind, value = connection.execute(query, (rowid,)).fetchone()
        if kind == b"integer":
            value ^= mask << (spot % 7 * 8)
        elif kind == b"null":
            value = bytes([mask])
        else:
            at = spot % len(value)
            value = value[:at] + bytes([value[at] ^ mask]) + value[at + 1 :]
        new = "CAST(? AS TEXT)" if kind == b"text" else "?"
        try:
            connection.execute(f"UPDATE {table} SET {column} = {new} WHERE rowid = ?", (value, rowid))
        except sqlite3.IntegrityError:
            return False
    return True


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_is_found(original, places, tmp_path, data):
    """One byte of any column of any row is changed: it is found, with the key at hand or without."""
    place = data.draw(st.sampled_from(places[data.draw(st.sampled_from(TABLES))]))
    path = shutil.copy(original, tmp_path / "copy.db")
    assume(flip(path, place, data.draw(st.integers(0, 10_000)), data.draw(st.integers(1, 255))))
    assert not verify_store(path, VKEY).ok
    try:
        assert place[0] != "facts" or not verify_store(path).ok
    except BrokenLedgerError:
        assert place[0] == "facts"


KEPT_AS = {sa.LargeBinary: "BLOB", sa.String: "TEXT"}
VALUES = [
    (table.name, column.name, kept)
    for table in metadata.sorted_tables
    for column in table.columns
    for kind, kept in KEPT_AS.items()
    if isinstance(column.type, kind)
]


@pytest.mark.parametrize(("table", "column", "kept"), VALUES)
def test_a_value_of_another_storage_class_is_found(path, table, column, kept):
    """The same bytes kept as text, or a text kept as bytes, is another value to every lookup, and is found."""
    other = "TEXT" if kept == "BLOB" else "BLOB"
    row = f"SELECT max(rowid) FROM {table} WHERE {column} IS NOT NULL"
    tamper(path, (f"UPDATE {table} SET {column} = CAST({column} AS {other}) WHERE rowid = ({row})",))
    assert not verify_store(path, VKEY).ok


def test_a_real_in_place_of_an_integer_is_found(path):
    """0.0 equals 0 and is not it."""
    tamper(
        path,
        ("PRAGMA writable_schema=ON",),
        ("UPDATE sqlite_schema SET sql = replace(sql, 'level INTEGER', 'level REAL') WHERE name = 'tiles'",),
    )
    tamper(path, ("UPDATE tiles SET level = level + 0.0",))
    assert {FaultKind.TREE, FaultKind.DAMAGED} == {kind for kind, _ in found(path)}


def test_an_index_that_no_longer_leads_to_its_rows_is_found(path):
    """The tables are whole, but a store would not find in them what is there."""
    with closing(sqlite3.connect(path)) as connection:
        index = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_facts_1'"
        ((page,), (size,)) = connection.execute(index).fetchone(), connection.execute("PRAGMA page_size").fetchone()
    held = path.read_bytes()
    start = (page - 1) * size
    path.write_bytes(held[:start] + held[start : start + size].replace(b"origin", b"origim") + held[start + size :])
    assert {(FaultKind.DAMAGED, None)} == set(found(path))


def everything(path):
    """Every value in every table, with its storage class."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return [
            sorted(map(repr, connection.execute(f"SELECT {_with_classes(table)} FROM {table}")))
            for table in metadata.sorted_tables
        ]


def _with_classes(table):
    return ", ".join(f"typeof({column.name}), {column.name}" for column in table.columns)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spot=st.integers(0, 1 << 30), mask=st.integers(1, 255))
def test_a_flipped_byte_anywhere_in_the_file_is_found_or_changes_nothing(original, tmp_path, spot, mask):
    """Also in headers, indexes and free pages: it is found, or every value still is what it was; nothing breaks."""
    held = bytearray(original.read_bytes())
    held[spot % len(held)] ^= mask
    path = tmp_path / "copy.db"
    path.write_bytes(held)
    try:
        sound = verify_store(path, VKEY).ok
    except HoldfastError:
        sound = False
    if sound:
        assert everything(path) == everything(original)
    with suppress(HoldfastError), SqlStore(path, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("one more"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, 1 << 30))
def test_a_truncated_file_is_found(original, tmp_path, length):
    """Cut anywhere, the file is not whole any more."""
    held = original.read_bytes()
    path = tmp_path / "copy.db"
    path.write_bytes(held[: length % len(held)])
    with suppress(BrokenLedgerError):
        assert not verify_store(path, VKEY).ok


@pytest.mark.parametrize("index", [0, 100, 255, 256])
def test_a_removed_entry_is_named(path, index):
    """A deleted row is missed at its place, and nothing else is blamed."""
    tamper(path, ("DELETE FROM entries WHERE position = ?", index))
    assert found(path) == [(FaultKind.REMOVED, index)]


def test_missing_last_entries_are_named(path):
    """Entries cut off at the end are missed."""
    tamper(path, ("DELETE FROM entries WHERE position >= 260",))
    assert found(path) == [(FaultKind.TRUNCATED, 260), (FaultKind.ERASED, ERASED)]  # the decision was among them


def test_swapped_entries_are_named(path):
    """Two entries that changed places are both told, with the place where each belongs."""
    tamper(
        path,
        ("UPDATE entries SET position = -1 WHERE position = 20",),
        ("UPDATE entries SET position = 20 WHERE position = 30",),
        ("UPDATE entries SET position = 30 WHERE position = -1",),
    )
    assert found(path) == [(FaultKind.REORDERED, 20), (FaultKind.REORDERED, 30)]


def test_a_doubled_entry_is_named(path):
    """An entry in the place of another, and still at its own, is a duplicate."""
    tamper(
        path,
        (
            "UPDATE entries SET (leaf, salt, body) = (SELECT leaf, salt, body FROM entries WHERE position = 3) WHERE position = 8",
        ),
    )
    assert (FaultKind.DUPLICATED, 8) in found(path)


def test_an_entry_beyond_the_head_is_named(path):
    """What nobody signed is not part of the ledger."""
    tamper(path, (f"INSERT INTO entries SELECT {SIZE}, x'6b', leaf, salt, body FROM entries WHERE position = 3",))
    assert found(path) == [(FaultKind.ADDED, None)]


def test_a_changed_body_is_named(path):
    """A body that its leaf does not commit to is told, and the tree is not blamed."""
    tamper(path, ("UPDATE entries SET body = ? WHERE position = 4", b'{"n":5}'))
    assert found(path) == [(FaultKind.BODY, 4)]


def test_a_longer_salt_is_named(path):
    """HMAC takes a salt with zeroes behind it for the same; verification does not."""
    tamper(path, ("UPDATE entries SET salt = CAST(salt || x'00' AS BLOB) WHERE position = 4",))
    assert found(path) == [(FaultKind.BODY, 4)]


def test_an_erasure_that_nobody_decided_is_named(path):
    """Salt and body may be gone only where a later entry says who decided so."""
    tamper(path, ("UPDATE entries SET salt = NULL, body = NULL WHERE position = 4",))
    assert found(path) == [(FaultKind.ERASED, 4)]


def test_a_dropped_head_is_found(path):
    """Without the last head its entries are not signed, and the seal is of another size."""
    tamper(path, (f"DELETE FROM checkpoints WHERE size = {SIZE}",))
    assert {kind for kind, _ in found(path)} >= {FaultKind.ADDED, FaultKind.ROWS}
    tamper(path, ("DELETE FROM checkpoints",))
    assert (FaultKind.TRUNCATED, None) in found(path)


def test_any_dropped_head_is_missed(path):
    """The seal covers every head, so one taken out of the middle is missed though all others lead to their roots."""
    held = path.read_bytes()
    for size, kinds in ((0, {FaultKind.REMOVED, FaultKind.ROWS}), (9, {FaultKind.ROWS}), (SIZE - 1, {FaultKind.ROWS})):
        path.write_bytes(held)
        tamper(path, ("DELETE FROM checkpoints WHERE size = ?", size))
        assert {kind for kind, _ in found(path)} == kinds
    path.write_bytes(held)
    tamper(path, (f"DELETE FROM checkpoints WHERE size < {SIZE}",))
    assert {kind for kind, _ in found(path)} == {FaultKind.REMOVED, FaultKind.ROWS}


def test_a_signed_head_for_a_commit_that_never_was_is_found(path):
    """A head that the key signed elsewhere, for a size between two commits, is one too many."""
    with LedgerFile(path) as file:
        frontier = Frontier().extend(leaf_hash(entry.leaf) for entry in file.entries(0, 5))
    tamper(path, ("INSERT INTO checkpoints VALUES (5, ?)", sign_checkpoint(frontier, SIGNER).note))
    assert {*found(path)} == {(FaultKind.ROWS, None)}


ALIEN = [
    "CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM collections; END",
    "CREATE VIEW more AS SELECT 1",
    "CREATE TABLE extra (a)",
    "CREATE INDEX by_leaf ON entries (leaf)",
    "ALTER TABLE entries ADD COLUMN z DEFAULT 5",
    "ANALYZE",
]


@pytest.mark.parametrize("statement", ALIEN)
def test_what_does_not_belong_into_a_store_is_found_and_not_written_beside(path, statement):
    """A trigger, a view, a table, an index or a column that no store has: the check says so, and no run opens it."""
    tamper(path, (statement,))
    faults = verify_store(path, VKEY).faults
    assert {fault.what for fault in faults} == {FaultKind.DAMAGED}
    assert all("no store has" in fault.note or "is not made as" in fault.note for fault in faults)
    with pytest.raises(BrokenLedgerError, match="not made as a store is"):
        SqlStore(path, signer=SIGNER)


def test_a_table_that_is_none_is_found(path):
    """A view in the place of a table is told by name, whatever its rows are."""
    tamper(path, ("ALTER TABLE collections RENAME TO hidden",), ("CREATE VIEW collections AS SELECT * FROM hidden",))
    assert (FaultKind.DAMAGED, None) in found(path)


def test_a_header_that_sqlite_cannot_read_is_a_matter_of_integrity(original, path):
    """One bit in the number of the file's format, and SQLite opens it no more: exit code 4, not 3."""
    held = bytearray(original.read_bytes())
    held[47] ^= 0x40
    path.write_bytes(held)
    with pytest.raises(BrokenLedgerError):
        verify_store(path)
    assert (FaultKind.DAMAGED, None) in found(path)


def test_changed_rows_are_found(path):
    """A row changed, deleted, added or of the wrong type is found, though no entry is touched."""
    changes = (
        "UPDATE collections SET value = x'7b7d' WHERE key = x'30'",
        "DELETE FROM collections WHERE key = x'30'",
        "INSERT INTO collections SELECT collection, x'99', kind, value FROM collections WHERE key = x'30'",
        "UPDATE collections SET value = 'text' WHERE key = x'30'",
        "DELETE FROM seal",
    )
    held = path.read_bytes()
    for change in changes:
        path.write_bytes(held)
        tamper(path, (change,))
        faults = found(path)
        assert faults
        assert {kind for kind, _ in faults} == {FaultKind.ROWS}


def test_rows_put_back_with_their_seal_are_found(path, tmp_path):
    """All rows as they were before, with the seal they had then, do not go with the ledger of today."""
    old = shutil.copy(path, tmp_path / "old.db")
    with SqlStore(path, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("the row goes"))
        transaction.delete("parcels", "0")
    assert found(path) == []
    tamper(
        path,
        ("ATTACH ? AS old", str(old)),
        ("DELETE FROM collections",),
        ("INSERT INTO collections SELECT * FROM old.collections",),
        ("DELETE FROM seal",),
        ("INSERT INTO seal SELECT * FROM old.seal",),
    )
    assert {*found(path)} == {(FaultKind.ROWS, None)}


def test_history_rewritten_without_the_key_is_found(path, tmp_path):
    """A forger who redoes entries, tiles, heads and seal under another key cannot sign them with ours."""
    forged = tmp_path / "forged.db"
    with SqlStore(forged, signer=seeded_signer(2)) as store, store.begin() as transaction:
        transaction.record(record("nothing happened"))
    assert {kind for kind, _ in found(forged)} >= {FaultKind.DAMAGED, FaultKind.SIGNATURE}
    assert verify_store(forged).ok  # its own key vouches for it: this is why the verdict says whether it was trusted
    with closing(sqlite3.connect(forged)) as source, closing(sqlite3.connect(path, isolation_level=None)) as target:
        for table in ("entries", "tiles"):
            target.execute(f"DELETE FROM {table}")
            for row in source.execute(f"SELECT * FROM {table}"):
                target.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    assert (FaultKind.CHANGED, 0) in found(path)


def test_entries_and_tiles_changed_together_are_found(path):
    """When entries and tree agree with each other but not with the heads, the commit that they part at is told."""
    with LedgerFile(path) as file:
        leaves = [entry.leaf for entry in file.entries()]
    leaves[200] = leaves[200].replace(b'"actor":"executor"', b'"actor":"somebody"')
    _, tiles = Tree().extend(map(leaf_hash, leaves))
    redone = [
        ("UPDATE tiles SET hashes = ? WHERE level = ? AND number = ?", t.hashes, t.level, t.number) for t in tiles
    ]
    tamper(path, ("UPDATE entries SET leaf = ? WHERE position = 200", leaves[200]), *redone)
    assert found(path) == [(FaultKind.CHANGED, 198)]  # commits were of nine records each


def test_a_store_put_back_is_found_against_a_remembered_head(original, tmp_path):
    """An old copy of the file is sound in itself; only a head published later shows what is missing."""
    path, old = shutil.copy(original, tmp_path / "copy.db"), tmp_path / "old.db"
    shutil.copy(original, old)
    with SqlStore(path, signer=SIGNER) as store:
        before = store.checkpoint().note
        with store.begin() as transaction:
            transaction.record(record("later"))
        after = store.checkpoint().note
    assert found(path, remembered=[before, after]) == []
    assert found(old, remembered=[before]) == []
    assert found(old, remembered=[before, after]) == [(FaultKind.ROLLED_BACK, None)]
    with SqlStore(old, signer=SIGNER) as store, store.begin() as transaction:
        for key in ("another", "more"):
            transaction.record(record(key))
    assert found(old, remembered=[after]) == [(FaultKind.ROLLED_BACK, None)]


def test_a_remembered_head_must_be_signed(path):
    """A head that somebody made up convicts nobody; it is told as not signed."""
    for note in ("", "\ud800", "not a note", SIGNER.sign("some/log\n1\nx\n"), seeded_signer(2).sign("x\n1\ny\n")):
        assert found(path, remembered=[note]) == [(FaultKind.SIGNATURE, None)]


def test_a_broken_store_is_not_opened_for_writing(path):
    """A store whose tree or rows do not fit its head is not gone on with."""
    held = path.read_bytes()
    for change in (
        "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 1",
        "DELETE FROM tiles WHERE level = 0 AND number = 1",
        f"DELETE FROM checkpoints WHERE size = {SIZE}",
        "DELETE FROM checkpoints",
        "UPDATE seal SET lanes = zeroblob(2048)",
        "DELETE FROM seal",
    ):
        path.write_bytes(held)
        tamper(path, (change,))
        with pytest.raises(BrokenLedgerError):
            SqlStore(path, signer=SIGNER)


def test_a_verdict_turns_into_an_error(path):
    """A broken ledger ends a command with exit code 4; a whole one does not."""
    verify_store(path, VKEY).raise_if_broken()
    tamper(path, ("DELETE FROM entries WHERE position < 250 AND position % 2",))
    with pytest.raises(BrokenLedgerError, match=r"entry 1, removed: .*; and 120 more") as caught:
        verify_store(path, VKEY).raise_if_broken()
    assert caught.value.exit_code == 4


def test_what_is_no_store_is_told_apart(tmp_path):
    """A missing file, a folder, an empty file, a text and somebody else's database each give an error of ours."""
    with pytest.raises(StoreError, match="no store at"):
        verify_store(tmp_path / "missing.db")
    with pytest.raises(StoreError, match="no store at"):
        verify_store(tmp_path)
    other = tmp_path / "other.db"
    tamper(other, ("CREATE TABLE facts (something)",))
    for name, content in (("empty", b""), ("text", b"Not a database at all. " * 100), ("other", other.read_bytes())):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BrokenLedgerError):
            verify_store(path)
        assert not verify_store(path, VKEY).ok
