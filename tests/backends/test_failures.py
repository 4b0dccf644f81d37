"""What goes wrong around a store comes out as an error of ours, with advice, and leaves the store whole."""

import errno
import os
import resource
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from holdfast.backends import SqlStore, sqlite, verify_store
from holdfast.errors import HoldfastError, StoreError, StoreFullError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import Parcel, keys_of, record

SIGNER = seeded_signer(1)


def descendants(kind):
    """The class and all under it."""
    return {kind}.union(*(descendants(child) for child in kind.__subclasses__()))


MET = {"builtins", "sqlite3", "sqlalchemy"}  # not what other libraries derive from OSError, for the network say
FOREIGN = sorted(
    (
        kind
        for kind in descendants(sqlite3.Error) | descendants(sa.exc.SQLAlchemyError) | descendants(OSError)
        if kind.__module__.partition(".")[0] in MET
    ),
    key=lambda kind: kind.__name__,
)


def made(kind):
    """An error of this class."""
    if issubclass(kind, sa.exc.DBAPIError):
        return kind("SELECT 1", {}, sqlite3.OperationalError("as SQLite says it"))
    if issubclass(kind, sa.exc.StatementError):
        return kind("message", "SELECT 1", {}, ValueError("why"))
    return kind.__new__(kind)


@pytest.fixture
def path(tmp_path):
    """Where a store may be made."""
    return tmp_path / "store.db"


@pytest.fixture
def store(path):
    """A store with one record and one row in it."""
    with SqlStore(path, signer=SIGNER, patience_ms=0) as store:
        with store.begin() as transaction:
            transaction.record(record("first"))
            transaction.put("parcels", "k", Parcel(label="first"))
        yield store


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_error_is_mapped(kind):
    """Whatever SQLite's driver, SQLAlchemy or the system raises comes out of the seam as a store error with advice."""
    why = made(kind)
    with pytest.raises(StoreError) as caught, sqlite.seam("some.db"):
        raise why
    assert caught.value.advice
    assert caught.value.__cause__ is why


@pytest.mark.parametrize("name", sorted(name for name in vars(sqlite3) if name.startswith("SQLITE_")))
def test_every_result_code_is_explained(name):
    """Each result code of SQLite gives an error that names the store; only those for lack of room say so."""
    code = getattr(sqlite3, name)
    why = sqlite3.OperationalError("as SQLite says it")
    why.sqlite_errorcode = code
    error = sqlite.explain(why, "some.db")
    assert "some.db: as SQLite says it" in str(error)
    if name.startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_BUSY")):
        no_room = name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}
        assert isinstance(error, StoreFullError) == no_room


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_from_other_failures(number):
    """The system's ways of saying that there is no room give the error for that."""
    assert isinstance(sqlite.explain(OSError(number, os.strerror(number)), "x"), StoreFullError)
    assert not isinstance(sqlite.explain(PermissionError(errno.EACCES, "no"), "x"), StoreFullError)


def fail_in_a_block(store, error):
    """Record something, and fail."""
    with store.begin() as transaction:
        transaction.record(record("lost"))
        raise error


def test_errors_of_the_block_itself_pass_as_they_are(store):
    """What the caller's own code raises in the block is the caller's, foreign or not."""
    for error in (OSError("mine"), sqlite3.OperationalError("mine"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught:
            fail_in_a_block(store, error)
        assert caught.value is error
    assert keys_of(store) == ["first"]


@contextmanager
def pages_used_up(store):
    """Let the database grow no further."""
    with store._connected() as (_, cursor):
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages}")
    yield
    with store._connected() as (_, cursor):
        cursor.execute("PRAGMA max_page_count=1073741823")


@contextmanager
def quota_used_up(store):
    """Let no file grow further, as a quota does."""
    size = max(Path(f"{store.path}{end}").stat().st_size for end in ("", "-wal"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("used_up", [pages_used_up, quota_used_up])
def test_a_full_disk_loses_nothing_and_the_same_process_goes_on(store, path, used_up):
    """Without room a transaction is not kept at all, the advice says so, and later the same one is kept whole."""

    def write():
        with store.begin() as transaction:
            for number in range(400):
                transaction.record(record(str(number), body={"text": "x" * 1_000}))
            transaction.put("parcels", "k", Parcel(label="second"))

    head = store.checkpoint()
    with used_up(store):
        for _ in range(2):
            with pytest.raises(StoreFullError) as caught:
                write()
        assert "Free some space" in caught.value.advice
        assert store.checkpoint() == head
        assert keys_of(store) == ["first"]
    assert verify_store(path, str(SIGNER.vkey)).ok
    write()
    assert store.checkpoint().size == 401
    with store.begin() as transaction:
        assert transaction.get("parcels", "k", Parcel) == Parcel(label="second")
    assert verify_store(path, str(SIGNER.vkey)).ok


def test_no_room_for_a_new_store_leaves_none_behind(path):
    """A store that could not be made is made by the next try."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, before[1]))
    try:
        with pytest.raises(StoreFullError):
            SqlStore(path, signer=SIGNER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with SqlStore(path, signer=SIGNER) as store:
        assert store.checkpoint().size == 0


def test_a_locked_store_says_who_must_let_go(store, path):
    """While another process writes, a transaction is refused; afterwards it goes through."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another process") as caught, store.begin():
            pytest.fail("the block must not be entered")
        assert "--store" in caught.value.advice
        assert store.checkpoint().size == 1
        other.execute("ROLLBACK")
    with store.begin() as transaction:
        transaction.record(record("second"))
    assert keys_of(store) == ["first", "second"]


def test_a_store_that_may_not_be_written_says_so(store):
    """A read-only store is read, and refuses to be written with advice."""
    with store._connected() as (_, cursor):
        cursor.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="read but not written"), store.begin() as transaction:
        transaction.record(record("second"))
    with store._connected() as (_, cursor):
        cursor.execute("PRAGMA query_only=OFF")
    assert keys_of(store) == ["first"]
    with store.begin() as transaction:
        transaction.record(record("second"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_says_so(tmp_path):
    """Where nothing may be made, no store is made."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError):
        SqlStore(tmp_path / "store.db", signer=SIGNER)


def test_places_where_no_store_can_be_are_told(tmp_path):
    """A folder, a path under a missing folder, under a file, or too long a name each give an error with advice."""
    (tmp_path / "file").write_text("x")
    for where in (tmp_path, tmp_path / "no" / "such" / "x.db", tmp_path / "file" / "x.db", tmp_path / ("x" * 300)):
        with pytest.raises(StoreError) as caught:
            SqlStore(where, signer=SIGNER)
        assert caught.value.advice


def test_files_that_are_no_store_are_left_alone(path):
    """A text, half a database and somebody else's database are refused, and not a byte of them is changed."""
    SqlStore(path, signer=SIGNER).close()
    whole = path.read_bytes()
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    foreign = path.read_bytes()
    for content in (b"Not a database at all. " * 100, whole[: len(whole) // 2], whole[:100], foreign):
        path.write_bytes(content)
        with pytest.raises(HoldfastError) as caught:
            SqlStore(path, signer=SIGNER)
        assert caught.value.advice
        assert path.read_bytes()[100:] == content[100:]  # SQLite notes in the first hundred that it looked


def test_damage_under_an_open_store_is_told(store, path):
    """Pages overwritten while the store is open end a transaction with an error, not with a wrong answer."""
    with store.begin() as transaction:
        for number in range(200):
            transaction.record(record(str(number)))
    store.close()
    held = bytearray(path.read_bytes())
    held[4096:] = b"\xa5" * (len(held) - 4096)
    path.write_bytes(held)
    with pytest.raises(HoldfastError) as caught:
        SqlStore(path, signer=SIGNER)
    assert "verify" in caught.value.advice


def test_a_closed_store_may_be_used_again(store):
    """Closing lets go of the files; the next use opens them anew."""
    store.close()
    assert keys_of(store) == ["first"]
