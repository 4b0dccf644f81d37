"""What comes out of looking at a picture: what was seen, or why it was refused."""

from __future__ import annotations

import msgspec

MOST_PIXELS = 25_000_000
"""Decoded: three times what platforms keep of an upload (4,096 by 2,160), 100 MB while it is looked at."""

READY = b"ready"
"""What the process that looks at pictures says when it may be given the first."""

SIDE, THUMB = 400, 96
"""Pixels of the longer side at which marks are looked for, and of the picture in small."""

MARKS = 320
"""At most, of one picture: of those of two versions one in five is found in both where both were cut deeply."""


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """By what a part of a picture is known again.

    `places`: float32[m, 2], x and y in pixels of `thumb`; `around`: uint8[m, 32], what is around each, to be
    compared bit by bit; `thumb`: uint8[h, width], the picture in small.
    """

    places: bytes = b""
    around: bytes = b""
    width: int = 0
    thumb: bytes = b""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A picture's perceptual hash (64 hex digits; empty where there is too little to hash) and its codes' texts.

    `turned` are the hashes of the picture as it is, turned by each right angle, and mirrored; `marks` its marks.
    """

    phash: str = ""
    codes: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    marks: Marks = Marks()


class UnfitPictureError(Exception):
    """A picture cannot be fetched or looked at, and why, as a reject says it. Never leaves the connectors."""
