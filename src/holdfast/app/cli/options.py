"""The words that several commands share, and how they are read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from holdfast.errors import UsageError

Json = Annotated[bool, Parameter(negative="", help="Print JSON for programs instead of text for people.")]
Memory = Annotated[
    int,
    Parameter(
        name="--memory-mb", help="Bound on what detection remembers, in MiB; what it had to forget is told at the end."
    ),
]
Columns = Annotated[
    tuple[str, ...],
    Parameter(
        name="--column",
        negative="",
        help="A field under another name, as field=name (for example account=author). May be repeated.",
    ),
]

Media = Annotated[
    bool,
    Parameter(negative="", help="Look at pictures that are in the events, as data: URLs. Takes the extra `media`."),
]
MediaRoot = Annotated[
    Path | None,
    Parameter(name="--media-root", help="Look at pictures too whose paths lead to files below this folder."),
]
MediaOrigin = Annotated[
    tuple[str, ...],
    Parameter(
        name="--media-origin",
        negative="",
        help="Look at pictures too that this server on this machine has (http://127.0.0.1:PORT). May be repeated.",
    ),
]
APPROVE_AFTER = 60.0  # seconds: two people who look at a plan before they agree to it

Auto = Annotated[
    tuple[float, ...] | None,
    Parameter(
        consume_multiple=(0, 1),
        negative="",
        help=f"Approve each proposal this many seconds later ({APPROVE_AFTER:g} when none are given) and carry it out "
        "on the simulated platform.",
    ),
]
"""`--auto`, `--auto 30`, `--auto=30`, or left out; `auto_seconds` tells which."""

DEMO_STORE = Path("var/demo.db")
"""Where `holdfast demo` keeps its record, and `holdfast ledger` looks when no file is named."""

File = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""The name of a file to read, `-` among them; `check_files` tells the others with a hyphen from options."""

STORE_HELP = "A file, for example var/demo.db, or a database, for example postgresql://NAME@HOST/DATABASE."
StoreAddress = Annotated[str, Parameter(help=STORE_HELP)]

_STANDARD_INPUT = Path("/dev/stdin")
_STORE_ENDS = ("", "-wal", "-shm", "-journal", ".lock")  # what a store's files are called after its own name
_KEY_ENDS = ("", ".pub")
_OWN_KEY = ".key"  # the end of a store's name for its key, if no other is named
_IN_MEMORY = ":memory:"  # to SQLite no file at all
_LONGEST_WAIT = 86_400  # seconds: by then people have answered, or nobody is there
_PAIR = re.compile(r"([a-z_]+)=(.+)", re.DOTALL)


def columns_of(pairs: Iterable[str]) -> dict[str, str]:
    """The mapping field -> name in the file that `pairs` of `field=name` spell.

    Raises:
        UsageError: a pair is not of that form, or names one field twice.

    """
    columns: dict[str, str] = {}
    for pair in pairs:
        match = _PAIR.fullmatch(pair)
        if match is None:
            raise UsageError(f"--column {pair!r} is not field=name", advice="Write it as --column account=author.")
        field, name = match.groups()
        if field in columns:
            raise UsageError(f"--column names the field {field!r} twice")
        columns[field] = name
    return columns


def check_shown(limit: int, *, csv: bool, json: bool) -> None:
    """Refuse what shows nothing, which would read as if there were nothing, and two kinds of output at once.

    Raises:
        UsageError: so it is.

    """
    if csv and json:
        raise UsageError("--csv or --json: one of the two")
    if limit < 1:
        raise UsageError("--limit is a number from 1 on")


def check_files(
    read: Sequence[str],
    written: Iterable[Path | None] = (),
    *,
    store: Path | None = None,
    key: Path | None = None,
    archive: Path | None = None,
) -> None:
    """Refuse to `read` what looks like a mistyped option, and to write what is read or belongs to the `store`.

    Its `key` belongs to it, wherever it lies, and is none of its other files; the `archive` is a folder.

    Raises:
        UsageError: so it is, or a folder is to be written, or the archive is a file.

    """
    for name in read:
        if name.startswith("-") and name != "-":
            raise UsageError(f"there is no option {name!r}", advice=f"If it is a file, call it ./{name}.")
    sources = [_STANDARD_INPUT if name == "-" else Path(name) for name in read]
    given = [path for path in written if path is not None]
    for path in [*given, *_beside(store), *_beside(key)]:
        if path.is_dir() or path.name == _IN_MEMORY:
            raise UsageError(f"{path} is no file to be written", advice="Name one, or leave the option out.")
    if archive is not None and archive.exists() and not archive.is_dir():
        raise UsageError(f"{archive} is no folder to keep an archive in", advice="Name a folder, or a new one.")
    if store is not None:
        check_name(store)
    parts, keys = _beside(store, _STORE_ENDS), _beside(key, _KEY_ENDS)
    kept = [*parts, *keys, *_beside(store, [_OWN_KEY + end for end in _KEY_ENDS])]
    _keep_apart([*given, *kept], sources, "is read from, so nothing is written to it")
    _keep_apart(keys, parts, "belongs to the store, so its key is not kept there")
    _keep_apart([*given, *_beside(archive)], kept, "belongs to the store, so nothing else is written to it")


def _beside(path: Path | None, ends: Iterable[str] = ("",)) -> list[Path]:
    return [] if path is None else [Path(f"{path}{end}") for end in ends]


def _keep_apart(paths: Iterable[Path], others: Sequence[Path], why: str) -> None:
    for path in paths:
        if any(_same(path, other) for other in others):
            raise UsageError(f"{path} {why}", advice="Name another.")


def check_name(store: Path | str) -> None:
    """Refuse a name by which SQLite does not find a file again.

    Raises:
        UsageError: it is not UTF-8.

    """
    try:
        str(store).encode()
    except UnicodeEncodeError as error:
        said = f"a store cannot be called {store}, for that is not UTF-8"
        raise UsageError(said, advice="Give the file another name.") from error


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return os.path.realpath(path) == os.path.realpath(other)  # which leaves a loop of links as it is


def auto_seconds(given: Auto) -> float | None:
    """Seconds from proposal to approval that `--auto` asks for, or None where it was left out.

    Raises:
        UsageError: that is no time to wait, or it is given twice.

    """
    match given:
        case None:
            return None
        case ():
            return APPROVE_AFTER
        case (seconds,) if 0 <= seconds <= _LONGEST_WAIT:
            return seconds
        case (seconds,):
            raise UsageError(f"--auto {seconds:g} is no time to wait", advice=f"Give 0 to {_LONGEST_WAIT:,} seconds.")
        case _:
            raise UsageError("--auto is given more than once", advice="Give it once.")


def responder_seconds(word: str) -> float | None:
    """What `auto:SECONDS` or `none` asks for: seconds from proposal to approval, or None for no response at all.

    Raises:
        UsageError: it is neither.

    """
    if word == "none":
        return None
    match = re.fullmatch(r"auto:(\d+(?:\.\d+)?)", word)
    if match is None:
        raise UsageError(f"--responder {word!r} is neither auto:SECONDS nor none", advice="Try --responder auto:60.")
    return float(match[1])


def store_address(word: str) -> str:
    """The address of a store as it was typed.

    Raises:
        UsageError: it holds a password; everybody on the machine can read what was typed.
        SettingsError: it is not of a kind that is kept.

    """
    from holdfast.backends import names_password  # noqa: PLC0415 - most commands have no store, and start without it

    if names_password(word):
        raise UsageError(
            "the address of a store holds no password here: whoever is on this machine could read it",
            advice="Change it, and put the new one in the file that PGPASSFILE names, in ~/.pgpass or in PGPASSWORD.",
        )
    return word
