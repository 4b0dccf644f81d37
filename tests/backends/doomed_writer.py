"""A program that writes to stores and is killed at given points, once for each: see test_killed.py.

Usage: doomed_writer.py FOLDER MODE POINT... where MODE says what is counted up to each POINT: `statement` (SQL
statements begun), `instruction` (every twentieth of SQLite's virtual machine) or `byte` (length of a file, so that the
write across it is torn). POINT 0 lets the writer live, and tells how much there was to count.
"""

import os
import resource
import signal
import sys
from pathlib import Path

import msgspec
import sqlalchemy as sa

from holdfast.backends import SqlStore
from holdfast.ledger import Record, RecordKind, seeded_salts, seeded_signer

ROUNDS = 12
RECORDS_A_ROUND = 3


class Round(msgspec.Struct, frozen=True):
    """A row that must be there exactly when its round's records are."""

    number: int


def write(path):
    """Twelve transactions, each of three records and two rows; what is there already is repeated, not doubled.

    Gives the length of the longest file written.
    """
    with SqlStore(path, signer=seeded_signer(1), salt=seeded_salts(1)) as store:
        for number in range(ROUNDS):
            with store.begin() as transaction:
                for part in range(RECORDS_A_ROUND):
                    key = f"round {number} part {part}"
                    body = {"text": "x" * 300}
                    transaction.record(
                        Record(key=key, kind=RecordKind.NOTE, time=number, actor="writer", subject="test", body=body)
                    )
                transaction.put("rounds", f"{number:02}", Round(number))
                if transaction.get("last", "round", Round) in (None, Round(number - 1)):
                    transaction.put("last", "round", Round(number))
        return Path(f"{path}-wal").stat().st_size


class Countdown:
    """Counts what happens, and kills the process when it has happened `point` times."""

    def __init__(self, point):
        """Count up to `point`; 0 only counts."""
        self.point, self.count = point, 0

    def __call__(self, *_):
        """It happened once more."""
        self.count += 1
        if self.count == self.point:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0


def doom(mode, point):
    """Arrange for the end."""
    countdown = Countdown(point)
    if mode == "byte" and point:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (point, point))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    elif mode == "statement":
        sa.event.listen(sa.pool.Pool, "connect", lambda connection, _: connection.set_trace_callback(countdown))
    elif mode == "instruction":
        sa.event.listen(sa.pool.Pool, "connect", lambda connection, _: connection.set_progress_handler(countdown, 20))
    return countdown


def tell(*numbers):
    """One line for the test to read, at once: after a fork nothing must lie in a buffer."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, numbers)) + "\n").encode())


def main(folder, mode, *points):
    """Fork for each point; tell its number and the signal that ended it, or the count when it lived."""
    for point in map(int, points):
        pid = os.fork()
        if pid == 0:
            countdown = doom(mode, point)
            longest = write(Path(folder) / f"{point}.db")
            tell(0, longest if mode == "byte" else countdown.count)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            tell(point, os.WTERMSIG(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
