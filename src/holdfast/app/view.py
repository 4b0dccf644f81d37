"""The live terminal view of a run: clock, campaigns, holds, time line, and history beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from holdfast.detection import Campaign, CampaignTier
from holdfast.events import format_time
from holdfast.response import Happening, HappeningKind

from .moment import Figures, Moment
from .terminal import plain

_LINES = 15  # of the time line, which fit a terminal of 36 rows beside the other panels
_CAMPAIGNS = 4
_STYLES: dict[HappeningKind, str] = {
    HappeningKind.CAMPAIGN: "bold red",
    HappeningKind.WARNING: "yellow",
    HappeningKind.CAUSE: "bold magenta",
    HappeningKind.PROPOSAL: "cyan",
    HappeningKind.APPROVAL: "bold green",
    HappeningKind.IN_FORCE: "green",
    HappeningKind.ALARM: "bold red",
}


def screen(moment: Moment) -> Layout:
    """The whole screen for one moment."""
    layout = Layout()
    layout.split_column(Layout(_head(moment), size=4), Layout(name="body"))
    layout["body"].split_row(Layout(name="left", ratio=3), Layout(name="right", ratio=2, minimum_size=44))
    layout["left"].split_column(Layout(_campaigns(moment), size=_CAMPAIGNS * 2 + 3), Layout(_timeline(moment)))
    layout["right"].split_column(Layout(_score(moment), size=14), Layout(_holds(moment)))
    return layout


def clock(time: int) -> str:
    """The time of day of `time`, for one look: `19:13:02`."""
    return format_time(time)[11:19]


def _head(moment: Moment) -> Panel:
    line = Text.assemble(
        (format_time(moment.now)[:19].replace("T", " ") + " UTC", "bold"),
        f"   {moment.posts:,} posts, {moment.events:,} security events",
        (f"   {moment.rate:,.0f} posts/s", "dim"),
        (f"   ledger {moment.ledger:,} entries", "dim"),
    )
    done = ProgressBar(total=max(1, moment.end - moment.start), completed=moment.now - moment.start)
    return Panel(Group(line, done), title=plain(moment.title), title_align="left", border_style="blue")


def _campaigns(moment: Moment) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    shown = sorted(moment.campaigns, key=lambda c: (c.tier is not CampaignTier.CONTAIN, -len(c.accounts)))
    for campaign in shown[:_CAMPAIGNS]:
        table.add_row(*_campaign(campaign))
    body: RenderableType = table if shown else Text("none so far", style="dim")
    return Panel(body, title=f"Campaigns ({len(shown)})", title_align="left", border_style="red" if shown else "dim")


def _campaign(campaign: Campaign) -> tuple[Text, Text]:
    style = "bold red" if campaign.tier is CampaignTier.CONTAIN else "yellow"
    lures = ", ".join(lure.value for lure in campaign.lures[:2])
    more = f" +{len(campaign.lures) - 2}" if len(campaign.lures) > 2 else ""
    return (
        Text(f"{campaign.tier:<7}", style=style),
        Text.assemble(
            (f"{len(campaign.accounts)} accounts, {len(campaign.posts)} posts", "bold"),
            f", seen {clock(campaign.detected_at)} after post {campaign.detected_after_posts}, "
            f"{campaign.score:.0f} nats\n",
            plain(lures + more, style="dim", limit=90),
        ),
    )


def _timeline(moment: Moment) -> Panel:
    lines = [_happening(happening) for happening in moment.happenings[-_LINES:]]
    return Panel(Group(*lines), title="Time line (UTC)", title_align="left", border_style="blue")


def _happening(happening: Happening) -> Text:
    style = _STYLES.get(happening.kind, "")
    text = plain(happening.text, style=style, limit=200)
    return Text.assemble((clock(happening.time) + "  ", "dim"), text, no_wrap=True, overflow="ellipsis")


def _score(moment: Moment) -> Panel:
    return Panel(
        score_table(moment.figures, moment.history), title="Now and then", title_align="left", border_style="blue"
    )


def score_table(figures: Figures, history: Mapping[str, Any]) -> Table:
    """The running figures beside the ones of the real attack, as far as `history` has them."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column()
    table.add_column("now", justify="right", style="bold")
    table.add_column("history", justify="right", style="dim")
    table.add_row("", "now", "history")
    then = _flat(history)
    for name, value, key in (
        ("accounts touched", figures.touched, "accounts.targeted"),
        ("accounts that posted", figures.posted, "accounts.posted"),
        ("held before use", figures.held_unused, "accounts.held_unused"),
        ("innocents held", figures.innocent_held, "accounts.innocent_held"),
        ("lure posts made", figures.lures_made, "lure_posts.made"),
        ("  of them live now", figures.lures_live, ""),
        ("  refused when written", figures.refused, "lure_posts.refused_at_write"),
        ("inboxes read", figures.inboxes, "exposure.inboxes_read"),
        ("archives exported", figures.exports, "exposure.exports"),
    ):
        past = then.get(key)
        table.add_row(name, f"{value:,}", f"{past:,}" if isinstance(past, int | float) else "")
    return table


def _flat(history: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in history.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _holds(moment: Moment) -> Panel:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column()
    table.add_column(justify="right", style="bold")
    for restriction, count in sorted(moment.holds.items(), key=lambda item: -item[1]):
        table.add_row(restriction.replace("_", " "), f"{count:,}")
    body: RenderableType = table if moment.holds else Text("none in force", style="dim")
    return Panel(body, title="Holds in force", title_align="left", border_style="green" if moment.holds else "dim")
