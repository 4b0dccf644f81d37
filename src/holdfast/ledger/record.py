"""What is one line of the record, and which bytes stand for it in the tree?"""

from __future__ import annotations

import enum
import hashlib
import hmac
from typing import Any

import msgspec

from holdfast.errors import InputError

from .canonical import canonical

# A C2SP tlog-tiles entry bundle gives each entry's length as a uint16.
MAX_LEAF_BYTES = 65_535
SALT_BYTES = 32
# `erasure:K` is the key of the decision to erase the body of the record K.
ERASURE = "erasure:"
# RFC 8785 numbers are IEEE 754 doubles.
_MAX_TIME = 2**53 - 1


@enum.unique
class RecordKind(enum.StrEnum):
    """What a record is about."""

    INTENT = "intent"
    OUTCOME = "outcome"
    DECISION = "decision"
    OBSERVATION = "observation"
    NOTE = "note"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be remembered. `time` is milliseconds since 1970 UTC.

    `key` names the record for good: whoever repeats a run writes the same key and the record is not doubled. `body`
    holds JSON values. Personal data belongs in `body`, which can be erased; all else stays readable for ever.
    """

    key: str
    kind: RecordKind
    time: int
    actor: str
    subject: str
    body: dict[str, Any] = {}


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the tree commits to: the record with a commitment in place of its body. Fields in RFC 8785 order."""

    actor: str
    body_commitment: bytes
    key: str
    kind: RecordKind
    subject: str
    time: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record at its place in the ledger. `salt` is None once the body was erased; then `record.body` is empty."""

    index: int
    record: Record
    salt: bytes | None
    leaf: bytes

    @property
    def erased(self) -> bool:
        """Whether the body is gone; the leaf still proves that there was one."""
        return self.salt is None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Leaf).decode


def commitment(salt: bytes, body: bytes) -> bytes:
    """HMAC-SHA256 under `salt` (32 bytes, secret while the body lives) of the canonical body (RFC 2104)."""
    return hmac.digest(salt, body, hashlib.sha256)


def write_leaf(record: Record, body_commitment: bytes) -> bytes:
    """The leaf as RFC 8785 JSON, at most 65,535 bytes; the commitment is base64 (RFC 4648, section 4).

    Raises:
        InputError: the record is too long, or its text is not Unicode.

    """
    if not -_MAX_TIME <= record.time <= _MAX_TIME:
        raise InputError(f"The record {record.key!r} has a time outside the calendar: {record.time}.")
    try:
        leaf = _encode(
            Leaf(
                actor=record.actor,
                body_commitment=body_commitment,
                key=record.key,
                kind=record.kind,
                subject=record.subject,
                time=record.time,
            )
        )
    except UnicodeEncodeError as why:
        raise InputError(f"The record {record.key!r} has text that is not Unicode: {why}") from why
    if len(leaf) > MAX_LEAF_BYTES:
        raise InputError(
            f"The record {record.key[:80]!r} takes {len(leaf):,} bytes before its body; at most {MAX_LEAF_BYTES:,}.",
            advice="Keep key, actor and subject short, and put long text into the body.",
        )
    return leaf


def read_leaf(leaf: bytes) -> Leaf | None:
    """The leaf's fields, or None when these bytes are not exactly what `write_leaf` writes."""
    try:
        fields = _decode(leaf)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return fields if _encode(fields) == leaf else None


def seal_record(record: Record, *, index: int, salt: bytes) -> tuple[Entry, bytes]:
    """The entry that `record` becomes at `index`, and its canonical body.

    Raises:
        InputError: the record cannot be written (see `canonical` and `write_leaf`).
        ValueError: `salt` is not 32 bytes.

    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    body = canonical(record.body)
    leaf = write_leaf(record, commitment(salt, body))
    return Entry(index=index, record=record, salt=salt, leaf=leaf), body


def open_entry(*, index: int, leaf: bytes, salt: bytes | None, body: bytes | None) -> Entry | None:
    """The entry kept as these bytes, or None when they do not make one. Commitments are `verify`'s business."""
    fields = read_leaf(leaf)
    if fields is None or (salt is None) != (body is None):
        return None
    try:
        content = {} if body is None else msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    record = Record(
        key=fields.key,
        kind=fields.kind,
        time=fields.time,
        actor=fields.actor,
        subject=fields.subject,
        body=content,
    )
    return Entry(index=index, record=record, salt=salt, leaf=leaf)


def same(entry: Entry, record: Record) -> bool:
    """Whether `record` says what `entry` has on record, body and time included; an erased body is not compared."""
    fields = read_leaf(entry.leaf)
    if fields is None:
        return False
    told = fields.body_commitment if entry.salt is None else commitment(entry.salt, canonical(record.body))
    return hmac.compare_digest(write_leaf(record, told), entry.leaf)
