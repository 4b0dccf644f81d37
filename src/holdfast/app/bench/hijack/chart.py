"""How does recall grow with the posts seen, and false alarms with a lower threshold? One picture."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.charting import BLUE, ORANGE, VERMILION, drawing, nth, on_a_grid

from .attacks import in_order, short
from .report import History, Report, Told
from .thresholds import AtThreshold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL = (6.6, 4.2)  # inches
_PALE = "#666666"  # of words beside what is drawn
_LEAST_POSTS = 8  # lure posts shown at least
_BETWEEN = 0.055  # of the height: no two labels lie closer
_BELOW = 0.4  # of the least rate shown: where the axis of rates ends
_THIN, _BROADER, _BROADEST = 1.8, 1.5, 4  # width of the uppermost line, what each below it has more, at most so often
_KEY_WIDTH = 105  # characters of the key in the width of a panel
_TITLES = {History.WARM: "accounts with a history", History.COLD: "accounts that never posted before"}


def draw(report: Report, path: Path) -> None:
    """Draw a panel for each history, and one for false alarms at other thresholds, which must have been counted.

    The same report gives the same bytes.

    Raises:
        StoreError: the file cannot be written.

    """
    histories, below = report.histories, len(report.histories) > 1
    columns, rows = (len(histories), 2) if below else (2, 1)
    with drawing(path, (_PANEL[0] * columns, _PANEL[1] * rows)) as figure:
        grid = figure.add_gridspec(rows, columns)
        last = max(map(_last, histories.values()))
        for column, (name, told) in enumerate(histories.items()):
            _recall(figure.add_subplot(grid[0, column]), _TITLES[History(name)], told, last)
        _alarms(figure.add_subplot(grid[1, :] if below else grid[0, 1]), report)
        figure.suptitle(_title(report), x=0.01, ha="left", weight="bold")
        figure.supxlabel(_key(report, columns), x=0.01, ha="left", color=_PALE, size=8)


def _title(report: Report) -> str:
    return f"Holdfast on {report.about.campaigns} injected campaigns among {report.about.posts:,} real posts"


def _key(report: Report, columns: int) -> str:
    """What the variants' numbers stand for."""
    names = ", ".join(name.replace("_", " ").replace(" ", ": ", 1) for name in report.about.variants)
    return "\n".join(textwrap.wrap(names, _KEY_WIDTH * columns))


def _recall(axes: Axes, accounts: str, told: Told, last: int) -> None:
    """Each line as broad as it takes to be seen under those that lie on it; the labels stand where the lines end."""
    lines = sorted(grouped(told.seen_by).items(), key=lambda line: -sum(line[0]))
    heights = spaced([shares[last - 1] for shares, _ in lines])
    for number, (height, (shares, names)) in enumerate(zip(heights, lines, strict=True)):
        colour, dashes = nth(number)
        axes.step(
            range(1, last + 1),
            [100 * share for share in shares[:last]],
            where="post",
            color=colour,
            linestyle=dashes,
            linewidth=_THIN + _BROADER * min(len(lines) - 1 - number, _BROADEST),
            solid_capstyle="butt",
            clip_on=False,
        )
        text = listed(names) if any(shares) else f"{listed(names)}: never"
        axes.annotate(text, (last, 100 * height), (8, 0), textcoords="offset points", va="center", color=colour)
    axes.set_title(f"Campaigns seen by their n-th lure post, %: {accounts}")
    axes.set_xlabel("lure posts since the campaign began")
    axes.set_xlim(1, last)
    axes.set_ylim(0, 100)
    axes.set_xticks(range(1, last + 1, 1 if last <= 2 * _LEAST_POSTS else 2))
    on_a_grid(axes)


def _alarms(axes: Axes, report: Report) -> None:
    """The rate as a line that ends where there is none, its bounds as a shade; the axis has no zero."""
    levels = [at.threshold for at in report.thresholds]
    low, high = [at.rate.at_least for at in report.thresholds], [at.rate.at_most for at in report.thresholds]
    some = [(at.threshold, at.rate.per_million) for at in report.thresholds if at.rate.campaigns]
    floor = _BELOW * min([high[-1], *(rate for _, rate in some)])
    end = next(((at.threshold, floor) for at in report.thresholds if not at.rate.campaigns), (levels[-1], floor))
    axes.fill_between(levels, [max(rate, floor) for rate in low], high, step="post", color=BLUE, alpha=0.15, lw=0)
    axes.step(*zip(*some, end, strict=True), where="post", color=BLUE, lw=2)
    axes.set_yscale("log")
    axes.set_ylim(floor, max(high) * 1.5)
    axes.set_xlim(levels[0], levels[-1])
    for (tier, nats), colour in zip(report.nats.items(), (ORANGE, VERMILION), strict=True):
        found = _at(report.thresholds, nats).rate.campaigns
        axes.axvline(nats, color=colour, lw=1.5)
        _note(axes, (nats, max(high) * 1.5), f"{tier}: {nats:.2f} nats\n{found or 'no'} false campaigns", colour, -1)
    if not report.thresholds[-1].rate.campaigns:
        _note(
            axes,
            (end[0], high[-1]),
            f"none in {report.background.alert.posts:,} posts: at most {high[-1]:.3g}",
            _PALE,
            1,
        )
    axes.set_title("False campaigns per million posts, by threshold (shade: 95 %)")
    axes.set_xlabel("threshold, nats")
    axes.yaxis.set_major_formatter("{x:g}")
    on_a_grid(axes)


def _note(axes: Axes, at: tuple[float, float], text: str, colour: str, upwards: int) -> None:
    """Words beside a point, above or below it, on white so that no line runs through them."""
    axes.annotate(
        text,
        at,
        (5, 4 * upwards),
        textcoords="offset points",
        va="bottom" if upwards > 0 else "top",
        color=colour,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def _at(thresholds: Sequence[AtThreshold], nats: float) -> AtThreshold:
    """The first threshold that is not below `nats`."""
    return next((at for at in thresholds if at.threshold >= nats), thresholds[-1])


def grouped(seen_by: Mapping[str, Sequence[float]]) -> dict[tuple[float, ...], list[str]]:
    """The variants that fare alike, by their common shares: lines that lie on each other are one line."""
    found: dict[tuple[float, ...], list[str]] = {}
    for name in sorted(seen_by, key=in_order):
        found.setdefault(tuple(seen_by[name]), []).append(short(name))
    return found


def listed(names: Iterable[str]) -> str:
    """Short names as a list in which runs of numbers are drawn together: `V0-V4, V6`."""
    runs: list[list[str]] = []
    for name in names:
        follows = runs and _number(name) is not None and _number(name) == (_number(runs[-1][-1]) or 0) + 1
        runs[-1].append(name) if follows else runs.append([name])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def spaced(heights: Sequence[float]) -> list[float]:
    """Places for labels of lines that end at these heights (0 to 1, falling), near to these and apart."""
    placed: list[float] = []
    for height in heights:
        placed.append(min(height, placed[-1] - _BETWEEN) if placed else height)
    under = max(0.0, -min(placed, default=0.0))
    for place in reversed(range(len(placed))):
        below = placed[place + 1] + _BETWEEN if place + 1 < len(placed) else 0.0
        placed[place] = max(placed[place], below) if under else placed[place]
    return placed


def _last(told: Told) -> int:
    """The lure post from which on no line changes any more, but not too early."""
    settled = [shares.index(shares[-1]) + 1 for shares in told.seen_by.values()]
    return max([_LEAST_POSTS, *settled])


def _number(name: str) -> int | None:
    found = re.fullmatch(r"\D*(\d+)", name)
    return int(found[1]) if found else None
