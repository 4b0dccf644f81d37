"""After how many abusive actions is an abused access told of? One picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.app.charting import BLUE, GREEN, GREY, VERMILION, drawing, on_a_grid

from .measure import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (11.0, 4.0)  # inches
_COLOURS: Final = (VERMILION, BLUE, GREEN, GREY)
_MOST = 30  # actions shown


def draw(report: Report, path: Path) -> None:
    """Draw a panel for asking and one for proposed holds; the same report gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    with drawing(path, _SIZE) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(left, report, "asked", "Asked about")
        _panel(right, report, "held", "Hold proposed")
        left.set_ylabel("% of the abused accesses")
        right.legend(frameon=False, loc="lower right")
        figure.suptitle(
            f"{report.agents:,} agents, {report.days} days: {report.held.per_thousand:.2f} false holds and "
            f"{report.asked.per_thousand:.1f} false questions per 1,000 agent-days",
            x=0.01,
            ha="left",
        )


def _panel(axes: Axes, report: Report, which: str, title: str) -> None:
    """For each way, the share told of before so many abusive actions were done."""
    for (way, row), colour in zip(report.ways.items(), _COLOURS, strict=True):
        counts = report.actions_before[way][which]
        shares = [100 * sum(count <= most for count in counts) / max(1, row.attacks) for most in range(_MOST + 1)]
        axes.step(range(_MOST + 1), shares, where="post", color=colour, label=way.replace("_", " "))
    axes.set_title(title)
    axes.set_ylim(0, 102)
    axes.set_xlim(0, _MOST)
    axes.set_xlabel("abusive actions done before")
    on_a_grid(axes)
