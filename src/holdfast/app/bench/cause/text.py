"""The report as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .figures import Following, Share, Tally
from .measure import Report

WIDTH = 96
"""Characters that the widest table takes."""


def print_report(console: Console, report: Report) -> None:
    """Print every figure, the most asked for first."""
    how = "through the whole program" if report.pipeline else "asked directly"
    console.print(f"{report.worlds:,} worlds from seed {report.seed}, {how}; bounds are exact, at 95 %")
    console.print(_tallies("", {"all worlds": report.total, "record whole, cause reached most": report.plain}))
    splits = {
        "How the accounts were lost": report.by_way,
        "What looks like a cause and is none": report.by_decoy,
        "Carriers, where there is a cause": report.by_carriers,
        "How far the cause reached": report.by_reach,
        "What the record lacks": report.by_gap,
        "When only the first carriers are known": report.early,
    }
    for title, split in splits.items():
        console.print(_tallies(title, split))
    console.print(_following({"all": report.next_accounts, **report.next_by_way}))
    speed = report.speed
    console.print(
        f"Speed  a question {speed.question_ms_median:.1f} ms (median), {speed.question_ms_p99:.1f} ms (p99); "
        f"{speed.events_per_second:,.0f} events/s taken"
    )
    console.print()
    for goal in report.goals:
        mark = Text("reached", "green") if goal.reached else Text("MISSED ", "bold red")
        console.print(Text.assemble(mark, "  ", goal.goal, (f" ({_rate(goal.found)})", "dim")))


def _tallies(title: str, split: Mapping[str, Tally]) -> Table:
    table = _table(title)
    for head in ("worlds", "right", "at least", "wrong", "at most", "unknown"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, each in split.items():
        table.add_row(
            name,
            f"{each.right.of:,}",
            f"{each.right.rate:.1%}",
            Text(f"{each.right.at_least:.1%}", "dim"),
            Text(f"{each.wrong.count:,}", "red" if each.wrong.count else ""),
            Text(f"{each.wrong.at_most:.1%}", "dim"),
            f"{each.unknown.count:,}",
        )
    return table


def _following(split: Mapping[str, Following]) -> Table:
    table = _table("Next accounts, where the cause was named rightly")
    for head in ("recall", "precision"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, each in split.items():
        table.add_row(name, _rate(each.recall), _rate(each.precision))
    return table


def _table(title: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    return table


def _rate(share: Share) -> str:
    if not share.of:
        return "-"
    return f"{share.rate:.1%} of {share.of:,} ({share.at_least:.1%} to {share.at_most:.1%})"
