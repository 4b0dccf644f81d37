"""How does a store that an older Holdfast wrote come to today's layout?"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from holdfast.errors import BrokenLedgerError, StoreError

from .database import PATIENCE_MS, Database, Seam
from .places import file_of, open_database, open_reading, stands
from .schema import entries, facts, layout_of

MIGRATIONS = Path(__file__).parent / "migrations"


class Migrated(NamedTuple):
    """Which layout the store had, and which it has now."""

    before: int
    after: int


def migrate_store(where: str | Path, *, migrations: Path = MIGRATIONS) -> Migrated:
    """Bring the store at `where` to the newest layout in `migrations`, whole or not at all; harmless when it has it.

    Raises:
        SettingsError: the address is not of a kind that is kept.
        StoreError: there is no store, it was written by a newer Holdfast, or the database failed.

    """
    stands(where)
    file = file_of(where)
    if file is not None:
        _check_is_store(file)
    database = open_database(where, patience_ms=PATIENCE_MS)
    try:
        with (
            Seam(database.errors, database.explain),
            closing(database.claim()),
            database.engine.connect() as connection,
        ):
            driver = connection.connection
            with closing(driver.cursor()) as cursor:
                database.begin(cursor)
            try:
                migrated = _migrate(database, connection, ScriptDirectory(migrations, version_locations=[migrations]))
                driver.commit()
            except BaseException:
                with suppress(*database.errors):  # the first error is the one to tell
                    driver.rollback()
                raise
    finally:
        database.engine.dispose()
    return migrated


def _check_is_store(file: Path) -> None:
    """Before it is opened for writing, which changes how SQLite keeps a file."""
    with closing(open_reading(file)) as reading, suppress(BrokenLedgerError):
        tables = {bytes(name) for (name,) in reading.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if tables >= {facts.name.encode(), entries.name.encode()}:
            return
    raise StoreError(
        f"{file} is no store of Holdfast's, or cannot be read; it is left as it is.", advice="Check the path."
    )


def _migrate(database: Database, connection: sa.Connection, script: ScriptDirectory) -> Migrated:
    kept = connection.scalar(sa.select(facts.c.value).where(facts.c.name == "schema"))
    layout = layout_of(kept)
    steps = {int(step.revision): step for step in script.walk_revisions()}
    newest = max(steps)
    if layout is None or layout not in steps:
        raise StoreError(
            f"{database.name} has layout {kept!s:.20}; this Holdfast knows those up to {newest}.",
            advice="Use the Holdfast that wrote it, or a newer one.",
        )
    with Operations.context(MigrationContext.configure(connection)):
        for number in range(layout + 1, newest + 1):
            steps[number].module.upgrade()
    connection.execute(sa.update(facts).where(facts.c.name == "schema").values(value=str(newest)))
    return Migrated(layout, newest)
