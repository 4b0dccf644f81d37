"""How is a report on staff signals told on a terminal?"""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.app.bench.hijack.text import wait
from holdfast.app.terminal import plain

from .figures import Rate, Seen
from .measure import MONTH, Report

WIDTH = 110
_SHOWN = 5


def print_report(console: Console, report: Report) -> None:
    """Print the ways of abuse, the false alarms, and the goals."""
    tickets = ", tickets told" if report.tickets else ""
    console.print(
        f"{report.agents:,} agents ({report.desk}{tickets}), {report.days} days, seed {report.seed}: "
        f"{report.events:,} events, {report.events_per_second:,.0f} a second of processor time"
    )
    table = Table(title="Abused accesses", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("way")
    for head in ("asked about", "before", "to be watched", "before", "hold proposed", "before", "time"):
        table.add_column(head, justify="right")
    for name, row in report.ways.items():
        cells = [_cells(each, row.attacks) for each in (row.asked, row.watched, row.held)]
        table.add_row(name, *cells[0][:2], *cells[1][:2], *cells[2])
    console.print(table)
    console.print(Text("Before: abusive actions; time: since the access was abused first. Median/nine in ten.", "dim"))
    console.print(f"Honest agents asked about: {_rate(report.asked)}")
    console.print(f"Honest agents to be watched: {_rate(report.watched)}")
    console.print(f"  per 1,000 agents and {MONTH} days: {report.watched_per_month:.1f}")
    console.print(f"Honest agents with a hold proposed: {_rate(report.held)}")
    console.print(
        f"  per 1,000 agents and {MONTH} days: {report.holds_per_month:.2f} "
        f"({report.holds_at_least:.2f} to {report.holds_at_most:.2f})"
    )
    console.print(f"Campaigns against staff told of: {report.waves}")
    for wrong in report.false[:_SHOWN]:
        console.print(
            plain(f"  {wrong.tier} {wrong.staff}, {wrong.score:.1f} nats: {'; '.join(wrong.evidence)}", "dim", 300)
        )
    for goal, reached in report.goals.items():
        console.print(Text.assemble(Text("kept  ", "green") if reached else Text("MISSED", "bold red"), "  ", goal))


def _cells(seen: Seen, attacks: int) -> tuple[str, str, str]:
    if seen.actions is None or seen.seconds is None:
        return f"0/{attacks}", "-", "-"
    return (
        f"{seen.seen}/{attacks}",
        f"{seen.actions.median:.0f}/{seen.actions.p90:.0f}",
        f"{wait(seen.seconds.median)}/{wait(seen.seconds.p90)}",
    )


def _rate(rate: Rate) -> str:
    return (
        f"{rate.count} in {rate.agent_days:,} agent-days = {rate.per_thousand:.2f} per 1,000 "
        f"({rate.at_least:.2f} to {rate.at_most:.2f} at 95 %)"
    )
