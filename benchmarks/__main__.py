"""Run every benchmark and write `docs/explanation/benchmarks.md`: figures by the program, never by hand.

`python -m benchmarks [--only NAME ...] [--quick] [--data DIR] [--database ADDRESS]`
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.installed import installed

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "benchmarks.md"
HIJACKBENCH = Path(__file__).resolve().parent.parent.parent / "shared" / "hijackbench"
NAMES = (
    "decode",
    "reading",
    "detection",
    "media",
    "guard",
    "gate",
    "ledger",
    "cause",
    "staff",
    "cooled",
    *(["serve", "gate_http"] if installed("wrk") else []),
    *(["gateway"] if installed("nginx") else []),
    *(["gateway_traefik"] if installed("traefik") else []),
    *(["gateway_envoy"] if installed("envoy") else []),
)
INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit. Rates are per core and per second of processor time unless the name says
"wall" or "two cores". Machines like this one are shared: compare figures of one page, not of two.
"""


def machine() -> str:
    """The machine the figures are of: processor, cores, memory, Python and numba."""
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    numba = importlib.import_module("numba").__version__
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, numba {numba}; {datetime.now(UTC):%Y-%m-%d}"
    )


def table(figures: dict[str, object]) -> str:
    """Figures as a Markdown table, one row each."""
    rows = [f"| {name} | {_shown(value)} |" for name, value in figures.items()]
    return "\n".join(["| figure | value |", "|---|---:|", *rows])


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> int:
    """Run what was asked for; keep the sections of the page that were not run again."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[*NAMES, "hijack"], help="which benchmarks to run")
    parser.add_argument("--quick", action="store_true", help="smaller runs; the page is not written")
    parser.add_argument(
        "--data", "--hijackbench", dest="data", type=Path, default=HIJACKBENCH, help="folder of the benchmark's data"
    )
    parser.add_argument("--database", help="an empty PostgreSQL database, for the name `postgres`")
    options = parser.parse_args()
    if options.database:
        options.only = [*options.only, "postgres"]
    sections = _kept_sections()
    for name in options.only:
        print(f"{name} ...", file=sys.stderr, flush=True)
        module = importlib.import_module(f"benchmarks.{'ledger' if name == 'postgres' else name}")
        if hasattr(module, "report"):
            if not options.data.is_dir():
                print(f"  no data at {options.data}: left out", file=sys.stderr)
                continue
            body = module.report(options.data)
        elif name == "postgres":
            body = table(module.measure(options.database, quick=options.quick))
        else:
            takes_quick = "quick" in inspect.signature(module.measure).parameters
            body = table(module.measure(quick=options.quick) if takes_quick else module.measure())
        print(body, flush=True)
        sections[name] = f"{(module.__doc__ or name).strip().splitlines()[0]}\n\nMachine: {machine()}\n\n{body}"
        if not options.quick:  # after each, so that a later failure loses none
            _write(sections)
    return 0


def _write(sections: dict[str, str]) -> None:
    PAGE.write_text(INTRODUCTION + "".join(f"\n## {name}\n\n{body.strip()}\n" for name, body in sections.items()))


def _kept_sections() -> dict[str, str]:
    if not PAGE.exists():
        return {}
    parts = PAGE.read_text().split("\n## ")[1:]
    return {name: body for name, _, body in (part.partition("\n\n") for part in parts)}


if __name__ == "__main__":
    sys.exit(main())
