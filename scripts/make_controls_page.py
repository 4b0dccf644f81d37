"""What would each control of the staff gate have saved? Writes the tables of docs/explanation/controls.md, and its chart.

python scripts/make_controls_page.py [FILE.md]

Between the marks of each table stands what the drills said when this was run last; the words around them are by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from holdfast.app.controls import compare
from holdfast.app.controls_chart import draw_controls
from holdfast.app.controls_report import legend, markdown
from holdfast.response import shipped_staff_texts

SEEDS = tuple(range(1, 11))
TABLES = {
    "twitter": ("twitter-2020-07-15", None),
    "one-credential": ("twitter-2020-07-15", 1),
    "reader": ("bribed-reader", None),
}
PAGE = Path(__file__).parent.parent / "docs/explanation/controls.md"


def main(page: Path) -> None:
    """Play everything and write the page anew."""
    text = page.read_text()
    for mark, (scenario, credentials) in TABLES.items():
        table = compare(scenario, SEEDS, shipped_staff_texts(), credentials=credentials, told=print)
        if mark == "twitter":
            draw_controls(table, page.with_name("controls.svg"))
        between = f"<!-- {mark} -->\n\n{markdown(table)}\n<!-- end -->"
        text = re.sub(rf"<!-- {mark} -->.*?<!-- end -->", lambda _, new=between: new, text, flags=re.DOTALL)
    legend_ = f"<!-- legend -->\n\n{legend()}\n\n<!-- end -->"
    page.write_text(re.sub(r"<!-- legend -->.*?<!-- end -->", lambda _: legend_, text, flags=re.DOTALL))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PAGE)
