"""How is a run of ten hours shown while it happens in seconds?"""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .drill import Drill
from .terminal import plain
from .view import clock, screen

_FRAMES_PER_SECOND = 8  # a person follows it; drawing a frame costs some ten milliseconds
_LONGEST = 200  # characters of a line about one happening; a plan's title may name many steps
_LINES_EVERY = 5.0  # seconds between lines where there is no screen to draw on


def play(drill: Drill, console: Console, *, show: bool) -> float:
    """Play `drill`, and tell the seconds it took; on a terminal in a live view, else with a line now and then."""
    began = time.perf_counter()
    if show and console.is_terminal:
        _on_screen(drill, console, began)
    else:
        _in_lines(drill, console if show else None, began)
    return time.perf_counter() - began


def _on_screen(drill: Drill, console: Console, began: float) -> None:
    next_frame = 0.0
    with Live(screen(drill.moment(0.0)), console=console, screen=True, auto_refresh=False) as live:
        for _ in drill.play():
            now = time.perf_counter()
            if now >= next_frame:
                live.update(screen(drill.moment(drill.posts / (now - began))), refresh=True)
                next_frame = time.perf_counter() + 1 / _FRAMES_PER_SECOND
        last = screen(drill.moment(drill.posts / (time.perf_counter() - began)))
    console.print(last, height=min(console.height, 40))


def _in_lines(drill: Drill, console: Console | None, began: float) -> None:
    told = 0
    next_line = 0.0
    for _ in drill.play():
        now = time.perf_counter()
        if console is None or now < next_line:
            continue
        next_line = now + _LINES_EVERY
        console.print(
            f"{clock(drill.platform.now)}  {drill.posts:,} posts, {len(drill.campaigns)} campaigns, "
            f"{drill.posts / (now - began):,.0f} posts/s",
            highlight=False,
            soft_wrap=True,
        )
        fresh = drill.response.timeline[told:]
        told = len(drill.response.timeline)
        for happening in fresh:
            text = plain(happening.text, limit=_LONGEST)
            console.print(Text.assemble(f"  {clock(happening.time)}  ", text), soft_wrap=True)
