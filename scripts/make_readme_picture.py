"""What does the live view look like? Plays the July drill to a telling moment and draws it to docs/images/demo.svg.

python scripts/make_readme_picture.py [FILE.svg]
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


def picture() -> str:
    """The screen at `STOP_AT` as an SVG that refers to no host: rich would fetch its font from one."""
    console = Console(record=True, width=WIDTH, height=HEIGHT, file=io.StringIO())
    began = time.perf_counter()
    with Drill(DrillOptions(scenario=SCENARIO, approve_after=APPROVE_AFTER)) as drill:
        for _ in drill.play():
            if drill.platform.now >= STOP_AT:
                break
        console.print(screen(drill.moment(drill.posts / (time.perf_counter() - began))), height=HEIGHT)
    drawn = console.export_svg(title="holdfast demo", font_aspect_ratio=_ASPECT)
    for pattern, instead in _CHANGES:
        drawn = pattern.sub(instead, drawn)
    return drawn


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs" / "images" / "demo.svg"
    target.write_text(picture(), encoding="utf-8")
    print(f"wrote {target}")
