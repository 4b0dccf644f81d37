"""A store is copied whole, as of one moment, into a file that is a store like any other."""

import errno
import os
import sqlite3
from contextlib import closing

import pytest

from holdfast.backends import SqlStore, copy_store, copying, verify_store
from holdfast.errors import BrokenLedgerError, SettingsError, StoreError
from holdfast.ledger import FaultKind, seeded_salts, seeded_signer
from holdfast.testing.store_contract import HOSTILE_TEXTS, Parcel, record

SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)


def fill(where, count=2_500):
    """A store with more records than are copied at once, hostile rows, and an erased body."""
    with SqlStore(where, signer=SIGNER, salt=seeded_salts(1)) as store:
        with store.begin() as transaction:
            transaction.record_all([record(str(number)) for number in range(count)])
            for text in HOSTILE_TEXTS:
                transaction.put("parcels", text, Parcel(label=text))
        with store.begin() as transaction:
            transaction.erase("7", time=5, actor="privacy", why="asked")
        return store.checkpoint()


def rows(path):
    """Everything in a file, by table."""
    tables = ("facts", "entries", "tiles", "checkpoints", "seal", "collections")
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


@pytest.fixture
def original(tmp_path):
    """A file with a store in it."""
    fill(tmp_path / "original.db")
    return tmp_path / "original.db"


def test_a_copy_is_the_same_row_by_row_and_may_be_gone_on_with(original, tmp_path):
    """Nothing lies beside the copy; it verifies, holds the same, and a store opened there appends to it."""
    folder = tmp_path / "copies"
    folder.mkdir()
    verdict = copy_store(original, folder / "copy.db")
    assert verdict.faults == ()
    assert verdict.entries == 2_501
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600
    assert rows(folder / "copy.db") == rows(original)
    with SqlStore(folder / "copy.db", signer=SIGNER) as store, store.begin() as transaction:
        assert transaction.record(record("later")).index == 2_501
    assert verify_store(folder / "copy.db", VKEY).ok


def test_a_copy_is_of_one_moment(original, tmp_path):
    """What is committed after the copying began is not in it, and the writer is not held up."""
    with SqlStore(original, signer=SIGNER) as store:
        with store.begin() as transaction:
            transaction.record(record("open"))
            assert copy_store(original, tmp_path / "copy.db").ok
        assert store.checkpoint().size == 2_502
    with SqlStore(tmp_path / "copy.db", signer=SIGNER) as copy:
        assert copy.checkpoint().size == 2_501


def test_nothing_is_written_over(original, tmp_path):
    """A file that is there stays as it is, be it a store or not; so does the store that would be its own copy."""
    (tmp_path / "there.db").write_text("mine")
    before = original.read_bytes()
    for target in (tmp_path / "there.db", original):
        with pytest.raises(StoreError, match="not written over"):
            copy_store(original, target)
    assert (tmp_path / "there.db").read_text() == "mine"
    assert original.read_bytes() == before


def test_a_broken_store_is_copied_and_said_to_be_broken(original, tmp_path):
    """Evidence is kept as it is: the copy has the same fault in the same place."""
    with sqlite3.connect(original) as connection:
        connection.execute("UPDATE entries SET body = x'7b7d' WHERE position = 3")
    connection.close()
    verdict = copy_store(original, tmp_path / "copy.db")
    assert [(fault.what, fault.index) for fault in verdict.faults] == [(FaultKind.BODY, 3)]
    assert (tmp_path / "copy.db").exists()


def test_what_cannot_be_copied_leaves_nothing_behind(original, tmp_path):
    """A store that cannot be read to its end, a missing one and a missing folder give an error of ours and no file."""
    names = {path.name for path in tmp_path.iterdir()}
    with sqlite3.connect(original) as connection:
        connection.execute("UPDATE facts SET value = x'ff' WHERE name = 'origin'")
    connection.close()
    with pytest.raises(BrokenLedgerError):
        copy_store(original, tmp_path / "copy.db")
    with pytest.raises(StoreError):
        copy_store(tmp_path / "missing.db", tmp_path / "copy.db")
    with pytest.raises(StoreError):
        copy_store(original, tmp_path / "missing" / "folder" / "copy.db")
    with pytest.raises(SettingsError):
        copy_store(original, "mysql://me:secret@host/db")
    assert {path.name for path in tmp_path.iterdir()} <= names | {"original.db-wal", "original.db-shm"}


def test_a_try_that_was_killed_does_not_stand_in_the_way(original, tmp_path):
    """What a killed copy left under its working name goes with the next; a file of somebody else's stays."""
    tried = tmp_path / ".copy.db.0123456789abcdef.part"
    tried.write_text("half of it")
    (tmp_path / "copy.db.part").write_text("mine")
    assert copy_store(original, tmp_path / "copy.db").ok
    assert not tried.exists()
    assert (tmp_path / "copy.db.part").read_text() == "mine"


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_a_copy_is_not_laid_beside_the_log_of_another(original, tmp_path, end):
    """SQLite would play what an earlier store of that name left into the copy: so it is refused and left as it is."""
    left = tmp_path / f"copy.db{end}"
    left.write_text("of another")
    with pytest.raises(StoreError, match=f"copy.db{end} is there already"):
        copy_store(original, tmp_path / "copy.db")
    assert left.read_text() == "of another"
    assert not (tmp_path / "copy.db").exists()


def test_a_file_that_comes_to_be_meanwhile_is_not_written_over(original, tmp_path, monkeypatch):
    """Whoever takes the name while the copy is made keeps it, and nothing else is left there."""
    fill_database = copying._fill

    def slow(database, reading):
        fill_database(database, reading)
        (tmp_path / "copy.db").write_text("mine")

    before = {path.name for path in tmp_path.iterdir()}
    monkeypatch.setattr(copying, "_fill", slow)
    with pytest.raises(StoreError, match="not written over"):
        copy_store(original, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} <= before | {"copy.db", "original.db-wal", "original.db-shm"}


def test_a_copy_is_made_where_there_are_no_links(original, tmp_path, monkeypatch):
    """On a file system such as FAT it gets its name by being renamed, and nothing else is left."""
    folder = tmp_path / "stick"
    folder.mkdir()

    def refuse(*_):
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert copy_store(original, folder / "copy.db").ok
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
