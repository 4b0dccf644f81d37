"""The SQL store against the contract, on a file and in memory, and what it promises beyond it."""

import sqlite3
import stat
import threading

import pytest

from holdfast.backends import LedgerFile, SqlStore, verify_store
from holdfast.errors import DivergedError, InputError, SettingsError, StoreError
from holdfast.ledger import leaf_hash, seeded_salts, seeded_signer, verify_consistency, verify_inclusion
from holdfast.testing.store_contract import Parcel, StoreContract, keys_of, record

SIGNER = seeded_signer(1)


class SqlStoreContract(StoreContract):
    """What both need to say."""

    def vkey(self):
        """The drill's key."""
        return SIGNER.vkey

    def erase(self, transaction, key):
        """By the store's own word."""
        transaction.erase(key, time=1_594_846_900_000, actor="privacy", why="asked by the holder")


class TestFile(SqlStoreContract):
    """The contract, on a file."""

    @pytest.fixture
    def store(self, tmp_path):
        """A store in a file of its own, and whatever it was reopened as, closed and verified at the end."""
        self.path = tmp_path / "store.db"
        self.opened = [SqlStore(self.path, signer=SIGNER, origin=SIGNER.vkey.name)]
        yield self.opened[0]
        for store in self.opened:
            store.close()
        assert verify_store(self.path, str(SIGNER.vkey)).faults == ()

    def reopen(self, store):
        """Close it, and open its file."""
        store.close()
        self.opened.append(SqlStore(self.path, signer=SIGNER))
        return self.opened[-1]


class TestMemory(SqlStoreContract):
    """The contract, in memory: there is nothing to be reopened."""

    @pytest.fixture
    def store(self):
        """A store that ends with the process."""
        with SqlStore(":memory:", signer=SIGNER) as store:
            yield store

    def reopen(self, store):
        """Memory is not reopened."""
        return store


@pytest.fixture
def path(tmp_path):
    """Where a store may be made."""
    return tmp_path / "store.db"


def test_the_file_and_its_folder_are_nobody_elses(tmp_path):
    """File, log and folder are made for the owner alone."""
    path = tmp_path / "new" / "store.db"
    with SqlStore(path, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("a"))
    with SqlStore(path, signer=SIGNER):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_seed_gives_the_same_ledger(tmp_path):
    """Seeded key and salts give the same entries and the same signed head, byte for byte; another seed does not."""
    heads = []
    for run, seed in enumerate((7, 7, 8)):
        with SqlStore(tmp_path / f"{run}.db", signer=seeded_signer(seed), salt=seeded_salts(seed)) as store:
            with store.begin() as transaction:
                transaction.record(record("a"))
            heads.append((store.checkpoint(), list(store.entries())))
    assert heads[0] == heads[1]
    assert heads[0] != heads[2]


def test_random_salts_differ_between_stores():
    """Without seeded salts the same record has another salt in another store, so a body cannot be guessed."""
    with SqlStore(":memory:", signer=SIGNER) as one, SqlStore(":memory:", signer=SIGNER) as two:
        for store in (one, two):
            with store.begin() as transaction:
                transaction.record(record("a"))
        assert next(one.entries()).salt != next(two.entries()).salt


def test_the_store_of_another_key_is_left_alone(path):
    """A store signed by another key is not written to: that run was another one."""
    SqlStore(path, signer=SIGNER).close()
    before = path.read_bytes()
    with pytest.raises(DivergedError, match="another key"):
        SqlStore(path, signer=seeded_signer(2))
    assert path.read_bytes() == before


def test_a_key_of_another_name_is_refused(path):
    """The ledger's origin and the name of its key are one."""
    with pytest.raises(SettingsError, match="must be the same"):
        SqlStore(path, signer=SIGNER, origin="example.org/other")


@pytest.mark.parametrize("where", ["://", "mysql://me:secret@x/y", "postgresql://me:secret@host:port/y", "secret://"])
def test_an_address_that_is_not_kept_here_is_refused(where):
    """An address of a kind that is not supported is a setting to be corrected, and a password in it is not repeated."""
    with pytest.raises(SettingsError) as caught:
        SqlStore(where, signer=SIGNER)
    assert "me:secret" not in f"{caught.value}{caught.value.advice}"


def test_an_address_may_be_a_url(path):
    """`sqlite:///path` is the same as the path."""
    SqlStore(f"sqlite:///{path}", signer=SIGNER).close()
    assert verify_store(path).ok


def test_a_newer_layout_is_refused(path):
    """A store that a newer Holdfast wrote is not touched, and the advice says what to do."""
    SqlStore(path, signer=SIGNER).close()
    with LedgerFile(path) as file:
        assert file.vkey() == str(SIGNER.vkey)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE facts SET value = '2' WHERE name = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match="layout 2") as caught:
        SqlStore(path, signer=SIGNER)
    assert "newer" in caught.value.advice


def test_two_processes_take_turns(path):
    """A second store on the same file appends after the first, and each goes on from what the other wrote."""
    with SqlStore(path, signer=SIGNER) as one, SqlStore(path, signer=SIGNER) as two:
        for number in range(6):
            store = (one, two)[number % 2]
            with store.begin() as transaction:
                assert transaction.record(record(str(number))).index == number
                transaction.put("parcels", str(number), Parcel(label="x"))
        assert one.checkpoint() == two.checkpoint()
        assert keys_of(one) == list("012345")


def test_threads_take_turns(path):
    """Transactions of several threads are put one after the other, none lost."""
    with SqlStore(path, signer=SIGNER) as store:

        def work(name):
            for number in range(10):
                with store.begin() as transaction:
                    transaction.record(record(f"{name}/{number}"))

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(keys_of(store)) == sorted(f"{name}/{number}" for name in "abcd" for number in range(10))


def test_proofs_come_from_the_kept_tree():
    """Inclusion and consistency proofs read from the store hold for every size, across tile borders."""
    with SqlStore(":memory:", signer=SIGNER) as store:
        heads = []
        for batch in (1, 254, 1, 1, 300):
            with store.begin() as transaction:
                for number in range(batch):
                    transaction.record(record(f"{len(heads)}/{number}"))
            heads.append(store.checkpoint())
        entries, new = list(store.entries()), heads[-1]
        for old in heads:
            proof = store.consistency_proof(old.size)
            verify_consistency(old=old.size, new=new.size, old_root=old.root, new_root=new.root, proof=proof)
            for index in {0, 1, old.size // 2, old.size - 1}:
                if index < old.size:
                    proof = store.inclusion_proof(index, old.size)
                    leaf = leaf_hash(entries[index].leaf)
                    verify_inclusion(index=index, size=old.size, leaf=leaf, proof=proof, root=old.root)
        with pytest.raises(ValueError, match="not 558 yet"):
            store.inclusion_proof(0, 558)


def test_an_erased_body_leaves_the_file(path):
    """After erasure neither the file nor its log holds the words any more, nor the salt."""
    words = "only-here@example.org"
    with SqlStore(path, signer=SIGNER) as store:
        with store.begin() as transaction:
            salt = transaction.record(record("personal", body={"mail": words, "long": "x" * 20_000})).salt
        with store.begin() as transaction:
            entry = transaction.erase("personal", time=5, actor="privacy", why="asked by the holder")
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert words.encode() not in held
    assert salt not in held
    assert entry.record.body == {"erased": 0, "why": "asked by the holder"}
    verdict = verify_store(path, str(SIGNER.vkey))
    assert (verdict.ok, verdict.erased) == (True, 1)


def test_erasure_is_decided_once_and_never_of_itself():
    """Erasing again changes nothing, with other words is refused, and the decision itself cannot be erased."""
    with SqlStore(":memory:", signer=SIGNER) as store:
        with store.begin() as transaction:
            transaction.record(record("personal"))
            first = transaction.erase("personal", time=5, actor="privacy", why="asked")
            assert transaction.erase("personal", time=5, actor="privacy", why="asked") == first
        with store.begin() as transaction:
            assert transaction.erase("personal", time=5, actor="privacy", why="asked") == first
            with pytest.raises(DivergedError):
                transaction.erase("personal", time=6, actor="privacy", why="asked")
            for key in ("erasure:personal", "no such key"):
                with pytest.raises(InputError):
                    transaction.erase(key, time=5, actor="privacy", why="asked")


def test_the_head_can_be_read_without_the_key(path):
    """Whoever may read the file may show its entries and copy its head."""
    with SqlStore(path, signer=SIGNER) as store:
        with store.begin() as transaction:
            for key in "abcd":
                transaction.record(record(key))
        with LedgerFile(path) as file:
            with store.begin() as transaction:
                transaction.record(record("later"))
            assert file.checkpoint() != store.checkpoint().note
            assert list(file.entries(1, 3)) == list(store.entries(1, 3))
            assert len(list(file.entries())) == 4
