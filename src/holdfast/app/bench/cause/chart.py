"""How does the answer change with the number of accounts that were used? One picture, SVG or PNG.

matplotlib draws it, as for `bench hijack`; it is imported only when a chart is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.errors import StoreError

from .figures import Share, Tally
from .measure import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (11.0, 4.4)  # inches
_DPI = 150
_COLOURS: Final = {"right": "#0072b2", "unknown": "#777777", "wrong": "#d55e00"}  # told apart by everybody
_SHADE = 0.15


def draw(report: Report, path: Path) -> None:
    """Draw a panel for usual worlds and one for hard ones; the same report gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    from matplotlib import rc_context  # noqa: PLC0415 - a second of import, for charts only
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context({"font.size": 9, "axes.titlesize": 10, "axes.titlelocation": "left", "svg.hashsalt": "holdfast"}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(left, "Usual worlds: the decoys that every platform has", report.usual.by_carriers)
        _panel(right, "Hard worlds: any decoys, gaps, partial reach", report.hard.by_carriers)
        left.set_ylabel("% of the worlds that have a cause (shade: 95 %)")
        left.legend(frameon=False, loc="center right")
        figure.suptitle(f"Is the common cause named rightly? {report.worlds:,} worlds each", x=0.01, ha="left")
        try:
            figure.savefig(path, dpi=_DPI, metadata={"Date": None} if path.suffix.lower() == ".svg" else {})
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


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
    axes.grid(color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
