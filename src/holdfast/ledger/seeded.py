"""Which keys does a drill use, so that the same seed gives the same ledger, byte for byte?

For drills only: whoever knows the seed can sign in the ledger's name and guess what was erased.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from .note import Signer
from .record import SALT_BYTES

DRILL_ORIGIN = "drill.holdfast.invalid/ledger"


def seeded_signer(seed: int, *, origin: str = DRILL_ORIGIN) -> Signer:
    """A signing key that follows from `seed`."""
    return Signer(origin, _derive(seed, "signer", origin))


def seeded_salts(seed: int) -> Callable[[str], bytes]:
    """A salt for each record's key that follows from `seed` and the key."""
    return lambda key: _derive(seed, "salt", key)


def _derive(seed: int, purpose: str, name: str) -> bytes:
    """HMAC-SHA256 under the seed, one domain per purpose."""
    secret = f"holdfast drill {seed}".encode()
    derived = hmac.digest(secret, f"{purpose}\0{name}".encode(), hashlib.sha256)
    assert len(derived) == SALT_BYTES
    return derived
