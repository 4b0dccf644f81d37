"""`holdfast bench calibrate`: what would the figures of the model be, counted on these posts?"""

from __future__ import annotations

import sys
from collections import defaultdict
from math import log
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from holdfast.app.bench.calibrate import (
    Estimate,
    Labelled,
    Standing,
    estimates,
    patch,
    read_labelled,
    shown,
    standing,
)
from holdfast.app.terminal import Screen
from holdfast.detection import DetectionSettings, model, take_census
from holdfast.errors import StoreError, UsageError

from .options import Json, Memory, check_files

_ORIGINS = {
    "bg": "counted on other posts",
    "field": "from publications",
    "judged": "judged",
    "theory": "by theory",
    "unstated": "bounds, sizes and windows",
}


def calibrate(
    *,
    data: Annotated[Path, Parameter(help="A benchmark's folder, or a JSONL file whose posts name their `campaign`.")],
    weight: Annotated[
        float, Parameter(help="How many events each present figure is worth beside what is counted.")
    ] = 1.0,
    write: Annotated[
        Path | None, Parameter(help="Write the figures that change as a patch of the model's source.")
    ] = None,
    memory_mb: Memory = 512,
    json: Json = False,
) -> int:
    """Refit what can be counted among the model's figures from labelled posts, and print what changes.

    Nothing is changed: figures are compiled into the kernels, so they are changed in the source, by people.
    """
    if not weight > 0:
        raise UsageError(f"--weight {weight:g} leaves nothing of the present figures", advice="Give a positive number.")
    check_files([str(data), *map(str, data.absolute().glob("*"))], [write])
    console = Console(stderr=True)
    with console.status("Reading and counting ..."):
        labelled = read_labelled(data)
        census = take_census(labelled, DetectionSettings(memory_mb=memory_mb))
    found = estimates(census, weight=weight)
    stays = standing(estimate.figure for estimate in found)
    changed = {estimate.figure: estimate.refitted for estimate in found if estimate.changes}
    if write is not None:
        _write(write, patch(changed))
    if json:
        _print_json(labelled, found, stays)
    else:
        _print_text(Screen(highlight=False, soft_wrap=True), labelled, found, stays)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def _thresholds(found: tuple[Estimate, ...]) -> dict[str, tuple[float, float]]:
    """Each threshold, as it is and as the refitted number of trials would make it, in nats."""
    trials = next((e.refitted for e in found if e.figure == "TRIALS_PER_MILLION"), model.TRIALS_PER_MILLION)
    shift = log(trials / model.TRIALS_PER_MILLION)
    return {name: (value, value + shift) for name, value in (("ALERT", model.ALERT), ("CONTAIN", model.CONTAIN))}


def _print_json(labelled: Labelled, found: tuple[Estimate, ...], stays: tuple[Standing, ...]) -> None:
    told: dict[str, Any] = {
        "posts": labelled.posts,
        "attacks": labelled.attacks,
        "estimates": found,
        "thresholds": {n: {"present": now, "refitted": then} for n, (now, then) in _thresholds(found).items()},
        "standing": stays,
    }
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


def _print_text(console: Console, labelled: Labelled, found: tuple[Estimate, ...], stays: tuple[Standing, ...]) -> None:
    names = [f"{'*' if estimate.changes else ' '} {estimate.figure}" for estimate in found]
    width = max(map(len, names), default=0)
    console.print(f"{'':{width}}  {'present':>9}  {'refitted':>9}  {'95 %':^22}  counted", style="dim")
    for name, estimate in zip(names, found, strict=True):
        interval = f"{shown(estimate.low):>9} to {shown(estimate.high):<9}"
        line = f"{name:{width}}  {shown(estimate.present):>9}  {shown(estimate.refitted):>9}  {interval}  "
        counts = " and ".join(f"{count.seen:,} of {count.of:,}" for count in estimate.counts.values())
        console.print(Text(line, style="bold" if estimate.changes else ""), f"{counts}: {estimate.what}")
    changes = sum(estimate.changes for estimate in found)
    console.print()
    console.print(f"{labelled.posts:,} posts, {labelled.attacks:,} of them attacks.", end=" ")
    console.print(f"{changes} of {len(found)} figures lie outside what was counted (*).")
    for name, (present, refitted) in _thresholds(found).items():
        console.print(f"{name} would be {refitted:.2f} nats instead of {present:.2f}.")
    by_origin: dict[str, list[str]] = defaultdict(list)
    for figure in stays:
        by_origin[figure.origin].append(figure.figure)
    for origin, words in _ORIGINS.items():
        if by_origin[origin]:
            console.print(f"Not counted here, {words}: {', '.join(by_origin[origin])}.", style="dim")
