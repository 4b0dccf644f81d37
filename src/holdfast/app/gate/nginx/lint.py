"""What lets a request past the gate in a configuration of nginx? Found without running it."""

from __future__ import annotations

from pathlib import Path

from holdfast.app.gate.finding import HOW

from .asking import asked_wrongly
from .beside import beside
from .early import early
from .finding import Finding, Grade
from .naming import named_wrongly
from .places import answering, site
from .syntax import read

CODES = (
    "alias-slips",
    "expression-wins",
    "gate-body",
    "gate-cached",
    "gate-fails-open",
    "gate-open",
    "gate-sees-another",
    "gate-slow",
    "guard-turned-off",
    "header-look-alike",
    "judged-as-another",
    "name-of-the-client",
    "no-gate",
    "nothing-guarded",
    "part-unchecked",
    "refused-yet-served",
    "return-before-check",
    "rewrite-before-check",
    "satisfy-any",
    "secret-passed",
    "spelled-otherwise",
    "tool-unguarded",
    "upgrade-passed",
)


def lint(path: Path) -> list[Finding]:
    """What is found in the configuration whose main file is `path`, bypasses first, then by file and line.

    Raises:
        UnreadableFileError: it, or a file that it includes, cannot be read, or nginx itself would refuse it.

    """
    whole = site(read(path))
    asking = {id(answering(place.server, place.guard)) for place in whole.places() if place.guard}
    guarded = [place for place in whole.places() if place.guard and id(place) not in asking]
    if not guarded:
        says, advice = "no location asks a gate", f"Write `auth_request` before the tool, as in {HOW}."
        return [Finding(code="nothing-guarded", grade=Grade.BYPASS, file=str(path), line=1, says=says, advice=advice)]
    findings = {*early(whole, guarded), *beside(whole, guarded), *asked_wrongly(whole), *named_wrongly(whole, guarded)}
    return sorted(findings, key=lambda each: (each.grade, each.file, each.line, each.code, each.says))
