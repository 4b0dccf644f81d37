"""What happens between the beginning and the end of a transaction?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
from sqlalchemy.engine.interfaces import DBAPICursor

from holdfast.errors import BrokenLedgerError, DivergedError, InputError, StoreError
from holdfast.ledger import Checkpoint, Entry, Record, RecordKind, Signer, leaf_hash, sign_checkpoint
from holdfast.ledger.record import ERASURE, open_entry, same, seal_record
from holdfast.ledger.seal import KeptHead, Row, RowSum, sign_seal
from holdfast.ledger.tiles import Tree

from .database import Seam
from .statements import Statements

T = TypeVar("T")

_Where: TypeAlias = tuple[bytes, bytes]  # collection and key
_Value: TypeAlias = tuple[bytes, bytes] | None  # kind and value of a row; None where there is none

_encode = msgspec.json.Encoder(order="deterministic").encode


class Head(NamedTuple):
    """Where the ledger and the rows stand after a commit."""

    checkpoint: Checkpoint
    tree: Tree
    rows: RowSum
    seal: str


class SqlTransaction:
    """A `holdfast.ports.Transaction`; see there. Made by `SqlStore.begin`, of no use once that block has ended."""

    def __init__(
        self, cursor: DBAPICursor, statements: Statements, head: Head, *, salt: Callable[[str], bytes], seam: Seam
    ) -> None:
        """Begin at `head`; foreign errors pass through `seam`."""
        self._cursor = cursor
        self._statements = statements
        self._head = head
        self._salt = salt
        self._seam = seam
        self._recorded: dict[str, Entry] = {}
        self._unwritten: list[dict[str, Any]] = []
        self._leaf_hashes: list[bytes] = []
        self._rows: dict[_Where, _Value] = {}
        self._kept: dict[_Where, _Value] = {}  # what the database has, as far as it was asked: nobody else writes now
        self._sum = head.rows
        self.erases = False
        self.ended = False

    def record(self, record: Record) -> Entry:
        """Append `record`, or give the entry that already says the same.

        The same means all of it, time included: who tries again later writes another record under another key.

        Raises:
            DivergedError: the key is there and says something else.
            InputError: the record cannot be written as canonical JSON, or is too long.
            StoreError: it was not kept.

        """
        return self._keep(record, self._recorded.get(record.key) or self._find(record.key))

    def record_all(self, records: Iterable[Record]) -> list[Entry]:
        """The same as `record` for each of them in turn, with some hundred times fewer questions to the database.

        Raises:
            DivergedError: a key is there and says something else.
            InputError: a record cannot be written as canonical JSON, or is too long.
            StoreError: they were not kept.

        """
        given = list(records)
        known = self._find_all({record.key for record in given} - self._recorded.keys())
        return [self._keep(record, self._recorded.get(record.key) or known.get(record.key)) for record in given]

    def _keep(self, record: Record, known: Entry | None) -> Entry:
        """Append `record`, unless it is `known`."""
        if known is not None:
            if not same(known, record):
                raise DivergedError(
                    f"The record {record.key!r} is entry {known.index} already, and says something else."
                )
            return known
        index = self._head.tree.frontier.size + len(self._leaf_hashes)
        entry, body = seal_record(record, index=index, salt=self._salt(record.key))
        self._recorded[record.key] = entry
        self._leaf_hashes.append(leaf_hash(entry.leaf))
        self._unwritten.append(
            {"position": index, "key": _bytes(record.key), "leaf": entry.leaf, "salt": entry.salt, "body": body}
        )
        return entry

    def erase(self, key: str, *, time: int, actor: str, why: str) -> Entry:
        """Delete the body and the salt of the record `key` for good, and put on record who did so, when and why.

        What is left of the record still proves that it was there; nobody can guess the body from it. Gives the entry
        of the decision, whose key is `erasure:` and the erased one's.

        Raises:
            InputError: there is no such record, or it is itself the decision to erase one.
            DivergedError: it was erased already, by another decision.
            StoreError: it was not kept.

        """
        erased = self._recorded.get(key) or self._find(key)
        if erased is None or key.startswith(ERASURE):
            raise InputError(f"There is no record {key!r} that may be erased.", advice="See `holdfast ledger show`.")
        entry = self.record(
            Record(
                key=ERASURE + key,
                kind=RecordKind.DECISION,
                time=time,
                actor=actor,
                subject=erased.record.subject,
                body={"erased": erased.index, "why": why},
            )
        )
        with self._at_work():
            self._write_entries()
            self._statements.erase_entry.run(self._cursor, key=_bytes(key))
        self._recorded.pop(key, None)
        self.erases = True
        return entry

    def put(self, collection: str, key: str, value: Any) -> None:  # noqa: ANN401 - the port's signature
        """Keep `value`, which msgspec can write as JSON, under `key`, in place of what was there.

        Raises:
            InputError: msgspec cannot write it.
            StoreError: it was not kept.

        """
        try:
            written = _encode(value)
        except (TypeError, ValueError, msgspec.MsgspecError) as why:
            raise InputError(f"The value for {collection}/{key} cannot be kept: {why}") from why
        self._usable()
        self._rows[_bytes(collection), _bytes(key)] = (_bytes(type(value).__qualname__), written)

    def get(self, collection: str, key: str, kind: type[T]) -> T | None:
        """What is kept under `key`, if anything.

        Raises:
            StoreError: it is not a `kind`, or cannot be read.

        """
        return self.some(collection, (key,), kind).get(key)

    def some(self, collection: str, keys: Iterable[str], kind: type[T]) -> dict[str, T]:
        """What is kept under each of `keys`, without those under which nothing is: some hundred at a time.

        Raises:
            StoreError: one of them is not a `kind`, or cannot be read.

        """
        name = _bytes(collection)
        places = {key: (name, _bytes(key)) for key in keys}
        self._look_up(place for place in places.values() if place not in self._rows)
        rows = {key: self._rows[at] if at in self._rows else self._kept[at] for key, at in places.items()}
        return {key: decoded(row[1], kind, f"{collection}/{key}") for key, row in rows.items() if row is not None}

    def all(self, collection: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Everything in the collection as of this call, in order of key.

        Raises:
            StoreError: one of them is not a `kind`, or cannot be read.

        """
        name = _bytes(collection)
        with self._at_work():
            self._write_rows()
            rows = self._statements.rows.all(self._cursor, collection=name)
        return ((key.decode(), decoded(value, kind, f"{collection}/{key!r}")) for key, value in rows)

    def delete(self, collection: str, key: str) -> None:
        """Forget what is kept under `key`; harmless when nothing is."""
        self._usable()
        self._rows[_bytes(collection), _bytes(key)] = None

    def write(self, signer: Signer) -> Head:
        """Write all that is still unwritten, sign, and say where ledger and rows then stand. The store commits it."""
        with self._at_work():
            self._write_rows()
            self._write_entries()
            if not self._leaf_hashes and self._sum == self._head.rows:
                return self._head
            return self._sign(signer)

    def _sign(self, signer: Signer) -> Head:
        statements, cursor, head = self._statements, self._cursor, self._head
        tree, changed = head.tree.extend(self._leaf_hashes)
        places = [{"level": tile.level, "number": tile.number} for tile in changed]
        statements.drop_tile.run_each(cursor, places)
        statements.add_tile.run_each(
            cursor, ({**place, "hashes": tile.hashes} for place, tile in zip(places, changed, strict=True))
        )
        checkpoint = head.checkpoint
        if self._leaf_hashes:
            checkpoint = sign_checkpoint(tree.frontier, signer)
            statements.add_checkpoint.run(cursor, size=checkpoint.size, note=checkpoint.note)
            self._sum = self._sum.change(come=[KeptHead(checkpoint.size, checkpoint.note.encode())])
        seal = sign_seal(checkpoint.size, self._sum, signer)
        statements.set_seal.run(cursor, note=seal, lanes=self._sum.lanes)
        return Head(checkpoint, tree, self._sum, seal)

    def _find(self, key: str) -> Entry | None:
        return self._find_all((key,)).get(key)

    def _find_all(self, keys: Collection[str]) -> dict[str, Entry]:
        """Those of the records with these keys that are on record already."""
        names = list(map(_bytes, keys))
        with self._at_work():
            rows = self._statements.find_entries(self._cursor, names)
        return {entry.record.key: entry for entry in map(entry_of, rows)}

    def _look_up(self, places: Iterable[_Where]) -> None:
        """Have what the database has at these places be known."""
        wanted: dict[bytes, list[bytes]] = {}
        for place in places:
            if place not in self._kept:
                self._kept[place] = None
                wanted.setdefault(place[0], []).append(place[1])
        for collection, keys in wanted.items():
            with self._at_work():
                rows = self._statements.find_rows(self._cursor, collection, keys)
            self._kept.update(((collection, key), (kind, value)) for key, kind, value in rows)

    def _write_entries(self) -> None:
        unwritten, self._unwritten = self._unwritten, []
        if unwritten:
            self._statements.add_entry.run_each(self._cursor, unwritten)

    def _write_rows(self) -> None:
        """Replace the changed rows, and the sum with them; a row put as it was is not a change."""
        self._look_up(self._rows)
        gone, come = list[Row](), list[Row]()
        added, changed, dropped = list[Row](), list[Row](), list[Row]()
        for where, now in self._rows.items():
            before = self._kept[where]
            if before == now:
                continue
            gone += [Row(*where, *before)] if before is not None else []
            come += [Row(*where, *now)] if now is not None else []
            if now is None:
                dropped.append(gone[-1])
            else:
                (added if before is None else changed).append(come[-1])
        self._kept |= self._rows
        self._rows.clear()
        self._sum = self._sum.change(gone=gone, come=come)
        statements, cursor = self._statements, self._cursor
        statements.drop_row.run_each(cursor, ({"collection": row.collection, "key": row.key} for row in dropped))
        statements.set_row.run_each(cursor, map(msgspec.structs.asdict, changed))
        statements.add_row.run_each(cursor, map(msgspec.structs.asdict, added))

    def _usable(self) -> None:
        if self.ended:
            raise StoreError("This transaction has ended.", advice="Begin another one.")

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Work with the database; what failed there may be half done, so nothing may be added to it."""
        self._usable()
        try:
            with self._seam:
                yield
        except BaseException:
            self.ended = True
            raise


def entry_of(row: tuple[int, bytes, bytes | None, bytes | None]) -> Entry:
    """The entry kept in a row of (position, leaf, salt, body).

    Raises:
        BrokenLedgerError: the row does not make one.

    """
    position, leaf, salt, body = row
    entry = open_entry(index=position, leaf=leaf, salt=salt, body=body)
    if entry is None:
        raise BrokenLedgerError(f"Entry {position} of the ledger has been changed.")
    return entry


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as why:
        raise InputError(f"This text is not Unicode: {why}") from why


def decoded(value: bytes, kind: type[T], what: str) -> T:
    """A value as it was kept; `what` names it in messages.

    Raises:
        StoreError: it is not a `kind`.

    """
    try:
        return msgspec.json.decode(value, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as why:
        raise StoreError(
            f"What the store keeps as {what} cannot be read as {kind}: {why}",
            advice="It was written by another version of Holdfast, or changed: check it with `holdfast ledger verify`.",
        ) from why
