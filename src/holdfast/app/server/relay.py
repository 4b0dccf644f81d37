"""How does a request reach the process that owns the state? As it came, by a socket in a folder that is ours alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

import httptools

from .answers import Header, Receive, RefusedError, Scope, Send

Reached: TypeAlias = Callable[[str], Awaitable[None]]
"""Waits until a packet (`run-seq`; empty: none) has come."""

STAMP = b"holdfast-frame"  # of an answer: the packet that must have come before it may be passed on
FROM = b"holdfast-from"  # of a request: the address that asked, which a socket in a folder does not tell
_CHUNK = 1 << 16
_IDLE = 64  # connections kept for later
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})


@dataclass(slots=True)
class Reply:
    """The answer as far as it has come; the parser calls its methods."""

    status: int = 0
    headers: list[Header] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    headed: bool = False
    whole: bool = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """All of them."""
        self.headed = True

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        self.body.append(body)

    def on_message_complete(self) -> None:
        """All of it."""
        self.whole = True

    def stamp(self) -> str:
        """The packet that must have come before."""
        return next((value.decode("latin-1") for name, value in self.headers if name == STAMP), "")

    def shown(self) -> list[Header]:
        """The headers for whoever asked."""
        return [(name, value) for name, value in self.headers if name not in _HOP and name != STAMP]


class _Line:
    """One connection and what parses its answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def more(self, reply: Reply, parser: httptools.HttpResponseParser) -> None:
        """Take what comes next of the answer."""
        data = await self.reader.read(_CHUNK)
        if not data:
            raise ConnectionResetError
        parser.feed_data(data)
        if reply.headed and not reply.status:
            reply.status = parser.get_status_code()


class Relay:
    """Passes requests on, several at a time."""

    def __init__(self, path: str) -> None:
        """The owner of the state listens at the socket `path`."""
        self._path = path
        self._idle: list[_Line] = []

    async def fetch(self, scope: Scope, patience: float, *, body: bytes = b"") -> Reply:
        """The whole answer to this request, with `body` in place of its own; it may be asked twice.

        Raises:
            RefusedError: there is none within `patience` seconds.

        """
        try:
            async with asyncio.timeout(patience):
                try:
                    return await self._fetch(scope, body)
                except ConnectionError:  # the owner's part has gone over to somebody else, who may answer
                    return await self._fetch(scope, body)
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise silent() from error

    async def _fetch(self, scope: Scope, body: bytes) -> Reply:
        reply, bare = Reply(), scope["method"] == "HEAD"  # which is answered without a body, whatever its length says
        line = await self._line()
        parser = httptools.HttpResponseParser(reply)
        line.writer.write(_head(scope, [(b"content-length", b"%d" % len(body))]) + body)
        try:
            while not reply.whole:
                await line.more(reply, parser)
                reply.whole |= reply.headed and bare
        except BaseException:
            line.writer.close()
            raise
        if bare:
            line.writer.close()
        else:
            self._keep(line, parser)
        return reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, reached: Reached) -> None:
        """Answer one request by what the owner of the state answers, once its packets have been `reached`.

        Raises:
            RefusedError: it does not answer.

        """
        reply = Reply()
        try:
            line = await self._line()
        except OSError as error:
            raise silent() from error
        framing = [each for each in scope["headers"] if each[0] in _FRAMING][:1]
        line.writer.write(_head(scope, framing))
        pump = asyncio.ensure_future(_pump(line.writer, receive, framing))
        parser = httptools.HttpResponseParser(reply)
        started = clean = False
        try:
            while not reply.whole:
                await _either(line.more(reply, parser), pump)
                reply.whole |= reply.headed and scope["method"] == "HEAD"  # it says how long a body is, and has none
                if reply.headed and not started:
                    await reached(reply.stamp())
                    started = True
                    await send({"type": "http.response.start", "status": reply.status, "headers": reply.shown()})
                while reply.body:
                    await send({"type": "http.response.body", "body": reply.body.pop(0), "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            clean = scope["method"] != "HEAD" and pump.done() and not pump.cancelled() and pump.exception() is None
        except _GoneError:
            return  # nobody waits for it any more
        except (OSError, httptools.HttpParserError) as error:
            if not started:
                raise silent() from error
            raise
        finally:
            pump.cancel()
            with contextlib.suppress(BaseException):
                await pump
            if clean:
                self._keep(line, parser)
            else:
                line.writer.close()

    async def _line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if not line.reader.at_eof() and not line.writer.is_closing():
                return line
            line.writer.close()
        return _Line(*await asyncio.open_unix_connection(self._path))

    def _keep(self, line: _Line, parser: httptools.HttpResponseParser) -> None:
        if parser.should_keep_alive() and len(self._idle) < _IDLE:
            self._idle.append(line)
        else:
            line.writer.close()


class _GoneError(Exception):
    """Whoever asked has gone."""


async def _pump(writer: asyncio.StreamWriter, receive: Receive, framing: list[Header]) -> None:
    """Pass the body on, where there is one."""
    chunked = any(name == b"transfer-encoding" for name, _ in framing)
    while framing:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        part, more = message.get("body", b""), message.get("more_body", False)
        if chunked:
            part = (b"%x\r\n%s\r\n" % (len(part), part) if part else b"") + (b"" if more else b"0\r\n\r\n")
        writer.write(part)
        await writer.drain()
        if not more:
            return


async def _either(answer: Coroutine[Any, Any, None], pump: asyncio.Future[None]) -> None:
    """Wait for some of the answer; if passing the body on fails first, for nothing."""
    task = asyncio.ensure_future(answer)
    await asyncio.wait({task, pump} if not pump.done() else {task}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done() and pump.done() and isinstance(pump.exception(), _GoneError):
        task.cancel()
        raise _GoneError
    await task


def _head(scope: Scope, framing: Iterable[Header]) -> bytes:
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    own = {b"content-length", FROM}
    headers = [each for each in scope["headers"] if each[0] not in _HOP and each[0] not in own]
    headers += [(FROM, client[0].encode())] if (client := scope.get("client")) else []
    lines = [b"%s %s HTTP/1.1" % (scope["method"].encode(), target)]
    lines += [b"%s: %s" % each for each in (*headers, *framing)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def told_from(scope: Scope) -> Scope:
    """The request that was passed on, with the address of whoever asked in its place."""
    address = next((value.decode("latin-1") for name, value in scope["headers"] if name == FROM), "")
    return {**scope, "client": (address, 0) if address else None}


def silent() -> RefusedError:
    """The refusal when the owner of the state does not answer."""
    return RefusedError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the process that owns the state does not answer",
        advice="Ask again; if it goes on, look at the log.",
        headers=[(b"retry-after", b"1")],
    )
