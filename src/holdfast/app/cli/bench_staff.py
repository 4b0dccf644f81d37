"""`holdfast bench staff`: are abused staff accesses seen, and honest agents left alone?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter
from rich.console import Console

from holdfast.app.bench.staff.chart import draw
from holdfast.app.bench.staff.desks import Kind
from holdfast.app.bench.staff.measure import measure
from holdfast.app.bench.staff.text import WIDTH, print_report
from holdfast.app.charting import drawable
from holdfast.errors import UsageError

from .bench_shown import drawn, progress, told
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
    tickets: Annotated[
        bool, Parameter(negative="", help="The help desk tells of its tickets, so that made-up ones are seen.")
    ] = False,
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
    with progress(errors) as bar:
        task = bar.add_task("days", total=days)
        report = measure(agents, days, seed, each, lambda: bar.advance(task), kind=Kind(desk), tickets=tickets)
    drawn(report, draw, chart, errors)
    told(report, print_report, WIDTH, json=json)
    return _GOAL_MISSED if check and not report.reached else 0
