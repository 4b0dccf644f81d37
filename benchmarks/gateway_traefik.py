"""How much later does a tool answer, with the staff gate asked before each request by a real Traefik?

As `gateway`, with the documented files of Traefik.

    python -m benchmarks.gateway_traefik
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.gateway import documented, measure_behind
from benchmarks.installed import installed


def measure(*, quick: bool = False) -> dict[str, float | str]:
    """The figures, by name."""
    return measure_behind(_traefik, quick=quick)


def _traefik(folder: Path, port: int, tool: int, gate: int) -> list[str]:
    """The documented configuration, before other ports; without a gate, it asks nobody."""
    found = installed("traefik")
    if found is None:
        raise SystemExit("Traefik is needed; `make test-real` installs it")
    own = folder / f"traefik-{port}"
    own.mkdir()
    told = documented("traefik.yaml", port, tool, gate)
    if not gate:
        told = told.replace("[gateway-token, staff-gate, for-the-gate-only]", "[gateway-token, for-the-gate-only]")
    (own / "traefik.yaml").write_text(told, encoding="utf-8")
    static = documented("traefik-static.yaml", port, tool, gate)
    file = own / "static.yaml"
    file.write_text(static.replace("filename: traefik.yaml", f"filename: {own}/traefik.yaml"), encoding="utf-8")
    return [found, f"--configFile={file}"]


if __name__ == "__main__":
    for name, value in measure(quick="--quick" in sys.argv).items():
        print(f"{name:60} {value}")
