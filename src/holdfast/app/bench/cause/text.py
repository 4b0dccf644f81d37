"""The report as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .figures import Following, Share, Tally
from .measure import Report, Stratum

WIDTH = 96
"""Characters that the widest table takes."""


def print_report(console: Console, report: Report) -> None:
    """Print every figure, the most asked for first."""
    how = "through the whole program" if report.pipeline else "asked directly"
    console.print(f"{report.worlds:,} worlds of each sort from seed {report.seed}, {how}; bounds are exact, at 95 %")
    for title, stratum in {"Usual worlds": report.usual, "Hard worlds": report.hard}.items():
        _stratum(console, title, stratum)
    splits = {
        "Hard worlds: what looks like a cause and is none": report.by_decoy,
        "Hard worlds: how far the cause reached": report.by_reach,
        "Hard worlds: what the record lacks": {**report.by_gap, "nothing, and most were reached": report.plain},
        "Hard worlds: when only the first carriers are known": report.early,
    }
    for title, split in splits.items():
        console.print(_tallies(title, split))
    speed = report.speed
    console.print(
        f"Speed  a question {speed.question_ms_median:.1f} ms (median), {speed.question_ms_p99:.1f} ms (p99); "
        f"{speed.events_per_second:,.0f} events/s taken"
    )
    console.print()
    for goal in report.goals:
        mark = Text("reached", "green") if goal.reached else Text("MISSED ", "bold red")
        console.print(Text.assemble(mark, "  ", goal.goal, (f" ({_rate(goal.found)})", "dim")))


def _stratum(console: Console, title: str, stratum: Stratum) -> None:
    """The figures of one sort of worlds."""
    whole = {"all": stratum.total, "with a cause": stratum.with_cause, "without": stratum.without_cause}
    console.print(_tallies(title, whole))
    console.print(_tallies(f"{title}: how the accounts were lost", stratum.by_way))
    console.print(_tallies(f"{title}: carriers, where there is a cause", stratum.by_carriers))
    console.print(_following(title, {"all": stratum.next_accounts, **stratum.next_by_way}))


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


def _following(title: str, split: Mapping[str, Following]) -> Table:
    table = _table(f"{title}: next accounts, where the cause was named rightly")
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
