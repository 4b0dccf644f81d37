"""What lets a request past the gate in a dynamic configuration of Traefik? Found without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from holdfast.app.gate.finding import HOW, Finding, Grade
from holdfast.app.gate.names import NAMES
from holdfast.errors import UnreadableFileError

from .file import field, is_true, line_of, read, texts
from .ways import Middleware, Way, Ways

CODES = (
    "gate-sees-another",
    "gate-sees-less",
    "judged-as-another",
    "name-of-the-client",
    "nothing-guarded",
    "refused-yet-served",
    "secret-passed",
    "token-passed",
    "tool-unguarded",
    "upgrade-passed",
)
PATH = "/v1/gate/traefik"  # the only one at which what Traefik says counts, and nothing that a client says
_REPLACING = frozenset({"addprefix", "replacepath", "replacepathregex", "stripprefix", "stripprefixregex"})
_AFTER = "Put it before the gate: then the gate judges what the tool gets."


class _Hole(NamedTuple):
    code: str
    grade: Grade
    says: str
    advice: str
    at: str = ""  # the middleware where it is; the router where it is none


def lint(path: Path) -> list[Finding]:
    """What is found in the file `path`, bypasses first, then by line.

    Raises:
        UnreadableFileError: it cannot be read, or is no dynamic configuration of Traefik.

    """
    text, told = read(path)
    try:
        found = {_at(path, text, way, hole) for way, hole in _holes(Ways(told))}
    except (RecursionError, ValueError) as why:
        raise UnreadableFileError(f"{path} names itself, too many ways, or an address that is none") from why
    return sorted(found, key=lambda each: (each.grade, each.line, each.code, each.says))


def _at(path: Path, text: str, way: Way | None, hole: _Hole) -> Finding:
    section, name = ("middlewares", hole.at) if hole.at else (way.section, way.router) if way else ("", "")
    line = line_of(text, section, name) if name else 1
    return Finding(code=hole.code, grade=hole.grade, file=str(path), line=line, says=hole.says, advice=hole.advice)


def _holes(ways: Ways) -> Iterator[tuple[Way | None, _Hole]]:
    every = list(ways.all())
    guarded = [way for way in every if way.gate is not None]
    if not guarded:
        says, advice = "no router passes a gate", f"Write a forwardAuth before the tool, as in {HOW}."
        yield None, _Hole("nothing-guarded", Grade.BYPASS, says, advice)
        return
    tools = frozenset[str]().union(*(way.servers for way in guarded)) - ways.gates()
    for way in every:
        if way.gate is None and way.servers & tools:
            where = ", ".join(sorted(way.servers & tools))
            says = f"the router {way.router} leads to {where} without asking the gate; another one asks"
            yield way, _Hole("tool-unguarded", Grade.BYPASS, says, "Give it the same middlewares.")
        yield from ((way, hole) for hole in _served(way, ways, tools))
    for way in guarded:
        for rule in (_asked_wrongly, _named_wrongly, _passed_on, _changed):
            yield from ((way, hole) for hole in rule(way))


def _gate(way: Way) -> Middleware:
    assert way.gate is not None, "a guarded way has a gate"
    return way.passes[way.gate]


def _asked_wrongly(way: Way) -> Iterator[_Hole]:
    gate = _gate(way)
    path = urlsplit(str(field(gate.says, "address"))).path
    if path != PATH:
        says = f"{gate.name} asks at {path}, where headers of the client say which request it makes"
        yield _Hole("gate-sees-another", Grade.BYPASS, says, f"Ask at {PATH}.", gate.name)
    if is_true(field(gate.says, "trustForwardHeader")):
        says = (
            f"{gate.name} has `trustForwardHeader: true`: whoever the entry point trusts (`forwardedHeaders`) says "
            "which request is judged, or lets a client say it"
        )
        yield _Hole("gate-sees-another", Grade.WEAK, says, "Write `trustForwardHeader: false`.", gate.name)
    if texts(field(gate.says, "authRequestHeaders")):
        says = (
            f"{gate.name} has authRequestHeaders: what is not in it reaches the tool and not the gate, as "
            "X-HTTP-Method-Override, by which a tool does another thing than was judged"
        )
        yield _Hole("gate-sees-less", Grade.BYPASS, says, "Leave it out: the gate is to see every header.", gate.name)


def _named_wrongly(way: Way) -> Iterator[_Hole]:
    gate = _gate(way)
    said = {each.lower() for each in texts(field(gate.says, "authResponseHeaders"))}
    pattern = field(gate.says, "authResponseHeadersRegex")

    def lacks(name: str) -> bool:
        return name.lower() not in said and not _fits(pattern, name)

    if lacking := [name for name in NAMES if lacks(name)]:
        says = f"{gate.name} hands {', '.join(lacking)} of the client on to the tool"
        yield _Hole("name-of-the-client", Grade.WEAK, says, "Name them in authResponseHeaders.", gate.name)
    if lacks("Cookie"):
        says = f"{gate.name} hands the whole cookie on: the tool sees the secret of its people's sessions"
        yield _Hole("secret-passed", Grade.WEAK, says, "Name Cookie in authResponseHeaders.", gate.name)


def _fits(pattern: object, name: str) -> bool:
    try:
        return bool(pattern) and re.search(str(pattern), name) is not None
    except re.error:
        return False


def _passed_on(way: Way) -> Iterator[_Hole]:
    if _said(way.passes[(way.gate or 0) + 1 :], "authorization") is None:
        says = f"the tool behind {way.router} is told the token by which this Traefik asks"
        advice = 'Write a `headers` middleware after the gate, with `customRequestHeaders: { Authorization: "" }`.'
        yield _Hole("token-passed", Grade.WEAK, says, advice)
    if _said(way.passes, "upgrade") != "":
        says = f"{way.router} passes `Upgrade` on: what is sent over an open line later is not asked about"
        advice = 'Write `Upgrade: ""` among the customRequestHeaders of a `headers` middleware.'
        yield _Hole("upgrade-passed", Grade.BYPASS, says, advice)


def _said(passes: tuple[Middleware, ...], header: str) -> str | None:
    """What the last of these that says this header of a request has it say; "" takes it off, None leaves it be."""
    said = (field(each.says, "customRequestHeaders", header) for each in passes if each.kind == "headers")
    return next((value for value in reversed(list(said)) if value is not None), None)


def _changed(way: Way) -> Iterator[_Hole]:
    for each in way.passes[(way.gate or 0) + 1 :]:
        if each.kind in _REPLACING:
            says = f"{each.name} changes the path after the gate judged it: the tool does another thing"
            yield _Hole("judged-as-another", Grade.WEAK, says, _AFTER, each.name)


def _served(way: Way, ways: Ways, tools: frozenset[str]) -> Iterator[_Hole]:
    for each in way.passes[: way.gate]:
        if each.kind == "errors" and ways.servers(field(each.says, "service")) & tools:
            says = f"{each.name} asks the tool for the page of an error, unjudged, when the gate refuses"
            yield _Hole("refused-yet-served", Grade.BYPASS, says, "Take such pages from another service.", each.name)
