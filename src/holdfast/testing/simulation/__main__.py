"""How do a thousand schedules end? The command `python -m holdfast.testing.simulation`; 1 when a law was broken."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .many import in_memory, outcomes
from .run import Outcome, shrink

MOST_PLAYS = 150  # to shrink one schedule: a minute or so


def main(words: Sequence[str] | None = None) -> int:
    """Play the schedules that `words` ask for; 1 when a law was broken."""
    asked = _parser().parse_args(words)
    console = Console(stderr=True)
    seeds = [asked.seed] if asked.seed is not None else range(asked.start, asked.start + asked.seeds)
    told = failed = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("schedules", total=len(seeds))
        for outcome in outcomes(seeds, again=asked.again, jobs=min(asked.jobs, len(seeds))):
            bar.advance(task)
            told += 1
            if asked.json:
                sys.stdout.write(_line(outcome))
            if outcome.broken:
                failed += 1
                _tell(bar.console, shrink(outcome, in_memory, MOST_PLAYS) if asked.shrink else outcome)
    console.print(f"{told} schedules, {failed} of them broke a law")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m holdfast.testing.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many schedules (100)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--seed", type=int, help="this one only, as a failure names it")
    parser.add_argument("--again", action="store_true", help="play each twice: the records must be the same")
    parser.add_argument("--shrink", action="store_true", help="leave out of a failing schedule what it fails without")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one for each processor)")
    parser.add_argument("--json", action="store_true", help="one line for each schedule on standard output")
    return parser


def _tell(console: Console, outcome: Outcome) -> None:
    """What is broken, after which steps, and how to see it again."""
    console.print(f"seed {outcome.seed}: python -m holdfast.testing.simulation --seed {outcome.seed} --shrink")
    for step in outcome.steps:
        console.print(f"  {step}", markup=False, highlight=False)
    for broken in outcome.broken[:10]:
        console.print(f"  broken: {broken.law}: {broken.what}", markup=False, highlight=False)


def _line(outcome: Outcome) -> str:
    said = {"seed": outcome.seed, "steps": len(outcome.steps), "root": outcome.root, "entries": outcome.entries}
    counts = {"calls": outcome.calls, "lives": outcome.lives, "broken": msgspec.to_builtins(outcome.broken)}
    return msgspec.json.encode(said | counts).decode() + "\n"


if __name__ == "__main__":
    sys.exit(main())
