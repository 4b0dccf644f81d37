"""The report as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .figures import Following, Share, Tally
from .measure import Report


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
        "Asked early": report.early,
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
    table.add_column("worlds", justify="right")
    for head in ("right (95 %)", "wrong (95 %)", "unknown"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, tally in split.items():
        wrong = Text(_rate(tally.wrong), "red" if tally.wrong.count else "")
        table.add_row(name, f"{tally.right.of:,}", _rate(tally.right), wrong, f"{tally.unknown.count:,}")
    return table


def _following(split: Mapping[str, Following]) -> Table:
    table = _table("Next accounts, where the cause was named rightly")
    for head in ("recall (95 %)", "precision (95 %)"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, each in split.items():
        table.add_row(name, _rate(each.recall), _rate(each.precision))
    return table


def _table(title: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    return table


def _rate(share: Share) -> str:
    if not share.of:
        return "-"
    return f"{share.count:,} = {share.rate:.1%} ({share.at_least:.1%} to {share.at_most:.1%})"
