"""`holdfast policy reload|status`: put other policies in force while the service runs, or see which are."""

from __future__ import annotations

import re
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from holdfast.errors import UsageError

from .gate_who import differences
from .options import Json
from .service import Service, Url, say

_VERSION = re.compile(r"[0-9a-f]{64}")  # SHA-256
_WAITS = 1  # the exit code of what waits for somebody else to ask for it, too
_WORDS = {"looser": "MAY LOOSEN", "ends": "ends", "warnings": "warning"}


def reload(
    version: Annotated[
        str, Parameter(help="Exactly these, whole, as --dry-run names them. What may loosen something has to be named.")
    ] = "",
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Only say what would change.")] = False,
    why: Annotated[str, Parameter(help="Why: it stays on record, and the other administrators are told.")] = "",
    url: Url = None,
    json: Json = False,
) -> int:
    """Have the service read its folder of policies anew, and put them in force, whole or not at all.

    Exit code 1 when they may loosen something and wait for another administrator, who asks for the same version; or,
    where none was named, when nothing was asked for because of that.
    """
    service = Service(url)
    if not dry_run and not why:
        raise UsageError("why are they to change?", advice="Say it with --why; or look first, with --dry-run.")
    if version and not _VERSION.fullmatch(version):
        raise UsageError(
            f"{version} is no version of the policies",
            advice="Copy all 64 characters from --dry-run. What `policy check` prints are those of the two halves.",
        )
    if dry_run or not version:
        found = service.send("POST", "/v1/policies/previews")
        if version and found["version"] != version:
            raise UsageError(f"the files are those of version {found['version']}", advice="Look at that one.")
        if dry_run or found["looser"]:
            say(_preview(found), found, json=json)
            return 0 if dry_run else _WAITS
        version = found["version"]
    made = service.send("POST", "/v1/policies/reload", {"version": version, "why": why})
    say([_made(made)], made, json=json)
    return 0 if made["in_force"] else _WAITS


def status(*, url: Url = None, json: Json = False) -> None:
    """Show which policies are in force, since when and by whose word, and what waits to take their place."""
    found = Service(url).get("/v1/policies")
    by = " and ".join(found["by"])
    lines = [f"version {found['version']}  in force since {found['since']}  by {by}: {found['why']}"]
    lines += [f"{name}  sha256 {digest}" for name, digest in found["files"].items()]
    lines += [f"MAY HAVE LOOSENED  {each}" for each in found["looser"]]
    lines += [
        f"version {each['version']}  waits until {each['until']}  asked for by {each['by']}: {each['why']}"
        for each in found["waiting"]
    ]
    say(lines, found, json=json)


def join(app: cyclopts.App) -> None:
    """Have these be commands of `app`."""
    app.command(reload)
    app.command(status)


def _preview(found: dict[str, Any]) -> list[str]:
    version = found["version"]
    if version == found["in_force"]:
        return [f"version {version}  is in force: nothing has changed in the files"]
    lines = [f"version {version}  in place of {found['in_force']}: {', '.join(found['other_files'])}"]
    lines += [f"{words}  {each}" for name, words in _WORDS.items() for each in found[name]]
    came, went, other = (len(found[kind]) for kind in ("gained", "lost", "changed"))
    lines.append(f"of who is registered now: {came} rights come, {went} go, {other} take something else")
    lines += differences(found)
    if found["people"] == 1:
        return [*lines, "it loosens nothing: one administrator puts it in force"]
    asked = f"; {' and '.join(found['asked_by'])} asked for it" if found["asked_by"] else ""
    return [*lines, f"it takes two administrators{asked}: holdfast policy reload {version} --why ..."]


def _made(made: dict[str, Any]) -> str:
    by = " and ".join(made["by"])
    if made["in_force"]:
        loosened = f"; it may loosen {len(made['looser'])} thing(s)" if made["looser"] else ""
        return f"version {made['version']}  in force, by {by}{loosened}"
    return f"version {made['version']}  waits until {made['until']} for another administrator; asked for by {by}"
