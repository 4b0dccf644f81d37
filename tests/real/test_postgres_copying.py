"""A store is copied out of PostgreSQL, into it, and from one kind of database to the other."""

import pytest

from holdfast.app.cli import main
from holdfast.backends import LedgerFile, SqlStore, copy_store, verify_store
from holdfast.errors import StoreError
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing.store_contract import HOSTILE_TEXTS, Parcel, record

pytestmark = pytest.mark.real
SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)


@pytest.fixture
def head(url):
    """The head of a store whose first thousand bodies are erased, with hostile rows."""
    with SqlStore(url, signer=SIGNER, salt=seeded_salts(1)) as store:
        with store.begin() as transaction:
            transaction.record_all([record(str(number)) for number in range(1_200)])
            for text in HOSTILE_TEXTS:
                transaction.put("parcels", text, Parcel(label=text))
        with store.begin() as transaction:
            for number in range(1_000):
                transaction.erase(str(number), time=5, actor="privacy", why="asked")
        return store.checkpoint()


def test_a_store_goes_from_one_database_to_the_other_and_back(url, head, server, tmp_path):
    """Out into a file and back into an empty database it is the same store, and it may be gone on with in both."""
    file, again = tmp_path / "backup.db", server.url(server.new_database())
    assert copy_store(url, file).faults == ()
    verdict = copy_store(file, again)
    assert (verdict.faults, verdict.erased, verdict.root) == ((), 1_000, head.root)
    entries = []
    for where in (url, again, file):
        with LedgerFile(where) as kept:
            entries.append(list(kept.entries()))
        with SqlStore(where, signer=SIGNER) as store, store.begin() as transaction:
            assert transaction.get("parcels", HOSTILE_TEXTS[2], Parcel) == Parcel(label=HOSTILE_TEXTS[2])
            assert transaction.record(record("later")).index == head.size
        assert verify_store(where, VKEY).ok
    assert entries[0] == entries[1] == entries[2]


def test_a_backup_is_of_one_moment_while_others_write(url, head, tmp_path):
    """What is committed after the copying began is not in it, and the writer is not held up."""
    with SqlStore(url, signer=SIGNER) as store:
        with store.begin() as transaction:
            transaction.record(record("open"))
            assert copy_store(url, tmp_path / "copy.db").size == head.size
        assert store.checkpoint().size == head.size + 1


def test_a_database_that_is_not_empty_is_not_written_over(url, head, tmp_path):
    """Restoring into a store is refused, and the store stays as it is."""
    copy_store(url, tmp_path / "copy.db")
    with pytest.raises(StoreError, match="not empty"):
        copy_store(tmp_path / "copy.db", url)
    assert verify_store(url, VKEY).size == head.size


def test_the_commands_do_so(url, head, server, tmp_path, capsys):
    """`backup` and `restore` end with 0 and say what they found; a backup that is there already is refused."""
    file, again = str(tmp_path / "copy.db"), server.url(server.new_database())
    assert main(["backup", file, "--store", url]) == 0
    assert main(["restore", file, "--store", again]) == 0
    assert capsys.readouterr().out.count(head.root.hex()) == 2
    assert main(["backup", file, "--store", url]) == 3
    assert "not written over" in capsys.readouterr().err
