"""Who has a store in PostgreSQL for the time of a run? Whoever's connection holds a lock, as long as it lives."""

from __future__ import annotations

import select
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from holdfast.errors import DeposedError, OwnedError

from .claim import taken, this_run

# "OWNR" in ASCII, beside the lock that a transaction takes: another number, for both are held at once.
_LOCK = 0x4F574E52
_NAME_BYTES = 63  # PostgreSQL cuts names there
_SETTINGS = {
    "application_name": "",  # for `_WHO`, filled in when it is known
    "idle_session_timeout": "0",  # it says nothing for as long as the run lasts
    "tcp_keepalives_idle": "30",  # seconds: the server notices within two minutes that a client's power went
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# Settings that this server does not have (before 14, or over a Unix socket) are passed over.
_SET = "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s"
_TAKE = f"SELECT pg_try_advisory_lock({_LOCK}, hashtext(current_schema()))"
_STALLED_MS = 2_000  # of a writer who says nothing: who is at work has a statement to the server far sooner
_HOLDER = """
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND pg_locks.database = (
    SELECT oid FROM pg_database WHERE datname = current_database()
) AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid AND classid =
"""
_OWNER = f"{_HOLDER} {_LOCK}"
_WHO = f"SELECT application_name, host(client_addr) {_OWNER}"
_CUT = f"SELECT pg_terminate_backend(pid) {_OWNER}"
_CUT_STALLED = f"""
SELECT pg_terminate_backend(pid) {_HOLDER} %s
AND state = 'idle in transaction' AND clock_timestamp() - state_change > interval '{_STALLED_MS} milliseconds'
"""


class PostgresClaim:
    """An advisory lock on the schema, held by a connection that does nothing else: a `Claim`."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], store: str) -> None:
        """Take it at once or not at all.

        Raises:
            OwnedError: another connection has it.
            psycopg.Error: the database cannot be reached.

        """
        self._connect = connect
        self._store = store
        self._connection = self._take()

    def check(self) -> None:
        """Ask only when the server has said something: it may have been started anew, and nobody has the lock then.

        Raises:
            DeposedError: somebody else was quicker.
            psycopg.Error: the database cannot be reached.

        """
        if not self._connection.closed:
            said = select.poll()
            said.register(self._connection, select.POLLIN)
            if not said.poll(0):
                return
            with suppress(psycopg.Error):
                self._connection.execute("SELECT 1")
                return
        self._connection.close()
        try:
            self._connection = self._take()
        except OwnedError as error:
            raise DeposedError(f"{error} It was this one's.") from error

    def close(self) -> None:
        """Let go of the connection, and of the lock with it."""
        self._connection.close()

    def _take(self) -> psycopg.Connection[Any]:
        connection = self._connect()
        try:
            told = f"holdfast, {this_run()}".encode("ascii", "replace")[:_NAME_BYTES].decode()
            for name, value in {**_SETTINGS, "application_name": told}.items():
                connection.execute(_SET, (value, name))
            if connection.execute(_TAKE).fetchone() == (True,):
                return connection
            who = _told(connection.execute(_WHO).fetchone())
        except BaseException:
            connection.close()
            raise
        connection.close()
        raise taken(self._store, who)


def cut_off(connection: psycopg.Connection[Any], writers: int) -> None:
    """Take the lock from whoever has it, by ending the connection that holds it.

    The lock `writers` goes, too, where whoever has it stands still in the midst of a transaction; that is undone.

    Raises:
        psycopg.Error: this role may not, or the database cannot be reached.

    """
    connection.execute(_CUT)
    connection.execute(_CUT_STALLED, (writers,))


def _told(row: tuple[str | None, str | None] | None) -> str:
    name, address = row or (None, None)
    return (
        ", ".join(filter(None, (name and name.removeprefix("holdfast, "), address))) or "the server does not say which"
    )
