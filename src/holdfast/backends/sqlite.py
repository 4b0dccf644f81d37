"""What does SQLite need to be told, and what do its failures mean?"""

from __future__ import annotations

import errno
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import QueuePool, StaticPool

from holdfast.errors import BrokenLedgerError, StoreError, StoreFullError

from .claim import Claim, FileClaim, MemoryClaim
from .database import Seam
from .sqlite_layout import misfits
from .wal import lost_commits

MEMORY = ":memory:"
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file, after its name

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_ADVICE_DAMAGED = "Keep the file as it is, check it with `holdfast ledger verify`, and go on from the last good copy."
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

ERRORS = (sqlite3.Error, sa.exc.SQLAlchemyError, OSError, UnicodeDecodeError)
"""Everything foreign that work with a store can raise; the last when SQLite quotes a damaged file in a message."""


def seam(name: str) -> Seam:
    """A `with` block out of which foreign errors come as ours, about what is called `name`."""
    return Seam(ERRORS, partial(explain, name=name))


class SqliteDatabase:
    """The file at `name`, or memory: a `Database`."""

    errors = ERRORS
    by_column = False

    def __init__(self, path: str, *, patience_ms: int) -> None:
        """Make the file (0600, in a folder 0700) if it is not there.

        Raises:
            StoreError: it cannot be made there.
            BrokenLedgerError: the log beside it lost commits, which must not be written over.

        """
        self.name = path
        in_memory = path == MEMORY
        if not in_memory:
            _make_file(Path(path))
            _check_log(path)
        self.engine = sa.create_engine(
            sa.URL.create("sqlite", database=path),
            connect_args={"check_same_thread": False, "isolation_level": None},
            poolclass=StaticPool if in_memory else QueuePool,
            pool_reset_on_return=None,  # in memory a reader gives back the connection that the writer is at work on
        )
        sa.event.listen(self.engine, "connect", lambda connection, _: _tune(connection, patience_ms))

    def explain(self, why: BaseException) -> StoreError:
        """What a foreign error means, and what to do next."""
        return explain(why, self.name)

    def claim(self) -> Claim:
        """A lock on the file beside this one; memory is its maker's own."""
        return MemoryClaim() if self.name == MEMORY else FileClaim(self.name)

    def depose(self) -> None:
        """Nothing: the system keeps the lock of a file as long as its owner lives."""

    def misfits(self, cursor: DBAPICursor) -> list[str]:
        """What does not belong into the file of a store."""

        def run(query: str) -> list[Any]:
            cursor.execute(query)
            return list(cursor.fetchall())

        return misfits(run)

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a transaction as the only writer, waiting for another to end."""
        cursor.execute("BEGIN IMMEDIATE")

    def begin_reading(self, cursor: DBAPICursor) -> None:
        """Begin a transaction that sees one commit, whatever is written meanwhile."""
        cursor.execute("BEGIN")

    def scrub(self, cursor: DBAPICursor) -> None:
        """Bring what was erased out of the write-ahead log too, as far as readers let us."""
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def finish(self, cursor: DBAPICursor) -> None:
        """Put the write-ahead log into the file, and do without one until a store is opened there."""
        cursor.execute("PRAGMA journal_mode=DELETE")

    def indexed(self, key: sa.ColumnElement[bytes]) -> sa.ColumnElement[bytes]:
        """The key itself, however long."""
        return key

    def insert_each(self, table: sa.Table) -> sa.sql.ClauseElement:
        """Row by row: there is no way to a server between them."""
        return sa.insert(table)


def _tune(connection: DBAPIConnection, patience_ms: int) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={patience_ms:d}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit is on the disk when it returns
        "foreign_keys=ON",
        "secure_delete=ON",  # what was erased is overwritten with zeroes
        "cell_size_check=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _check_log(path: str) -> None:
    with seam(path):
        lost = lost_commits(path)
    if lost is not None:
        raise BrokenLedgerError(
            f"{path}: {lost}.",
            advice=f"Keep {path} and {path}-wal as they are, and go on from the last good copy. `holdfast backup` "
            "makes a copy of what is left.",
        )


def _make_file(path: Path) -> None:
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as why:
        raise explain(why, str(path)) from why
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a store.", advice="Name a file in it.")


def is_busy(why: Exception) -> bool:
    """Whether it failed only because somebody else holds a lock."""
    return getattr(why, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _BUSY


def is_damage(why: Exception) -> bool:
    """Whether it failed for what is in the file. SQLite says so of a format that it does not know without a code."""
    primary = getattr(why, "sqlite_errorcode", 0) & 0xFF
    return isinstance(why, sqlite3.Error) and primary in _DAMAGED | {sqlite3.SQLITE_ERROR}


def explain(why: BaseException, name: str) -> StoreError:
    """What a foreign error means for the store called `name`, and what to do next."""
    cause = why.orig if isinstance(why, sa.exc.DBAPIError) and why.orig is not None else why
    if isinstance(cause, sqlite3.Error):
        return _explain_code(getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR), f"{name}: {cause}")
    if isinstance(cause, OSError):
        kind = StoreFullError if cause.errno in _NO_ROOM else StoreError
        return kind(f"The store {name} cannot be opened or made: {cause.strerror or cause}.")
    if isinstance(cause, UnicodeDecodeError):
        return StoreError(f"The store is damaged ({name}: {cause.object!r:.200}).", advice=_ADVICE_DAMAGED)
    return StoreError(f"The store failed: {name}: {cause}.")


def _explain_code(code: int, what: str) -> StoreError:
    """`code` is an extended result code; its low byte is the primary one (sqlite.org/rescode.html)."""
    primary = code & 0xFF
    if code in _FULL:
        return StoreFullError(f"There is no room left for the store ({what}).")
    if primary in _DAMAGED:
        return StoreError(
            f"The store is damaged, or is no store at all ({what}).",
            advice=_ADVICE_DAMAGED,
        )
    if primary in _BUSY:
        return StoreError(
            f"Another process is writing to the store ({what}).",
            advice="Let the other Holdfast finish, or give this one another --store.",
        )
    if primary in _FORBIDDEN:
        return StoreError(
            f"The store may be read but not written ({what}).",
            advice="Give this account the right to write to the file and to its folder, or name another --store.",
        )
    if primary == sqlite3.SQLITE_CANTOPEN:
        return StoreError(
            f"The store cannot be opened ({what}).",
            advice="Check that its folder exists and that this account may write there.",
        )
    return StoreError(f"The store failed ({what}).")
