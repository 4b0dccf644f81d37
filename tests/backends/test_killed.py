"""A writer killed at any moment leaves a whole store, and the next run ends where an undisturbed one does."""

import importlib.util
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.backends import SqlStore, verify_store
from holdfast.ledger import seeded_salts, seeded_signer

PROGRAM = Path(__file__).with_name("doomed_writer.py")
spec = importlib.util.spec_from_file_location("doomed_writer", PROGRAM)
doomed_writer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(doomed_writer)

SIGNER = seeded_signer(1)


def run(folder, mode, *points):
    """What the program says: for each point how it ended."""
    words = [sys.executable, str(PROGRAM), str(folder), mode, *map(str, points)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return dict(tuple(map(int, line.split())) for line in said.splitlines())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A store that nobody was killed over, and how many statements and instructions it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    counts = {}
    for mode in ("statement", "instruction", "byte"):
        (folder / "0.db").unlink(missing_ok=True)
        counts[mode] = run(folder, mode, 0)[0]
    return folder / "0.db", counts


@pytest.mark.parametrize(
    ("mode", "by"), [("statement", signal.SIGKILL), ("instruction", signal.SIGKILL), ("byte", signal.SIGXFSZ)]
)
def test_a_killed_writer_leaves_whole_rounds(tmp_path, undisturbed, mode, by):
    """Rows and records of a round are both there or both not; all is signed; and running again completes it."""
    finished, counts = undisturbed
    step = max(counts[mode] // 16, 1)
    points = list(range(step // 2 + 1, counts[mode], step))
    assert run(tmp_path, mode, *points) == dict.fromkeys(points, by)
    with SqlStore(finished, signer=SIGNER) as store:
        final = store.checkpoint()
    rounds = set()
    for point in points:
        path = tmp_path / f"{point}.db"
        rounds.add(rounds_kept(path))
        doomed_writer.write(path)
        with SqlStore(path, signer=SIGNER) as store:
            assert store.checkpoint() == final
        assert verify_store(path, str(SIGNER.vkey)).ok
    assert len(rounds) > doomed_writer.ROUNDS // 2  # the points were spread over the run


def rounds_kept(path):
    """How many rounds are in the store, checked to be whole; 0 too when it was killed while being made."""
    with SqlStore(path, signer=SIGNER) as store:
        entries = list(store.entries())
        with store.begin() as transaction:
            rows = list(transaction.all("rounds", doomed_writer.Round))
            last = transaction.get("last", "round", doomed_writer.Round)
    assert [entry.record.key for entry in entries] == [
        f"round {row.number} part {part}" for _, row in rows for part in range(doomed_writer.RECORDS_A_ROUND)
    ]
    assert [row.number for _, row in rows] == list(range(len(rows)))
    assert (last is None) if not rows else (last == rows[-1][1])
    assert verify_store(path, str(SIGNER.vkey)).ok
    return len(rows)


def test_salts_are_the_writers(undisturbed):
    """The undisturbed store is the one that the seed gives, so the comparison above compares something."""
    path, _ = undisturbed
    with SqlStore(path, signer=SIGNER) as store:
        assert all(entry.salt == seeded_salts(1)(entry.record.key) for entry in store.entries())
        assert store.checkpoint().size == doomed_writer.ROUNDS * doomed_writer.RECORDS_A_ROUND
