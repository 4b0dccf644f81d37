"""What goes wrong around a store in PostgreSQL comes out as an error of ours, and leaves the store whole."""

import importlib.util
import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from holdfast.backends import SqlStore, verify_store
from holdfast.errors import StoreError, StoreFullError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import Parcel, keys_of, record

PROGRAM = Path(__file__).with_name("doomed_writer.py")
spec = importlib.util.spec_from_file_location("doomed_postgres_writer", PROGRAM)
doomed_writer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(doomed_writer)

pytestmark = pytest.mark.real
SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)
GONE = r"has gone|cannot be reached"  # a reset connection has no state that would tell the two apart
SILENT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast' AND state LIKE 'idle in%'"
LOCK = "pg_advisory_lock(x'484f4c44'::int, hashtext(current_schema()))"


@pytest.fixture
def store(url):
    """A store with one record and one row in it."""
    with SqlStore(url, signer=SIGNER, patience_ms=50) as store:
        with store.begin() as transaction:
            transaction.record(record("first"))
            transaction.put("parcels", "k", Parcel(label="first"))
        yield store


@pytest.fixture
def admin(server, database):
    """Somebody else at work in the same database."""
    with closing(server.connect(database)) as connection:
        yield connection


@pytest.fixture
def running(server):
    """The server, running again at the end whatever was done to it."""
    yield server
    server.kill()
    server.start()


def within(store, *deeds):
    """Record something, and do these in the same transaction."""
    with store.begin() as transaction:
        transaction.record(record("lost"))
        for deed in deeds:
            deed(transaction)


def look(transaction):
    """Ask the database for a row."""
    transaction.get("parcels", "k", Parcel)


def look_at_all(transaction):
    """Write what is not written yet, and ask the database for all rows."""
    list(transaction.all("parcels", Parcel))


@pytest.mark.parametrize("ending", ["kill", "stop"])
def test_a_server_that_dies_in_the_middle_loses_only_that_transaction(running, store, url, ending):
    """The block ends with an error of ours, so does the next while the server is away; then the same store goes on."""

    def put(transaction):
        transaction.put("parcels", "k", Parcel(label="lost"))

    with pytest.raises(StoreError, match=GONE):
        within(store, put, look_at_all, lambda _: getattr(running, ending)(), look)
    with pytest.raises(StoreError, match="cannot be reached") as caught, store.begin():
        pytest.fail("the block must not be entered")
    assert "Run" in caught.value.advice or "run" in caught.value.advice
    with pytest.raises(StoreError):
        store.checkpoint()
    running.restart()
    assert keys_of(store) == ["first"]
    with store.begin() as transaction:
        assert transaction.get("parcels", "k", Parcel) == Parcel(label="first")
        assert transaction.record(record("second")).index == 1
    assert verify_store(url, VKEY).ok


def test_a_server_started_again_between_transactions_is_not_noticed(running, store, url):
    """Connections are tried before they are used, so a restart costs nobody an error."""
    running.stop()
    running.restart()
    with store.begin() as transaction:
        assert transaction.record(record("second")).index == 1
    assert verify_store(url, VKEY).ok


def test_what_was_acknowledged_survives_a_killed_server(running, url):
    """A server killed while a writer is at work has everything whose block had ended, once, and nothing by halves."""
    acknowledged, enough = [], threading.Event()

    def work():
        with SqlStore(url, signer=SIGNER) as store:
            try:
                for number in range(10_000):
                    with store.begin() as transaction:
                        transaction.record(record(str(number)))
                        transaction.put("last", "number", number)
                    acknowledged.append(str(number))
                    if number == 25:
                        enough.set()
            except StoreError:
                return

    worker = threading.Thread(target=work)
    worker.start()
    assert enough.wait(120)
    running.kill()
    worker.join()
    running.restart()
    with SqlStore(url, signer=SIGNER) as store:
        kept = keys_of(store)
        with store.begin() as transaction:
            assert transaction.get("last", "number", int) == len(kept) - 1
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) - len(acknowledged) in {0, 1}  # the last may have been kept, its answer lost
    assert verify_store(url, VKEY).ok


def test_a_killed_writer_leaves_whole_rounds(server):
    """Killed at any statement, rows and records of a round are both there or both not; running again completes it."""
    finished = server.url(server.new_database())

    def run(*words):
        said = subprocess.run([sys.executable, PROGRAM, *words], capture_output=True, text=True, check=True).stdout
        return [tuple(map(int, line.split())) for line in said.splitlines()]

    ((_, statements),) = run(f"{finished}=0")
    points = list(range(2, statements, statements // 10))
    urls = [server.url(server.new_database()) for _ in points]
    assert run(*(f"{url}={point}" for url, point in zip(urls, points, strict=True))) == [
        (point, signal.SIGKILL) for point in points
    ]
    with SqlStore(finished, signer=SIGNER) as store:
        final = store.checkpoint()
    rounds = set()
    for url in urls:
        with SqlStore(url, signer=SIGNER) as store:
            keys = keys_of(store)
            with store.begin() as transaction:
                kept = [row.number for _, row in transaction.all("rounds", doomed_writer.Round)]
        assert keys == [f"{number}/{part}" for number in kept for part in range(doomed_writer.RECORDS_A_ROUND)]
        rounds.add(len(kept))
        doomed_writer.write(url)
        with SqlStore(url, signer=SIGNER) as store:
            assert store.checkpoint() == final
        assert verify_store(url, VKEY).ok
    assert len(rounds) > doomed_writer.ROUNDS // 2  # the points were spread over the run


def test_a_connection_cut_by_the_administrator_ends_its_transaction_only(store, admin, url):
    """A session that is terminated within a block fails that block; the next one has a new session."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'"
    with pytest.raises(StoreError, match=GONE):
        within(store, lambda _: admin.execute(cut), look_at_all)
    with store.begin() as transaction:
        transaction.record(record("second"))
    assert keys_of(store) == ["first", "second"]
    assert verify_store(url, VKEY).ok


def test_another_writer_is_waited_for_and_then_told(store, admin):
    """While somebody holds the writers' lock a transaction is refused after its patience, and readers go on."""
    admin.execute(f"SELECT {LOCK}")
    with pytest.raises(StoreError, match="Another process") as caught, store.begin():
        pytest.fail("the block must not be entered")
    assert "finish" in caught.value.advice
    assert keys_of(store) == ["first"]
    admin.execute("SELECT pg_advisory_unlock_all()")
    with store.begin() as transaction:
        transaction.record(record("second"))
    assert keys_of(store) == ["first", "second"]


def test_the_seal_is_nobody_elses_while_a_writer_is_at_work(store, admin):
    """Who does not know the writers' lock cannot change the seal while a writer is at work, nor the other way round."""
    admin.execute("SET lock_timeout = 50")
    with store.begin() as transaction:
        transaction.record(record("second"))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            admin.execute("UPDATE seal SET note = ''")
    admin.execute("BEGIN")
    admin.execute("UPDATE seal SET note = note")
    with pytest.raises(StoreError, match="Another process"), store.begin():
        pytest.fail("the block must not be entered")
    admin.execute("ROLLBACK")
    assert keys_of(store) == ["first", "second"]


def test_a_statement_that_takes_too_long_is_given_up(server, database, store, admin):
    """A table locked by somebody else holds a statement up to its timeout; the block is undone and the store goes on."""
    options = "-cstatement_timeout%3D100"
    with SqlStore(server.url(database, options=options), signer=SIGNER) as hasty:
        admin.execute("BEGIN")
        admin.execute("LOCK TABLE collections IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="took too long"):
            within(hasty, look)
        admin.execute("ROLLBACK")
        with hasty.begin() as transaction:
            transaction.record(record("second"))
        assert keys_of(hasty) == ["first", "second"]


@pytest.mark.parametrize("table", ["entries", "tiles", "checkpoints", "collections", "seal"])
def test_a_commit_that_takes_too_long_is_given_up(server, database, store, admin, url, table):
    """Whichever table somebody else has locked, the commit fails as a whole and the next one is kept."""
    with SqlStore(server.url(database, options="-cstatement_timeout%3D100"), signer=SIGNER) as hasty:
        admin.execute("BEGIN")
        admin.execute(f"LOCK TABLE {table} IN SHARE MODE")  # may be read, not written

        def put(transaction):
            transaction.put("parcels", "k", Parcel(label="second"))

        with pytest.raises(StoreError, match="took too long"):
            within(hasty, put)
        admin.execute("ROLLBACK")
        with hasty.begin() as transaction:
            put(transaction)
        assert keys_of(hasty) == ["first"]
    assert verify_store(url, VKEY).ok


def test_a_failed_statement_cannot_be_passed_over(server, database, store, admin):
    """A block that swallows the error of its database cannot go on, nor keep the half of what it did."""
    with SqlStore(server.url(database, options="-cstatement_timeout%3D100"), signer=SIGNER) as hasty:
        admin.execute("BEGIN")
        admin.execute("LOCK TABLE collections IN ACCESS EXCLUSIVE MODE")

        def swallow(transaction):
            with pytest.raises(StoreError, match="took too long"):
                look(transaction)
            admin.execute("ROLLBACK")

        with pytest.raises(StoreError, match="has ended"):
            within(hasty, swallow)
        assert keys_of(hasty) == ["first"]


def test_a_writer_that_falls_silent_does_not_keep_others_out(server, database, store, admin, url):
    """A session that says nothing within a transaction for too long is ended by the server, and others may write."""
    options = "-cidle_in_transaction_session_timeout%3D50"
    with SqlStore(server.url(database, options=options), signer=SIGNER) as slow:

        def fall_silent(_):
            while admin.execute(SILENT).fetchone() != (0,):
                pass
            with store.begin() as transaction:
                transaction.record(record("second"))

        with pytest.raises(StoreError, match=rf"took too long|{GONE}"):
            within(slow, fall_silent)
        assert keys_of(slow) == ["first", "second"]
    assert verify_store(url, VKEY).ok


def test_a_role_without_rights_is_told(server, database, store, admin):
    """Who may not read the tables, or not make them, hears what is to be granted."""
    admin.execute("DROP ROLE IF EXISTS stranger")
    admin.execute("CREATE ROLE stranger LOGIN")
    for name in (database, server.new_database()):
        url = server.url(name).replace("holdfast@", "stranger@")
        with pytest.raises(StoreError, match="may not be used") as caught:
            SqlStore(url, signer=SIGNER)
        assert "Grant" in caught.value.advice


@contextmanager
def small_disk(server, admin):
    """A tablespace on a disk of 4 MB, and what makes the disk larger."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = server.folder_on("small")
    mount = ["mount", "-t", "tmpfs", "-o"]
    subprocess.run([*mount, f"size=4m,uid={folder.stat().st_uid},mode=0700", "tmpfs", folder], check=True)
    try:
        admin.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        yield lambda: subprocess.run([*mount, "remount,size=256m", "tmpfs", folder], check=True)
    finally:
        server.stop()
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_loses_nothing_and_the_same_process_goes_on(running, database, admin):
    """Without room a transaction is not kept at all, the advice says so, and later the same one is kept whole."""
    noise = random.Random(1)  # the database would pack what repeats itself
    texts = [noise.randbytes(9_000).hex() for _ in range(1_000)]

    def write(store):
        with store.begin() as transaction:
            transaction.record_all([record(str(number), body={"text": text}) for number, text in enumerate(texts)])
            transaction.put("parcels", "k", Parcel(label="second"))

    with small_disk(running, admin) as enlarge:
        url = running.url(database, options="-cdefault_tablespace%3Dsmall")
        with SqlStore(url, signer=SIGNER) as store:
            with store.begin() as transaction:
                transaction.record(record("first"))
            head = store.checkpoint()
            for _ in range(2):
                with pytest.raises(StoreFullError) as caught:
                    write(store)
                assert "Free some space" in caught.value.advice
                assert store.checkpoint() == head
                assert keys_of(store) == ["first"]
            assert verify_store(url, VKEY).ok
            enlarge()
            write(store)
            assert store.checkpoint().size == 1_001
        assert verify_store(url, VKEY).ok


def by_network(server, database, **query):
    """The address by the loopback port, which asks for TLS and a password."""
    more = "&".join(f"{name}={value}" for name, value in query.items())
    return f"postgresql://holdfast@localhost:{server.port}/{database}?{more}"


@pytest.fixture
def password_file(server, tmp_path, monkeypatch):
    """Where libpq finds the password."""
    path = tmp_path / "pgpass"
    escaped = server.PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    path.write_text(f"localhost:{server.port}:*:holdfast:{escaped}\n")
    path.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(path))
    return path


def test_the_connection_is_encrypted_and_the_server_known(server, database, admin, password_file):
    """With verify-full and the right root the store works over TLS, the password from its file."""
    url = by_network(server, database, sslmode="verify-full", sslrootcert=server.certificate)
    with SqlStore(url, signer=SIGNER) as store:
        with store.begin() as transaction:
            transaction.record(record("first"))
        sessions = admin.execute(
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'holdfast'"
        ).fetchall()
        assert sessions
        assert set(sessions) == {(True,)}
    assert verify_store(url, VKEY).ok


def test_a_server_that_cannot_show_who_it_is_is_not_used(server, database, password_file, tmp_path):
    """With another root, or a name that is not in its certificate, nothing is sent to it."""
    other = tmp_path / "other.crt"
    other.write_bytes(server.other_certificate())
    for url in (
        by_network(server, database, sslmode="verify-full", sslrootcert=other),
        by_network(server, database, sslmode="verify-full", sslrootcert=server.certificate).replace(
            "localhost", "127.0.0.1"
        ),
    ):
        with pytest.raises(StoreError, match=r"cannot be reached.*certificate"):
            SqlStore(url, signer=SIGNER)


def test_a_wrong_password_is_told_and_not_repeated(server, database, monkeypatch):
    """Neither the message, the advice nor the name of the store holds it, wherever it came from."""
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    url = by_network(server, database, sslmode="require")
    with pytest.raises(StoreError, match="authentication failed") as caught:
        SqlStore(url, signer=SIGNER)
    assert "hunter2" not in f"{caught.value}{caught.value.advice}"
    with pytest.raises(StoreError) as caught:
        SqlStore(url.replace("holdfast@", "holdfast:hunter3@"), signer=SIGNER)
    assert "hunter3" not in f"{caught.value}{caught.value.advice}"


def test_a_password_in_the_address_is_used_and_never_shown(server, database):
    """A program may give it so; the store's name, its errors and its connections' printed forms do not hold it."""
    spelt = server.PASSWORD.replace("'", "%27").replace(" ", "%20").replace("@", "%40").replace(";", "%3B")
    url = by_network(server, database, sslmode="require").replace("holdfast@", f"holdfast:{spelt}@")
    with SqlStore(url, signer=SIGNER) as store:
        shown = f"{store.path} {store._engine!r} {store._engine.url}"
    assert "secret" not in shown
    assert f"localhost:{server.port}/{database}" in shown


def test_who_stands_still_amid_a_commit_is_cut_off_when_the_owner_is_deposed(store, admin):
    """Stopped with the writers' lock he would keep all others from writing for a minute; who is at work is left alone."""
    admin.execute("BEGIN")
    admin.execute(f"SELECT {LOCK.replace('advisory_lock', 'advisory_xact_lock')}")
    store.depose()
    admin.execute("SELECT 1")  # he said something just now
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = x'484f4c44'::int AND granted"
    with store._database._address.connect() as watching:
        while watching.execute(held).fetchone() != (0,):
            store.depose()
    with pytest.raises(psycopg.Error):
        admin.execute("COMMIT")
    with store.begin() as transaction:
        transaction.record(record("after"))
