"""How do many schedules end, worked out on all processors?"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .run import Outcome, simulate

CHUNK = 5  # seeds handed to a worker at once


@contextmanager
def in_memory() -> Iterator[Path]:
    """A new file for a store, in memory where the system has such a folder; gone afterwards."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it is ours alone
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder) / "simulated.db"


def outcomes(seeds: Sequence[int], *, again: bool, jobs: int) -> Iterator[Outcome]:
    """How the schedules of these seeds end, in order, worked out by so many processes."""
    one = partial(simulate, place=in_memory, again=again)
    if jobs == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, seeds, chunksize=CHUNK)
