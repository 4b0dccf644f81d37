"""Which function of which tool is it that a request asks for? By the routes of the catalogue, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from holdfast.errors import PolicyError
from holdfast.guard.staff import Catalogue, Route, ToolAction

from .original import Original
from .target import Target, read_target

_TARGET = "target"  # the name of the part of a path that is the account


class _Way(NamedTuple):
    tool: str
    route: Route
    parts: tuple[str, ...]

    def fits(self, method: str, host: str, parts: tuple[str, ...]) -> dict[str, str] | None:
        """What its named parts are; None where it is another way."""
        if method not in self.route.methods or self.route.host not in {"", host} or len(parts) != len(self.parts):
            return None
        named: dict[str, str] = {}
        for mine, part in zip(self.parts, parts, strict=True):
            if (name := _name(mine)) and part:
                named[name] = part
            elif name or mine != part:
                return None
        return named


class Routes:
    """The ways into all tools that a proxy stands before. A request that fits none of them is for nobody."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the routes of the catalogue.

        Raises:
            PolicyError: one request could be two functions.

        """
        self._ways = [_way(tool.id, route) for tool in catalogue.tool for route in tool.route]
        for at, one in enumerate(self._ways):
            for other in self._ways[:at]:
                if (one.tool, one.route.function) != (other.tool, other.route.function) and _both(one, other):
                    raise PolicyError(
                        f"{one.route.path} and {other.route.path} can be the same request, for two functions",
                        advice="Give the tool two paths that no request fits at once, or two hosts or methods.",
                    )

    def action(self, original: Original, body: str = "") -> ToolAction | None:
        """What a request asks for, with all that is seen of it as the payload; None where no route fits.

        `body` is the `sha256:` hash of its body, empty where it was not shown.

        Raises:
            RefusedError: some tool could take it for another request.

        """
        target = read_target(original.target)
        for way in self._ways:
            named = way.fits(original.method, original.host, target.parts)
            if named is not None:
                account = named.pop(_TARGET, "")
                payload = _payload(original, target, named, body)
                return ToolAction(tool=way.tool, function=way.route.function, target=account, payload=payload)
        return None


def _payload(original: Original, target: Target, named: Mapping[str, str], body: str) -> dict[str, Any]:
    seen: dict[str, Any] = {"method": original.method, "path": dict(named), "query": target.query}
    return {**seen, "body": body} if body else seen


def _way(tool: str, route: Route) -> _Way:
    parts = tuple(route.path[1:].split("/"))
    names = [name for part in parts if (name := _name(part))]
    if len(set(names)) < len(names) or any("{" in part or "}" in part for part in parts if not _name(part)):
        raise PolicyError(f"{route.path}: a part of a path is a word or a name in braces, each name once")
    return _Way(tool, route, parts)


def _name(part: str) -> str:
    return part[1:-1] if part.startswith("{") and part.endswith("}") and part[1:-1].isidentifier() else ""


def _both(one: _Way, other: _Way) -> bool:
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
