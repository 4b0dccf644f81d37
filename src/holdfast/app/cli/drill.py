"""`holdfast drill`: play a scenario and see how well the response did."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
from cyclopts import Parameter

from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.play import play
from holdfast.app.report import print_pace, print_scoreboard
from holdfast.app.terminal import Screen
from holdfast.app.warm import warm
from holdfast.backends import file_of
from holdfast.connectors.simulated import SCENARIOS
from holdfast.errors import UsageError

from .options import Json, Memory, check_files, responder_seconds, store_address

Seed = Annotated[int, Parameter(help="The same seed gives the same run, byte for byte.")]


def drill(  # noqa: PLR0913 - each is a word on the command line
    scenario: Annotated[str | None, Parameter(help="Its name; --list prints them.")] = None,
    *,
    seed: Seed = 1,
    responder: Annotated[
        str, Parameter(help="auto:SECONDS approves that long after each proposal; none never answers.")
    ] = "auto:60",
    act_on_warnings: Annotated[
        bool,
        Parameter(
            negative="",
            help="Approve warnings like all else where people heeded none: in July 2020 they wait for a campaign.",
        ),
    ] = False,
    store: Annotated[
        str | None,
        Parameter(help="Keep the record in this file or database; a killed drill goes on from it when run again."),
    ] = None,
    memory_mb: Memory = 256,
    list_: Annotated[bool, Parameter(name="--list", negative="", help="Print the names of the scenarios.")] = False,
    json: Json = False,
) -> int:
    """Play a scenario on the simulated platform, as fast as it goes, and print the scoreboard."""
    if list_:
        sys.stdout.write("".join(f"{name}\n" for name in SCENARIOS))
        return 0
    if scenario is None:
        raise UsageError("which scenario?", advice=f"Name one of: {', '.join(SCENARIOS)}.")
    address = None if store is None else store_address(store)
    check_files((), store=None if address is None else file_of(address))
    options = DrillOptions(
        scenario=scenario,
        seed=seed,
        approve_after=responder_seconds(responder),
        act_on_warnings=act_on_warnings,
        store=address,
        memory_mb=memory_mb,
    )
    warm(Screen(stderr=True))
    with Drill(options) as run:
        seconds = play(run, Screen(stderr=True), show=not json)
        board = run.scoreboard()
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(board) + b"\n")
        print_pace(Screen(stderr=True), board, seconds)
    else:
        print_scoreboard(Screen(), board, seconds)
    return 0
