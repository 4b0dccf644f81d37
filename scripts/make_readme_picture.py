"""What do the two demos look like? Plays the July drill to a telling moment, and the afternoon at the support desk.

python scripts/make_readme_picture.py [FOLDER]     demo.svg and gate.svg, in docs/images where no folder is named
"""

from __future__ import annotations

import io
import re
import sys
import time
from pathlib import Path

from rich.console import Console

from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.view import screen
from holdfast.events import parse_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples.afternoon.__main__ import main as afternoon  # noqa: E402 - from the folder above

SCENARIO = "twitter-2020-07-15"
STOP_AT = parse_time("2020-07-15T19:17:30Z")  # two minutes after the approval: holds in force, the lures gone
APPROVE_AFTER = 60.0  # seconds, as in `holdfast demo`
WIDTH, HEIGHT = 150, 40
_ASPECT = 0.602  # width of a letter over its height in DejaVu Sans Mono, Menlo and (nearly) Liberation Mono
_CHANGES = (
    (re.compile(r"@font-face\s*\{.*?\}", re.DOTALL), ""),
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile("Fira Code"), "DejaVu Sans Mono, Menlo, Liberation Mono"),
    (re.compile("<text "), '<text xml:space="preserve" '),  # some viewers drop the spaces that begin a text
)


def demo() -> str:
    """The screen at `STOP_AT`."""
    console = Console(record=True, width=WIDTH, height=HEIGHT, file=io.StringIO())
    began = time.perf_counter()
    with Drill(DrillOptions(scenario=SCENARIO, approve_after=APPROVE_AFTER)) as drill:
        for _ in drill.play():
            if drill.platform.now >= STOP_AT:
                break
        console.print(screen(drill.moment(drill.posts / (time.perf_counter() - began))), height=HEIGHT)
    return drawn(console, "holdfast demo")


def gate() -> str:
    """The afternoon at the support desk, as it is told."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    afternoon(console)
    return drawn(console, "make demo-gate")


def drawn(console: Console, title: str) -> str:
    """What was printed as an SVG that refers to no host: rich would fetch its font from one."""
    found = console.export_svg(title=title, font_aspect_ratio=_ASPECT)
    for pattern, instead in _CHANGES:
        found = pattern.sub(instead, found)
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    for name, picture in (("demo", demo), ("gate", gate)):
        (folder / f"{name}.svg").write_text(picture(), encoding="utf-8")
        print(f"wrote {folder / name}.svg")
