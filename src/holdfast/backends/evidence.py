"""What does a store hold, when nobody vouches for it? Read only; a damaged one is read as far as it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
import sqlalchemy as sa

from holdfast.errors import BrokenLedgerError, SettingsError
from holdfast.ledger import Entry, Evidence, Verdict, VerifierKey, verify

from .places import open_reading
from .schema import SCHEMA, checkpoints, collections, entries, facts, seal, tiles
from .transaction import entry_of

T = TypeVar("T")


class LedgerFile:
    """A store opened for reading only, without its key: to show it, to verify it, to copy its head."""

    def __init__(self, where: str | Path) -> None:
        """Open the store at `where` (a path or an address, as for `SqlStore`), as of now: later commits are not seen.

        Raises:
            SettingsError: the address is not of a kind that is kept.
            StoreError: there is no such store, it cannot be reached, or it may not be read.

        """
        self._reading = open_reading(where)
        self.name = self._reading.name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._reading.close()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` up to `stop`, in order, as they are kept: unverified.

        Raises:
            BrokenLedgerError: one of them is not an entry, or it is damaged.

        """
        some = sa.select(entries.c.position, entries.c.leaf, entries.c.salt, entries.c.body).where(
            entries.c.position >= start
        )
        if stop is not None:
            some = some.where(entries.c.position < stop)
        for row in self._rows(some.order_by(entries.c.position)):
            yield entry_of(row)

    def checkpoint(self) -> str:
        """The last head, a signed note to be published or remembered: unverified.

        Raises:
            BrokenLedgerError: there is none, or it is damaged.

        """
        last = sa.select(checkpoints.c.note).order_by(checkpoints.c.size.desc())
        for (note,) in self._rows(last):
            return bytes(note).decode(errors="replace")
        raise BrokenLedgerError(f"{self.name} has no signed head.")

    def vkey(self) -> str:
        """The verifier key that the store itself names: whoever forged it may have put it there.

        Raises:
            BrokenLedgerError: there is none, or it is damaged.

        """
        for (value,) in self._rows(sa.select(facts.c.value).where(facts.c.name == "vkey")):
            return bytes(value).decode(errors="replace")
        raise BrokenLedgerError(f"{self.name} does not name its key.")

    def values(self, collection: str, kind: type[T]) -> Iterator[T]:
        """What is kept in a collection of the response's state, in no order: unverified.

        Raises:
            BrokenLedgerError: something in it is not of this kind, or it is damaged.

        """
        named = sa.cast(sa.literal(collection), sa.LargeBinary)
        for (value,) in self._rows(sa.select(collections.c.value).where(collections.c.collection == named)):
            try:
                yield msgspec.json.decode(bytes(value), type=kind)
            except (msgspec.MsgspecError, UnicodeError) as why:
                raise BrokenLedgerError(f"{self.name} keeps something among {collection} that is none of them") from why

    def evidence(self) -> Evidence:
        """All of it, for `holdfast.ledger.verify`."""
        return Evidence(
            facts=self._table(facts),
            checkpoints=self._table(checkpoints, checkpoints.c.size),
            tiles=self._table(tiles, tiles.c.level, tiles.c.number),
            entries=self._table(entries, entries.c.position),
            rows=self._table(collections),
            seal=self._table(seal),
            damage=self._reading.damage(),
        )

    def _table(self, table: sa.Table, *order: sa.Column[Any]) -> Iterator[tuple[object, ...]]:
        return self._rows(sa.select(*map(self._reading.as_declared, table.columns)).order_by(*order))

    def _rows(self, query: sa.Select[Any]) -> Iterator[Any]:
        """The rows as the driver gives them, because SQLAlchemy's types would trust theirs."""
        return self._reading.rows(
            str(query.compile(dialect=self._reading.dialect, compile_kwargs={"literal_binds": True}))
        )


def verify_store(where: str | Path, vkey: str | None = None, *, remembered: Sequence[str] = ()) -> Verdict:
    """Check every byte of the record in the store at `where`, and the rows beside it, against the key `vkey`.

    Without `vkey` the key is taken from the store itself: that finds accidents and clumsy hands, but not a forger.
    `remembered` are checkpoints (signed notes) that were kept elsewhere; the ledger must go on from each of them.

    Raises:
        SettingsError: `vkey` is not a verifier key.
        StoreError: there is no such store, it cannot be reached or read, or another process keeps it locked.
        BrokenLedgerError: nothing in it says whose ledger it is.

    """
    with LedgerFile(where) as file:
        if vkey is not None:
            key = VerifierKey.parse(vkey)
        else:
            try:
                key = VerifierKey.parse(file.vkey())
            except SettingsError as why:
                raise BrokenLedgerError(f"The key that {file.name} names is not one: {why}") from why
        expected = {b"schema": str(SCHEMA).encode(), b"origin": key.name.encode(), b"vkey": str(key).encode()}
        return verify(file.evidence(), key, facts=expected, remembered=remembered, trusted=vkey is not None)
