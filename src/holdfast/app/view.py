"""The live terminal view of a run: clock, campaigns, holds, time line, and history beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from holdfast.detection import Campaign, CampaignTier
from holdfast.events import format_time, spoken_time
from holdfast.reading import most_telling
from holdfast.response import Happening, HappeningKind

from .moment import Figures, Moment
from .terminal import plain

_WIDE = 110  # columns from which figures and holds stand beside the time line
_CAMPAIGNS, _CAMPAIGNS_NARROW = 4, 2  # shown at once; the panel's title counts them all
_LURES = 2  # of each
_STYLES: dict[HappeningKind, str] = {
    HappeningKind.CAMPAIGN: "bold red",
    HappeningKind.WARNING: "yellow",
    HappeningKind.CAUSE: "bold magenta",
    HappeningKind.PROPOSAL: "cyan",
    HappeningKind.APPROVAL: "bold green",
    HappeningKind.IN_FORCE: "green",
    HappeningKind.RECOVERY: "green",
    HappeningKind.ALARM: "bold red",
}


class Screen:
    """The whole screen for one moment: two columns where there is room, else what changes fastest."""

    def __init__(self, moment: Moment) -> None:
        """Show `moment`."""
        self._moment = moment

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it into the width and height of `options`."""
        yield _wide(self._moment) if options.max_width >= _WIDE else _narrow(self._moment)


def screen(moment: Moment) -> Screen:
    """What a terminal shows of `moment`."""
    return Screen(moment)


def _wide(moment: Moment) -> Layout:
    layout = Layout()
    layout.split_column(Layout(_head(moment), size=4), Layout(name="body"))
    layout["body"].split_row(Layout(name="left", ratio=3), Layout(name="right", ratio=2, minimum_size=44))
    layout["left"].split_column(
        Layout(_campaigns(moment, _CAMPAIGNS), size=_rows(moment, _CAMPAIGNS)), Layout(_timeline(moment))
    )
    layout["right"].split_column(Layout(_score(moment), size=12), Layout(_holds(moment)))
    return layout


def _narrow(moment: Moment) -> Layout:
    layout = Layout()
    layout.split_column(
        Layout(_head(moment), size=4),
        Layout(_campaigns(moment, _CAMPAIGNS_NARROW), size=_rows(moment, _CAMPAIGNS_NARROW)),
        Layout(_timeline(moment)),
        Layout(_figures_line(moment), size=1),
    )
    return layout


def _rows(moment: Moment, most: int) -> int:
    return 2 + max(1, 2 * min(most, len(moment.campaigns)))


def _figures_line(moment: Moment) -> Text:
    figures, holds = moment.figures, sum(moment.holds.values())
    return Text(
        f" {figures.lures_made} lure posts, {figures.lures_live} live; {figures.held_unused} accounts held before use; "
        f"{holds:,} holds",
        style="bold",
        no_wrap=True,
        overflow="ellipsis",
    )


class _Last:
    """As many of the last lines as there is room for."""

    def __init__(self, lines: Sequence[Happening]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw them, oldest first."""
        room = options.height or len(self._lines)
        yield Group(*(_happening(line) for line in self._lines[-room:]))


def clock(time: int) -> str:
    """The time of day of `time`, for one look: `19:13:02`."""
    return format_time(time)[11:19]


def _head(moment: Moment) -> Panel:
    line = Text.assemble(
        (spoken_time(moment.now), "bold"),
        f"   {moment.posts:,} posts, {moment.events:,} security events",
        (f"   {moment.rate:,.0f} posts/s", "dim"),
        (f"   ledger {moment.ledger:,} entries", "dim"),
        no_wrap=True,
        overflow="ellipsis",
    )
    done = ProgressBar(total=max(1, moment.end - moment.start), completed=moment.now - moment.start)
    return Panel(Group(line, done), title=plain(moment.title), title_align="left", border_style="blue")


def _campaigns(moment: Moment, most: int) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    shown = sorted(moment.campaigns, key=lambda c: (c.tier is not CampaignTier.CONTAIN, -len(c.accounts)))
    for campaign in shown[:most]:
        table.add_row(*_campaign(campaign))
    body: RenderableType = table if shown else Text("none so far", style="dim")
    return Panel(body, title=f"Campaigns ({len(shown)})", title_align="left", border_style="red" if shown else "dim")


def _campaign(campaign: Campaign) -> tuple[Text, Text]:
    style = "bold red" if campaign.tier is CampaignTier.CONTAIN else "yellow"
    lures = most_telling(campaign.lures)
    shown = ", ".join(lure.value for lure in lures[:_LURES])
    more = f" +{len(lures) - _LURES}" if len(lures) > _LURES else ""
    return (
        Text(f"{campaign.tier:<7}", style=style),
        Text.assemble(
            (f"{len(campaign.accounts)} accounts, {len(campaign.posts)} posts", "bold"),
            f", seen {clock(campaign.detected_at)} at post {campaign.detected_after_posts}, "
            f"evidence {campaign.score:.0f} nats\n",
            plain(shown + more, style="dim", limit=90),
        ),
    )


def _timeline(moment: Moment) -> Panel:
    return Panel(_Last(moment.happenings), title="Time line (UTC)", title_align="left", border_style="blue")


def _happening(happening: Happening) -> Text:
    style = _STYLES.get(happening.kind, "")
    text = plain(happening.text, style=style, limit=200)
    return Text.assemble((clock(happening.time) + "  ", "dim"), text, no_wrap=True, overflow="ellipsis")


def _score(moment: Moment) -> Panel:
    return Panel(
        score_table(moment.figures, moment.history),
        title="Now, and in the real attack",
        title_align="left",
        border_style="blue",
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
