"""Which function of a tool is it that a request asks for? By the routes of the catalogue, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a proxy in front of the tool sees `function`: these methods on `path` of `host` (empty: any).

    A part of the path in braces names an argument; `{target}` is the account.
    """

    methods: Annotated[tuple[Annotated[str, Meta(pattern="^[A-Z]{1,20}$")], ...], Meta(min_length=1)]
    path: Annotated[str, Meta(pattern="^/", max_length=500)]
    host: Annotated[str, Meta(pattern="^[a-z0-9.:-]*$", max_length=253)] = ""
    function: Annotated[str, Meta(max_length=100)]

    def __post_init__(self) -> None:
        """Refuse a path whose names cannot be told from its words."""
        parts = self.parts
        names = [name for part in parts if (name := _name(part))]
        if len(set(names)) < len(names) or any("{" in part or "}" in part for part in parts if not _name(part)):
            raise ValueError(f"{self.path}: a part of a path is a word or a name in braces, each name once")

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path; an empty last one for a slash at its end."""
        return tuple(self.path[1:].split("/"))


class Way(NamedTuple):
    """A route into a tool."""

    tool: str
    route: Route
    parts: tuple[str, ...]
    names: tuple[str, ...]  # of the parts; empty for words

    def fits(self, method: str, host: str, parts: tuple[str, ...]) -> dict[str, str] | None:
        """What the named parts of a request are; None where it is another way."""
        if method not in self.route.methods or self.route.host not in {"", host} or len(parts) != len(self.parts):
            return None
        named: dict[str, str] = {}
        for mine, name, part in zip(self.parts, self.names, parts, strict=True):
            if name and part:
                named[name] = part
            elif name or mine != part:
                return None
        return named


def ways(tools: Iterable[tuple[str, Iterable[Route]]]) -> tuple[Way, ...]:
    """The ways into all tools, by their routes.

    Raises:
        ValueError: one request could be two functions.

    """
    found: list[Way] = []
    for tool, routes in tools:
        for route in routes:
            way = Way(tool, route, route.parts, tuple(map(_name, route.parts)))
            for other in found:
                if (tool, route.function) != (other.tool, other.route.function) and _both(way, other):
                    raise ValueError(f"{route.path} and {other.route.path} can be one request, for two functions")
            found.append(way)
    return tuple(found)


def _name(part: str) -> str:
    return part[1:-1] if part.startswith("{") and part.endswith("}") and part[1:-1].isidentifier() else ""


def _both(one: Way, other: Way) -> bool:
    """Whether some request fits both."""
    hosts = {one.route.host, other.route.host}
    same_place = len(hosts) == 1 or "" in hosts
    return (
        same_place
        and not set(one.route.methods).isdisjoint(other.route.methods)
        and len(one.parts) == len(other.parts)
        and all(_meet(*pair) for pair in zip(one.parts, other.parts, strict=True))
    )


def _meet(one: str, other: str) -> bool:
    named = _name(one), _name(other)
    return one == other or (bool(named[0]) and other != "") or (bool(named[1]) and one != "")
