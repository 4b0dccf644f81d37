"""Which function of which tool is it that a request asks for? By the routes of the catalogue, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.guard.staff import Catalogue, ToolAction
from holdfast.guard.staff.routes import ways

from .original import Original
from .target import Target, read_target

_TARGET = "target"  # the name of the part of a path that is the account


class Routes:
    """The ways into all tools that a proxy stands before. A request that fits none of them is for nobody."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the routes of the catalogue, in which no request is two functions."""
        self._ways = ways((tool.id, tool.route) for tool in catalogue.tool)

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
