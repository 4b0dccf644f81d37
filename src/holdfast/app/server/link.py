"""What do the two processes of the service say to each other, and over what?

One owns the state, and answers what must be asked of it; the other answers the guard, and passes all else on. Between
them is a pair of sockets: packets of the guard's rules and a beat go one way, who was refused goes the other. A message
is one letter, its length (4 bytes, big-endian) and its body.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from holdfast.containment import Packets

from .settings import Settings

BEAT = 0.25  # seconds between two messages at most: both sides notice within a few of them that the other is silent
HEAD = 5  # bytes before a body
_LONGEST = 1 << 30
_CHUNK = 1 << 16


@enum.unique
class Kind(enum.StrEnum):
    """The letters."""

    BEGIN = "S"  # how it is to be answered: `Begin`
    PACKET = "P"  # a packed frame
    BEAT = "B"  # how the owner of the state is: `Beat`
    END = "E"  # answer what is under way, and take nothing more
    OPEN = "O"  # it is listened to
    REFUSED = "R"  # accounts that were refused for what they said, with the times: list[tuple[str, int]]


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """What the other process has to know; `path` is the socket at which the owner of the state is asked."""

    settings: Settings
    path: str


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """How the owner of the state is. `seen_at` and `at` are the machine's monotonic seconds, as in both processes.

    `now` was the time (milliseconds since 1970 UTC) by which holds are judged, at `at`.
    """

    seen_at: float
    at: float
    now: int


class Pulse(Protocol):
    """Tells how the owner of the state is."""

    def __call__(self) -> Beat:
        """As of now."""
        ...


def message(kind: Kind, body: bytes = b"") -> bytes:
    """One message."""
    return kind.encode() + len(body).to_bytes(4, "big") + body


class Link:
    """The end of the process that owns the state. A thread sends, another hears; nobody waits for either."""

    def __init__(self, end: socket.socket, packets: Packets, pulse: Pulse) -> None:
        """Send what comes to `packets` over `end`, and beats."""
        self._end, self._source = end, (packets, pulse)
        self._at = ""
        self._news = threading.Event()
        self._lock = threading.Lock()
        self.open = threading.Event()
        self.gone = threading.Event()

    def start(self, begin: Begin, refused: Callable[[list[tuple[str, int]]], None], gone: Callable[[], None]) -> None:
        """Begin. `refused` hears who was refused for what was said; `gone` is called once the other end is closed."""
        self._refused, self._lost = refused, gone
        self._send(message(Kind.BEGIN, msgspec.json.encode(begin)))
        threading.Thread(target=self._tell, name="link out", daemon=True).start()
        threading.Thread(target=self._hear, name="link in", daemon=True).start()

    def follow(
        self,
        packets: Packets,
        pulse: Pulse,
        refused: Callable[[list[tuple[str, int]]], None],
        gone: Callable[[], None],
    ) -> None:
        """From now on send these packets, and tell these of what is heard."""
        self._refused, self._lost = refused, gone
        self._source = (packets, pulse)

    def wake(self) -> None:
        """There may be a new packet."""
        self._news.set()

    def end(self) -> None:
        """Have the other process finish."""
        self._send(message(Kind.END))

    def close(self) -> None:
        """Let go; the other process ends at once."""
        self.gone.set()
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()

    def _tell(self) -> None:
        while not self.gone.is_set():
            self._news.wait(BEAT)
            self._news.clear()
            packets, pulse = self._source
            for packet in packets.since(self._at):
                self._send(message(Kind.PACKET, packet.data))
                self._at = f"{packet.run}-{packet.seq}"
            self._send(message(Kind.BEAT, msgspec.msgpack.encode(pulse())))

    def _send(self, data: bytes) -> None:
        with self._lock, contextlib.suppress(OSError):  # that the other end is gone, the thread that hears notices
            self._end.sendall(data)

    def _hear(self) -> None:
        decoder = msgspec.json.Decoder(list[tuple[str, int]])
        try:
            while True:
                head = _exactly(self._end, HEAD)
                body = _exactly(self._end, int.from_bytes(head[1:], "big"))
                if head[:1] == Kind.OPEN.encode():
                    self.open.set()
                elif head[:1] == Kind.REFUSED.encode():
                    self._refused(decoder.decode(body))
        except (OSError, EOFError):
            self.gone.set()
            self.open.set()
            self._lost()


def _exactly(end: socket.socket, size: int) -> bytes:
    if size > _LONGEST:
        raise EOFError
    parts = bytearray()
    while len(parts) < size:
        part = end.recv(min(size - len(parts), _CHUNK))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def monotonic_now() -> float:
    """The machine's monotonic seconds."""
    return time.monotonic()
