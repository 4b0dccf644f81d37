"""`holdfast policy`: do the policies hold, and can what they ask for be reached?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

from holdfast.app.policies import load_policy
from holdfast.guard import Policy, unreachable

from .options import Json
from .serve import SettingsFile, extra
from .service import say

policy = cyclopts.App(name="policy", help="Who may do what, and how many must agree.")

Folder = Annotated[
    Path | None, Parameter(help="A folder with policies; without it that of the settings, or the shipped ones.")
]
_EXIT_UNREACHABLE = 1


@policy.command
def check(folder: Folder = None, *, settings: SettingsFile = None, json: Json = False) -> int:
    """Parse the policies, hold them against the schema, and look whether enough people are registered.

    Exit code 3 when they do not hold, 1 when more people must agree to something than may.
    """
    found = _policy(folder, settings)
    with extra():
        from holdfast.app.server.doctor import registered  # noqa: PLC0415 - an extra
        from holdfast.app.server.settings import load  # noqa: PLC0415 - an extra

        people = registered(load(settings, os.environ))
    rows = unreachable(found, people) if people else []
    names = [name for name in found.texts if name.endswith(".cedar")]
    lines = [f"they hold: {', '.join(names)}", f"version {found.version}", *(f"out of reach: {row}" for row in rows)]
    lines += [] if people else ["nobody is registered yet, so nobody can agree to anything"]
    say(lines, {"version": found.version, "files": list(found.texts), "unreachable": rows}, json=json)
    return _EXIT_UNREACHABLE if rows else 0


@policy.command
def show(folder: Folder = None, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Show the policies that hold, file by file, and the table of quorums."""
    found = _policy(folder, settings)
    lines = [f"version {found.version}"]
    for name, text in found.texts.items():
        lines += ["", f"==> {name}", *text.splitlines()]
    table = msgspec.to_builtins(found.table)
    say(lines, {"version": found.version, "files": found.texts, "quorums": table}, json=json)


def _policy(folder: Path | None, settings: Path | None) -> Policy:
    if folder is not None:
        return load_policy(folder)
    with extra():
        from holdfast.app.server.settings import load  # noqa: PLC0415 - an extra
    return load_policy(load(settings, os.environ).policy.folder)
