"""`holdfast scan`: which campaigns are in these posts?"""

from __future__ import annotations

import enum
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from holdfast.app.explain import campaign_json
from holdfast.app.forgotten import forgotten, sentences
from holdfast.app.pictures import counted, looking, told
from holdfast.app.refused import Refused
from holdfast.app.scan import Progress, Scan
from holdfast.app.terminal import Screen, plain
from holdfast.app.wiring import make_engine
from holdfast.connectors.files import FileSource, RejectFile
from holdfast.connectors.media import Looking
from holdfast.detection import Campaign, CampaignTier
from holdfast.errors import HoldfastError
from holdfast.events import Dialect, TimeUnit, format_time
from holdfast.reading import most_telling

from .options import Columns, File, Json, Media, MediaOrigin, MediaRoot, Memory, check_files, columns_of

_SHOWN = 8  # accounts, lures and terms that the text form lists per campaign
_EXIT_FOUND = 1


class FailOn(enum.StrEnum):
    """From which tier on a found campaign makes the command answer 1."""

    ALERT = "alert"
    CONTAIN = "contain"


def scan(  # noqa: PLR0913 - each is a word on the command line
    *files: Annotated[File, Parameter(help="JSONL, CSV or Parquet, plain or .gz or .zst; - is standard input.")],
    column: Columns = (),
    time_unit: Annotated[TimeUnit, Parameter(help="What a bare number in a time counts.")] = "auto",
    rejects: Annotated[Path | None, Parameter(help="Keep the lines that are no events in this file.")] = None,
    fail_on: Annotated[FailOn | None, Parameter(help="Answer 1 when one of this tier or above is found.")] = None,
    media: Media = False,
    media_root: MediaRoot = None,
    media_origin: MediaOrigin = (),
    memory_mb: Memory = 512,
    json: Json = False,
) -> int:
    """Find takeover campaigns in posts: unrelated accounts that carry the same lure, out of character.

    Needed per post: id, time, account, text. Security events in the same stream (see docs/reference/events.md)
    sharpen the answer. Alert: call a person. Contain: sure enough to propose holds.
    """
    check_files(files, [rejects])
    dialect = Dialect(columns=columns_of(column), time_unit=time_unit, keep_unknown=False)
    source = FileSource(files or ("-",), dialect=dialect)
    keep = RejectFile(rejects) if rejects is not None else None
    engine = make_engine(memory_mb=memory_mb)
    pictures = looking(source, inline=media, root=media_root, origins=media_origin)
    run = Scan(pictures or source, engine, Refused(keep))
    began = time.perf_counter()
    failure: HoldfastError | None = None
    with pictures or nullcontext():
        try:
            read(run, show=sys.stderr.isatty())
        except HoldfastError as error:
            failure = error  # what was found before the damage is still told
    seconds = time.perf_counter() - began
    if keep is not None:
        keep.close()
    (_print_json if json else _print_text)(run, pictures, seconds, engine.detector.counters)
    if failure is not None:
        raise failure
    return _EXIT_FOUND if _worse(run, fail_on) else 0


def read(run: Scan, *, show: bool) -> None:
    """Run a scan to its end, with a bar on standard error where `show`.

    Raises:
        HoldfastError: as the scan does; what came before has been looked at.

    """
    columns = (TextColumn("scanning"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[found]}"))
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True, disable=not show) as bar:
        task = bar.add_task("scan", total=None, found="")
        for progress in run:
            bar.update(task, completed=progress.bytes_read, total=progress.bytes_total or None, found=_found(progress))


def _found(progress: Progress) -> str:
    return f"{progress.posts:,} posts, {progress.campaigns} campaigns"


def _worse(run: Scan, fail_on: FailOn | None) -> bool:
    match fail_on:
        case None:
            return False
        case FailOn.ALERT:
            return bool(run.campaigns)
        case FailOn.CONTAIN:
            return any(campaign.tier is CampaignTier.CONTAIN for campaign in run.campaigns)


def _print_json(run: Scan, pictures: Looking | None, seconds: float, counters: Mapping[str, int]) -> None:
    out = sys.stdout.buffer
    for campaign in run.campaigns:
        out.write(msgspec.json.encode(campaign_json(campaign)) + b"\n")
    summary: dict[str, Any] = {
        "posts": run.posts,
        "rejects": run.refused.count,
        "duplicates": run.duplicates,
        "other_events": run.others,
        **forgotten(counters),
        "seconds": round(seconds, 3),
        "posts_per_second": round(run.posts / seconds) if seconds else 0,
    }
    if pictures is not None:
        summary["pictures"] = told(pictures)
    out.write(msgspec.json.encode({"summary": summary}) + b"\n")
    out.flush()


def _print_text(run: Scan, pictures: Looking | None, seconds: float, counters: Mapping[str, int]) -> None:
    console = Screen(highlight=False, soft_wrap=True)
    for campaign in run.campaigns:
        _print_campaign(console, campaign)
    tail = f", {run.refused.count:,} rejected" if run.refused.count else ""
    tail += f", {run.duplicates:,} seen twice" if run.duplicates else ""
    rate = run.posts / seconds if seconds else 0
    console.print(f"{len(run.campaigns)} campaigns in {run.posts:,} posts{tail}; {seconds:.1f} s, {rate:,.0f} posts/s")
    if pictures is not None:
        console.print(f"pictures: {counted(told(pictures))}")
    for sentence in sentences(counters):
        console.print(plain(sentence, style="dim"))
    if run.refused.count:
        console.print(plain(f"The first rejected: {run.refused.first}. --rejects FILE keeps all of them.", style="dim"))


def _print_campaign(console: Screen, campaign: Campaign) -> None:
    style = "bold red" if campaign.tier is CampaignTier.CONTAIN else "bold yellow"
    console.print(
        Text(campaign.tier.upper(), style=style),
        f"{campaign.id}: {len(campaign.accounts)} accounts, {len(campaign.posts)} posts, {campaign.score:.1f} nats",
    )
    console.print(
        f"  first post {format_time(campaign.first_post_at)}, seen {format_time(campaign.detected_at)} "
        f"at post {campaign.detected_after_posts}"
    )
    for lure in most_telling(campaign.lures)[:_SHOWN]:
        console.print(plain(f"  {lure.kind}: {lure.value}{'' if lure.valid else ' (not verifiable)'}"))
    console.print(plain(f"  accounts: {_some(campaign.accounts)}", limit=1_000))
    if campaign.bystanders:
        console.print(plain(f"  bystanders (they quote it, warn of it or own it): {_some(campaign.bystanders)}"))
    for term in campaign.evidence:
        console.print(plain(f"  {term.log_likelihood:+8.2f}  {term.term}  {term.note}", style="dim", limit=400))
    console.print()


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
