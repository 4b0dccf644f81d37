"""Commits that the write-ahead log beside a store's file lost are missed; a power cut is not taken for damage."""

import random
import shutil
import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.app.cli import main
from holdfast.backends import SqlStore, verify_store
from holdfast.backends.wal import lost_commits
from holdfast.errors import BrokenLedgerError
from holdfast.ledger import FaultKind, seeded_salts, seeded_signer
from holdfast.testing.store_contract import keys_of, record

SIGNER = seeded_signer(1)
VKEY = str(SIGNER.vkey)
COMMITS = 8
HEADER, FRAME = 32, 24 + 4096
ENDS = ("", "-wal", "-shm")


@pytest.fixture(scope="module")
def crashed(tmp_path_factory):
    """What kill -9 leaves of a store with some commits: file, log and index, by how their names end."""
    path = tmp_path_factory.mktemp("crashed") / "store.db"
    with SqlStore(path, signer=SIGNER, salt=seeded_salts(1)) as store:
        for number in range(COMMITS):
            with store.begin() as transaction:
                transaction.record(record(str(number)))
        return {end: Path(f"{path}{end}").read_bytes() for end in ENDS}


@pytest.fixture
def put(tmp_path):
    """Lay out a store with this log, and with the index beside it or without; its path."""

    def lay(crashed, log, *, index):
        path = tmp_path / "store.db"
        for end, content in {**crashed, "-wal": log}.items():
            if end != "-shm" or index:
                Path(f"{path}{end}").write_bytes(content)
            else:
                Path(f"{path}{end}").unlink(missing_ok=True)
        return path

    return lay


def ends_of_commits(log):
    """Where in the log each commit ends."""
    frames = range(HEADER, len(log), FRAME)
    return [at + FRAME for at in frames if struct.unpack_from(">I", log, at + 4) != (0,)]


def flipped(log, at, bit=0):
    return log[:at] + bytes([log[at] ^ 1 << bit]) + log[at + 1 :]


def test_an_untouched_log_is_whole(crashed, put):
    """What kill -9 leaves is read to its last commit, with the index and without."""
    for index in (True, False):
        path = put(crashed, crashed["-wal"], index=index)
        assert lost_commits(str(path)) is None
        assert (verify_store(path, VKEY).ok, verify_store(path, VKEY).size) == (True, COMMITS)


def test_any_flipped_bit_is_found_beside_the_index(crashed, put):
    """The index counts the commits: whatever bit of the log is flipped, the check says that some are lost."""
    log, chance = crashed["-wal"], random.Random(1)
    for at in [*range(HEADER + 24), len(log) - 1, *chance.sample(range(len(log)), 60)]:
        path = put(crashed, flipped(log, at, chance.randrange(8)), index=True)
        verdict = verify_store(path, VKEY)
        assert any(fault.what is FaultKind.DAMAGED and "write-ahead log" in fault.note for fault in verdict.faults)


def test_without_the_index_all_but_the_last_commit_is_missed(crashed, put):
    """Behind the odd byte the log goes on, so it was no power cut; in the last commit it may have been one."""
    log, chance = crashed["-wal"], random.Random(2)
    last = ends_of_commits(log)[-2]
    for at in [*range(HEADER + 24), last - 1, *chance.sample(range(last), 60)]:
        assert not verify_store(put(crashed, flipped(log, at, chance.randrange(8)), index=False), VKEY).ok
    for at in (last, len(log) - 1, *chance.sample(range(last, len(log)), 20)):
        path = put(crashed, flipped(log, at), index=False)
        assert (verify_store(path, VKEY).ok, verify_store(path, VKEY).size) == (True, COMMITS - 1)


def test_a_log_that_was_cut_is_a_power_cut(crashed, put):
    """Wherever the last commit was interrupted the ones before are there, and nothing is called damaged."""
    log = crashed["-wal"]
    ends = ends_of_commits(log)
    for length in [0, 1, 31, 32, 33, *(end + more for end in ends for more in (-1, 0, 1, 24))]:
        path = put(crashed, log[:length], index=False)
        assert lost_commits(str(path)) is None
        if length >= ends[0]:  # before it there is no store yet
            assert verify_store(path, VKEY).ok


def test_a_store_whose_log_lost_commits_is_not_written_to(crashed, put, tmp_path, capsys):
    """Opening it would write over the evidence: exit code 4, and a backup of what is left tells so too."""
    log = flipped(crashed["-wal"], ends_of_commits(crashed["-wal"])[3] - 1)
    path = put(crashed, log, index=False)
    with pytest.raises(BrokenLedgerError, match="write-ahead log is damaged") as caught:
        SqlStore(path, signer=SIGNER)
    assert f"{path}-wal" in caught.value.advice
    assert Path(f"{path}-wal").read_bytes() == log
    assert main(["backup", str(tmp_path / "copy.db"), "--store", str(path)]) == 4
    assert "write-ahead log is damaged" in capsys.readouterr().out
    with SqlStore(tmp_path / "copy.db", signer=SIGNER) as copy:
        assert keys_of(copy) == ["0", "1"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["commit", "roll back", "checkpoint"])), max_size=12))
def test_whatever_a_writer_does_no_log_is_called_damaged(tmp_path_factory, deeds):
    """Commits, rolled-back work that was spilled into the log, and logs begun anew over old ones are all sound."""
    path = str(tmp_path_factory.mktemp("busy") / "some.db")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=5; CREATE TABLE t(x)")
    for count, end in deeds:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t VALUES (?)", [(b"x" * 3_000,)] * count)
        connection.execute("ROLLBACK" if end == "roll back" else "COMMIT")
        if end == "checkpoint":
            connection.execute("PRAGMA wal_checkpoint(RESTART)")
        assert lost_commits(path) is None
        for end_of_name in ("", "-wal"):
            shutil.copy(f"{path}{end_of_name}", f"{path}.copy{end_of_name}")
        assert lost_commits(f"{path}.copy") is None
    connection.close()
