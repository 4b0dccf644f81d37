"""How does an answer go out in one piece? Its head waits for the first part of its body.

Uvicorn writes both by themselves: two calls of the system and two packets for each answer, which cost a third of what
answering costs.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class OnePiece(asyncio.Transport):
    """What the answer of one `cycle` is written to, and where it is closed; all else is asked of its connection."""

    __slots__ = ("_cycle", "_head", "_transport")

    def __init__(self, cycle: RequestResponseCycle, transport: asyncio.Transport) -> None:
        """Write to `transport`."""
        super().__init__()
        self._cycle, self._transport = cycle, transport
        self._head: bytes | None = None if cycle.scope["method"] == "HEAD" else b""  # b"": nothing has come yet

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write what is no head, and the head with it."""
        if self._head is None or not self._cycle.response_started:  # it has gone, or is asked for with `100 Continue`
            self._transport.write(data)
        elif not self._head:
            self._head = bytes(data)
        else:
            head, self._head = self._head, None
            self._transport.write(head + data)

    def close(self) -> None:
        """Write a head that nothing came after, and close the connection."""
        if self._head:
            self.write(b"")
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection closes."""
        return self._transport.is_closing()
