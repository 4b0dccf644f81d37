"""What does PostgreSQL need to be told, and what do its failures mean?"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

import psycopg
import sqlalchemy as sa
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import make_conninfo
from psycopg.types.array import ListBinaryDumper
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.engine.interfaces import DBAPICursor

from holdfast.errors import BrokenLedgerError, StoreError, StoreFullError

from .claim import Claim
from .database import PATIENCE_MS
from .postgres_claim import PostgresClaim, cut_off
from .schema import metadata

_STATEMENT_MS = 60_000  # the longest statement writes a thousand rows: by then the disk or the network has failed
_IDLE_MS = 60_000  # a writer that says nothing for so long within a transaction is stopped, and others may write
_ROWS_AT_ONCE = 1_000  # for a reader of everything: some hundred kilobytes
# "HOLD" in ASCII: no other program in the same database is likely to lock this number.
_LOCK = 0x484F4C44

_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_OURS = ", ".join(f"'{table.name}'" for table in metadata.sorted_tables)
# Each could lie to whoever reads, or do something else when a row is written. Other tables in the schema do neither.
_MISFITS = f"""
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname IN ({_OURS}))
SELECT format('%s is no ordinary table', relname) FROM ours
WHERE relkind <> 'r' OR relpersistence <> 'p' OR relispartition
UNION ALL SELECT format('%s shows other rows to other people', relname) FROM ours WHERE relrowsecurity
UNION ALL SELECT format('%s has the trigger %s', relname, tgname) FROM ours JOIN pg_trigger ON tgrelid = ours.oid
WHERE NOT tgisinternal
UNION ALL SELECT format('%s has the rule %s', relname, rulename) FROM ours JOIN pg_rewrite ON ev_class = ours.oid
WHERE relkind = 'r'
UNION ALL SELECT format('%s inherits or bequeaths rows', relname) FROM ours JOIN pg_inherits
ON ours.oid IN (inhrelid, inhparent)
"""  # noqa: S608 - names of our own

_USUAL = {
    "application_name": "holdfast",
    "connect_timeout": "10",  # seconds
    "keepalives_idle": "30",  # seconds: a server whose power went is noticed within two minutes
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
}
"""What libpq is told unless the address says otherwise (postgresql.org/docs, section 34.1.2)."""

ERRORS = (psycopg.Error, sa.exc.SQLAlchemyError, OSError, UnicodeError)
"""Everything foreign that work with a store can raise."""

_DAMAGED = ("XX001", "XX002", "42P01", "42703", "42804", "42883", "58P01")
_UNREACHABLE = "08001"  # what libpq itself fails with has no state


class _Meaning(NamedTuple):
    """What the SQLSTATEs that begin like this come to (postgresql.org/docs, appendix A)."""

    states: tuple[str, ...]
    said: str
    advice: str | None
    kind: type[StoreError] = StoreError


_AGAIN = "Run the same command again: what was kept is not written twice."
_ADDRESS = (
    "Check that the server runs and the address is right. A password is taken from the file that PGPASSFILE names, "
    "~/.pgpass or PGPASSWORD; whom to trust is told in the address, for example "
    "?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt. Then run the same command again: what was "
    "kept is not written twice."
)
_RIGHTS = "Grant this role the right to create and change tables in its schema, on a server that may be written to."
_LEAVE = "Leave it as it is, check it with `holdfast ledger verify`, and go on from the last good copy."
_TURNS = "Let the other Holdfast finish, and run the same command again."
_MEANINGS = (
    _Meaning(("53100",), "There is no room left for the store", None, StoreFullError),
    _Meaning(("55P03", "40001", "40P01"), "Another process is writing to the store", _TURNS),
    _Meaning(("42501", "25006"), "The store may not be used like this", _RIGHTS),
    _Meaning(("57014", "25P03", "25P04", "57P05"), "The database took too long, and was not waited for", _AGAIN),
    _Meaning(_DAMAGED, "The store is damaged, or is no store at all", _LEAVE),
    _Meaning((_UNREACHABLE, "28", "3D000", "53300", "57P03"), "The database cannot be reached", _ADDRESS),
    _Meaning(("08", "57P"), "The database has gone", _AGAIN),
    _Meaning(("",), "The store failed", None),
)


class _Texts(Loader):
    """Texts as their bytes: what they should be is for the reader to judge."""

    format = psycopg.pq.Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def _dialect(**options: str) -> sa.Dialect:
    """SQLAlchemy's, whose own types say nothing of how it is made."""
    made: sa.Dialect = dialect(**options)  # type: ignore[no-untyped-call]
    return made


def _parameters(url: sa.URL) -> dict[str, Any]:
    """What libpq is told by the address."""
    return dict(_dialect().create_connect_args(url)[1])


class _Address:
    """Where a database is, how it is to be talked to, and what of that may be shown."""

    def __init__(self, url: sa.URL, *, patience_ms: int = PATIENCE_MS, idle_ms: int = _IDLE_MS) -> None:
        told = _parameters(url)
        shown = {name: value for name, value in url.query.items() if name in {"host", "port"}}
        self.name = url.set(drivername="postgresql", query=shown)._replace(password=None).render_as_string()
        self._secrets = {
            spelt
            for secret in (url.password, told.get("password"), told.get("sslpassword"))
            if secret
            for spelt in (str(secret), quote(str(secret)), quote_plus(str(secret)))
        }
        settings = {
            "statement_timeout": _STATEMENT_MS,
            "lock_timeout": max(patience_ms, 1),  # 0 would be for ever
            "idle_in_transaction_session_timeout": idle_ms,
            "synchronous_commit": "on",  # a commit is on the disk when it returns
            "jit": "off",  # compiling a statement takes longer than any of ours
        }
        ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
        options = " ".join(filter(None, (ours, os.environ.get("PGOPTIONS"), told.get("options"))))
        safe = {} if _is_here(told) else {"sslmode": "verify-full"}
        self._told = {**_USUAL, **safe, **told, "options": options, "client_encoding": "utf8"}

    def connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(make_conninfo(**self._told), autocommit=True)
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise StoreError(
                f"{self.name} keeps its texts as {encoding}, not as UTF8.",
                advice="Make another: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.",
            )
        connection.adapters.register_dumper(
            list, ListBinaryDumper
        )  # text, psycopg's usual choice, costs ten times more
        return connection

    def explain(self, why: BaseException) -> StoreError:
        """What a foreign error means, and what to do next."""
        cause = why.orig if isinstance(why, sa.exc.DBAPIError) and why.orig is not None else why
        said = " ".join(str(cause).split())
        for secret in self._secrets:
            said = said.replace(secret, "(password)")
        state = (cause.sqlstate or _UNREACHABLE) if isinstance(cause, psycopg.Error) else ""
        meant = next(meaning for meaning in _MEANINGS if state.startswith(meaning.states))
        return meant.kind(f"{meant.said} ({self.name}: {said}).", advice=meant.advice)


def _is_here(told: Mapping[str, Any]) -> bool:
    """Whether nobody can stand between us and the server, or somebody has said already what to do about it."""
    if "service" in told or "PGSSLMODE" in os.environ:
        return True
    spots = (told.get("hostaddr"), told.get("host"), os.environ.get("PGHOSTADDR"), os.environ.get("PGHOST"))
    hosts = str(next(filter(None, spots), ""))
    return all(not host or host.startswith(("/", "@")) or _is_loopback(host) for host in hosts.split(","))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class PostgresDatabase:
    """A database of a PostgreSQL server: a `Database`."""

    errors = ERRORS
    by_column = True

    def __init__(self, url: sa.URL, *, patience_ms: int) -> None:
        """Connections are made when they are needed, and tried before they are used again."""
        self._address = _Address(url, patience_ms=patience_ms)
        self.name = self._address.name
        self.engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._address.connect,
            use_native_hstore=False,
            pool_pre_ping=True,  # a server that was started again is found before anything is asked of it
            pool_reset_on_return=None,  # nothing is left open: `SqlStore` ends what it begins
        )

    def explain(self, why: BaseException) -> StoreError:
        """What a foreign error means, and what to do next."""
        return self._address.explain(why)

    def claim(self) -> Claim:
        """A lock held by a connection of its own, which the server lets go of with it."""
        return PostgresClaim(self._address.connect, self.name)

    def depose(self) -> None:
        """End the connection that holds the lock, and one that stands still in the midst of a commit."""
        with closing(self._address.connect()) as connection:
            cut_off(connection, _LOCK)

    def misfits(self, cursor: DBAPICursor) -> list[str]:
        """What hangs on a store's tables and does not belong there."""
        cursor.execute(_MISFITS)
        return [str(said) for (said,) in cursor.fetchall()]

    def begin(self, cursor: DBAPICursor) -> None:
        """Begin a transaction as the only writer of this schema, waiting for another to end.

        Each later statement sees what was committed before it began (READ COMMITTED), so all of them see what the
        writer before this one committed before it let go of the lock.
        """
        cursor.execute(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
            f"SELECT pg_advisory_xact_lock({_LOCK}, hashtext(current_schema()))"
        )

    def begin_reading(self, cursor: DBAPICursor) -> None:
        """Begin a transaction that sees one commit, whatever is written meanwhile."""
        cursor.execute(_BEGIN_READING)

    def scrub(self, cursor: DBAPICursor) -> None:
        """PostgreSQL keeps erased bytes until VACUUM and its logs are turned over: its administrator's to decide."""

    def finish(self, cursor: DBAPICursor) -> None:
        """All is where it belongs."""

    def indexed(self, key: sa.ColumnElement[bytes]) -> sa.ColumnElement[bytes]:
        """Its hash: an index takes no entry of more than 2,704 bytes."""
        return sa.func.sha256(key)

    def insert_each(self, table: sa.Table) -> sa.sql.ClauseElement:
        """One statement for any number of rows, each column an array."""
        arrays = [sa.bindparam(column.name, type_=ARRAY(column.type)) for column in table.c]
        names = [sa.column(column.name, column.type) for column in table.c]
        rows = sa.func.unnest(*arrays).table_valued(*names).render_derived()
        return sa.insert(table).from_select([column.name for column in table.c], sa.select(rows))


class PostgresReading:
    """A database of a PostgreSQL server for reading only, in one snapshot: a `Reading`."""

    def __init__(self, url: sa.URL) -> None:
        """Open it, as of now.

        Raises:
            StoreError: it cannot be reached.

        """
        self._address = _Address(url, idle_ms=0)  # a person may read slowly
        self.name = self._address.name
        self.dialect = _dialect(paramstyle="named")  # queries without parameters, in which % means itself
        self._numbers = count()
        try:
            self._connection = self._address.connect()
            for name in ("text", "varchar"):
                self._connection.adapters.register_loader(name, _Texts)
            self._connection.execute(_BEGIN_READING)
            self._connection.execute("SELECT 1")  # the snapshot is taken by the first statement
        except ERRORS as why:
            raise self._address.explain(why) from why

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, some at a time."""
        name = f"rows{next(self._numbers)}"
        try:
            self._connection.execute(f"SAVEPOINT {name}")
            with self._connection.cursor(name, binary=True) as cursor:
                cursor.itersize = _ROWS_AT_ONCE
                yield from cursor.execute(sql)
        except ERRORS as why:
            if not (getattr(why, "sqlstate", None) or "").startswith(_DAMAGED):
                raise self._address.explain(why) from why
            with suppress(*ERRORS):  # the first error is the one to tell
                self._connection.execute(f"ROLLBACK TO SAVEPOINT {name}")  # the other tables can still be read
            raise BrokenLedgerError(f"{self.name} cannot be read: {why}") from why

    def as_declared(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """The value: PostgreSQL keeps no other type than the column's."""
        return column

    def damage(self) -> Iterator[tuple[object, ...]]:
        """What hangs on the tables; PostgreSQL's own checks of its pages are its administrator's to run."""
        return self.rows(_MISFITS)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
