"""What is a token, and what is kept of it?"""

from __future__ import annotations

import hashlib
import secrets

HASH_PATTERN = "sha256:[0-9a-f]{64}"
SHORTEST = 32  # characters of a token that somebody thought of himself
_BYTES = 32  # random ones: nothing to be guessed, so one plain hash of them is as good as a slow one


def new_token() -> str:
    """A token, to be shown once."""
    return f"hf_{secrets.token_urlsafe(_BYTES)}"


def hashed(token: str) -> str:
    """What is kept of a token, in the form of `HASH_PATTERN`."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"
