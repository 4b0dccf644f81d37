"""What comes out of looking at a picture: what was seen, or why it was refused."""

from __future__ import annotations

import msgspec

MOST_PIXELS = 25_000_000
"""Decoded: three times what platforms keep of an upload (4,096 by 2,160), 100 MB while it is looked at."""

READY = b"ready"
"""What the process that looks at pictures says when it may be given the first."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's perceptual hash (64 hex digits; empty where there is too little to hash) and its codes' texts."""

    phash: str = ""
    codes: tuple[str, ...] = ()


class UnfitPictureError(Exception):
    """A picture cannot be fetched or looked at, and why, as a reject says it. Never leaves the connectors."""
