"""`holdfast bench staff`: are abused staff accesses seen, and honest agents left alone?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from holdfast.app.bench.hijack.chart import drawable
from holdfast.app.bench.staff.chart import draw
from holdfast.app.bench.staff.desks import Kind
from holdfast.app.bench.staff.measure import measure
from holdfast.app.bench.staff.text import WIDTH, print_report
from holdfast.app.terminal import Screen, plain
from holdfast.errors import UsageError

from .options import Json

_LIMITS = {"--agents": (20, 100_000), "--days": (15, 365), "--each": (1, 10_000)}
_GOAL_MISSED = 1
_Desk: TypeAlias = Literal[
    "mixed", "night", "trainees", "famous", "careless", "one_account", "migration", "outage"
]  # a test compares them


def staff(  # noqa: PLR0913 - each is a word on the command line
    *,
    agents: Annotated[int, Parameter(help="How many people work at the support desk.")] = 1_000,
    days: Annotated[int, Parameter(help="How many days are played; nobody is attacked in the first ten.")] = 30,
    each: Annotated[int, Parameter(help="How many abuses of each way are put among them.")] = 25,
    seed: Annotated[int, Parameter(help="The same seed gives the same desk.")] = 1,
    desk: Annotated[
        _Desk,
        Parameter(help="The kind of desk: each has honest work that looks like abuse in a way of its own."),
    ] = "mixed",
    chart: Annotated[
        Path | None,
        Parameter(help="Draw how soon abuse is told of into this .svg or .png; needs holdfast[bench]."),
    ] = None,
    check: Annotated[bool, Parameter(negative="", help="Answer 1 when a goal is missed.")] = False,
    json: Json = False,
) -> int:
    """Play a support desk with its shifts, trips, trainings and mass incidents, and abuse some of its accesses.

    Tells how many abuses are seen and after how many actions, and how many honest agents are asked about, to be
    watched, or have a hold of their tools proposed. All of it is synthetic: it says what the weights are worth on work
    like this.
    """
    for name, value in (("--agents", agents), ("--days", days), ("--each", each)):
        least, most = _LIMITS[name]
        if not least <= value <= most:
            raise UsageError(f"{name} {value:,} is out of range", advice=f"Ask for {least:,} to {most:,}.")
    if chart is not None:
        drawable(chart)
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("days", total=days)
        report = measure(agents, days, seed, each, lambda: bar.advance(task), kind=Kind(desk))
    if chart is not None:
        draw(report, chart)
        errors.print(plain(f"drawn into {chart}"))
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()
    else:
        screen = Screen(highlight=False, soft_wrap=True)
        screen.width = max(screen.width, WIDTH)  # a narrow terminal wraps, a pipe needs no cuts
        print_report(screen, report)
    return _GOAL_MISSED if check and not report.reached else 0
