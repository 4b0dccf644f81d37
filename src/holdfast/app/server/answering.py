"""How does the process that answers begin, and how does it end? Started by the one that owns the state, and only by it.

It ends when the other one is gone, however that went: then whoever keeps the service running starts both anew.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import msgspec
import uvloop

from holdfast.errors import SnapshotError
from holdfast.reading import read_text

from .collector import calm
from .link import HEAD, Beat, Begin, Kind, message
from .listening import service
from .logs import Log, crash, make_log, quiet_libraries
from .reception import Reception
from .relay import Relay
from .staff.ahead import EVERY

_EVERY = EVERY  # seconds between two messages of what was refused
_TEXT = "see https://example.org/x and 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


def main(words: list[str]) -> int:
    """Answer at the socket of the first number until the other end of that of the second one says so; the exit code."""
    listener, end = (socket.socket(fileno=int(number)) for number in words)
    log = make_log()
    quiet_libraries(log)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal tells all processes: the other one says when it is time
    return uvloop.run(_Answering(log).run(listener, end))


class _Answering:
    def __init__(self, log: Log) -> None:
        self._log = log

    async def run(self, listener: socket.socket, end: socket.socket) -> int:
        reader, writer = await asyncio.open_connection(sock=end)
        try:
            begin = msgspec.json.decode((await _message(reader))[1], type=Begin)
            reception = Reception(
                begin.settings, Relay(begin.path), self._log, lambda batch: writer.write(message(Kind.TAKE, batch))
            )
            while not reception.packets.at:
                _heard(reception, *await _message(reader))
        except (OSError, EOFError, asyncio.IncompleteReadError):
            return 1  # the other one could not begin, and says why
        read_text(_TEXT)  # kernels are ready before anybody waits for them
        calm()
        server = service(begin.settings, reception, lambda: writer.write(message(Kind.OPEN)))
        telling = asyncio.ensure_future(_tell_refused(reception, writer))
        hearing = asyncio.ensure_future(self._hear(reception, reader))
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        done, _ = await asyncio.wait({hearing, serving}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if (error := task.exception()) is not None:
                crash(self._log, error)
        orderly = hearing in done and hearing.exception() is None and hearing.result()
        telling.cancel()
        if not orderly:
            os._exit(1)  # nobody owns the state any more: what is under way could not be answered
        server.should_exit = True
        await serving
        await reception.close()
        return 0

    async def _hear(self, reception: Reception, reader: asyncio.StreamReader) -> bool:
        """Whether it was told to end; else the other one is gone."""
        try:
            while True:
                kind, body = await _message(reader)
                if kind is Kind.END:
                    asyncio.get_running_loop().create_task(self._hear(reception, reader))  # beats still come
                    return True
                _heard(reception, kind, body)
        except (OSError, EOFError, asyncio.IncompleteReadError):
            return False
        except SnapshotError as error:
            self._log.error("packet_refused", error=str(error), advice=error.advice)
            return False


def _heard(reception: Reception, kind: Kind, body: bytes) -> None:
    if kind is Kind.PACKET:
        reception.take(body)
    elif kind is Kind.STAFF:
        reception.take_staff(body)
    elif kind is Kind.TAKEN:
        reception.ahead.heard(body)
    elif kind is Kind.BEAT:
        reception.beat(msgspec.msgpack.decode(body, type=Beat))


async def _message(reader: asyncio.StreamReader) -> tuple[Kind, bytes]:
    head = await reader.readexactly(HEAD)
    return Kind(head[:1].decode()), await reader.readexactly(int.from_bytes(head[1:], "big"))


async def _tell_refused(reception: Reception, writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(_EVERY)
        reception.tell()
        if reception.refused:
            told = list(reception.refused)
            reception.refused.clear()
            writer.write(message(Kind.REFUSED, msgspec.json.encode(told)))
            await writer.drain()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
