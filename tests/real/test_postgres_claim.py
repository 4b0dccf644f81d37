"""A run has its database to itself: who comes second is refused at once, and the first goes on."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.backends import SqlStore, verify_store
from holdfast.errors import StoreError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import record

pytestmark = pytest.mark.real
PROGRAM = Path(__file__).parent.parent / "backends" / "owning_process.py"
SIGNER = seeded_signer(1)
LET_GO = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = x'4f574e52'::int"


def owned(url):
    return SqlStore(url, signer=SIGNER, owned=True)


def test_a_second_owner_is_refused_until_the_first_is_killed(url, server, database):
    """The message names process and host; readers go on; once the server has heard of the kill the store is free."""
    words = [sys.executable, str(PROGRAM), url]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(StoreError, match=rf"\(pid {other.pid} on .+\) is at work on") as caught:
            owned(url)
        assert caught.value.exit_code == 3
        assert verify_store(url, str(SIGNER.vkey)).ok
        other.kill()
        other.wait()
        with closing(server.connect(database)) as connection:
            while connection.execute(LET_GO).fetchone() != (0,):
                pass
        with owned(url) as store, store.begin() as transaction:
            transaction.record(record("next"))


def test_stores_in_two_schemas_have_an_owner_each(url, server, database):
    """The lock is the schema's, as the tables are."""
    with closing(server.connect(database)) as connection:
        connection.execute("CREATE SCHEMA other")
    with owned(url), owned(f"{url}&options=-csearch_path%3Dother"):
        for again in (url, f"{url}&options=-csearch_path%3Dother"):
            with pytest.raises(StoreError, match="is at work on"):
                owned(again)


@pytest.fixture
def running(server):
    """The server, running again at the end whatever was done to it."""
    yield server
    server.kill()
    server.start()


def test_an_owner_takes_its_store_again_after_a_restart(url, running):
    """The lock went with the server; the next transaction takes it anew."""
    with owned(url) as store:
        running.kill()
        running.restart()
        with store.begin() as transaction:
            transaction.record(record("after"))
        with pytest.raises(StoreError, match="is at work on"):
            owned(url)


def test_an_owner_who_lost_its_store_stops(url, running):
    """When somebody was quicker after a restart, nothing is written into what is his now."""
    with owned(url) as store:
        running.kill()
        running.restart()
        with owned(url) as quicker:
            with pytest.raises(StoreError, match="is at work on"), store.begin():
                pass
            with quicker.begin() as transaction:
                transaction.record(record("his"))
        with pytest.raises(StoreError, match="Another process has written"), store.begin():
            pass
