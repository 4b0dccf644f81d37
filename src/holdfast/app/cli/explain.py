"""`holdfast explain`: why is this a campaign, and what would have kept it from being one?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from holdfast.app.explain import explanation_json, pick, read_campaigns
from holdfast.app.refused import Refused
from holdfast.app.scan import Scan
from holdfast.app.telling import print_explanation
from holdfast.app.terminal import Screen
from holdfast.app.wiring import make_engine
from holdfast.connectors.files import FileSource, RejectFile
from holdfast.detection import Explanation, explain_last_state
from holdfast.errors import HoldfastError, UsageError
from holdfast.events import Dialect, TimeUnit

from .options import Columns, File, Json, Memory, check_files, columns_of
from .scan import read


def explain(  # noqa: PLR0913 - each is a word on the command line
    campaign: Annotated[str, Parameter(help="Its id as scan prints it, or the beginning of it.")],
    *files: Annotated[File, Parameter(help="The files that were scanned, in the same order.")],
    from_: Annotated[
        str | None,
        Parameter(name="--from", help="What `scan --json` wrote, instead of the files: quick, and tells less."),
    ] = None,
    column: Columns = (),
    time_unit: Annotated[TimeUnit, Parameter(help="What a bare number in a time counts.")] = "auto",
    rejects: Annotated[Path | None, Parameter(help="Keep the lines that are no events in this file.")] = None,
    memory_mb: Memory = 512,
    json: Json = False,
) -> int:
    """Tell why a campaign is one: the accounts in order, the sum term by term, and what would have undone it.

    The files are scanned anew, which gives the same campaigns for the same files and options. Of a campaign read with
    --from only the last state is known: neither the order of the sum nor why an account stands by.
    """
    if from_ is not None:
        if files:
            raise UsageError("either files or --from, not both")
        _print(explain_last_state(pick(read_campaigns(from_), campaign)), json=json)
        return 0
    check_files(files, [rejects])
    dialect = Dialect(columns=columns_of(column), time_unit=time_unit, keep_unknown=False)
    source = FileSource(files or ("-",), dialect=dialect)
    keep = RejectFile(rejects) if rejects is not None else None
    engine = make_engine(memory_mb=memory_mb, trails=True)
    run = Scan(source, engine, Refused(keep))
    failure: HoldfastError | None = None
    try:
        read(run, show=sys.stderr.isatty())
    except HoldfastError as error:
        failure = error  # what was found before the damage is still explained
    if keep is not None:
        keep.close()
    if failure is not None and not run.campaigns:
        raise failure
    told = engine.detector.explain(pick(run.campaigns, campaign).id)
    assert told is not None, "every campaign of this detector keeps its trail"
    _print(told, json=json)
    if failure is not None:
        raise failure
    return 0


def _print(told: Explanation, *, json: bool) -> None:
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(explanation_json(told)) + b"\n")
        sys.stdout.buffer.flush()
    else:
        print_explanation(Screen(highlight=False, soft_wrap=True), told)
