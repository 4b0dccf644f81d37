"""`holdfast policy`: do the policies hold, can what they ask for be reached, and do they say what is expected?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

from holdfast.app.policies import load_policies, load_policy, load_staff_policy, text_of, tools_out_of_reach
from holdfast.errors import UnreadableFileError
from holdfast.guard import Policy, unreachable
from holdfast.guard.staff import StaffPolicy, silent, unmet
from holdfast.response import Policies

from .options import Json
from .policy_reload import join
from .serve import SettingsFile, extra
from .service import say

policy = cyclopts.App(name="policy", help="Who may do what, and how many must agree.")

Folder = Annotated[
    Path | None, Parameter(help="A folder with policies; without it that of the settings, or the shipped ones.")
]
join(policy)
_EXIT_UNREACHABLE = 1
_EXIT_UNMET = 1


@policy.command
def check(folder: Folder = None, *, settings: SettingsFile = None, json: Json = False) -> int:
    """Parse the policies, hold them against the schema, and look whether enough people are registered.

    Exit code 3 when they do not hold, or not what `staff/expectations.toml` in the folder expects (as `policy test`
    reads it), 1 when more people must agree to something than may. The functions of internal
    tools are looked at once somebody is registered who works with them (support, specialist). A function that sounds as
    if it changes a holder's e-mail, phone, second factor or passkey, and does not say `changes`, is warned of.
    """
    found, gate = _policies(folder, settings, load_policies)
    with extra():
        from holdfast.app.server.doctor import registered  # noqa: PLC0415 - an extra
        from holdfast.app.server.settings import load  # noqa: PLC0415 - an extra

        people = registered(load(settings, os.environ))
    warned = silent(gate.catalogue)
    rows = unreachable(found, people) if people else []
    stuck = tools_out_of_reach(gate, people)
    lines = [f"they hold: {_cedar(found.texts)}", f"version {found.version}"]
    lines += [f"they hold, for the staff gate: {_cedar(gate.texts)}", f"version {gate.version}"]
    lines += [f"out of reach: {row}" for row in [*rows, *stuck]]
    lines += [f"warning: {row}" for row in warned]
    lines += [] if people else ["nobody is registered yet, so nobody can agree to anything"]
    told = {"version": found.version, "files": list(found.texts), "unreachable": rows}
    staff = {"version": gate.version, "files": list(gate.texts), "unreachable": stuck, "silent": warned}
    say(lines, {**told, "staff": staff}, json=json)
    return _EXIT_UNREACHABLE if rows or stuck else 0


@policy.command
def show(folder: Folder = None, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Show the policies in the folder, file by file, and the table of quorums.

    Those that a running service has in force may be others: `policy status` says which.
    """
    found, gate = _policies(folder, settings)
    lines = [f"version {found.version}"]
    for name, text in found.texts.items():
        lines += ["", f"==> {name}", *text.splitlines()]
    lines += ["", f"the staff gate, version {gate.version}"]
    for name, text in gate.texts.items():
        lines += ["", f"==> staff/{name}", *text.splitlines()]
    told = {"version": found.version, "files": found.texts, "quorums": msgspec.to_builtins(found.table)}
    staff = {"version": gate.version, "files": gate.texts, "catalogue": msgspec.to_builtins(gate.catalogue)}
    say(lines, {**told, "staff": staff}, json=json)


@policy.command(name="test")
def expect(expectations: Path, folder: Folder = None, *, settings: SettingsFile = None, json: Json = False) -> int:
    """Hold the policies of the staff gate against EXPECTATIONS (TOML, `[[expect]]`): who needs what, and who never may.

    Exit code 1 when one does not hold, 3 when the file cannot be read or is about what there is not.
    """
    _, gate = _policies(folder, settings)
    try:
        text = text_of(expectations)
    except OSError as why:
        raise UnreadableFileError(f"{expectations} cannot be read: {why.strerror or why}") from why
    rows = unmet(gate, text)
    say(rows or ["all of it is as expected"], {"version": gate.version, "unmet": rows}, json=json)
    return _EXIT_UNMET if rows else 0


def _unchecked(folder: str | Path) -> Policies:
    return Policies(response=load_policy(folder), staff=load_staff_policy(folder))


def _policies(
    folder: Path | None, settings: Path | None, read: Callable[[str | Path], Policies] = _unchecked
) -> tuple[Policy, StaffPolicy]:
    if folder is None:
        with extra():
            from holdfast.app.server.settings import load  # noqa: PLC0415 - an extra
        found = read(load(settings, os.environ).policy.folder)
    else:
        found = read(folder)
    return found.response, found.staff


def _cedar(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name.endswith(".cedar"))
