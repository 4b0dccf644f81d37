"""Which settings serve the others best? Tries them on weeks 3 and 4, and prints what each finds and costs.

    python -m benchmarks.peers.choose [--data DIR]

Not part of `make bench-peers`: it takes half an hour on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.__main__ import HIJACKBENCH

from .contest import accounted, groups_of, truth_of
from .contestants import BASELINES_TRIED, TOOLKIT_TRIED, baseline, toolkit
from .judge import judged, scored


def main() -> None:
    """One row for each setting, as it is done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HIJACKBENCH)
    data = parser.parse_args().data
    print("| settings | found | recalled | false alarms | CPU s |\n|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        accounted([sys.executable, "-m", "benchmarks.peers.worlds", str(data), name], folder / "worlds.txt")
        truth = truth_of(folder / "development.truth.json")
        tried = [(rule, partial(baseline, rule)) for rule in BASELINES_TRIED]
        tried += [(network, partial(toolkit, [network])) for network in TOOLKIT_TRIED]
        for settings, command in tried:
            spent = accounted(command(folder / "development.jsonl"), folder / "groups")
            verdict = judged(groups_of(folder / "groups"), truth)
            score = scored(verdict.found.values())
            found = f"{score.found} of {score.campaigns}"
            cells = settings, found, f"{score.recalled:.3f}", str(verdict.false_groups), f"{spent.cpu:.0f}"
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
