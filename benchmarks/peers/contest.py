"""What does each contestant find in the same posts, and what does it spend on it?

Each runs as a process of its own, and the operating system says what it spent: processor time of it and all its
children, wall time from start to end, and the peak memory of the largest of its processes. This process stays small and
reads no posts, because a child's peak never counts as less than what its parent held when it was started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .judge import Group, Truth, Verdict, judged

ROOT = Path(__file__).resolve().parents[2]
WORLDS = ("teased", "attacked")  # the one that is timed comes second: by then kernels are compiled and files are cached


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a process spent: seconds by the clock, seconds of processor time, MiB at its peak."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """`command(posts)` prints groups. It stands in the table once for each of `tiers`, as name -> tier ("" is any)."""

    name: str
    command: Callable[[Path], list[str]]
    tiers: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Names in the table, and the tier that each is of."""
        return self.tiers or ((self.name, ""),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One contestant in both worlds; `spent` is for the attacked one."""

    name: str
    spent: Spent
    attacked: Verdict
    teased: Verdict

    @property
    def more_alarms(self) -> int:
        """False alarms that the look-alikes brought: what there is with them, less what there is without."""
        return max(0, self.teased.false_groups - self.attacked.false_groups)

    @property
    def more_innocent(self) -> int:
        """Innocent accounts that the look-alikes brought into groups."""
        return max(0, self.teased.innocent - self.attacked.innocent)


def compete(data: Path, contestants: Sequence[Contestant]) -> tuple[dict[str, Truth], list[Result]]:
    """Let everybody run; what stands in each world, and how everybody did."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        accounted([sys.executable, "-m", "benchmarks.peers.worlds", str(data), name], folder / "worlds.txt")
        spent = {}
        for one in contestants:
            for world in WORLDS:
                argv = one.command(folder / f"{world}.jsonl")
                spent[one.name] = accounted(argv, folder / f"{one.name}.{world}")
                print(f"  {one.name}, {world}: {spent[one.name]}", file=sys.stderr, flush=True)
        truths = {world: truth_of(folder / f"{world}.truth.json") for world in WORLDS}
        results = [
            Result(
                name=row,
                spent=spent[one.name],
                attacked=judged(groups_of(folder / f"{one.name}.attacked", tier), truths["attacked"]),
                teased=judged(groups_of(folder / f"{one.name}.teased", tier), truths["teased"]),
            )
            for one in contestants
            for row, tier in one.rows
        ]
    return truths, results


def accounted(argv: list[str], stdout: Path) -> Spent:
    """Run a program to its end; raises SystemExit with its last words when it fails."""
    with stdout.open("wb") as out, (stdout.parent / "stderr").open("w+b") as err:
        began = time.perf_counter()
        child = subprocess.Popen(argv, cwd=ROOT, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)  # of the child and of all its children that have ended
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            err.seek(0)
            raise SystemExit(f"{' '.join(argv)}\nended with {child.returncode}:\n{err.read()[-2_000:].decode()}")
    return Spent(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def truth_of(path: Path) -> Truth:
    """What `worlds` wrote beside the posts."""
    return Truth(**json.loads(path.read_text(encoding="utf-8")))


def groups_of(path: Path, tier: str = "") -> Iterator[Group]:
    """The groups that a contestant printed, and of Holdfast's campaigns those of one tier, or all."""
    with path.open(encoding="utf-8") as lines:
        for said in map(json.loads, lines):
            if "accounts" in said and (not tier or said["tier"] == tier):
                yield Group(accounts=frozenset(said["accounts"]), found_at=_found_at(said, tier))


def _found_at(said: dict, tier: str) -> int | None:
    if "detected_at" in said:
        moment = datetime.fromisoformat(said["contained_at" if tier == "contain" else "detected_at"])
        return int(moment.timestamp() * 1000)
    return said["found_at"]
