"""What must a process that answers know of the staff gate, and how does it come to know it?

A frame is what has changed, or, being whole, everything, with the policies that it is judged by. It goes from one
process to another on the same machine, and nowhere else: it names sessions and who is protected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from holdfast.containment import Packet, Packets
from holdfast.errors import SnapshotError
from holdfast.guard import SessionLimits
from holdfast.guard.staff import StaffFacts, StaffPolicy, StaffState


class StaffFrame(msgspec.Struct, frozen=True, kw_only=True):
    """Step number `seq` of the `run` that made it. A whole one stands by itself, and says the `policies`.

    `proof_key` is what proofs of the gate's leave are signed with; empty where none are.
    """

    run: str
    seq: int
    facts: StaffFacts
    policies: dict[str, str] | None = None
    proof_key: bytes = b""
    limits: SessionLimits = SessionLimits()

    @property
    def whole(self) -> bool:
        """Whether it stands by itself."""
        return self.policies is not None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StaffFrame).decode


class Told(Protocol):
    """Where a bulletin finds what there is to tell."""

    @property
    def policies(self) -> Mapping[str, str]:
        """The texts by which it is judged."""
        ...

    @property
    def limits(self) -> SessionLimits:
        """When sessions end."""
        ...

    def changed(self) -> StaffFacts | None:
        """What has changed since this was last asked; None for nothing."""
        ...

    def whole(self) -> StaffFacts:
        """Everything, as of the last change."""
        ...


class StaffBulletin:
    """Makes a packet of what has changed whenever it is asked to."""

    def __init__(self, told: Told, run: str, proof_key: bytes = b"") -> None:
        """Tell of `told`; `run` names this process among all that ever made packets of this store."""
        self._told, self._run, self._seq, self._proof_key = told, run, 0, proof_key
        self._policies = told.policies
        self.packets = Packets()

    def publish(self) -> bool:
        """Make a packet where something has changed; whether one was made."""
        told = self._told
        changed, anew = told.changed(), told.policies is not self._policies
        if self.packets.at and changed is None and not anew:
            return False
        if self.packets.at:
            self._seq += 1
            if changed is not None and not anew:
                self._add(StaffFrame(run=self._run, seq=self._seq, facts=changed))
        if self.packets.due or anew:  # by other policies nothing follows on what was known: policies and facts at once
            self._policies = told.policies
            whole = StaffFrame(
                run=self._run,
                seq=self._seq,
                facts=told.whole(),
                policies=dict(told.policies),
                proof_key=self._proof_key,
                limits=told.limits,
            )
            self._add(whole)
        return True

    def _add(self, frame: StaffFrame) -> None:
        self.packets.add(Packet(frame.run, frame.seq, frame.whole, _encode(frame)))


class StaffReplica:
    """The gate's state made again from the frames that have come; `state` is swapped whole."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.run, self.seq = "", -1
        self.since = 0  # the version of the state from which on these policies hold, as far as is known here
        self.state: StaffState | None = None
        self.proof_key = b""

    def take(self, data: bytes) -> None:
        """Go on by one packet. What is known already is passed over.

        Raises:
            SnapshotError: it cannot be read, or one is missing between what is known and this one.

        """
        try:
            frame = _decode(data)
        except msgspec.MsgspecError as why:
            raise SnapshotError("A packet of the staff gate cannot be read.") from why
        if frame.run == self.run and frame.seq <= self.seq:
            return
        if frame.policies is not None:
            self.state, self.proof_key = _state(frame.policies, frame), frame.proof_key
            self.since = frame.facts.version
        elif self.state is None or frame.run != self.run or frame.seq != self.seq + 1:
            raise SnapshotError(f"Packet {frame.seq} of the staff gate does not follow on {self.seq}.")
        else:
            self.state = self.state.changed(frame.facts)
        self.run, self.seq = frame.run, frame.seq


def _state(policies: Mapping[str, str], frame: StaffFrame) -> StaffState:
    return StaffState(StaffPolicy(policies), frame.facts, limits=frame.limits)
