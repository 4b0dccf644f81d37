"""A store of an older layout is refused until it is brought to today's, whole or not at all."""

import sqlite3
from contextlib import closing

import pytest

from holdfast.app.cli import main
from holdfast.backends import SqlStore, verify_store
from holdfast.backends.migrate import MIGRATIONS, migrate_store
from holdfast.backends.schema import SCHEMA
from holdfast.errors import StoreError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import record

SIGNER = seeded_signer(1)


@pytest.fixture
def path(tmp_path):
    """A store with one record."""
    path = tmp_path / "store.db"
    with SqlStore(path, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("first"))
    return path


def layout(path):
    """The number that the file has for its layout."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT value FROM facts WHERE name = 'schema'").fetchone()[0]


def set_layout(path, number):
    """Make it another."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE facts SET value = ? WHERE name = 'schema'", (str(number),))


@pytest.fixture
def later(tmp_path):
    """Migrations of a Holdfast that has two layouts more, the last of which fails on a store with a table `wrong`."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "layout_1.py").write_text((MIGRATIONS / "layout_1.py").read_text())
    for number, deed in (
        (2, "op.add_column('entries', sa.Column('note', sa.Text))"),
        (3, "op.create_table('wrong', sa.Column('x', sa.Text))"),
    ):
        (folder / f"layout_{number}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision, down_revision = '{number}', '{number - 1}'\ndef upgrade():\n    {deed}\n"
        )  # fmt: skip
    return folder


def test_the_newest_migration_leads_to_the_layout_that_stores_have(path):
    """What `SqlStore` makes is what the migrations end in, so nothing is done to a new store."""
    assert migrate_store(path) == (SCHEMA, SCHEMA)
    assert layout(path) == str(SCHEMA)
    assert verify_store(path, str(SIGNER.vkey)).ok


def test_each_step_is_taken_once(path, later):
    """A store two layouts behind goes through both, and a second call finds nothing to do."""
    assert migrate_store(path, migrations=later) == (1, 3)
    assert layout(path) == "3"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT position, note FROM entries").fetchall() == [(0, None)]
    assert migrate_store(path, migrations=later) == (3, 3)


def test_a_step_that_fails_undoes_those_before_it(path, later):
    """When the second step fails the first is undone too, and the store is used as before."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE wrong (y)")
    with pytest.raises(StoreError, match="wrong"):
        migrate_store(path, migrations=later)
    assert layout(path) == "1"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE wrong")
    with SqlStore(path, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("second"))
    assert verify_store(path, str(SIGNER.vkey)).ok


@pytest.mark.parametrize(("number", "advice"), [(SCHEMA - 1, "holdfast migrate"), (SCHEMA + 1, "newer")])
def test_another_layout_is_refused_with_advice(path, number, advice):
    """An older store is to be migrated, a newer one opened by a newer Holdfast; neither is touched."""
    set_layout(path, number)
    with pytest.raises(StoreError, match=f"layout {number}") as caught:
        SqlStore(path, signer=SIGNER)
    assert advice in caught.value.advice
    assert layout(path) == str(number)


def test_what_is_newer_or_no_store_is_not_migrated(path, tmp_path):
    """A store of a layout that is not known, and a file that is not there, are errors of ours; no file is made."""
    set_layout(path, 7)
    with pytest.raises(StoreError, match="layout 7"):
        migrate_store(path)
    with pytest.raises(StoreError, match="no store"):
        migrate_store(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


def test_the_file_of_another_tool_is_left_as_it_is(tmp_path):
    """A database that is no store, or no database, is refused byte for byte untouched, with nothing beside it."""
    other, letter = tmp_path / "other.db", tmp_path / "letter.txt"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE facts (name, value)")
    letter.write_text("dear all " * 1_000)
    before = {path: path.read_bytes() for path in (other, letter)}
    for path in before:
        with pytest.raises(StoreError, match="no store of Holdfast"):
            migrate_store(path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("layout", ["9" * 5_000, b"1", "1\u0660", "-1"])
def test_a_layout_that_is_no_number_of_one_is_refused(path, layout):
    """However long it is, and whatever it is made of, both whoever opens and whoever migrates learns it from us."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE facts SET value = ? WHERE name = 'schema'", (layout,))
    with pytest.raises(StoreError, match="layout"):
        migrate_store(path)
    with pytest.raises(StoreError, match="layout"):
        SqlStore(path, signer=SIGNER)


def test_the_command_says_what_it_did(path, capsys):
    """`holdfast migrate` ends with 0 on a store that needs nothing, and says so."""
    assert main(["migrate", str(path)]) == 0
    assert "nothing to do" in capsys.readouterr().out
