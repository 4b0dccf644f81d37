"""`holdfast demo`: the attack of 15 July 2020, with Holdfast there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.play import play
from holdfast.app.report import print_scoreboard
from holdfast.app.terminal import plain
from holdfast.app.warm import warm
from holdfast.backends import LedgerFile
from holdfast.errors import HoldfastError, LedgerError, UsageError
from holdfast.ledger import DRILL_ORIGIN

from .drill import Seed
from .options import APPROVE_AFTER, DEMO_STORE, check_files

SCENARIO = "twitter-2020-07-15"


def demo(
    *,
    seed: Seed = 1,
    store: Annotated[
        Path, Parameter(help="Where to keep the record; that of an earlier drill is replaced.")
    ] = DEMO_STORE,
) -> int:
    """Replay 15 July 2020 against the simulated platform in a live view; then the scoreboard beside history.

    Plans are approved a minute after they are proposed; warnings before the first lure wait, as in 2020. With
    `--responder none`, `holdfast drill twitter-2020-07-15` shows what happens when nobody answers, and with
    `--act-on-warnings` what would have happened had they been heard.
    """
    check_files((), store=store)
    _clear(store)
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


def _clear(store: Path) -> None:
    """Remove the record of an earlier drill.

    Raises:
        UsageError: it is something else that lies there.

    """
    try:
        if not store.exists():
            return
        if store.stat().st_size:
            with LedgerFile(store) as record:
                origin = record.vkey().partition("+")[0]
        else:
            origin = DRILL_ORIGIN  # a drill killed before its first word
        if origin != DRILL_ORIGIN:
            raise LedgerError(f"it is the record of {origin}")
        for old in (*(store.with_name(store.name + end) for end in ("-wal", "-shm")), store):
            old.unlink(missing_ok=True)
    except (HoldfastError, OSError) as error:
        raise UsageError(
            f"{store} is there already, and is no record of a drill: it is left as it is ({error})",
            advice="Name another file with --store, or remove this one yourself.",
        ) from error
