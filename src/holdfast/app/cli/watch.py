"""`holdfast watch`: detection and response on a live stream."""

from __future__ import annotations

import sys
import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.text import Text

from holdfast.app.forgotten import forgotten, sentences
from holdfast.app.keeping import Keeper
from holdfast.app.live import LiveWatch, StreamClock, deliveries
from holdfast.app.pictures import counted, looking, told
from holdfast.app.refused import Refused
from holdfast.app.terminal import Screen, plain
from holdfast.backends import ParquetArchive, file_of
from holdfast.connectors.files import FollowFile, FollowStream, RejectFile, standard_input
from holdfast.containment import Plan
from holdfast.events import Dialect, TimeUnit, format_time
from holdfast.response import Happening, Offer

from .options import (
    Auto,
    Columns,
    File,
    Json,
    Media,
    MediaOrigin,
    MediaRoot,
    Memory,
    auto_seconds,
    check_files,
    columns_of,
    store_address,
)

_LOOKING = 2.0  # seconds for the pictures of what is read at once: a flood of them must not keep the texts waiting
_LOOK_EVERY = 0.25  # seconds between looks at a file that has not grown


def watch(  # noqa: PLR0913 - each is a word on the command line
    *,
    events: Annotated[File, Parameter(help="A growing file of JSON Lines, or - for standard input.")],
    auto: Auto = None,
    once: Annotated[bool, Parameter(negative="", help="Stop at the end of the file; do not wait for more.")] = False,
    column: Columns = (),
    time_unit: Annotated[TimeUnit, Parameter(help="What a bare number in a time counts.")] = "ms",
    rejects: Annotated[Path | None, Parameter(help="Keep the lines that are no events in this file.")] = None,
    store: Annotated[
        str | None, Parameter(help="Keep the record in this file or database; else it is forgotten.")
    ] = None,
    key: Annotated[
        Path | None,
        Parameter(help="The record's signing key, made if it is not there. For a file: the same name and .key."),
    ] = None,
    archive: Annotated[Path | None, Parameter(help="Keep all events in this folder, as Parquet files.")] = None,
    media: Media = False,
    media_root: MediaRoot = None,
    media_origin: MediaOrigin = (),
    memory_mb: Memory = 512,
    json: Json = False,
) -> int:
    """Watch a stream of events (docs/reference/events.md): campaigns, causes and proposals as they come.

    Time is the stream's own, so a recorded stream may be watched as fast as it can be read. Nothing real is touched:
    with --auto, plans are carried out on a mirror of the accounts that the stream names.
    """
    address = None if store is None else store_address(store)
    check_files([events], [rejects], store=None if address is None else file_of(address), key=key, archive=archive)
    approve_after = auto_seconds(auto)
    dialect = Dialect(columns=columns_of(column), time_unit=time_unit)
    source = (
        FollowStream(standard_input(), dialect=dialect)
        if events == "-"
        else FollowFile(events, wait=_never if once else _wait, dialect=dialect)
    )
    pictures = looking(source, inline=media, root=media_root, origins=media_origin, patience=None if once else _LOOKING)
    clock = StreamClock(monotonic=_still) if once else StreamClock()
    run = LiveWatch(approve_after=approve_after, store=address, key=key, memory_mb=memory_mb, clock=clock)
    printer = _JsonPrinter() if json else _TextPrinter()
    read = 0
    with run.store:
        with (
            RejectFile(rejects) if rejects is not None else nullcontext() as keep,
            closing(Keeper(None if archive is None else ParquetArchive(archive))) as keeper,
            pictures or nullcontext(),
        ):
            refused = Refused(keep)
            for delivery in deliveries(pictures or source, idle=1.0):
                if delivery is None:
                    keeper.tick()
                    run.tick()
                else:
                    keeper.take(delivery.batch)
                    run.take(delivery.batch)
                    refused.take(delivery)
                    read += delivery.batch.posts.num_rows + len(delivery.batch.others)
                _tell(run, printer)
        printer.end(run, refused.count, {} if pictures is None else told(pictures))
    refused.check(read)
    return 0


def _still() -> float:
    """What is read once is a record: no time goes by in it but its own, however long the reading takes."""
    return 0.0


def _wait() -> bool:
    time.sleep(_LOOK_EVERY)
    return True


def _never() -> bool:
    return False


def _tell(run: LiveWatch, printer: _TextPrinter | _JsonPrinter) -> None:
    for happening in run.happenings():
        printer.happening(happening)
    for offer in run.offers():
        plans = [run.response.desk.plan(plan) for plan in offer.plans]
        printer.offer(offer, plans, [run.response.desk.needs(plan).approvals for plan in plans])


class _TextPrinter:
    """Lines for people."""

    def __init__(self) -> None:
        self._console = Screen(highlight=False, soft_wrap=True)

    def happening(self, happening: Happening) -> None:
        kind = Text(f"  {happening.kind:<9} ", style="bold")
        self._console.print(Text.assemble(format_time(happening.time), kind, plain(happening.text, limit=400)))

    def offer(self, offer: Offer, plans: list[Plan], needs: list[int]) -> None:  # noqa: ARG002 - as the other's
        for plan in plans:
            mark = Text(" > ", style="bold green") if plan.id == offer.recommended else Text("   ")
            radius = plan.preview
            self._console.print(
                Text.assemble(
                    " " * 24,
                    mark,
                    plain(plan.title, limit=200),
                    f"  [{radius.accounts:,} accounts, {radius.innocent:,} of them innocent, "
                    f"{radius.refused_per_hour:,.0f} innocent posts and {radius.quotes_refused_per_hour:,.0f} quotes "
                    f"an hour; stops {plan.stops.share:.0%}]",
                )
            )

    def end(self, run: LiveWatch, rejected: int, pictures: dict[str, int]) -> None:
        if pictures:
            self._console.print(f"pictures: {counted(pictures)}")
        waiting = sum(offer.wanted for offer in run.response.desk.offers)
        self._console.print(
            f"end of the stream; {len(run.response.docket.cases):,} campaigns, {rejected:,} lines rejected, "
            f"{waiting:,} proposals wait for a decision, {run.store.checkpoint().size:,} entries on record"
        )
        for sentence in sentences(run.counters):
            self._console.print(plain(sentence, style="dim"))


class _JsonPrinter:
    """Lines for programs: one object each, told apart by `type`."""

    def happening(self, happening: Happening) -> None:
        self._print({"type": "happening", **msgspec.to_builtins(happening), "time": format_time(happening.time)})

    def offer(self, offer: Offer, plans: list[Plan], needs: list[int]) -> None:
        self._print(
            {
                "type": "proposal",
                "time": format_time(offer.at),
                "about": offer.about,
                "recommended": offer.recommended,
                "plans": [_plan(plan, most) for plan, most in zip(plans, needs, strict=True)],
            }
        )

    def end(self, run: LiveWatch, rejected: int, pictures: dict[str, int]) -> None:
        head = run.store.checkpoint()
        seen = {"pictures": pictures} if pictures else {}
        on_record = {"size": head.size, "root": head.root.hex()}
        self._print({"type": "end", "rejects": rejected, **seen, **forgotten(run.counters), "ledger": on_record})

    def _print(self, what: dict[str, Any]) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
        sys.stdout.buffer.flush()


def _plan(plan: Plan, needs: int) -> dict[str, Any]:
    """A plan as other programs read it: its holds are counted, for they may be hundreds of thousands."""
    return {
        "id": plan.id,
        "kind": str(plan.kind),
        "title": plan.title,
        "steps": list(plan.steps),
        "action_hash": plan.action_hash,
        "holds": len(plan.holds),
        "preview": msgspec.to_builtins(plan.preview),
        "stops": msgspec.to_builtins(plan.stops),
        "needs": needs,
    }
