"""`holdfast bench`: how good is it, measured on data that anybody can bring or make?"""

from __future__ import annotations

import cyclopts

from .bench_cause import cause

bench = cyclopts.App(name="bench", help="Measure how good it is, on data that anybody can bring or make.")
bench.command(cause)
