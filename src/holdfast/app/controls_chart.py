"""How many accounts were taken by when, under each control? One picture."""

from __future__ import annotations

import textwrap
from itertools import groupby
from pathlib import Path

from .charting import drawing, nth
from .controls import ControlTable, Row
from .controls_report import terms

_SIZE = (8.0, 4.6)  # inches
_TITLE = 75  # characters in a line of it
_WIDEST, _THINNER = 6.0, 0.9  # points: lines that lie upon one another stay visible


def draw_controls(table: ControlTable, path: Path) -> None:
    """Draw one line for each way that differs, from the table's first seed; the same table gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    with drawing(path, _SIZE, title_size="large") as figure:
        axes = figure.add_subplot()
        last = max((max(row.outcomes[0].taken_after, default=0.0) for row in table.rows), default=0.0)
        for place, rows in enumerate(_alike(table)):
            times = rows[0].outcomes[0].taken_after
            colour, dashes = nth(place)
            axes.step(
                [0.0, *times, last],
                [0, *range(1, len(times) + 1), len(times)],
                where="post",
                label=", ".join(row.name for row in rows),
                linewidth=max(_WIDEST - place * _THINNER, 1.4),
                color=colour,
                linestyle=dashes,
            )
        axes.set_xlabel("minutes since the intruder first used the tool")
        axes.set_ylabel("accounts taken")
        title = f"{table.scenario}: accounts taken, seed {table.seeds[0]}, {terms(table)}"
        axes.set_title(textwrap.fill(title, _TITLE), weight="bold")
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower left", frameon=False, fontsize=8)


def _alike(table: ControlTable) -> list[list[Row]]:
    """The ways in groups whose lines are the same, in the order of the table."""
    places = {row.name: place for place, row in enumerate(table.rows)}
    ordered = sorted(table.rows, key=lambda row: (row.outcomes[0].taken_after, places[row.name]))
    groups = [list(rows) for _, rows in groupby(ordered, key=lambda row: row.outcomes[0].taken_after)]
    return sorted(groups, key=lambda rows: places[rows[0].name])
