"""The SQL store on a real PostgreSQL server: the contract, and what it promises beyond it."""

import random
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.backends import LedgerFile, SqlStore, verify_store
from holdfast.errors import DivergedError, StoreError
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing.store_contract import Parcel, StoreContract, keys_of, record

pytestmark = pytest.mark.real
SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)


class TestPostgres(StoreContract):
    """The contract, on a database."""

    @pytest.fixture
    def store(self, url):
        """A store in a database of its own, and whatever it was reopened as, closed and verified at the end."""
        self.url = url
        self.opened = [SqlStore(url, signer=SIGNER, origin=SIGNER.vkey.name)]
        yield self.opened[0]
        for store in self.opened:
            store.close()
        assert verify_store(url, VKEY).faults == ()

    def reopen(self, store):
        """Close it, and open its database."""
        store.close()
        self.opened.append(SqlStore(self.url, signer=SIGNER))
        return self.opened[-1]

    def vkey(self):
        """The drill's key."""
        return SIGNER.vkey

    def erase(self, transaction, key):
        """By the store's own word."""
        transaction.erase(key, time=1_594_846_900_000, actor="privacy", why="asked by the holder")


def test_it_is_the_ledger_that_sqlite_would_keep(url):
    """The same seed gives the same entries and the same signed head in both databases, byte for byte."""
    kept = []
    for where in (url, ":memory:"):
        with SqlStore(where, signer=SIGNER, salt=seeded_salts(1)) as store:
            for batch in (300, 1, 7):
                with store.begin() as transaction:
                    transaction.record_all([record(f"{batch}/{number}") for number in range(batch)])
                    transaction.put("parcels", str(batch), Parcel(label="x"))
            kept.append((store.checkpoint(), list(store.entries()), store.inclusion_proof(7)))
    assert kept[0] == kept[1]


def test_keys_of_any_length_are_kept_and_told_apart(url):
    """Keys that no index of PostgreSQL could hold, and that differ in their last byte only, are records and rows."""
    long = random.Random(1).randbytes(30_000).hex()
    keys = [long, long + "x", long + "y"]
    with SqlStore(url, signer=SIGNER) as store:
        with store.begin() as transaction:
            for key in keys:
                transaction.record(record(key))
                transaction.put("parcels", key, Parcel(label=key[-1]))
        with store.begin() as transaction:
            assert [transaction.record(record(key)).index for key in keys] == [0, 1, 2]
            assert transaction.get("parcels", keys[1], Parcel) == Parcel(label="x")
            with pytest.raises(DivergedError):
                transaction.record(record(keys[2], actor="somebody"))
    assert verify_store(url, VKEY).ok


def test_two_processes_append_at_once_and_never_part(url):
    """Two writers in two processes, which both would make the store, end with one ledger of all their records."""
    program = Path(__file__).with_name("busy_writer.py")
    writers = [
        subprocess.Popen([sys.executable, program, url, name, "40"], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    heads = [writer.communicate(timeout=300)[0].splitlines() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    with SqlStore(url, signer=SIGNER) as store:
        keys = keys_of(store)
        with store.begin() as transaction:
            counted = transaction.get("count", "both", Parcel)
    for name in ("one", "two"):
        assert [key for key in keys if key.startswith(name)] == [f"{name}/{number}" for number in range(40)]
    assert counted.weight == len(keys) == 80
    assert set(heads[0]).isdisjoint(heads[1])  # each signed its own commits, and no size twice
    verdict = verify_store(url, VKEY)
    assert (verdict.faults, verdict.checkpoints) == ((), 81)
    assert keys != sorted(keys)  # they did take turns


def test_two_stores_take_turns(url):
    """A second store on the same database appends after the first, and each goes on from what the other wrote."""
    with SqlStore(url, signer=SIGNER) as one, SqlStore(url, signer=SIGNER) as two:
        for number in range(6):
            with (one, two)[number % 2].begin() as transaction:
                assert transaction.record(record(str(number))).index == number
                transaction.put("parcels", str(number), Parcel(label="x"))
        assert one.checkpoint() == two.checkpoint()
        assert keys_of(one) == list("012345")


def test_opening_is_of_one_commit_whatever_is_written_meanwhile(url):
    """A store that is opened again and again while another writes never takes a commit in the making for damage."""
    done = threading.Event()
    with SqlStore(url, signer=SIGNER) as store:

        def write():
            for number in range(150):
                with store.begin() as transaction:
                    transaction.record_all([record(f"{number}/{part}") for part in range(3)])
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        sizes = []
        while not done.is_set():
            with SqlStore(url, signer=SIGNER) as other:
                sizes.append(other.checkpoint().size)
            assert verify_store(url, VKEY).ok
        writer.join()
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 1


def test_a_store_of_a_schema_of_its_own(server, database, url):
    """Two stores lie side by side in two schemas of one database, and one writer does not wait for the other's."""
    with closing(server.connect(database)) as connection:
        connection.execute("CREATE SCHEMA other")
    other = server.url(database, options="-csearch_path%3Dother")
    with SqlStore(url, signer=SIGNER, patience_ms=1) as one, SqlStore(other, signer=seeded_signer(2)) as two:
        with one.begin() as first, two.begin() as second:
            first.record(record("a"))
            second.record(record("b"))
        assert (keys_of(one), keys_of(two)) == (["a"], ["b"])
    assert verify_store(other, str(seeded_signer(2).vkey)).ok


def test_the_store_of_another_key_is_left_alone(url):
    """A store signed by another key is not written to: that run was another one."""
    with SqlStore(url, signer=SIGNER) as store:
        head = store.checkpoint()
        with pytest.raises(DivergedError, match="another key"):
            SqlStore(url, signer=seeded_signer(2))
        assert store.checkpoint() == head


def test_somebody_elses_database_is_left_alone(server, database, url):
    """A database with other tables in it is refused, and nothing is made in it."""
    with closing(server.connect(database)) as connection:
        connection.execute("CREATE TABLE bookmarks (url text)")
        with pytest.raises(StoreError, match="not a store"):
            SqlStore(url, signer=SIGNER)
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == [
            ("bookmarks",)
        ]


def test_a_database_of_another_encoding_is_refused(server):
    """Signed heads are Unicode: a database that could not keep them is told before anything is made."""
    name = server.new_database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    for opening in (lambda: SqlStore(server.url(name), signer=SIGNER), lambda: LedgerFile(server.url(name))):
        with pytest.raises(StoreError, match="LATIN1") as caught:
            opening()
        assert "CREATE DATABASE" in caught.value.advice


def test_the_head_can_be_read_without_the_key(url):
    """Whoever may read the database may show its entries and copy its head, all as of one moment."""
    with SqlStore(url, signer=SIGNER) as store:
        with store.begin() as transaction:
            transaction.record_all([record(key) for key in "abcd"])
        with LedgerFile(url) as file:
            with store.begin() as transaction:
                transaction.record(record("later"))
            assert file.checkpoint() != store.checkpoint().note
            assert file.vkey() == VKEY
            assert list(file.entries(1, 3)) == list(store.entries(1, 3))
            assert len(list(file.entries())) == 4
