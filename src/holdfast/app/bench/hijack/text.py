"""The report as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from holdfast.app.terminal import plain

from .attacks import short
from .figures import FalseAlarms, Rate, Row, Spread
from .promises import MAY_ALERT
from .report import Report, Told
from .tempted import Tempted

WIDTH = 124
"""Characters that the widest table takes."""

_NAME = 15  # characters of a variant's name beside its number
_HEADS = (
    "\nseen",
    "by\n3rd",
    "by\n5th",
    "\nposts",
    "past\n3rd",
    "\ntime",
    "past\n3rd",
    "\nrecall",
    "\npurity",
    "\njoined",
    "con-\ntained",
    "innocent\nheld",
)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400  # seconds
_FALSE_SHOWN = 5


def print_report(console: Console, report: Report) -> None:
    """Print every figure, the most asked for first."""
    about = report.about
    console.print(
        plain(
            f"{about.directory}: {about.posts:,} posts by {about.accounts:,} accounts, "
            f"{about.start[:10]} to {about.end[:10]}; {about.campaigns} campaigns, variants: {len(about.variants)}",
            limit=1_000,
        )
    )
    if about.rejects:
        console.print(plain(f"{about.rejects:,} rows rejected; the first: {about.first_reject}", "yellow", 1_000))
    for name, told in report.histories.items():
        console.print()
        console.print(_variants(name, told))
        console.print(_parts(told))
    console.print()
    console.print(_false(report))
    if report.look_alikes is not None:
        console.print()
        console.print(_families(report.look_alikes))
    speed = report.speed
    console.print()
    console.print(
        f"Speed  {speed.posts_per_second_core:,.0f} posts/s on one core; a batch of {speed.batch_posts:,}: median "
        f"{speed.batch_median_ms:.0f} ms, p99 {speed.batch_p99_ms:.0f} ms over {speed.batches}; peak memory "
        f"{speed.peak_rss_mb:,.0f} MiB (with the data)"
    )
    console.print()
    for promise in report.promises:
        mark = Text("kept  ", "green") if promise.kept else Text("BROKEN", "bold red")
        console.print(Text.assemble(mark, "  ", promise.promise, (f" ({promise.found})", "dim")))


def _variants(history: str, told: Told) -> Table:
    table = Table(
        title=f"Campaigns by {history} accounts",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("\nvariant", no_wrap=True)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    for name, row in told.variants.items():
        table.add_row(_named(name), *_cells(row))
    table.add_section()
    table.add_row("all", *_cells(told.total), style="bold")
    return table


def _named(variant: str) -> Text:
    rest = variant[len(short(variant)) + 1 :].replace("_", " ")
    return Text.assemble(plain(short(variant), limit=_NAME), " ", plain(rest, "dim", _NAME))


def _cells(row: Row) -> Iterator[Text]:
    seen = row.campaigns - row.missed
    yield Text(f"{seen}/{row.campaigns}", "" if not row.missed else "yellow" if seen else "red")
    yield from map(Text, (_percent(row.by_third), _percent(row.by_fifth)))
    yield from map(Text, (_spread(row.posts), _spread(row.posts_beyond)))
    yield from map(Text, (_waits(row.seconds), _waits(row.seconds_beyond)))
    yield from map(Text, (_percent(row.recalled), _percent(row.purity)))
    yield from map(Text, (str(row.joined), str(row.contained)))
    yield Text(_percent(row.innocent), "red" if row.innocent_held else "")


def _parts(told: Told) -> Text:
    shown = [
        f"{name.replace('_', '-')} {row.campaigns - row.missed}/{row.campaigns}"
        for name, row in told.parts.items()
        if row.campaigns
    ]
    return Text(
        f"Seen in each part: {', '.join(shown) or 'none'}.\n"
        "Posts and time: median/most, from the first lure post, and past the third account's, which made it knowable.\n"
        "Recall: share of the hijacked accounts found. Purity: share of the found that are hijacked by this campaign.\n"
        "Joined: seen only as part of another campaign. Innocent held: share of the accounts in contained campaigns.",
        "dim",
    )


def _false(report: Report) -> Group:
    table = Table(
        title="False campaigns", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    table.add_column("")
    table.add_column("posts", justify="right")
    table.add_column("alert, per million (95 %)", justify="right")
    table.add_column("contain, per million (95 %)", justify="right")
    rows = {"background alone": report.background}
    rows |= {f"with campaigns, {name}": told.false for name, told in report.histories.items()}
    for name, alarms in rows.items():
        table.add_row(name, f"{alarms.alert.posts:,}", _rate(alarms.alert), _rate(alarms.contain))
    early = sum(alarms.warming_up for alarms in rows.values())
    left_out = [Text("Those of the warm-up are not counted.", "dim")] if early else []
    return Group(table, *left_out, *_examples(rows.values()))


def _examples(found: Iterable[FalseAlarms]) -> Iterator[Text]:
    """What the false campaigns were taken for, the first few."""
    campaigns = {campaign.id: campaign for alarms in found for campaign in alarms.campaigns}
    for campaign in list(campaigns.values())[:_FALSE_SHOWN]:
        when, lures = campaign.part.replace("_", "-"), ", ".join(campaign.lures)
        said = f"  {when}: {campaign.tier}, {campaign.accounts} accounts, {campaign.score:.1f} nats in the end: {lures}"
        yield plain(said, "dim", 200)


def _families(tempted: Tempted) -> Group:
    table = Table(
        title="Benign look-alikes", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for head in ("family", "runs", "alert", "contain"):
        table.add_column(head, justify="left" if head == "family" else "right")
    for name, family in tempted.families.items():
        wrong = family.contain or (family.alert and name not in MAY_ALERT)
        table.add_row(
            plain(name), str(family.runs), str(family.alert), str(family.contain), style="red" if wrong else ""
        )
    warners = tempted.warners
    return Group(
        table,
        Text(
            f"{warners.warnings:,} warnings: {warners.in_campaigns} taken for lure posts, {warners.contained} held.",
            "red" if warners.contained else "dim",
        ),
    )


def _rate(rate: Rate) -> str:
    return f"{rate.campaigns} = {rate.per_million:.2f} ({rate.at_least:.2f} to {rate.at_most:.2f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else "100%" if share == 1 else f"{100 * share:.1f}%"


def _spread(spread: Spread | None) -> str:
    return "-" if spread is None else f"{spread.median:.0f}/{spread.most:.0f}"


def _waits(spread: Spread | None) -> str:
    return "-" if spread is None else f"{wait(spread.median)}/{wait(spread.most)}"


def wait(seconds: float) -> str:
    """A time to wait in the unit that suits it."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f}s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f}m"
    return f"{seconds / _HOUR:.1f}h" if seconds < 2 * _DAY else f"{seconds / _DAY:.1f}d"
