"""How do the outcomes under each control read, for a terminal and for a page?"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from .controls import ControlTable, Row
from .terminal import plain

_MILLION = 1_000_000
FIGURES = (
    ("taken, of those meant", "meant"),
    ("others in their place", "others"),
    ("in the first 2 h", "early"),
    ("posted lures", "posted"),
    ("lures", "lures"),
    ("followers reached, millions", "followers"),
    ("inboxes", "inboxes"),
    ("archives", "archives"),
    ("minutes until the last harm", "minutes"),
    ("honest work: with a colleague, %", "helped"),
    ("honest work: impossible, %", "refused"),
)


def print_controls(console: Console, table: ControlTable) -> None:
    """Print the table, one row for each way."""
    shown = Table(box=None, padding=(0, 1), header_style="dim")
    shown.add_column("", no_wrap=True)
    for heading, _ in FIGURES:
        shown.add_column(plain(heading), justify="right", style="bold")
    for row in table.rows:
        shown.add_row(plain(row.name), *(plain(each) for each in _figures(row)))
    console.print(plain(caption(table)))
    console.print(shown)


def markdown(table: ControlTable) -> str:
    """The same as a table in Markdown, without a caption."""
    lines = [["", *(heading for heading, _ in FIGURES)], ["---", *(["---:"] * len(FIGURES))]]
    lines += [[row.name, *_figures(row)] for row in table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def caption(table: ControlTable) -> str:
    """What was played, how often, and who responded."""
    seeds = table.seeds
    which = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(map(str, seeds))}; least and most"
    who = "nobody responds" if table.responder is None else f"the response is approved after {table.responder:g} s"
    stolen = "" if table.credentials is None else f"; stolen credentials with rights: {table.credentials}"
    return f"{table.title} ({which}; {who}{stolen})"


def _figures(row: Row) -> Iterator[str]:
    for _, figure in FIGURES:
        match figure:
            case "followers":
                least, most = (round(value / _MILLION, 1) for value in row.range(figure))
            case "helped" | "refused":
                shares = [100 * getattr(each, figure) / each.deeds if each.deeds else 0.0 for each in row.outcomes]
                least, most = round(min(shares), 1), round(max(shares), 1)
            case "others":
                stood_in = [each.taken - each.meant for each in row.outcomes]
                least, most = min(stood_in), max(stood_in)
            case "minutes":
                least, most = map(round, row.range(figure))
            case _:
                least, most = row.range(figure)
        yield f"{least:g}" if least == most else f"{least:g}-{most:g}"
