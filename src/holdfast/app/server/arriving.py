"""Whose body is given up when more comes in than there is room for? The one that has been coming for longest.

A place in the queue is taken by a body that is whole. Until then it costs only memory, which is bounded for all of them
together: whoever sends slowly is turned away first, and keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from .answers import Receive, RefusedError, Scope, length, too_large
from .tally import Tally


@dataclass(slots=True, eq=False)
class _Coming:
    """A body that is not whole. `patience` runs out when it has to give way."""

    patience: asyncio.Timeout
    parts: list[bytes] = field(default_factory=list)
    size: int = 0


class Arriving:
    """Takes bodies in, many at a time."""

    def __init__(self, room: int, tally: Tally) -> None:
        """Have `room` for so many bytes of bodies that are not whole; it holds the largest one at least."""
        self._room, self._tally = room, tally
        self._coming: dict[_Coming, None] = {}  # whoever began first comes first
        self._bytes = 0

    async def whole(self, scope: Scope, receive: Receive, most: int) -> bytes:
        """The body of a request, of up to `most` bytes.

        Raises:
            RefusedError: it is larger, packed, its sender went away, or it came so slowly that it gave way to others.

        """
        told = length(scope, most)
        try:
            async with asyncio.timeout(None) as patience:
                return await self._taken_in(_Coming(patience), receive, told)
        except TimeoutError as error:
            raise busy("this body came in slowly, and room was wanted for others") from error

    async def _taken_in(self, body: _Coming, receive: Receive, most: int) -> bytes:
        self._coming[body] = None
        try:
            while True:
                message = await receive()
                if body not in self._coming:  # given up, and heard from before it was told: what came before is gone
                    raise TimeoutError
                if message["type"] == "http.disconnect":
                    raise RefusedError(HTTPStatus.BAD_REQUEST, "the sender went away")
                body.parts.append(message.get("body", b""))
                body.size += len(body.parts[-1])
                self._bytes += len(body.parts[-1])
                if body.size > most:
                    raise too_large(most)
                if not message.get("more_body", False):
                    return b"".join(body.parts)
                self._make_room()
        finally:
            self._forget(body)

    def _make_room(self) -> None:
        while self._bytes > self._room and self._coming:
            longest = next(iter(self._coming))
            self._forget(longest)
            longest.patience.reschedule(0)
            self._tally.turned_away += 1

    def _forget(self, body: _Coming) -> None:
        self._coming.pop(body, None)
        self._bytes -= body.size
        body.parts.clear()
        body.size = 0


def busy(why: str) -> RefusedError:
    """The refusal of a body of events for which there is no room now."""
    return RefusedError(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"{why}; none of these was taken in",
        advice="Tell them again later, or tell more at once from fewer connections.",
        headers=[(b"retry-after", b"1")],
    )
