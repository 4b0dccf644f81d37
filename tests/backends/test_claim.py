"""A run has its store to itself: who comes second is refused at once, and the first goes on."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast.app.cli import main
from holdfast.backends import SqlStore, discard_file, verify_store
from holdfast.backends.claim import FileClaim
from holdfast.backends.migrate import migrate_store
from holdfast.errors import DeposedError, StoreError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import Parcel, keys_of, record

PROGRAM = Path(__file__).with_name("owning_process.py")
SIGNER = seeded_signer(1)


@contextmanager
def another_owner(where):
    """Another process that owns the store at `where`."""
    words = [sys.executable, str(PROGRAM), str(where)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"mine\n"
        yield other


def test_a_second_owner_is_refused_and_told_who_is_first(tmp_path):
    """The message names the process, the exit code is that of bad input, and the first writes on."""
    path = tmp_path / "store.db"
    with another_owner(path) as other:
        with pytest.raises(StoreError, match=rf"\(pid {other.pid} on .+\) is at work on .*store\.db") as caught:
            SqlStore(path, signer=SIGNER, owned=True)
        assert caught.value.exit_code == 3
    with SqlStore(path, signer=SIGNER, owned=True) as store, store.begin() as transaction:
        transaction.record(record("next"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["store.db"]


def test_one_process_owns_a_store_once(tmp_path):
    """A second store object in the same process is refused too, by whichever name the file is called."""
    path = tmp_path / "store.db"
    (tmp_path / "link.db").symlink_to(path)
    with SqlStore(path, signer=SIGNER, owned=True) as store:
        for name in (path, tmp_path / "link.db", f"sqlite:///{path}"):
            with pytest.raises(StoreError, match="is at work on"):
                SqlStore(name, signer=SIGNER, owned=True)
        with store.begin() as transaction:
            transaction.record(record("first"))
        assert keys_of(store) == ["first"]


def test_a_killed_owner_hinders_nobody(tmp_path):
    """After kill -9 the file of the lock is still there, and means nothing."""
    path = tmp_path / "store.db"
    with another_owner(path) as other:
        other.kill()
        other.wait()
    assert (tmp_path / "store.db.lock").exists()
    SqlStore(path, signer=SIGNER, owned=True).close()


def test_readers_are_not_hindered_by_an_owner(tmp_path, capsys):
    """`ledger verify`, `show` and `checkpoint`, and a backup, go on beside a run."""
    path = tmp_path / "store.db"
    with SqlStore(path, signer=SIGNER, owned=True) as store:
        with store.begin() as transaction:
            transaction.record(record("first"))
        for words in (["ledger", "verify"], ["ledger", "show"], ["ledger", "checkpoint"]):
            assert main([*words, str(path)]) == 0
        assert main(["backup", str(tmp_path / "copy.db"), "--store", str(path)]) == 0
        assert "account:7" in capsys.readouterr().out
        with store.begin() as transaction:
            transaction.record(record("second"))
    assert verify_store(path, str(SIGNER.vkey)).size == 2


def test_an_owner_beside_whom_somebody_wrote_stops(tmp_path):
    """Whoever writes without owning is noticed before anything is written on top of it; it is no fault of the record."""
    path = tmp_path / "store.db"
    with SqlStore(path, signer=SIGNER, owned=True) as store, SqlStore(path, signer=SIGNER) as stranger:
        with stranger.begin() as transaction:
            transaction.record(record("strange"))
        with pytest.raises(StoreError, match="Another process has written"), store.begin() as transaction:
            transaction.record(record("ours"))
    assert verify_store(path, str(SIGNER.vkey)).size == 1


def test_a_store_at_work_is_neither_migrated_nor_discarded(tmp_path):
    """`migrate` and the demo, which begins anew, leave alone what somebody is at work on."""
    path = tmp_path / "store.db"
    with SqlStore(path, signer=SIGNER, owned=True) as store:
        for deed in (migrate_store, discard_file):
            with pytest.raises(StoreError, match="is at work on"):
                deed(path)
        assert main(["demo", "--store", str(path)]) == 3
        with store.begin() as transaction:
            transaction.record(record("first"))
    discard_file(path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_store_is_not_discarded(tmp_path, capsys):
    """`demo --store FILE` makes a file anew only when a store is in it, or nothing."""
    path = tmp_path / "letter.txt"
    path.write_text("dear all")
    assert main(["demo", "--store", str(path)]) == 2
    assert path.read_text() == "dear all"
    assert "is no record" in capsys.readouterr().err


def test_a_lock_taken_away_while_it_is_waited_for_is_taken_anew(tmp_path, monkeypatch):
    """Whoever opened the file of a lock that its owner removes next must not hold a lock that nobody else sees."""
    path = str(tmp_path / "store.db")
    first = FileClaim(path)
    flock, left = FileClaim.__init__.__globals__["fcntl"].flock, [first]

    def slow(file, how):
        if left:
            left.pop().close()  # between the opening and the locking of the file
        flock(file, how)

    monkeypatch.setattr("holdfast.backends.claim.fcntl.flock", slow)
    second = FileClaim(path)
    with pytest.raises(StoreError):
        FileClaim(path)
    second.close()


def test_a_lock_of_another_tool_is_left_alone(tmp_path):
    """A file that happens to have the lock's name is neither emptied nor removed; the store is refused."""
    lock = tmp_path / "poetry.lock"
    lock.write_text("# by another tool")
    with pytest.raises(StoreError, match="is no lock of Holdfast"):
        SqlStore(tmp_path / "poetry", signer=SIGNER, owned=True)
    assert lock.read_text() == "# by another tool"


def test_an_owner_with_two_threads_does_not_take_one_for_somebody_else(tmp_path):
    """What one thread commits while the other looks whether the store is still theirs is their own; a stranger's is not."""
    with SqlStore(tmp_path / "store.db", signer=SIGNER, owned=True) as store:

        def write(into, label):
            with into.begin() as transaction:
                transaction.put("parcels", label, Parcel(label=label))

        class Slow:
            """Answers what was so before others wrote."""

            def __init__(self, within):
                self.within, self.labels = within, ["one", "two"]

            def one(self, cursor):
                seal = self.within.one(cursor)
                while self.labels:
                    writer = threading.Thread(target=write, args=(store, self.labels.pop()))
                    writer.start()
                    writer.join()
                return seal

        inner = store._statements.seal_seen
        store._statements.seal_seen = Slow(inner)
        store.check()
        with SqlStore(tmp_path / "store.db", signer=SIGNER) as stranger:
            write(stranger, "three")
        with pytest.raises(DeposedError):
            store.check()
