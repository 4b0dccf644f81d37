"""`holdfast demo`: the attack of 15 July 2020, with Holdfast there."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.play import play
from holdfast.app.report import print_scoreboard
from holdfast.app.terminal import plain
from holdfast.app.warm import warm
from holdfast.backends import discard_file, file_of
from holdfast.errors import UsageError

from .drill import Seed
from .options import APPROVE_AFTER, DEMO_STORE

SCENARIO = "twitter-2020-07-15"


def demo(
    *,
    seed: Seed = 1,
    store: Annotated[str, Parameter(help="The file to keep the record in; made anew each time.")] = str(DEMO_STORE),
) -> int:
    """Replay 15 July 2020 against the simulated platform in a live view; then the scoreboard beside history.

    Plans are approved a minute after they are proposed; warnings before the first lure wait, as in 2020. With
    `--responder none`, `holdfast drill twitter-2020-07-15` shows what happens when nobody answers, and with
    `--act-on-warnings` what would have happened had they been heard.
    """
    file = file_of(store)
    if file is None:
        raise UsageError("the demo makes its record anew each time, in a file", advice="Leave --store out.")
    discard_file(file)
    warm(Console())
    with Drill(DrillOptions(scenario=SCENARIO, seed=seed, approve_after=APPROVE_AFTER, store=store)) as run:
        seconds = play(run, Console(), show=True)
        board = run.scoreboard()
    console = Console(highlight=False, soft_wrap=True)
    print_scoreboard(console, board, seconds)
    console.print(plain(f"The record lies in {store}. Check it, and read it:"))
    console.print(plain(f"  holdfast ledger verify {store}"), style="bold")
    console.print(plain(f"  holdfast ledger show {store} --kind decision"), style="bold")
    return 0
