"""What does the support desk know of accounts, and who changed what? In SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_TABLES = """
create table if not exists accounts (id text primary key, handle text, email text, phone text, second_factor int);
create table if not exists deeds (number integer primary key, decision text, hash text, person text, what text);
"""


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

    def replace_email(self, id_: str, email: str, deed: Deed) -> None:
        """Change an e-mail, and write down by which decision, both or neither."""
        with self._line() as line:
            line.execute("update accounts set email = ? where id = ?", (email, id_))
            line.execute("insert into deeds (decision, hash, person, what) values (?, ?, ?, ?)", deed)

    def reset_second_factor(self, id_: str, deed: Deed) -> None:
        """Take the second factor off, and write down by which decision, both or neither."""
        with self._line() as line:
            line.execute("update accounts set second_factor = 0 where id = ?", (id_,))
            line.execute("insert into deeds (decision, hash, person, what) values (?, ?, ?, ?)", deed)

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
