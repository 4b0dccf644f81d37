"""Are the rows kept beside the ledger exactly those that were there at the last commit?

The sum is LtHash with 1,024 lanes of 16 bits (Bellare and Micciancio 1997; Lewi, Kim, Maykov and Weis 2019) over
SHAKE128: it does not depend on order, and a changed row costs the same however many others there are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.errors import BrokenLedgerError

from .note import Signer, VerifierKey, open_note

_LANE = np.dtype("<u2")
_SUM_BYTES = 2048
_TITLE = "Holdfast seal"  # never a log's origin: it has a space


class Row(msgspec.Struct, frozen=True):
    """One row of a collection, as kept."""

    collection: bytes
    key: bytes
    kind: bytes
    value: bytes


class RowSum(msgspec.Struct, frozen=True):
    """The sum of all rows: 2,048 bytes, 1,024 little-endian lanes of 16 bits."""

    lanes: bytes = bytes(_SUM_BYTES)

    def change(self, *, gone: Iterable[Row] = (), come: Iterable[Row] = ()) -> RowSum:
        """The sum once the rows `gone` are no longer there and the rows `come` are."""
        lanes = np.frombuffer(self.lanes, _LANE).copy()
        for row in gone:
            lanes -= _lanes(row)
        for row in come:
            lanes += _lanes(row)
        return RowSum(lanes.tobytes())

    @property
    def digest(self) -> bytes:
        """SHA-256 of the lanes."""
        return hashlib.sha256(self.lanes).digest()


def _lanes(row: Row) -> npt.NDArray[np.uint16]:
    parts = (row.collection, row.key, row.kind, row.value)
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return np.frombuffer(hashlib.shake_128(framed).digest(_SUM_BYTES), _LANE)


def sign_seal(size: int, rows: RowSum, signer: Signer) -> str:
    """The note that binds the sum of all rows to the ledger of `size` entries."""
    return signer.sign(_text(signer.vkey, size, rows))


def check_seal(note: str, size: int, rows: RowSum, key: VerifierKey) -> None:
    """Check that `key` signed just these rows beside the ledger of `size` entries.

    Raises:
        BrokenLedgerError: it did not.

    """
    if not hmac.compare_digest(open_note(note, key).encode(), _text(key, size, rows).encode()):
        raise BrokenLedgerError(f"The rows are not those that were sealed beside the ledger of {size} entries.")


def _text(key: VerifierKey, size: int, rows: RowSum) -> str:
    return f"{_TITLE}\n{key.name}\n{size}\n{base64.b64encode(rows.digest).decode()}\n"
