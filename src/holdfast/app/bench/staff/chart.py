"""After how many abusive actions is an abused access told of, and at what price? A picture, drawn by matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.app.charting import BLUE, GREEN, GREY, PINK, VERMILION, drawing, on_a_grid

from .measure import MONTH, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (15.0, 4.0)  # inches
_COLOURS: Final = (VERMILION, BLUE, GREEN, GREY, PINK)
_MOST = 30  # actions shown
_STEPS: Final = {"asked": "Asked about", "watched": "To be watched", "held": "Hold proposed"}


def draw(report: Report, path: Path) -> None:
    """Draw a panel for each step and one against false proposals; the same report gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    with drawing(path, _SIZE) as figure:
        panels = figure.subplots(1, len(_STEPS) + 1, sharey=True)
        for axes, (which, title) in zip(panels, _STEPS.items(), strict=False):
            _panel(axes, report, which, title)
        _against_false(panels[-1], report)
        panels[0].set_ylabel("% of the abused accesses")
        panels[-1].legend(frameon=False, loc="lower right")
        figure.suptitle(
            f"{report.agents:,} agents, {report.days} days, desk: {report.desk.replace('_', ' ')}"
            f"{', tickets told' if report.tickets else ''}",
            x=0.01,
            ha="left",
        )


def _panel(axes: Axes, report: Report, which: str, title: str) -> None:
    """For each way, the share told of before so many abusive actions were done."""
    for (way, row), colour in zip(report.ways.items(), _COLOURS, strict=True):
        counts = report.actions_before[way][which]
        shares = [100 * sum(count <= most for count in counts) / max(1, row.attacks) for most in range(_MOST + 1)]
        axes.step(range(_MOST + 1), shares, where="post", color=colour, label=way.replace("_", " "))
    axes.set_xlim(0, _MOST)
    axes.set_xlabel("abusive actions done before")
    _plain(axes, title)


def _against_false(axes: Axes, report: Report) -> None:
    """For each way and step, the share seen in the end against how often honest agents meet that step."""
    month = MONTH * report.asked.agent_days / (report.agents * report.days)
    false = [
        (report.asked.per_thousand * month),
        report.watched_per_month + report.holds_per_month,
        report.holds_per_month,
    ]
    for (way, row), colour in zip(report.ways.items(), _COLOURS, strict=True):
        seen = [100 * each.seen / max(1, row.attacks) for each in (row.asked, row.watched, row.held)]
        axes.plot(false, seen, "o-", color=colour, label=way.replace("_", " "))
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlabel("honest agents, of 1,000 in 30 days")
    _plain(axes, "Held, watched, asked (left to right)")


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title)
    axes.set_ylim(0, 102)
    on_a_grid(axes)
