"""What does SQLite need to be told, and what do its failures mean? The only file with words that others lack."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import QueuePool, StaticPool

from holdfast.errors import StoreError, StoreFullError

MEMORY = ":memory:"
# A commit takes milliseconds: whoever holds the lock for this long is stuck, or is another Holdfast at work.
PATIENCE_MS = 5_000

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_ADVICE_DAMAGED = "Keep the file as it is, check it with `holdfast ledger verify`, and go on from the last good copy."
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

ERRORS = (sqlite3.Error, sa.exc.SQLAlchemyError, OSError, UnicodeDecodeError)
"""Everything foreign that work with a store can raise; the last when SQLite quotes a damaged file in a message."""


class Seam:
    """A `with` block out of which foreign errors come as ours, about the store called `name`."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        """Take what errors call the store."""
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: object) -> None:
        if isinstance(why, ERRORS):
            raise explain(why, self._name) from why


def make_engine(path: str, *, patience_ms: int = PATIENCE_MS) -> sa.Engine:
    """An engine for the file at `path`, made (0600, in a folder 0700) if it is not there, or for `:memory:`.

    Raises:
        StoreError: it cannot be made there.

    """
    in_memory = path == MEMORY
    if not in_memory:
        _make_file(Path(path))
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=path),
        connect_args={"check_same_thread": False, "isolation_level": None},
        poolclass=StaticPool if in_memory else QueuePool,
        pool_reset_on_return=None,  # in memory a reader gives back the connection that the writer is at work on
    )
    sa.event.listen(engine, "connect", lambda connection, _: _tune(connection, patience_ms))
    return engine


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


def begin(cursor: DBAPICursor) -> None:
    """Begin a transaction as the only writer, waiting for another to end."""
    cursor.execute("BEGIN IMMEDIATE")


def scrub(cursor: DBAPICursor) -> None:
    """Bring what was erased out of the write-ahead log too, as far as readers let us."""
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def open_evidence(path: str) -> sqlite3.Connection:
    """The file at `path` for reading only, texts as raw bytes: for whoever does not trust it.

    Raises:
        StoreError: there is no such file, or it may not be read.

    """
    if not Path(path).is_file():
        raise StoreError(f"There is no store at {path}.", advice="Check the path.")
    try:
        Path(path).open("rb").close()
        connection = _read_only(path, "mode=ro")
        try:
            _look(connection)
        except sqlite3.OperationalError:
            # A copy in a folder that may not be written to: there is no writer, and no log beside it to be read.
            if Path(f"{path}-wal").exists():
                raise
            connection.close()
            connection = _read_only(path, "mode=ro&immutable=1")
            _look(connection)
    except (sqlite3.OperationalError, OSError) as why:
        raise explain(why, path) from why
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        pass  # damage is for the reader to find, and to say how far it got
    return connection


def _read_only(path: str, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(Path(path).absolute()))}?{how}", uri=True, isolation_level=None)
    connection.text_factory = bytes
    return connection


def _look(connection: sqlite3.Connection) -> None:
    """Begin to read: what is committed from here on is not seen."""
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_schema").fetchone()


_CLASSES = {sa.LargeBinary: "blob", sa.Integer: "integer", sa.String: "text"}
"""How SQLite keeps what each type of column is for (sqlite.org/datatype3.html)."""

DAMAGE = sa.text("PRAGMA integrity_check(20)")
"""What is wrong with pages and indexes: up to 20 lines, or the one word `SOUND`."""

SOUND = b"ok"


_MISFILED = 0.5  # a real, which no column of ours is declared to hold


def as_declared(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The value of `column`, or a real where it is not of the storage class that the column is declared for.

    SQLite keeps a text where bytes should be, or a real in place of an integer, without a word; the driver then gives
    what compares equal to the right thing.
    """
    kept = next(kept for kind, kept in _CLASSES.items() if isinstance(column.type, kind))
    kinds = [kept, "null"] if column.nullable else [kept]
    return sa.case((sa.func.typeof(column).in_(kinds), column), else_=sa.cast(_MISFILED, sa.Float))


def is_busy(why: Exception) -> bool:
    """Whether it failed only because somebody else holds a lock."""
    return getattr(why, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _BUSY


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
