"""`holdfast ledger`: is the record whole, and what does it say?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec
from cyclopts import Parameter
from rich.text import Text

from holdfast.app.terminal import Screen, plain
from holdfast.app.wholeness import print_verdict
from holdfast.backends import LedgerFile, verify_store
from holdfast.errors import BrokenLedgerError, UnreadableFileError, UsageError
from holdfast.events import format_time
from holdfast.ledger import Entry, RecordKind, Verdict

from .options import DEMO_STORE, STORE_HELP, Json, check_name, store_address

ledger = cyclopts.App(name="ledger", help="Check every byte of the record, or show it.")

Store = Annotated[
    str | None,
    Parameter(help=f"{STORE_HELP} Without it {DEMO_STORE}, where a demo keeps its own."),
]
_KEY_BYTES = 4_096  # a verifier key or a signed head is a few hundred bytes
_EXIT_BROKEN = 4


@ledger.command
def verify(
    store: Store = None,
    *,
    vkey: Annotated[
        str | None,
        Parameter(help="The verifier key to trust, or @FILE that holds it. Without it the store's own key is used."),
    ] = None,
    checkpoint: Annotated[
        tuple[Path, ...],
        Parameter(negative="", help="A signed head kept elsewhere, which the ledger must continue. May be repeated."),
    ] = (),
    json: Json = False,
) -> int:
    """Check every byte of the record: entries, bodies, tree, signatures, and the rows beside it.

    Exit code 0 when whole, 4 when anything was changed, removed, reordered or rolled back.
    """
    key = _small_file(Path(vkey[1:])).strip() if vkey and vkey.startswith("@") else vkey
    address = _named(store)
    verdict = verify_store(address, key, remembered=[_small_file(path) for path in checkpoint])
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(_verdict(verdict)) + b"\n")
    else:
        print_verdict(address, verdict)
    return 0 if verdict.ok else _EXIT_BROKEN


@ledger.command
def show(  # noqa: PLR0913 - each is a word on the command line
    store: Store = None,
    *,
    start: Annotated[int, Parameter(help="First entry to show.")] = 0,
    stop: Annotated[int | None, Parameter(help="Entry to stop before.")] = None,
    kind: Annotated[RecordKind | None, Parameter(help="Only records of this kind.")] = None,
    subject: Annotated[str, Parameter(help="Only records whose subject contains this.")] = "",
    json: Json = False,
) -> None:
    """Show the entries in order: who meant to do what, when, and how it went. Shown as kept; `verify` checks them."""
    if start < 0 or (stop is not None and stop < 0):
        raise UsageError("--start and --stop count entries from 0", advice="Leave them out to see everything.")
    console = Screen(highlight=False, soft_wrap=True)
    with LedgerFile(_named(store)) as record:
        for entry in _chosen(record.entries(start, stop), kind, subject):
            if json:
                sys.stdout.buffer.write(msgspec.json.encode(_entry(entry)) + b"\n")
            else:
                console.print(_line(entry))


@ledger.command
def checkpoint(store: Store = None) -> None:
    """Print the last signed head. Keep it elsewhere; `verify --checkpoint` then notices a rolled-back store."""
    with LedgerFile(_named(store)) as record:
        note = record.checkpoint()
    if sys.stdout.isatty():
        lines = [plain(line, limit=1_000) for line in note.splitlines()]
        Screen(highlight=False, soft_wrap=True).print(*lines, sep="\n")
    else:
        sys.stdout.buffer.write(note.encode())
        sys.stdout.buffer.flush()


def _named(store: str | None) -> str:
    """The address of the store to look at.

    Raises:
        UsageError: none is named, and no demo has left one; or it holds a password, or its name is not UTF-8.
        SettingsError: it is not of a kind that is kept.

    """
    if store is None and not DEMO_STORE.exists():
        raise UsageError(
            f"no store is named, and there is no {DEMO_STORE}",
            advice="Name it, as in `holdfast ledger verify FILE`; or run `holdfast demo`, which makes one.",
        )
    if store is None:
        return str(DEMO_STORE)
    check_name(store)
    return store_address(store)


def _small_file(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return opened.read(_KEY_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path} cannot be read as text: {error}") from error


def _chosen(entries: Iterator[Entry], kind: RecordKind | None, subject: str) -> Iterator[Entry]:
    """Those of that kind and subject.

    Raises:
        BrokenLedgerError: a body nests deeper than any that was written.

    """
    try:
        for entry in entries:
            if (kind is None or entry.record.kind is kind) and subject in entry.record.subject:
                yield entry
    except RecursionError as error:
        raise BrokenLedgerError("the body of an entry nests deeper than can be read") from error


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {**msgspec.to_builtins(verdict), "root": verdict.root.hex(), "ok": verdict.ok}


def _entry(entry: Entry) -> dict[str, Any]:
    record = entry.record
    return {
        "index": entry.index,
        "time": format_time(record.time),
        "kind": record.kind,
        "actor": record.actor,
        "subject": record.subject,
        "key": record.key,
        "body": record.body if entry.salt is not None else None,
    }


_STYLES = {
    RecordKind.INTENT: "yellow",
    RecordKind.OUTCOME: "green",
    RecordKind.DECISION: "bold cyan",
    RecordKind.OBSERVATION: "bold red",
    RecordKind.NOTE: "dim",
}


def _line(entry: Entry) -> Text:
    record = entry.record
    body = msgspec.json.encode(record.body).decode() if entry.salt is not None else "(erased)"
    return Text.assemble(
        (f"{entry.index:>6}  ", "dim"),
        format_time(record.time),
        (f"  {record.kind:<11} ", _STYLES[record.kind]),
        plain(f"{record.actor}  {record.subject}  ", style="bold"),
        plain(body, limit=400),
    )
