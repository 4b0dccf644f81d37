"""What does the support desk know of accounts, and who changed what? In SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_TABLES = """
create table if not exists accounts (id text primary key, handle text, email text, phone text, second_factor int);
create table if not exists waiting (
  number integer primary key, decision text unique, account text, what text, value, asked_at int);
create table if not exists deeds (number integer primary key, decision text, hash text, person text, what text);
"""
_PUT = {
    "email": "update accounts set email = ? where id = ?",
    "second_factor": "update accounts set second_factor = ? where id = ?",
}
_KEEP = "insert into waiting (decision, account, what, value, asked_at) values (?, ?, ?, ?, ?)"
_KEPT = """
select decision, account, what, value, asked_at from waiting where account = coalesce(?, account) order by number
"""
_DEED = "insert into deeds (decision, hash, person, what) values (?, ?, ?, ?)"


class Account(NamedTuple):
    """An account as its holder could see it."""

    id: str
    handle: str
    email: str
    phone: str
    second_factor: bool


class Deed(NamedTuple):
    """What was done, and by which decision of the gate: the tool's own log."""

    decision: str
    hash: str
    person: str
    what: str


class Waiting(NamedTuple):
    """A new `email` or `second_factor` of an account, by a decision of the gate at `asked_at` (Unix seconds)."""

    decision: str
    account: str
    what: str
    value: str | bool
    asked_at: int


class Records:
    """The accounts in one file. Each call has a connection of its own."""

    def __init__(self, file: Path, accounts: Sequence[Account] = ()) -> None:
        """Make the tables where they are not there, with these accounts."""
        self._file = file
        with self._line() as line:
            line.executescript(_TABLES)
            line.executemany("insert or ignore into accounts values (?, ?, ?, ?, ?)", accounts)

    def account(self, id_: str) -> Account | None:
        """One account."""
        with self._line() as line:
            row = line.execute("select * from accounts where id = ?", (id_,)).fetchone()
        return None if row is None else Account(*row[:4], bool(row[4]))

    def keep_beside(self, new: Waiting, deed: Deed) -> None:
        """Keep a new value beside the old one, and write down by which decision, both or neither."""
        with self._line() as line:
            line.execute(_KEEP, new)
            line.execute(_DEED, deed)

    def kept_beside(self, account: str | None = None) -> list[Waiting]:
        """The values that wait, of one account or all, oldest first."""
        with self._line() as line:
            rows = line.execute(_KEPT, (account,))
            return [Waiting(*row[:3], bool(row[3]) if row[2] == "second_factor" else row[3], row[4]) for row in rows]

    def put(self, decision: str) -> None:
        """Put a value that waited in the place of the old one. What was asked for before it can never follow it."""
        with self._line() as line:
            taken = "delete from waiting where decision = ? returning number, account, what, value"
            row = line.execute(taken, (decision,)).fetchone()
            if row is None:
                return  # somebody else did, or a newer one
            number, account, what, value = row
            line.execute(_PUT[what], (value, account))
            line.execute("delete from waiting where account = ? and what = ? and number < ?", (account, what, number))

    def drop(self, decision: str) -> None:
        """Forget a value that will never count."""
        with self._line() as line:
            line.execute("delete from waiting where decision = ?", (decision,))

    def note(self, deed: Deed) -> None:
        """Write down what was done."""
        with self._line() as line:
            line.execute(_DEED, deed)

    def deeds(self) -> list[Deed]:
        """All that was done."""
        with self._line() as line:
            return [
                Deed(*row) for row in line.execute("select decision, hash, person, what from deeds order by number")
            ]

    @contextmanager
    def _line(self) -> Iterator[sqlite3.Connection]:
        line = sqlite3.connect(self._file)
        try:
            with line:
                yield line
        finally:
            line.close()
