"""Where do the ledger and the state of the response outlive the process? In an SQL database, SQLite by default."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import PoolProxiedConnection

from holdfast.errors import BrokenLedgerError, DeposedError, DivergedError, SettingsError, StoreError
from holdfast.ledger import (
    Checkpoint,
    Entry,
    Signer,
    consistency_proof,
    inclusion_proof,
    open_checkpoint,
    sign_checkpoint,
)
from holdfast.ledger.record import SALT_BYTES
from holdfast.ledger.seal import KeptHead, RowSum, check_seal, sign_seal
from holdfast.ledger.tiles import Tree, nodes_in, open_tree
from holdfast.ledger.tree import Node

from .claim import OWNER, TURN, Claim, Turn
from .database import PATIENCE_MS, Seam
from .looking import Look
from .places import open_database
from .schema import SCHEMA, create_statements, layout_of
from .statements import Statements
from .transaction import Head, SqlTransaction, entry_of

# Enough to spread the cost of a query, little enough that a reader never holds the database for long.
_ENTRIES_AT_ONCE = 1_000


def _random_salt(_: str) -> bytes:
    return secrets.token_bytes(SALT_BYTES)


class SqlStore:
    """A `holdfast.ports.Store` over SQL: the ledger, its signed heads and small collections, in one transaction.

    One writer at a time, across threads and processes; readers see the last commit. Each commit that changed
    something is signed, and is on the disk when `begin`'s block has ended.
    """

    path: str
    """The file, `:memory:`, or the database's address without its password: what messages call the store."""
    turn: int
    """How many have owned the store, this one among them; 0 for a store that is opened without owning it."""

    def __init__(  # noqa: PLR0913 - each is said by name, and seldom
        self,
        where: str | Path,
        *,
        signer: Signer,
        origin: str | None = None,
        salt: Callable[[str], bytes] | None = None,
        patience_ms: int = PATIENCE_MS,
        owned: bool = False,
    ) -> None:
        """Open the store at `where`, making it if there is none: a path, `:memory:`, or the address of a database.

        Addresses are `sqlite:///path` and `postgresql://name@host/database?option=value`, with libpq's options.

        `salt` gives each record's 32 secret bytes, by the record's key; random ones by default. `patience_ms` is how
        long to wait for another writer. An `owned` store is this one's alone until it is closed: another who wants to
        own it is refused at once, and so is a transaction here after anybody else has written. What was there is
        checked against its last signed head before anything else.

        Raises:
            SettingsError: `origin` is not the signer's name, or the address is not of a kind that is kept.
            DivergedError: the store is signed by another key.
            BrokenLedgerError: its tree or its rows do not fit what was signed.
            StoreError: it cannot be opened or made, is damaged, owned by another, or was written by a newer Holdfast.

        """
        if origin is not None and origin != signer.vkey.name:
            raise SettingsError(f"The key is named {signer.vkey.name!r}, the ledger {origin!r}; they must be the same.")
        self._signer = signer
        self._salt = salt or _random_salt
        self._database = open_database(where, patience_ms=patience_ms)
        self.path = self._database.name
        self._seam = Seam(self._database.errors, self._database.explain)
        self._engine = self._database.engine
        self._statements = Statements(self._database)
        self._alone = threading.Lock()
        self._writer: int | None = None
        self._claim: Claim | None = None
        self._unsure: str | None = None
        try:
            if owned:
                with self._seam:
                    self._claim = self._database.claim()
            self._head = self._open()
            self.turn = 0 if self._claim is None else self._take_turn()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StoreFullError: no room is left.
            StoreError: the store cannot be reached, is damaged, or this thread is in a transaction already.

        """
        with self._one_writer(), self._writing() as (connection, cursor):
            with self._seam:
                if self._claim is not None:
                    self._claim.check()
                head = self._current(cursor)
            transaction = SqlTransaction(cursor, self._statements, head, salt=self._salt, seam=self._seam)
            try:
                yield transaction
                head = transaction.write(self._signer)
            finally:
                transaction.ended = True
            with self._seam:
                self._unsure = head.seal  # until it is known whether the commit was heard
                connection.commit()
                self._head, self._unsure = head, None
                if transaction.erases:
                    self._database.scrub(cursor)

    def check(self) -> None:
        """Make sure that nobody has taken the store over, before something is done that no transaction can undo.

        A store that is not `owned` is anybody's.

        Raises:
            DeposedError: somebody has.
            StoreError: it cannot be reached, or its lock cannot be had again.

        """
        if self._claim is None:
            return
        with self._connected() as (_, cursor), self._seam:
            self._claim.check()
            if self._known(self._statements.seal_seen.one(cursor)):
                return
            with self._one_writer():  # another thread of ours may have committed between the question and the answer
                self._ours(self._statements.seal_seen.one(cursor))

    @contextmanager
    def look(self) -> Iterator[Look]:
        """What the collections hold as of the last commit, for reading; no writer waits for it.

        Raises:
            StoreError: the store cannot be reached.

        """
        with self._looking() as cursor:
            yield Look(cursor, self._statements, self._seam)

    def depose(self) -> None:
        """Take the store from whoever owns it and is not heard of any more; in a file it stays his.

        Raises:
            StoreError: it cannot be reached, or its server does not let this role do so.

        """
        with self._seam:
            self._database.depose()

    def checkpoint(self) -> Checkpoint:
        """The signed head of the ledger as of the last commit.

        Raises:
            BrokenLedgerError: it is not signed by this store's key.
            StoreError: it cannot be read.

        """
        with self._connected() as (_, cursor), self._seam:
            return self._checkpoint(cursor)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` up to `stop` (or the last commit before this call), in order.

        Raises:
            BrokenLedgerError: one of them was changed or is not there.
            StoreError: they cannot be read.

        """
        size = self.checkpoint().size
        end = size if stop is None else min(stop, size)
        for first in range(max(start, 0), end, _ENTRIES_AT_ONCE):
            last = min(first + _ENTRIES_AT_ONCE, end)
            with self._connected() as (_, cursor), self._seam:
                rows = self._statements.some_entries.all(cursor, start=first, stop=last)
            if [row[0] for row in rows] != list(range(first, last)):
                raise BrokenLedgerError(f"Some of the entries {first} to {last - 1} are not there.")
            yield from map(entry_of, rows)

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """What shows that entry `index` is in the ledger of `size` entries (all of them by default).

        Raises:
            ValueError: it is not, or there is no such size yet.
            StoreError: the tree cannot be read.

        """
        return self._proven(lambda whole, node: inclusion_proof(index, whole, node), size)

    def consistency_proof(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """What shows that the ledger of `old` entries is the start of the one of `new` (all of them by default).

        Raises:
            ValueError: `old` is beyond `new`, or `new` is not there yet.
            StoreError: the tree cannot be read.

        """
        return self._proven(lambda whole, node: consistency_proof(old, whole, node), new)

    def close(self) -> None:
        """Let go of the files."""
        self._engine.dispose()
        if self._claim is not None:
            self._claim.close()

    def _proven(self, prove: Callable[[int, Node], tuple[bytes, ...]], size: int | None) -> tuple[bytes, ...]:
        """What `prove` makes of a size that the ledger has reached and of its tree, each tile read once."""
        with self._connected() as (_, cursor), self._seam:
            here = self._checkpoint(cursor).size
            if size is not None and size > here:
                raise ValueError(f"the ledger has {here} entries, not {size} yet")
            read = cache(lambda level, number: self._tile(cursor, level, number))
            return prove(here if size is None else size, nodes_in(read))

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Only one thread at a time; the lock of the database keeps other processes out."""
        me = threading.get_ident()
        if self._writer == me:
            raise StoreError("A transaction is open already.", advice="End it before beginning another one.")
        with self._alone:
            self._writer = me
            try:
                yield
            finally:
                self._writer = None

    @contextmanager
    def _connected(self) -> Iterator[tuple[PoolProxiedConnection, DBAPICursor]]:
        """A connection and a cursor on it. In memory it is the writer's own, whose transaction it must not end."""
        with self._seam:
            connection = self._engine.raw_connection()
        with closing(connection), closing(connection.cursor()) as cursor:
            yield connection, cursor

    @contextmanager
    def _writing(self) -> Iterator[tuple[PoolProxiedConnection, DBAPICursor]]:
        """A connection that alone may write; rolled back when the block raises, committed by the block itself."""
        with self._connected() as (connection, cursor):
            try:
                with self._seam:
                    self._database.begin(cursor)
                yield connection, cursor
            except BaseException:
                self._roll_back(connection)
                raise

    @contextmanager
    def _looking(self) -> Iterator[DBAPICursor]:
        """A cursor that sees one commit, whatever is written meanwhile."""
        with self._connected() as (connection, cursor):
            try:
                with self._seam:
                    self._database.begin_reading(cursor)
                    yield cursor
            finally:
                self._roll_back(connection)

    def _roll_back(self, connection: PoolProxiedConnection) -> None:
        """End its transaction, or the connection itself: the first error is the one to tell."""
        try:
            connection.rollback()
        except self._database.errors:
            connection.invalidate()

    def _open(self) -> Head:
        """Make the tables if there are none, then check the head."""
        with self._seam:
            tables = sa.inspect(self._engine).get_table_names()
        if tables and "facts" not in tables:
            raise StoreError(f"{self.path} is a database, but not a store of Holdfast.", advice="Name another --store.")
        if not tables:
            self._make()
        with self._looking() as cursor:
            head = self._check(cursor)
            misfits = self._database.misfits(cursor)
        if misfits:
            raise BrokenLedgerError(f"{self.path} is not made as a store is: {'; '.join(misfits)}.")
        return head

    def _make(self) -> None:
        """Make the tables and sign the empty ledger, whole or not at all."""
        with self._writing() as (connection, cursor), self._seam:
            for statement in create_statements(self._engine.dialect.name):
                cursor.execute(statement)
            if self._statements.fact.one(cursor, name="schema") is None:
                head = sign_checkpoint(Tree().frontier, self._signer)
                facts = {"schema": str(SCHEMA), "origin": head.origin, "vkey": str(self._signer.vkey)}
                lines = ({"name": name, "value": value} for name, value in facts.items())
                self._statements.add_fact.run_each(cursor, lines)
                self._statements.add_checkpoint.run(cursor, size=0, note=head.note)
                rows = RowSum().change(come=[KeptHead(0, head.note.encode())])
                seal = sign_seal(0, rows, self._signer)
                self._statements.add_seal.run(cursor, id=1, note=seal, lanes=rows.lanes)
            connection.commit()

    def _check(self, cursor: DBAPICursor) -> Head:
        """The head, once schema, key, signatures, tree and the sum of the rows are found to fit each other."""
        schema, vkey = (self._statements.fact.one(cursor, name=name) for name in ("schema", "vkey"))
        layout = None if schema is None else layout_of(schema[0])
        if layout != SCHEMA:
            older = layout is not None and layout < SCHEMA
            raise StoreError(
                f"{self.path} has layout {schema and str(schema[0])[:20]}; this Holdfast knows layout {SCHEMA}.",
                advice="Make a backup of it, and run `holdfast migrate`."
                if older
                else "Open it with the Holdfast that wrote it, or a newer one.",
            )
        if vkey is None or vkey[0] != str(self._signer.vkey):
            raise DivergedError(
                f"{self.path} is signed by another key ({vkey and vkey[0]}) than this one ({self._signer.vkey})."
            )
        return self._load(cursor)

    def _current(self, cursor: DBAPICursor) -> Head:
        """The head as known, or read anew when another process has committed since."""
        now = self._statements.seal_note.one(cursor)
        if now is not None and now[0] == self._head.seal:
            return self._head
        if self._claim is not None:
            self._ours(now)
        return self._load(cursor)

    def _known(self, seal: Any) -> bool:  # noqa: ANN401 - a row as the driver gives it
        return seal is None or seal[0] in {self._head.seal, self._unsure}

    def _ours(self, seal: Any) -> None:  # noqa: ANN401 - a row as the driver gives it
        """Pass the seal of a commit of ours.

        Raises:
            DeposedError: it is another's.

        """
        if not self._known(seal):
            raise DeposedError(f"Another process has written to {self.path}, which is this one's alone.")

    def _take_turn(self) -> int:
        """Leave a number one higher than was found: whoever owned the store before notices, whatever he thinks."""
        with self.begin() as transaction:
            before = transaction.get(OWNER, TURN, Turn)
            turn = Turn(number=1 if before is None else before.number + 1)
            transaction.put(OWNER, TURN, turn)
        return turn.number

    def _load(self, cursor: DBAPICursor) -> Head:
        checkpoint = self._checkpoint(cursor)
        tree = open_tree(checkpoint.size, lambda level, number: self._tile(cursor, level, number))
        if tree.frontier.root != checkpoint.root:
            raise BrokenLedgerError(f"The tree of {self.path} does not lead to the root that was signed.")
        kept = self._statements.seal.one(cursor)
        if kept is None:
            raise BrokenLedgerError(f"The seal of {self.path} is gone.")
        rows = RowSum(kept[1])
        check_seal(kept[0], checkpoint.size, rows, self._signer.vkey)
        return Head(checkpoint, tree, rows, kept[0])

    def _checkpoint(self, cursor: DBAPICursor) -> Checkpoint:
        row = self._statements.last_checkpoint.one(cursor)
        if row is None:
            raise BrokenLedgerError(f"The signed heads of {self.path} are gone.")
        return open_checkpoint(row[0], self._signer.vkey)

    def _tile(self, cursor: DBAPICursor, level: int, number: int) -> bytes:
        row = self._statements.tile.one(cursor, level=level, number=number)
        return b"" if row is None else bytes(row[0])
