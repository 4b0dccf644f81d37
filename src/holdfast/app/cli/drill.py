"""`holdfast drill`: play a scenario and see how well the response did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

from holdfast.app.charting import drawable
from holdfast.app.controls import WAYS, compare, parsed
from holdfast.app.controls_chart import draw_controls
from holdfast.app.controls_report import print_controls
from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.play import play
from holdfast.app.report import print_pace, print_scoreboard
from holdfast.app.terminal import Screen, plain
from holdfast.app.warm import warm
from holdfast.backends import file_of
from holdfast.connectors.simulated import SCENARIOS
from holdfast.errors import UsageError
from holdfast.response import shipped_staff_texts

from .options import Json, Memory, check_files, responder_seconds, store_address

Seed = Annotated[int, Parameter(help="The same seed gives the same run, byte for byte.")]
Controls = Annotated[
    str,
    Parameter(
        help="Which controls of the staff gate stand before the internal tool, comma-separated: names as in `drill "
        "controls`, shipped, all; none is no gate."
    ),
]


drill = cyclopts.App(name="drill", help="Play a scenario, with the response or without, and see how well it went.")


@drill.default
def play_scenario(  # noqa: PLR0913 - each is a word on the command line
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
    controls: Controls = "none",
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
        controls=parsed(controls),
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


@drill.command(name="controls")
def drill_controls(  # noqa: PLR0913 - each is a word on the command line
    scenario: Annotated[str, Parameter(help="One in which staff tools are used.")] = "twitter-2020-07-15",
    *,
    seed: Annotated[tuple[int, ...], Parameter(help="Give several for ranges: --seed 1 --seed 2.")] = (1, 2, 3, 4, 5),
    controls: Annotated[
        tuple[str, ...],
        Parameter(help="Only these, comma-separated ones together; without it each alone, and some together."),
    ] = (),
    credentials: Annotated[
        int | None, Parameter(help="How many credentials with rights to the tool are stolen, at most.")
    ] = None,
    responder: Annotated[
        str, Parameter(help="none: nobody responds, as far as the table goes; auto:SECONDS as in `drill`, much slower.")
    ] = "none",
    chart: Annotated[
        Path | None, Parameter(help="Draw accounts taken against time into this .svg or .png, too.")
    ] = None,
    json: Json = False,
) -> int:
    """What each control of the staff gate alone would have saved: the scenario under each, over several seeds."""
    seconds = responder_seconds(responder)
    if credentials is not None and (seconds is not None or credentials < 1):
        raise UsageError(
            "credentials are counted from one, and where nobody responds",
            advice="Leave --responder or --credentials out.",
        )
    if chart is not None:
        drawable(chart)
    errors = Screen(stderr=True)
    table = compare(
        scenario,
        seed,
        shipped_staff_texts(),
        ways={each: parsed(each) for each in controls} or WAYS,
        responder=seconds,
        credentials=credentials,
        told=lambda way: errors.print(plain(f"playing {scenario} with {way} ...")),
    )
    if chart is not None:
        draw_controls(table, chart)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(table) + b"\n")
    else:
        print_controls(Screen(), table)
    return 0
