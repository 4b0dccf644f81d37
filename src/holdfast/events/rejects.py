"""Which line was not taken, why, and what did it say?"""

from __future__ import annotations

import hashlib

import msgspec

RAW_LIMIT = 65_536  # bytes of a refused line that are kept: enough to repair any honest line by hand


class Reject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line (or row, counted from 1) that is not an event; `raw` is the line, or its start if `sha256` is set.

    `length` counts the bytes of the whole line and `sha256` (hex) is taken over the whole line, so that a line too long
    to keep can still be told from another.
    """

    line: int
    reason: str
    raw: bytes
    length: int
    sha256: str = ""


def reject(line: int, reason: str, raw: bytes) -> Reject:
    """The reject for a line that is at hand as a whole; no more than `RAW_LIMIT` bytes of it are kept."""
    if len(raw) <= RAW_LIMIT:
        return Reject(line=line, reason=reason, raw=raw, length=len(raw))
    digest = hashlib.sha256(raw).hexdigest()
    return Reject(line=line, reason=reason, raw=raw[:RAW_LIMIT], length=len(raw), sha256=digest)
