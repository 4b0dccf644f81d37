"""What would each control of the staff gate have saved? Writes the tables of docs/explanation/controls.md, and its charts.

python scripts/make_controls_page.py [MARK ...]

Between the marks of each table stands what the drills said when this was run last; the words around them are by hand. With
marks only these tables are made.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from holdfast.app.controls import WAYS, compare
from holdfast.app.controls_bars import draw_saved
from holdfast.app.controls_chart import draw_controls
from holdfast.app.controls_report import legend, markdown
from holdfast.response import shipped_staff_texts

SEEDS = tuple(range(1, 11))
JULY = "twitter-2020-07-15"
ANSWERED = {name: WAYS[name] for name in ("no gate", "roles", "second-person", "budgets", "passkeys", "as shipped")}
TABLES = {
    "twitter": lambda texts: compare(JULY, SEEDS, texts, told=print),
    "one-credential": lambda texts: compare(JULY, SEEDS, texts, credentials=1, told=print),
    "answered": lambda texts: compare(JULY, SEEDS[:1], texts, ways=ANSWERED, responder=60.0, told=print),
    "reader": lambda texts: compare("bribed-reader", SEEDS, texts, told=print),
}
PAGE = Path(__file__).parent.parent / "docs/explanation/controls.md"


def main(marks: list[str]) -> None:
    """Play what these tables are about and write them anew."""
    text = PAGE.read_text()
    for mark in marks:
        table = TABLES[mark](shipped_staff_texts())
        if mark == "twitter":
            draw_controls(table, PAGE.with_name("controls.svg"))
            draw_saved(table, PAGE.with_name("controls-saved.svg"))
        between = f"<!-- {mark} -->\n\n{markdown(table)}\n<!-- end -->"
        text = re.sub(rf"<!-- {mark} -->.*?<!-- end -->", lambda _, new=between: new, text, flags=re.DOTALL)
    legend_ = f"<!-- legend -->\n\n{legend()}\n\n<!-- end -->"
    PAGE.write_text(re.sub(r"<!-- legend -->.*?<!-- end -->", lambda _: legend_, text, flags=re.DOTALL))


if __name__ == "__main__":
    main(sys.argv[1:] or list(TABLES))
