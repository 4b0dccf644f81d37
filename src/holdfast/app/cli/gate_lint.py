"""`holdfast gate lint`: does this nginx or Traefik let a request reach a tool without asking the gate?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from holdfast.app.gate import nginx, traefik
from holdfast.app.gate.finding import Finding
from holdfast.app.terminal import Screen, plain

from .options import Json

_STYLES = {"bypass": "bold red", "weak": "yellow"}
_EXIT_FOUND = 1
_TRAEFIK = frozenset({".yaml", ".yml", ".toml"})  # whose files end so; nginx's may be called anything

ConfigurationFile = Annotated[
    Path, Parameter(help="Nginx's main file, with what it includes; or Traefik's dynamic .yml or .toml.")
]


def gate_lint(file: ConfigurationFile, /, *, json: Json = False) -> int:
    """Read a configuration of nginx or Traefik, without running it, and show each way past the gate that it tells of.

    `bypass` lets a request through by itself, `weak` does with something else. Exit code 1 when something is found.
    """
    findings = (traefik if file.suffix in _TRAEFIK else nginx).lint(file)
    if json:
        for each in findings:
            sys.stdout.buffer.write(msgspec.json.encode(each) + b"\n")
    else:
        _show(findings, file)
    return _EXIT_FOUND if findings else 0


def _show(findings: list[Finding], file: Path) -> None:
    console = Screen(highlight=False, soft_wrap=True)
    for each in findings:
        console.print(
            plain(f"{each.grade:<7}", style=_STYLES[each.grade]), plain(f"{each.file}:{each.line} {each.code}")
        )
        lines = [each.says, *([f"Try: {each.request}"] if each.request else []), each.advice]
        for line in lines:
            console.print(plain(f"{'':<8}{line}", limit=600))
    if not findings:
        console.print(plain(f"nothing found in {file}", limit=600))
