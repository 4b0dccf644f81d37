"""What do the two processes of the service say to each other, and over what?

One owns the state, and answers what must be asked of it; the other answers the guard, and passes all else on. Between
them is a pair of sockets: packets of the guard's rules and of the staff gate, and a beat, go one way; who was refused,
and what is to be taken from budgets, go the other. A message is one letter, its length (4 bytes, big-endian), its body.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from holdfast.containment import Packets

from .settings import Settings
from .staff.taking import TakesBatch, nobody_takes

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
    STAFF = "G"  # a packed frame of the staff gate
    TAKE = "T"  # what staff would do, and what the copy answered: `taking.Batch`
    TAKEN = "K"  # the last word on that: `taking.Taken`
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What whoever owns the state has to tell, and what it hears.

    `refused` hears who was refused for what was said; `takes` what staff would do; `gone` is called once the other end
    is closed.
    """

    packets: Packets
    staff: Packets = field(default_factory=Packets)
    pulse: Pulse
    refused: Callable[[list[tuple[str, int]]], None]
    takes: TakesBatch = nobody_takes
    gone: Callable[[], None]


class Link:
    """The end of the process that owns the state. A thread sends, another hears; nobody waits for either."""

    def __init__(self, end: socket.socket, owner: Owner) -> None:
        """Send what comes to the owner's packets over `end`, and beats."""
        self._end, self._owner = end, owner
        self._at = self._staff_at = ""
        self._replies: deque[bytes] = deque()
        self._news = threading.Event()
        self._lock = threading.Lock()
        self.open = threading.Event()
        self.gone = threading.Event()

    def start(self, begin: Begin) -> None:
        """Begin."""
        self._send(message(Kind.BEGIN, msgspec.json.encode(begin)))
        threading.Thread(target=self._tell, name="link out", daemon=True).start()
        threading.Thread(target=self._hear, name="link in", daemon=True).start()

    def follow(self, owner: Owner) -> None:
        """From now on it is this one whose state is told, and who hears."""
        self._owner = owner

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
            owner = self._owner
            for packet in owner.packets.since(self._at):
                self._send(message(Kind.PACKET, packet.data))
                self._at = f"{packet.run}-{packet.seq}"
            for packet in owner.staff.since(self._staff_at):
                self._send(message(Kind.STAFF, packet.data))
                self._staff_at = f"{packet.run}-{packet.seq}"
            while self._replies:
                self._send(message(Kind.TAKEN, self._replies.popleft()))
            self._send(message(Kind.BEAT, msgspec.msgpack.encode(owner.pulse())))

    def _reply(self, told: bytes) -> None:
        """Have the thread that sends say it: whoever tells it does not wait."""
        self._replies.append(told)
        self._news.set()

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
                    self._owner.refused(decoder.decode(body))
                elif head[:1] == Kind.TAKE.encode():
                    self._owner.takes(body, self._reply)
        except (OSError, EOFError):
            self.gone.set()
            self.open.set()
            self._owner.gone()


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
