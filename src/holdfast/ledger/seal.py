"""Are the rows kept beside the ledger, and its signed heads, exactly those that were there at the last commit?

The sum is LtHash with 1,024 lanes of 16 bits (Bellare and Micciancio 1997; Lewi, Kim, Maykov and Weis 2019) over
SHAKE128: it does not depend on order, and a changed row costs the same however many others there are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.errors import BrokenLedgerError

from .note import Signer, VerifierKey, open_note

_LANE = np.dtype("<u2")
_SUM_BYTES = 2048
_SMALL = 2_048  # bytes of a row that is worth remembering
_REMEMBERED = 4_096  # rows, some 17 MB: of what changes often, what comes now goes with the next change
_TITLE = "Holdfast seal"  # never a log's origin: it has a space


class Row(msgspec.Struct, frozen=True):
    """One row of a collection, as kept."""

    collection: bytes
    key: bytes
    kind: bytes
    value: bytes

    @property
    def parts(self) -> tuple[bytes, ...]:
        """What is summed, in this order."""
        return (self.collection, self.key, self.kind, self.value)


class KeptHead(msgspec.Struct, frozen=True):
    """One signed head, as kept under its size: without it nobody would miss one of them."""

    size: int
    note: bytes

    @property
    def parts(self) -> tuple[bytes, ...]:
        """What is summed, in this order; two parts are never taken for the four of a row."""
        return (str(self.size).encode(), self.note)


class RowSum(msgspec.Struct, frozen=True):
    """The sum of all rows and heads: 2,048 bytes, 1,024 little-endian lanes of 16 bits."""

    lanes: bytes = bytes(_SUM_BYTES)

    def change(self, *, gone: Iterable[Row] = (), come: Iterable[Row | KeptHead] = ()) -> RowSum:
        """The sum once the rows `gone` are no longer there and what has `come` is. A head never goes."""
        lanes = np.frombuffer(self.lanes, _LANE).copy()
        for row in gone:
            lanes -= _lanes(row.parts)
        for kept in come:
            lanes += _lanes(kept.parts)
        return RowSum(lanes.tobytes())

    @property
    def digest(self) -> bytes:
        """SHA-256 of the lanes."""
        return hashlib.sha256(self.lanes).digest()


def _lanes(parts: Iterable[bytes]) -> npt.NDArray[np.uint16]:
    framed = b"".join([piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)])
    stretched = _stretched_again if len(framed) <= _SMALL else _stretched
    return np.frombuffer(stretched(framed), _LANE)


def _stretched(framed: bytes) -> bytes:
    return hashlib.shake_128(framed).digest(_SUM_BYTES)


_stretched_again = lru_cache(_REMEMBERED)(_stretched)


def sign_seal(size: int, rows: RowSum, signer: Signer) -> str:
    """The note that binds the sum of all rows and heads to the ledger of `size` entries."""
    return signer.sign(_text(signer.vkey, size, rows))


def check_seal(note: str, size: int, rows: RowSum, key: VerifierKey) -> None:
    """Check that `key` signed just these rows and heads beside the ledger of `size` entries.

    Raises:
        BrokenLedgerError: it did not.

    """
    if not hmac.compare_digest(open_note(note, key).encode(), _text(key, size, rows).encode()):
        raise BrokenLedgerError(
            f"The rows or heads are not those that were sealed beside the ledger of {size} entries."
        )


def _text(key: VerifierKey, size: int, rows: RowSum) -> str:
    return f"{_TITLE}\n{key.name}\n{size}\n{base64.b64encode(rows.digest).decode()}\n"
