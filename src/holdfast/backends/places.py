"""Which database does the address of a store name?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa

from holdfast.errors import SettingsError, StoreError

from .claim import FileClaim
from .database import Database, Reading
from .sqlite import BESIDE, MEMORY, SqliteDatabase, seam
from .sqlite_reading import SqliteReading

_SQLITE = b"SQLite format 3\0"  # how its files begin
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def open_database(where: str | Path, *, patience_ms: int) -> Database:
    """The database at `where`: a path, `:memory:`, `sqlite:///path` or `postgresql://...`, for a store that writes.

    Raises:
        SettingsError: the address is not of a kind that is kept, or its driver is not installed.
        StoreError: a file cannot be made there.

    """
    place = _place(where)
    if isinstance(place, str):
        return SqliteDatabase(place, patience_ms=patience_ms)
    database: Database = _driver().PostgresDatabase(place, patience_ms=patience_ms)
    return database


def stands(where: str | Path) -> None:
    """Pass where a file that an address names is there: whoever goes on with a store makes none by a wrong word.

    Raises:
        SettingsError: the address is not of a kind that is kept.
        StoreError: there is no file.

    """
    file = file_of(where)
    if file is not None and not file.is_file():
        raise StoreError(f"There is no store at {file}.", advice="Check the path.")


def open_reading(where: str | Path) -> Reading:
    """The database at `where` for reading only, as of now.

    Raises:
        SettingsError: the address is not of a kind that is kept, or its driver is not installed.
        StoreError: there is nothing to be read there.

    """
    place = _place(where)
    if isinstance(place, str):
        return SqliteReading(place)
    reading: Reading = _driver().PostgresReading(place)
    return reading


def file_of(where: str | Path) -> Path | None:
    """The file that an address names, or None for a database that is none.

    Raises:
        SettingsError: the address is not of a kind that is kept.

    """
    place = _place(where)
    return Path(place) if isinstance(place, str) else None


def discard_file(file: Path) -> None:
    """Remove the store in a file, with what SQLite keeps beside it, unless somebody is at work on it.

    Raises:
        StoreError: somebody is, it is no store, or it cannot be removed.

    """
    if not file.parent.exists():
        return
    with seam(str(file)), closing(FileClaim(str(file))):
        if file.is_file():
            with file.open("rb") as opened:
                if opened.read(len(_SQLITE)) not in {b"", _SQLITE}:
                    raise StoreError(f"{file} is no store, and is not removed.", advice="Name another --store.")
        for old in (file, *(file.with_name(file.name + end) for end in BESIDE)):
            old.unlink(missing_ok=True)


def names_password(where: str | Path) -> bool:
    """Whether an address holds a password; on a command line everybody on the machine could read it.

    Raises:
        SettingsError: the address is not of a kind that is kept.

    """
    place = _place(where)
    return isinstance(place, sa.URL) and (
        place.password is not None or bool({"password", "sslpassword"} & {*place.query})
    )


def _place(where: str | Path) -> str | sa.URL:
    """The file that an address names, or the URL of a PostgreSQL database.

    Messages do not repeat the address: it may hold a password.
    """
    if isinstance(where, Path) or "://" not in where:
        return str(where)
    scheme, _, rest = where.partition("://")
    advice = "Give a path, sqlite:///path, or postgresql://NAME@HOST/DATABASE."
    try:
        url = sa.make_url(f"postgresql+psycopg://{rest}" if scheme in _POSTGRES else where)
    except (sa.exc.ArgumentError, ValueError) as why:
        raise SettingsError("This is not the address of a store.", advice=advice) from why
    if scheme in _POSTGRES:
        return url
    if scheme != "sqlite":
        raise SettingsError(f"A store cannot be kept in {scheme[:40]!r}.", advice=advice)
    return url.database or MEMORY


def _driver() -> ModuleType:
    try:
        from . import postgres  # noqa: PLC0415 - `import holdfast` needs no driver that is an extra
    except ImportError as why:
        raise SettingsError(
            "The driver for PostgreSQL is not installed.", advice="Run: pip install 'holdfast[postgres]'"
        ) from why
    return postgres
