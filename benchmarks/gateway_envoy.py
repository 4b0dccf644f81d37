"""How much later does a tool answer, with the staff gate asked before each request by a real Envoy?

As `gateway`, with the documented file of Envoy.

    python -m benchmarks.gateway_envoy
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from benchmarks.gateway import documented, measure_behind
from benchmarks.installed import installed

_ASKING = re.compile(
    r" +- name: envoy\.filters\.http\.ext_authz\n.*?(?= +- name: envoy\.filters\.http\.router\n)", re.DOTALL
)


def measure(*, quick: bool = False) -> dict[str, float | str]:
    """The figures, by name."""
    return measure_behind(_envoy, quick=quick)


def _envoy(folder: Path, port: int, tool: int, gate: int) -> list[str]:
    """The documented configuration, before other ports; without a gate, it asks nobody."""
    found = installed("envoy")
    if found is None:
        raise SystemExit("Envoy is needed; `make test-real` installs it")
    text = documented("envoy.yaml", port, tool, gate).replace("timeout: 0.25s }", "timeout: 5s }")  # as with nginx
    file = folder / f"envoy-{port}.yaml"
    file.write_text(text if gate else _ASKING.sub("", text), encoding="utf-8")
    return [found, "-c", str(file), "--concurrency", "1", "--disable-hot-restart", "--log-level", "off"]


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(f"{name:60} {value}")
