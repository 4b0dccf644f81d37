"""How do the rules in force travel to whoever answers by them elsewhere?

A frame says what has changed since the frame before it, or, when it is whole, everything. Rules travel without the why
of their holds and without held texts; cohorts travel as what they are, with the accounts that their leaves are true of.
Packed, a frame is: 8 bytes of magic, the SHA-256 of the rest, two lengths (big-endian, 4 bytes each: packed and
unpacked), and the frame in MessagePack, compressed by Zstandard (RFC 8878). Frames stand one behind the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa

from holdfast.errors import SnapshotError
from holdfast.guard import Action, Rule, RuleKind

from .asking import Leaf
from .cohort import Cohort
from .compile import Within

MAGIC = b"HFGUARD1"
_DIGEST = 32
_HEAD = len(MAGIC) + _DIGEST + 8
_PACKED = "zstd"
LARGEST = 1 << 30  # bytes of one frame, unpacked: a hundred million would be a flood, not a snapshot


class RuleSent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A `guard.Rule` as it travels; `cohort` takes the place of its `members`."""

    hold: str
    kind: RuleKind
    id: str
    actions: tuple[Action, ...]
    starts: int
    until: int
    cohort: Cohort | None
    key: int
    signature: bytes
    bands: tuple[int, ...]


class FactSent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What has changed of whom a leaf holds true of: `add` (with `times` for credential changes) and `drop`."""

    leaf: Leaf
    add: tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    drop: tuple[str, ...] = ()


class Frame(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One step: number `seq` of the `run` that made it, after which the rules are those of `version`.

    `whole` says that it stands by itself: whoever takes it forgets all that was before.
    """

    run: str
    seq: int
    version: int
    whole: bool
    add: tuple[RuleSent, ...] = ()
    drop: tuple[str, ...] = ()
    facts: tuple[FactSent, ...] = ()
    forget: tuple[Leaf, ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Frame).decode


def sent(rule: Rule) -> RuleSent:
    """`rule` as it travels."""
    return RuleSent(
        hold=rule.hold,
        kind=rule.kind,
        id=rule.id if rule.kind is not RuleKind.LURE else "",  # it is known by its key
        actions=tuple(sorted(rule.actions)),
        starts=rule.starts,
        until=rule.until,
        cohort=cohort_of(rule),
        key=rule.key,
        signature=b"" if rule.signature is None else rule.signature.tobytes(),
        bands=rule.bands,
    )


def cohort_of(rule: Rule) -> Cohort | None:
    """The cohort behind the members of a rule that `compile_rule` made."""
    if rule.members is None:
        return None
    assert isinstance(rule.members, Within), "rules of holds have their members from a cohort"
    return rule.members.cohort


def arrived(rule: RuleSent) -> Rule:
    """`rule` without its members: whoever has the facts adds them."""
    return Rule(
        hold=rule.hold,
        kind=rule.kind,
        id=rule.id,
        actions=frozenset(rule.actions),
        starts=rule.starts,
        until=rule.until,
        key=rule.key,
        signature=np.frombuffer(rule.signature, np.uint8) if rule.signature else None,
        bands=rule.bands,
    )


def pack(frame: Frame) -> bytes:
    """`frame` as bytes."""
    plain = _encode(frame)
    packed: bytes = pa.compress(plain, codec=_PACKED, asbytes=True)
    rest = len(packed).to_bytes(4, "big") + len(plain).to_bytes(4, "big") + packed
    return MAGIC + hashlib.sha256(rest).digest() + rest


def unpack(data: bytes, *, largest: int = LARGEST) -> Iterator[Frame]:
    """The frames that stand in `data` one behind the other.

    Raises:
        SnapshotError: they are cut off, changed on the way, larger than `largest` bytes, or none at all.

    """
    at = 0
    while at < len(data):
        end, unpacked = _bounds(data, at)
        if unpacked > largest:
            raise SnapshotError(f"A snapshot of {unpacked:,} bytes is more than the {largest:,} that are taken.")
        if hashlib.sha256(data[at + len(MAGIC) + _DIGEST : end]).digest() != data[at + len(MAGIC) :][:_DIGEST]:
            raise SnapshotError("A snapshot was changed on the way.")
        try:
            plain = pa.decompress(data[at + _HEAD : end], decompressed_size=unpacked, codec=_PACKED, asbytes=True)
            frame = _decode(plain)
        except (OSError, ValueError, msgspec.MsgspecError) as why:  # pyarrow's errors are among these
            raise SnapshotError("A snapshot cannot be read: it is of another version.") from why
        yield frame
        at = end


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """Where the frame at `at` ends, and its size unpacked."""
    head = data[at : at + _HEAD]
    if len(head) < _HEAD or not head.startswith(MAGIC):
        raise SnapshotError("This is no snapshot of a guard, or it is cut off.")
    packed, unpacked = (int.from_bytes(head[_HEAD - 8 + n :][:4], "big") for n in (0, 4))
    end = at + _HEAD + packed
    if end > len(data):
        raise SnapshotError("A snapshot is cut off.")
    return end, unpacked
