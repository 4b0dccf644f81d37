"""`holdfast demo`: the attack of 15 July 2020, with Holdfast there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.play import play
from holdfast.app.report import print_scoreboard
from holdfast.app.terminal import Screen, plain
from holdfast.app.warm import warm
from holdfast.backends import LedgerFile, discard_file, file_of
from holdfast.errors import HoldfastError, LedgerError, UsageError
from holdfast.ledger import DRILL_ORIGIN

from .drill import Seed
from .options import APPROVE_AFTER, DEMO_STORE, check_files

SCENARIO = "twitter-2020-07-15"


def demo(
    *,
    seed: Seed = 1,
    store: Annotated[
        str, Parameter(help="The file to keep the record in; that of an earlier drill is replaced.")
    ] = str(DEMO_STORE),
) -> int:
    """Replay 15 July 2020 against the simulated platform in a live view; then the scoreboard beside history.

    Plans are approved a minute after they are proposed; warnings before the first lure wait, as in 2020. With
    `--responder none`, `holdfast drill twitter-2020-07-15` shows what happens when nobody answers, and with
    `--act-on-warnings` what would have happened had they been heard.
    """
    file = file_of(store)
    if file is None:
        raise UsageError("the demo makes its record anew each time, in a file", advice="Leave --store out.")
    check_files((), store=file)
    _refuse_other_records(file)
    discard_file(file)
    warm(Screen())
    with Drill(DrillOptions(scenario=SCENARIO, seed=seed, approve_after=APPROVE_AFTER, store=store)) as run:
        seconds = play(run, Screen(), show=True)
        board = run.scoreboard()
    console = Screen(highlight=False, soft_wrap=True)
    print_scoreboard(console, board, seconds)
    console.print(plain(f"The record lies in {store}. Check it, and read it:"))
    console.print(plain(f"  holdfast ledger verify {store}"), style="bold")
    console.print(plain(f"  holdfast ledger show {store} --kind decision"), style="bold")
    return 0


def _refuse_other_records(file: Path) -> None:
    """Make sure that what lies there, if anything does, is the record of a drill.

    Raises:
        UsageError: it is something else.

    """
    try:
        if not file.exists() or not file.stat().st_size:  # empty: of a drill killed before its first word
            return
        with LedgerFile(file) as record:
            origin = record.vkey().partition("+")[0]
        if origin != DRILL_ORIGIN:
            raise LedgerError(f"it is the record of {origin}")
    except (HoldfastError, OSError) as error:
        raise UsageError(
            f"{file} is there already, and is no record of a drill: it is left as it is ({error})",
            advice="Name another file with --store, or remove this one yourself.",
        ) from error
