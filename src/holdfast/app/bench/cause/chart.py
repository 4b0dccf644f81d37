"""How does the answer change with the number of accounts that were used? One picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.app.charting import BLUE, GREY, VERMILION, drawing, on_a_grid

from .figures import Share, Tally
from .measure import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (11.0, 4.4)  # inches
_COLOURS: Final = {"right": BLUE, "unknown": GREY, "wrong": VERMILION}
_SHADE = 0.15


def draw(report: Report, path: Path) -> None:
    """Draw a panel for usual worlds and one for hard ones; the same report gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    with drawing(path, _SIZE) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(left, "Usual worlds: the decoys that every platform has", report.usual.by_carriers)
        _panel(right, "Hard worlds: any decoys, gaps, partial reach", report.hard.by_carriers)
        left.set_ylabel("% of the worlds that have a cause (shade: 95 %)")
        left.legend(frameon=False, loc="center right")
        figure.suptitle(f"Is the common cause named rightly? {report.worlds:,} worlds each", x=0.01, ha="left")


def _panel(axes: Axes, title: str, by_carriers: Mapping[str, Tally]) -> None:
    """A line with its bounds for each verdict, over the number of accounts on a logarithmic axis."""
    counts = [int(count) for count in by_carriers]
    for verdict, colour in _COLOURS.items():
        shares: list[Share] = [getattr(each, verdict) for each in by_carriers.values()]
        low, high = [100 * each.at_least for each in shares], [100 * each.at_most for each in shares]
        axes.fill_between(counts, low, high, color=colour, alpha=_SHADE, lw=0)
        axes.plot(counts, [100 * each.rate for each in shares], color=colour, marker="o", ms=3.5, label=verdict)
    axes.set_title(title)
    axes.set_xscale("log")
    axes.set_xticks(counts, [str(count) for count in counts], minor=False)
    axes.minorticks_off()
    axes.set_ylim(0, 100)
    axes.set_xlabel("accounts used, of which the cause is asked")
    on_a_grid(axes)
