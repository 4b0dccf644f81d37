"""`holdfast doctor`: would the service run here, and what is to be done where not?"""

from __future__ import annotations

import os
import sys

import msgspec

from holdfast.app.terminal import Screen, plain

from .options import Json
from .serve import SettingsFile, extra

_STYLES = {"well": "green", "warning": "yellow", "ill": "bold red"}
_EXIT_ILL = 1


def doctor(*, settings: SettingsFile = None, json: Json = False) -> int:
    """Check settings, token, store, policies, people, key, archive, kernels, disk and address, and say what to do.

    Nothing is changed, and a service that runs is not disturbed. Exit code 1 when something would keep it from running.
    """
    with extra():
        from holdfast.app.server.doctor import Health, examine  # noqa: PLC0415 - an extra
    console = Screen(highlight=False, soft_wrap=True)
    findings = examine(settings, os.environ)
    for finding in findings:
        if json:
            sys.stdout.buffer.write(msgspec.json.encode(finding) + b"\n")
            continue
        console.print(
            plain(f"{finding.health:<8}", style=_STYLES[finding.health]), plain(f"{finding.about:<9} {finding.says}")
        )
        if finding.advice:
            console.print(plain(f"{'':<19}{finding.advice}", limit=400))
    return _EXIT_ILL if any(finding.health is Health.ILL for finding in findings) else 0
