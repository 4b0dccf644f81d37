"""Which packets bring somebody up to date who knows the guard as of then?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

KEPT_BYTES = 8 << 20  # of steps kept behind the newest whole one: enough for whoever looks once a minute


class Packet(NamedTuple):
    """A packed frame and what is to be known of it without unpacking; see `transit.Frame`."""

    run: str
    seq: int
    whole: bool
    data: bytes


class Packets:
    """The newest whole packet and the steps around it, bounded; threads may look while one adds."""

    def __init__(self) -> None:
        """None yet."""
        self._whole: Packet | None = None
        self._steps: deque[Packet] = deque()
        self._bytes = 0
        self.run, self.seq = "", -1

    @property
    def at(self) -> str:
        """What the newest packet leads to, `run-seq`; nothing before the first one."""
        return f"{self.run}-{self.seq}" if self._whole is not None else ""

    @property
    def due(self) -> bool:
        """Whether a whole packet should come: none is there yet, or the steps after it are as large as it is."""
        whole = self._whole
        if whole is None:
            return True
        return sum(len(step.data) for step in self._after(whole.seq)) > max(len(whole.data), KEPT_BYTES // 8)

    def add(self, packet: Packet) -> None:
        """Take the next step, or a whole packet of where things stand."""
        if packet.whole:
            if packet.run != self.run or packet.seq > self.seq:  # what lies between is not known here
                self._steps, self._bytes = deque(), 0
            self._whole = packet
        else:
            self._steps.append(packet)
            self._bytes += len(packet.data)
        self.run, self.seq = packet.run, packet.seq
        floor = -1 if self._whole is None else self._whole.seq
        while self._bytes > KEPT_BYTES and self._steps and self._steps[0].seq <= floor:
            self._bytes -= len(self._steps.popleft().data)

    def since(self, at: str) -> list[Packet]:
        """What leads from `at` (`run-seq`, or nothing) to the newest; nothing where that is the same."""
        whole = self._whole
        if whole is None or at == self.at:
            return []
        run, _, number = at.rpartition("-")
        seq = int(number) if number.isascii() and number.isdecimal() and len(number) < 20 else -1
        steps = tuple(self._steps)
        if run == self.run and steps and steps[0].seq - 1 <= seq < self.seq:
            return [step for step in steps if step.seq > seq]
        return [whole, *self._after(whole.seq)]

    def _after(self, seq: int) -> Iterator[Packet]:
        return (step for step in tuple(self._steps) if step.seq > seq)
