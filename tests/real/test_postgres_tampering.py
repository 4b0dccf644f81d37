"""Whatever is done to a store in PostgreSQL behind Holdfast's back, verification finds it."""

from contextlib import closing

import psycopg
import pytest

from holdfast.backends import SqlStore, verify_store
from holdfast.errors import BrokenLedgerError
from holdfast.ledger import FaultKind, seeded_salts, seeded_signer
from holdfast.testing.store_contract import Parcel, record

pytestmark = pytest.mark.real
SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)
SIZE = 271


@pytest.fixture(scope="module")
def original(server):
    """The name of a database with entries over two tiles, rows, and one erased body."""
    name = server.new_database()
    with SqlStore(server.url(name), signer=SIGNER, salt=seeded_salts(1)) as store:
        for batch in range(30):
            with store.begin() as transaction:
                transaction.record_all([record(f"{batch}/{number}", body={"n": number}) for number in range(9)])
                transaction.put("parcels", str(batch % 7), Parcel(label=str(batch)))
        with store.begin() as transaction:
            transaction.erase("1/0", time=5, actor="privacy", why="asked")
    return name


@pytest.fixture
def copy(server, original):
    """A copy of it to be tampered with."""
    return server.new_database(f"TEMPLATE {original}")


def tamper(server, name, *statements):
    """Run SQL as anybody could who may."""
    with closing(server.connect(name)) as connection:
        for statement in statements:
            connection.execute(statement)


def found(server, name):
    """What verification finds, as (kind, index)."""
    return [(fault.what, fault.index) for fault in verify_store(server.url(name), VKEY).faults]


def test_an_untouched_store_is_whole(server, copy):
    """Nothing is found where nothing was done, and everything was looked at."""
    verdict = verify_store(server.url(copy), VKEY)
    assert verdict.faults == ()
    assert (verdict.entries, verdict.erased, verdict.checkpoints, verdict.rows) == (SIZE, 1, 32, 7)
    assert (verdict.size, verdict.tiles, verdict.trusted) == (SIZE, 3, True)


CHANGES = [
    ("UPDATE entries SET leaf = set_byte(leaf, 20, 64) WHERE position = 7", FaultKind.CHANGED, 7),
    ("UPDATE entries SET body = '{\"n\":5}'::bytea WHERE position = 4", FaultKind.BODY, 4),
    ("UPDATE entries SET salt = salt || '\\x00'::bytea WHERE position = 4", FaultKind.BODY, 4),
    ("UPDATE entries SET salt = NULL, body = NULL WHERE position = 4", FaultKind.ERASED, 4),
    ("UPDATE entries SET key = '\\x6b'::bytea WHERE position = 4", FaultKind.CHANGED, 4),
    ("DELETE FROM entries WHERE position = 100", FaultKind.REMOVED, 100),
    ("DELETE FROM entries WHERE position >= 260", FaultKind.TRUNCATED, 260),
    ("INSERT INTO entries SELECT 271, '\\x6b', leaf, salt, body FROM entries WHERE position = 3", FaultKind.ADDED, None),
    ("UPDATE tiles SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE level = 0 AND number = 0", FaultKind.TREE, None),
    ("DELETE FROM tiles WHERE level = 1", FaultKind.TREE, None),
    ("UPDATE checkpoints SET note = replace(note, '271', '272') WHERE size = 271", FaultKind.SIGNATURE, None),
    ("DELETE FROM checkpoints WHERE size = 271", FaultKind.ROWS, None),
    ("DELETE FROM checkpoints WHERE size = 9", FaultKind.ROWS, None),
    ("DELETE FROM checkpoints WHERE size = 0", FaultKind.REMOVED, None),
    ("UPDATE collections SET value = '{}'::bytea WHERE key = '0'::bytea", FaultKind.ROWS, None),
    ("DELETE FROM collections WHERE key = '3'::bytea", FaultKind.ROWS, None),
    ("INSERT INTO collections SELECT collection, '9', kind, value FROM collections WHERE key = '0'::bytea", FaultKind.ROWS, None),
    ("UPDATE seal SET lanes = set_byte(lanes, 9, get_byte(lanes, 9) # 1)", FaultKind.ROWS, None),
    ("DELETE FROM seal", FaultKind.ROWS, None),
    ("UPDATE facts SET value = '0' WHERE name = 'schema'", FaultKind.DAMAGED, None),
    ("INSERT INTO facts VALUES ('more', '')", FaultKind.DAMAGED, None),
    ("ALTER TABLE entries ALTER COLUMN salt TYPE text USING encode(salt, 'hex')", FaultKind.BODY, 0),
    ("DROP TABLE tiles", FaultKind.DAMAGED, None),
    ("ALTER TABLE collections RENAME COLUMN kind TO sort", FaultKind.DAMAGED, None),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "index"), CHANGES, ids=[change[:60] for change, *_ in CHANGES])
def test_a_change_by_sql_is_found_and_named(server, copy, change, kind, index):
    """A row or a table changed by SQL is told for what it is, and where."""
    tamper(server, copy, change)
    assert (kind, index) in found(server, copy)


def test_swapped_entries_are_named(server, copy):
    """Two entries that changed places are both told, with the place where each belongs."""
    tamper(
        server,
        copy,
        "UPDATE entries SET position = -1 WHERE position = 20",
        "UPDATE entries SET position = 20 WHERE position = 30",
        "UPDATE entries SET position = 30 WHERE position = -1",
    )
    assert found(server, copy) == [(FaultKind.REORDERED, 20), (FaultKind.REORDERED, 30)]


LIE = (
    """CREATE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.value = '{"label":"lie"}'; RETURN NEW; END$$""",
    "CREATE TRIGGER lie BEFORE INSERT ON collections FOR EACH ROW EXECUTE FUNCTION lie()",
)


def test_a_trigger_that_alters_what_is_written_is_found(server, copy):
    """A database that keeps something else than it was given is caught by what was signed, even after the trigger went."""
    with SqlStore(server.url(copy), signer=SIGNER) as store:
        tamper(server, copy, *LIE)
        with store.begin() as transaction:
            transaction.put("parcels", "new", Parcel(label="true"))
    assert {*found(server, copy)} == {(FaultKind.ROWS, None), (FaultKind.DAMAGED, None)}
    tamper(server, copy, "DROP TRIGGER lie ON collections")
    assert {*found(server, copy)} == {(FaultKind.ROWS, None)}


HANGING = {
    "collections has the trigger lie": LIE,
    "entries has the rule quiet": ["CREATE RULE quiet AS ON DELETE TO entries DO INSTEAD NOTHING"],
    "tiles shows other rows to other people": ["ALTER TABLE tiles ENABLE ROW LEVEL SECURITY"],
    "seal is no ordinary table": ["ALTER TABLE seal SET UNLOGGED"],
    "collections inherits or bequeaths rows": ["CREATE TABLE child () INHERITS (collections)"],
}


@pytest.mark.parametrize("said", HANGING)
def test_what_hangs_on_a_table_is_found_and_not_written_beside(server, copy, said):
    """What could lie to whoever reads, or do something else on a write: the check says so, and no run opens the store."""
    tamper(server, copy, *HANGING[said])
    verdict = verify_store(server.url(copy), VKEY)
    assert [fault.note for fault in verdict.faults] == [f"the database is not sound: {said}"]
    with pytest.raises(BrokenLedgerError, match=said):
        SqlStore(server.url(copy), signer=SIGNER)


def test_other_tables_in_the_schema_are_let_be(server, copy):
    """A database is shared by more than one program: what does not touch a store's tables is no fault."""
    tamper(server, copy, "CREATE TABLE extra (a int)", "CREATE VIEW more AS SELECT position FROM entries")
    assert found(server, copy) == []
    SqlStore(server.url(copy), signer=SIGNER).close()


def test_the_same_key_twice_is_refused_by_the_database(server, copy):
    """The index over the keys' hashes is unique: a second entry or row of a key cannot be put beside the first."""
    for change in (
        "INSERT INTO entries SELECT 271, key, leaf, salt, body FROM entries WHERE position = 3",
        "INSERT INTO collections SELECT * FROM collections",
    ):
        with pytest.raises(psycopg.errors.UniqueViolation):
            tamper(server, copy, change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tiles SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE level = 0 AND number = 1",
        "DELETE FROM checkpoints WHERE size = 271",
        "DELETE FROM checkpoints",
        "UPDATE seal SET lanes = set_byte(lanes, 9, get_byte(lanes, 9) # 1)",
        "DELETE FROM seal",
    ],
)
def test_a_broken_store_is_not_opened_for_writing(server, copy, change):
    """A store whose tree or rows do not fit its head is not gone on with."""
    tamper(server, copy, change)
    with pytest.raises(BrokenLedgerError):
        SqlStore(server.url(copy), signer=SIGNER)


def test_an_empty_database_is_no_store(server, database):
    """Where nothing was made there is nothing to vouch for."""
    with pytest.raises(BrokenLedgerError):
        verify_store(server.url(database))
    assert not verify_store(server.url(database), VKEY).ok
