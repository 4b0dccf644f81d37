"""`holdfast bench cause`: is the common cause named rightly?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from holdfast.app.bench.cause.chart import draw
from holdfast.app.bench.cause.measure import measure
from holdfast.app.bench.cause.text import WIDTH, print_report
from holdfast.app.charting import drawable
from holdfast.app.warm import warm
from holdfast.errors import UsageError

from .bench_shown import drawn, progress, told
from .options import Json

_MOST_WORLDS = 1_000_000  # a day and more; seeds lie a little further apart
_ACCOUNTS = (3, 200)  # two never make a cause; of more, a platform would be conquered
_GOAL_MISSED = 1


def cause(  # noqa: PLR0913 - each is a word on the command line
    *,
    worlds: Annotated[
        int, Parameter(help="How many usual worlds and hard ones; every way of losing accounts takes its turn.")
    ] = 300,
    seed: Annotated[int, Parameter(help="The same seed gives the same worlds.")] = 1,
    accounts: Annotated[
        int, Parameter(help="How many accounts were used in every world; 0 leaves it to the seed: 5 to 45.")
    ] = 0,
    pipeline: Annotated[
        bool,
        Parameter(
            negative="", help="Feed each world through decoder, detection and the desk's inquiry; ten times slower."
        ),
    ] = False,
    chart: Annotated[
        Path | None,
        Parameter(help="Draw right, unknown and wrong by accounts used into this .svg or .png; needs holdfast[bench]."),
    ] = None,
    check: Annotated[bool, Parameter(negative="", help="Answer 1 when a goal is missed.")] = False,
    json: Json = False,
) -> int:
    """Ask for the common cause in seeded worlds whose truth is known, and tell how often the answer is right.

    A world is a platform of 400 to 12,000 accounts with its ordinary traffic and decoys, of which 5 to 45 accounts were
    used by attackers: through one cause, through two, or through none in common. Usual worlds have a popular client, a
    carrier's NAT, a busy agent and a reset mailing, and their record is whole; hard ones have any decoys and gaps.
    """
    if not 1 <= worlds <= _MOST_WORLDS:
        raise UsageError(f"--worlds {worlds:,} is out of range", advice=f"Ask for 1 to {_MOST_WORLDS:,} worlds.")
    if accounts and not _ACCOUNTS[0] <= accounts <= _ACCOUNTS[1]:
        advice = f"Ask for {_ACCOUNTS[0]} to {_ACCOUNTS[1]} accounts, or 0 for any number of them."
        raise UsageError(f"--accounts {accounts:,} is out of range", advice=advice)
    if chart is not None:
        drawable(chart)
    errors = Console(stderr=True)
    if pipeline:
        warm(errors)
    with progress(errors) as bar:
        task = bar.add_task("worlds", total=2 * worlds)
        report = measure(worlds, seed, accounts=accounts, pipeline=pipeline, done=lambda: bar.advance(task))
    drawn(report, draw, chart, errors)
    told(report, print_report, WIDTH, json=json)
    return _GOAL_MISSED if check and not report.reached else 0
