"""How many accounts were taken by when, under each control? One picture, SVG or PNG.

matplotlib draws it; it comes with the extra `bench` and is imported only here, when a chart is asked for.
"""

from __future__ import annotations

import textwrap
from itertools import groupby
from pathlib import Path

from holdfast.errors import StoreError

from .controls import ControlTable, Row
from .controls_report import terms

_SIZE = (8.0, 4.6)  # inches
_TITLE = 75  # characters in a line of it
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555")  # told apart by everybody
_DASHES = ("-", "--", ":")
_WIDEST, _THINNER = 6.0, 0.9  # points: lines that lie upon one another stay visible


def draw_controls(table: ControlTable, path: Path) -> None:
    """Draw one line for each way that differs, from the table's first seed; the same table gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    from matplotlib import rc_context  # noqa: PLC0415 - a second of import, for charts only
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context({"font.size": 9, "axes.titlelocation": "left", "svg.hashsalt": "holdfast"}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        last = max((max(row.outcomes[0].taken_after, default=0.0) for row in table.rows), default=0.0)
        for place, rows in enumerate(_alike(table)):
            times = rows[0].outcomes[0].taken_after
            axes.step(
                [0.0, *times, last],
                [0, *range(1, len(times) + 1), len(times)],
                where="post",
                label=", ".join(row.name for row in rows),
                color=_COLOURS[place % len(_COLOURS)],
                linestyle=_DASHES[place // len(_COLOURS) % len(_DASHES)],
                linewidth=max(_WIDEST - place * _THINNER, 1.4),
            )
        axes.set_xlabel("minutes since the intruder first used the tool")
        axes.set_ylabel("accounts taken")
        title = f"{table.scenario}: accounts taken, seed {table.seeds[0]}, {terms(table)}"
        axes.set_title(textwrap.fill(title, _TITLE), weight="bold")
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside lower left", frameon=False, fontsize=8)
        try:
            figure.savefig(path, metadata={"Date": None})
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def _alike(table: ControlTable) -> list[list[Row]]:
    """The ways in groups whose lines are the same, in the order of the table."""
    places = {row.name: place for place, row in enumerate(table.rows)}
    ordered = sorted(table.rows, key=lambda row: (row.outcomes[0].taken_after, places[row.name]))
    groups = [list(rows) for _, rows in groupby(ordered, key=lambda row: row.outcomes[0].taken_after)]
    return sorted(groups, key=lambda rows: places[rows[0].name])
