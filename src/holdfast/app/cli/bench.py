"""`holdfast bench`: how good is it, measured on data that anybody can bring or make?"""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter
from rich.console import Console

from holdfast.app.bench.hijack.chart import draw
from holdfast.app.bench.hijack.measure import Options, measure
from holdfast.app.bench.hijack.report import History
from holdfast.app.bench.hijack.text import WIDTH, print_report
from holdfast.app.charting import drawable
from holdfast.app.warm import warm

from .bench_shown import drawn, progress, told
from .options import Json, Memory, check_files

bench = cyclopts.App(name="bench", help="Measure how good it is, on data that anybody can bring or make.")
bench.command("holdfast.app.cli.bench_calibrate:calibrate", name="calibrate")
bench.command("holdfast.app.cli.bench_cause:cause", name="cause")
bench.command("holdfast.app.cli.bench_staff:staff", name="staff")

_EXIT_BROKEN_PROMISE = 1


class Histories(enum.StrEnum):
    """Which accounts the campaigns are replayed with."""

    WARM = "warm"
    COLD = "cold"
    BOTH = "both"

    def each(self) -> tuple[History, ...]:
        """The histories meant."""
        return tuple(History) if self is Histories.BOTH else (History(self.value),)


@bench.command
def hijack(  # noqa: PLR0913 - each is a word on the command line
    *,
    data: Annotated[
        Path,
        Parameter(help="The folder with background.jsonl.zst and campaigns.jsonl (docs/reference/hijackbench.md)."),
    ],
    variant: Annotated[
        tuple[str, ...], Parameter(negative="", help="Only campaigns of this variant, as V5. May be repeated.")
    ] = (),
    history: Annotated[
        Histories,
        Parameter(help="Whether the hijacked accounts have posted before (warm), never (cold), or both in turn."),
    ] = Histories.WARM,
    chart: Annotated[
        Path | None, Parameter(help="Draw recall and false alarms into this .svg or .png; needs holdfast[bench].")
    ] = None,
    check: Annotated[bool, Parameter(negative="", help="Answer 1 when a promise is not kept.")] = False,
    memory_mb: Memory = 256,
    seed: Annotated[int, Parameter(help="The same seed draws the same benign look-alikes.")] = 1,
    json: Json = False,
) -> int:
    """Replay real posts with takeover campaigns among them, in order of time, and tell how well they are found.

    The first quarter of the background warms up, the second is for development, the second half is the test.
    """
    check_files([str(data), *map(str, data.absolute().glob("*"))], [chart])
    if chart is not None:
        drawable(chart)
    options = Options(
        data=data,
        variants=variant,
        histories=history.each(),
        memory_mb=memory_mb,
        seed=seed,
        thresholds=chart is not None,
    )
    errors = Console(stderr=True)
    warm(errors)
    with progress(errors) as bar:
        reading = bar.add_task("reading the data", total=None)

        def stage(name: str, posts: int) -> Callable[[int], None]:
            bar.update(reading, visible=False)
            task = bar.add_task(name, total=posts)
            return lambda fed: bar.advance(task, fed)

        report = measure(options, stage)
    drawn(report, draw, chart, errors)
    told(report, print_report, WIDTH, json=json)
    return _EXIT_BROKEN_PROMISE if check and not report.as_promised else 0
