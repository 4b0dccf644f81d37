"""How do the outcomes under each control read, for a terminal and for a page?"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from .controls import ControlTable, Row
from .terminal import plain

_MILLION = 1_000_000
_LEGEND = 1_000  # characters
FIGURES = (
    ("meant", "accounts taken of those that the plan names", "meant"),
    ("others", "accounts taken in place of these", "others"),
    ("2 h", "accounts taken within the first two hours", "early"),
    ("posted", "accounts that posted a lure", "posted"),
    ("reach", "followers of these, in millions", "followers"),
    ("inbox", "inboxes read", "inboxes"),
    ("arch.", "archives taken", "archives"),
    ("min.", "minutes from the first use of the tool to the last harm", "minutes"),
    ("help", "% of honest work that took a colleague", "helped"),
    ("no", "% of honest work that could not be done", "refused"),
)
"""How each figure is headed, what that means, and its name."""


def print_controls(console: Console, table: ControlTable) -> None:
    """Print the table, one row for each way."""
    shown = Table(box=None, padding=(0, 1), header_style="dim")
    shown.add_column("", no_wrap=True)
    for heading, _, _ in FIGURES:
        shown.add_column(plain(heading), justify="right", style="bold", no_wrap=True)
    for row in table.rows:
        shown.add_row(plain(row.name), *(plain(each) for each in _figures(row)))
    console.print(plain(caption(table)))
    console.print(shown)
    console.print(plain(legend(), limit=_LEGEND), style="dim")


def markdown(table: ControlTable) -> str:
    """The same as a table in Markdown, without a caption."""
    lines = [["", *(heading for heading, _, _ in FIGURES)], ["---", *(["---:"] * len(FIGURES))]]
    lines += [[row.name, *_figures(row)] for row in table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def legend() -> str:
    """What the headings mean."""
    return "; ".join(f"{heading}: {meaning}" for heading, meaning, _ in FIGURES) + "."


def caption(table: ControlTable) -> str:
    """What was played, how often, and who responded."""
    seeds = table.seeds
    which = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))}; least and most"
    return f"{table.title} ({which}; {terms(table)})"


def terms(table: ControlTable) -> str:
    """Who responded, and how many credentials were stolen where that is not as the scenario says."""
    who = "nobody responds" if table.responder is None else f"the response is approved after {table.responder:g} s"
    return who if table.credentials is None else f"{who}; stolen credentials with rights: {table.credentials}"


def _figures(row: Row) -> Iterator[str]:
    least: float
    most: float
    for _, _, figure in FIGURES:
        match figure:
            case "followers":
                least, most = (round(value / _MILLION) for value in row.range(figure))
            case "helped" | "refused":
                shares = [100 * getattr(each, figure) / each.deeds if each.deeds else 0.0 for each in row.outcomes]
                least, most = round(min(shares)), round(max(shares))
            case "others":
                stood_in = [each.taken - each.meant for each in row.outcomes]
                least, most = min(stood_in), max(stood_in)
            case "minutes":
                least, most = map(round, row.range(figure))
            case _:
                least, most = row.range(figure)
        yield f"{least:g}" if least == most else f"{least:g}-{most:g}"
