"""Where does chance come from: one stream of random numbers for each purpose, all from one seed.

A stream is named by what it is for, so that drawing more from one (the adversary met a hold and thinks again) never
shifts another (what a million other people say).
"""

from __future__ import annotations

import hashlib

from numpy.random import PCG64, Generator


def stream(seed: int, *purpose: str | int) -> Generator:
    """The stream for `purpose`; the same seed and purpose give the same numbers."""
    name = "\x1f".join(map(str, (seed, *purpose)))
    return Generator(PCG64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest())))


def token(seed: int, *purpose: str | int) -> str:
    """Sixteen hex digits for `purpose`: an opaque id, or a salted hash of a value that nobody needs to know."""
    name = "\x1f".join(map(str, (seed, *purpose)))
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
