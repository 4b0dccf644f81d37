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
from holdfast.backends import file_of
from holdfast.errors import UsageError

from .drill import Seed

SCENARIO = "twitter-2020-07-15"
APPROVE_AFTER = 60.0  # seconds: two people who look at a plan before they agree to it


def demo(
    *,
    seed: Seed = 1,
    store: Annotated[str, Parameter(help="The file to keep the record in; made anew each time.")] = "var/demo.db",
) -> int:
    """Replay 15 July 2020 against the simulated platform in a live view; then the scoreboard beside history.

    Plans are approved a minute after they are proposed. `holdfast drill twitter-2020-07-15 --responder none` shows what
    happens when nobody answers.
    """
    file = file_of(store)
    if file is None:
        raise UsageError("the demo makes its record anew each time, in a file", advice="Leave --store out.")
    for old in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        old.unlink(missing_ok=True)
    warm(Console())
    with Drill(DrillOptions(scenario=SCENARIO, seed=seed, approve_after=APPROVE_AFTER, store=store)) as run:
        board = play(run, Console(), show=True)
    console = Console(highlight=False, soft_wrap=True)
    print_scoreboard(console, board)
    console.print(plain(f"The record lies in {store}. Check it, and read it:"))
    console.print(plain(f"  holdfast ledger verify {store}"), style="bold")
    console.print(plain(f"  holdfast ledger show {store} --kind decision"), style="bold")
    return 0
