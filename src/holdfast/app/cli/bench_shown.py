"""How does a benchmark show how far it is, and what it found?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from holdfast.app.terminal import Screen, plain

R = TypeVar("R")


def progress(console: Console) -> Progress:
    """Bars on `console`, gone when it is over; none where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())


def drawn(report: R, draw: Callable[[R, Path], None], chart: Path | None, console: Console) -> None:
    """Draw a report into `chart`, where one is wanted, and say so.

    Raises:
        StoreError: it cannot be written.

    """
    if chart is not None:
        draw(report, chart)
        console.print(plain(f"drawn into {chart}"))


def told(report: R, in_words: Callable[[Screen, R], None], width: int, *, json: bool) -> None:
    """Print a report: as JSON, or in words on `width` columns at least."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()
    else:
        screen = Screen(highlight=False, soft_wrap=True)
        screen.width = max(screen.width, width)  # a narrow terminal wraps, a pipe needs no cuts
        in_words(screen, report)
