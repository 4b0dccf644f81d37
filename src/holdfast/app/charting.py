"""How is a chart drawn and kept, whatever it shows? As one picture, SVG or PNG.

matplotlib draws it; it comes with the extra `bench` and is imported only here, when a chart is asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.errors import StoreError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png")
BLUE, VERMILION, GREEN, PINK, SKY, ORANGE, GREY = COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
    "#555555",
)  # Okabe and Ito's, told apart by everybody
DASHES: Final = ("-", "--", ":")
TITLE_SIZE: Final = 10  # points
_DPI = 150  # of a PNG


def drawable(path: Path) -> None:
    """Make sure, before hours of work, that a chart can be drawn into `path`.

    Raises:
        UsageError: its ending is another one, its folder does not exist, or matplotlib is not installed.

    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path} is neither .svg nor .png", advice="Name the chart with one of these endings.")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} for the chart", advice="Make it first.")
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError(
            "a chart needs matplotlib, which is not installed",
            advice="Install Holdfast with its extra: pip install 'holdfast[bench]'. Or leave out --chart.",
        )


@contextmanager
def drawing(path: Path, size: tuple[float, float], title_size: float | str = TITLE_SIZE) -> Iterator[Figure]:
    """An empty figure of this `size` (inches), which is kept in `path` at the end; drawn alike, its bytes are the same.

    Raises:
        StoreError: the file cannot be written.

    """
    from matplotlib import rc_context  # noqa: PLC0415 - a second of import, for charts only
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(
        {"axes.titlelocation": "left", "axes.titlesize": title_size, "font.size": 9, "svg.hashsalt": "holdfast"}
    ):
        figure = Figure(figsize=size, layout="constrained")
        yield figure
        undated = {"Date": None} if path.suffix.lower() == ".svg" else {}
        try:
            figure.savefig(path, dpi=_DPI, metadata=undated)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def nth(place: int) -> tuple[str, str]:
    """The colour and the dashes of the line at this place."""
    return COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]


def on_a_grid(axes: Axes) -> None:
    """Have lines to measure by behind what is drawn, and no box around it."""
    axes.grid(color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
