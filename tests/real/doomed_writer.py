"""A program that writes to stores in PostgreSQL and is killed at given statements, once for each database.

Usage: doomed_writer.py ADDRESS=POINT... POINT 0 lets the writer live, and tells how many statements it made.
"""

import os
import signal
import sys

import msgspec
import psycopg
import sqlalchemy as sa

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing.store_contract import record

ROUNDS = 8
RECORDS_A_ROUND = 3


class Round(msgspec.Struct, frozen=True):
    """A row that must be there exactly when its round's records are."""

    number: int


def write(where):
    """Eight transactions, each of three records and two rows; what is there already is repeated, not doubled."""
    with SqlStore(where, signer=seeded_signer(1), salt=seeded_salts(1)) as store:
        for number in range(ROUNDS):
            with store.begin() as transaction:
                transaction.record_all([record(f"{number}/{part}") for part in range(RECORDS_A_ROUND)])
                transaction.put("rounds", str(number), Round(number))
                if transaction.get("last", "round", Round) in (None, Round(number - 1)):
                    transaction.put("last", "round", Round(number))


class Counted(psycopg.Cursor):
    """A cursor that kills the process when it is about to make its `point`-th statement."""

    point = count = 0

    def execute(self, *given, **more):
        """One more."""
        self.tick()
        return super().execute(*given, **more)

    def executemany(self, *given, **more):
        """One more."""
        self.tick()
        return super().executemany(*given, **more)

    @classmethod
    def tick(cls):
        """It happens once more."""
        cls.count += 1
        if cls.count == cls.point:
            os.kill(os.getpid(), signal.SIGKILL)


def main(*words):
    """Fork for each address; tell how it ended, or the count when it lived."""
    sa.event.listen(sa.pool.Pool, "connect", lambda connection, _: setattr(connection, "cursor_factory", Counted))
    for word in words:
        where, _, point = word.rpartition("=")
        pid = os.fork()
        if pid == 0:
            Counted.point = int(point)
            write(where)
            print(0, Counted.count, flush=True)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            print(point, os.WTERMSIG(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
