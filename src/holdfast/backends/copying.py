"""How does a store get out of its database, whole and as of one moment, and back into an empty one?

The copy is a store like any other, row by row the same, in whichever database: a backup is a file that `ledger verify`
reads, and a store moves from SQLite to PostgreSQL by being restored there.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from holdfast.errors import BrokenLedgerError, StoreError
from holdfast.ledger import Fault, FaultKind, Verdict

from .claim import FileClaim
from .database import PATIENCE_MS, Database, Reading, Seam
from .evidence import verify_store
from .places import file_of, open_database, open_reading
from .schema import create_statements, metadata
from .sqlite import BESIDE, seam
from .statements import Statement

_ROWS_AT_ONCE = 1_000  # some hundred kilobytes
_PART = ".part"
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP}  # on a stick with FAT, for one
_SECRET_BYTES = 8  # of its name: nobody meets or guesses it


def copy_store(source: str | Path, target: str | Path) -> Verdict:
    """Copy the store at `source`, as of now, to `target`, where there must be none; then check every byte of the copy.

    A file has its own name only once it is whole and on the disk. A store that is broken is copied as it is: the
    verdict says so.

    Raises:
        SettingsError: an address is not of a kind that is kept.
        StoreError: there is no store at `source`, there is something at `target`, or one of them failed.
        BrokenLedgerError: the source cannot be read to its end; nothing is kept at `target`.

    """
    with closing(open_reading(source)) as reading:
        file = file_of(target)
        if file is None:
            _fill(open_database(target, patience_ms=PATIENCE_MS), reading)
            return _told(_left_behind(reading), verify_store(target))
        with seam(str(file)):
            file.parent.mkdir(mode=0o700, exist_ok=True)
            with closing(FileClaim(str(file))):
                _check_free(file)
                with _under_another_name(file) as part:
                    _fill(open_database(part, patience_ms=PATIENCE_MS), reading)
                    left = _left_behind(reading)
                return _told(left, verify_store(file))


def _check_free(file: Path) -> None:
    """SQLite would play a log that an earlier file of that name left into the copy."""
    for there in (file, *(file.with_name(file.name + end) for end in BESIDE)):
        if os.path.lexists(there):
            raise _taken(there)


def _taken(there: Path) -> StoreError:
    return StoreError(
        f"{there} is there already, and is not written over.", advice="Name another file, or move that one away."
    )


def _left_behind(reading: Reading) -> list[Fault]:
    """What is wrong with the source that a copy of its rows leaves behind."""
    found = (str(bytes(what), errors="replace") if isinstance(what, bytes) else what for (what,) in reading.damage())
    return [Fault(what=FaultKind.DAMAGED, note=f"in {reading.name} {what}") for what in found]


def _told(left: list[Fault], verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, faults=(*verdict.faults, *left))


@contextmanager
def _under_another_name(file: Path) -> Iterator[Path]:
    """A name for the file in the making that nobody else has; whoever has the claim may clear away earlier tries."""
    start = f".{file.name}."
    part = file.with_name(f"{start}{secrets.token_hex(_SECRET_BYTES)}{_PART}")
    made = re.compile(rf"{re.escape(start)}[0-9a-f]{{{2 * _SECRET_BYTES}}}{_PART}({'|'.join(BESIDE)})?")

    def sweep() -> None:
        for tried in [path for path in file.parent.iterdir() if made.fullmatch(path.name)]:
            tried.unlink()

    sweep()
    try:
        yield part
        _name(part, file)
    finally:
        sweep()
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _name(part: Path, file: Path) -> None:
    """Call the part by the file's name; a link, unlike a new name, takes nobody's place."""
    try:
        os.link(part, file)
    except FileExistsError as why:
        raise _taken(file) from why
    except OSError as why:
        if why.errno not in _NO_LINKS:
            raise
        _check_free(file)  # all that can be done there, and the claim keeps other copies away
        part.rename(file)


def _fill(database: Database, reading: Reading) -> None:
    """Make the tables in an empty database and copy all rows, in one transaction."""
    dialect = database.engine.dialect
    try:
        with Seam(database.errors, database.explain):
            if sa.inspect(database.engine).get_table_names():
                raise StoreError(f"{database.name} is not empty, and is not written over.", advice="Name an empty one.")
            with closing(database.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                database.begin(cursor)
                try:
                    for statement in create_statements(dialect.name):
                        cursor.execute(statement)
                    for table in metadata.sorted_tables:
                        insert = Statement(database.insert_each(table), dialect, by_column=database.by_column)
                        rows = _rows(table, reading)
                        while some := list(islice(rows, _ROWS_AT_ONCE)):
                            insert.run_each(cursor, some)
                    connection.commit()
                    database.finish(cursor)
                except BaseException:
                    with suppress(*database.errors):  # the first error is the one to tell
                        connection.rollback()
                    raise
    finally:
        database.engine.dispose()


def _rows(table: sa.Table, reading: Reading) -> Iterator[dict[str, Any]]:
    names = [column.name for column in table.c]
    texts = [isinstance(column.type, sa.String) for column in table.c]
    query = sa.select(*map(reading.as_declared, table.c))
    for row in reading.rows(str(query.compile(dialect=reading.dialect, compile_kwargs={"literal_binds": True}))):
        if any(isinstance(value, float) for value in row):
            raise BrokenLedgerError(f"A value of {table.name} in {reading.name} is not of the type of its column.")
        try:
            values = [value.decode() if text else value for value, text in zip(row, texts, strict=True)]
        except (AttributeError, UnicodeDecodeError) as why:
            raise BrokenLedgerError(f"A row of {table.name} in {reading.name} is not text where it should be.") from why
        yield dict(zip(names, values, strict=True))
