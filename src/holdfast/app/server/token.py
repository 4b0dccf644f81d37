"""Who may ask? Whoever shows the token whose hash is in the settings."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

HASH_PATTERN = "sha256:[0-9a-f]{64}"
SHORTEST = 32  # characters of a token that somebody thought of himself
_BYTES = 32  # random ones: nothing to be guessed, so one plain hash of them is as good as a slow one
_BEARER = b"bearer "


def new_token() -> str:
    """A token, to be shown once."""
    return f"hf_{secrets.token_urlsafe(_BYTES)}"


def hashed(token: str) -> str:
    """What is kept of a token, in the form of `HASH_PATTERN`."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"


class Bearer:
    """Compares what a request shows with one hash, in a time that does not tell how much of it was right."""

    __slots__ = ("_digest",)

    def __init__(self, token_hash: str) -> None:
        """Expect the token of this hash (`HASH_PATTERN`)."""
        self._digest = bytes.fromhex(token_hash.removeprefix("sha256:"))

    def shown(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether the request of these headers shows it, once."""
        found = [value for name, value in headers if name == b"authorization"]
        if len(found) != 1 or found[0][: len(_BEARER)].lower() != _BEARER:
            return False
        return hmac.compare_digest(hashlib.sha256(found[0][len(_BEARER) :].strip()).digest(), self._digest)
