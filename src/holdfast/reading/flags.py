"""Which facts about a post fit into one word, and which numbers stand for which kind of lure?"""

from __future__ import annotations

import enum
from types import MappingProxyType

from .lure import LureKind


@enum.unique
class Flag(enum.IntFlag):
    """Facts about one post (`Readings.flags`, 32 bits).

    OBFUSCATED_TEXT: invisible characters between letters of scripts that need none (Latin, Cyrillic, Greek; a lone soft
    hyphen is hyphenation), or a word that mixes ASCII letters with letters of other scripts which only look like ASCII.
    OBFUSCATED_LURE: the same, or letters in fancy dress (full width, mathematical, ...), inside an address or a link.
    QUOTED_LURE: a lure stands between quotation marks, or in a line that begins with ">", or the post quotes another.
    DEFANGED: a link was made unclickable ("hxxp", "[.]"), as people do who warn of it.
    REFERS: the post reposts or quotes another (by its columns, or "RT @" at its beginning).
    REPLIES: the post answers another (by its column).
    HAS_PIECE: no address, but a run of ten or more ASCII letters and digits, some of both, that could be a piece of one.
    PICTURE: it carries a picture (by its columns). NEW_PICTURE: one that is like none before; told by detection alone.
    Bits 16 to 23 tell which service shortened the post's first short link: 1 to 255 by hash, 0 for none.
    """

    OBFUSCATED_TEXT = 1 << 0
    OBFUSCATED_LURE = 1 << 1
    QUOTED_LURE = 1 << 2
    DEFANGED = 1 << 3
    REFERS = 1 << 4
    MENTIONS = 1 << 5
    HAS_ADDRESS = 1 << 6
    HAS_LINK = 1 << 7
    HAS_SHORT_LINK = 1 << 8
    HAS_PIECE = 1 << 9
    REPLIES = 1 << 10
    PICTURE = 1 << 11
    NEW_PICTURE = 1 << 12


SHORTENER_AT = 16

# The numbers in `Readings.lure_kind`. TEXT has none: a repeated text is known by its bands, not by a place in the post. Nor
# has PICTURE, which detection knows by its likeness to others.
LURE_CODES = MappingProxyType(
    {
        LureKind.ADDRESS: 1,
        LureKind.DOMAIN: 2,
        LureKind.LINK: 3,
        LureKind.SHORT_LINK: 4,
        LureKind.HANDLE: 5,
        LureKind.PHONE: 6,
        LureKind.CASHTAG: 7,
    }
)
LURE_KINDS = MappingProxyType({code: kind for kind, code in LURE_CODES.items()})

# The same as plain numbers, for the kernels.
ADDRESS, DOMAIN, LINK, SHORT_LINK, HANDLE, PHONE, CASHTAG = (LURE_CODES[kind] for kind in LURE_CODES)
OBFUSCATED_TEXT, OBFUSCATED_LURE, QUOTED_LURE, DEFANGED, REFERS, MENTIONS, *_REST = (flag.value for flag in Flag)
HAS_ADDRESS, HAS_LINK, HAS_SHORT_LINK, HAS_PIECE, REPLIES, PICTURE, NEW_PICTURE = _REST

# `Readings.lure_valid`: what vouches for a lure.
MALFORMED = 0  # unmistakably meant as an address, and its checksum is wrong
SHAPE = 1  # looks right; the kind has no checksum, or nothing vouches for it
PROVED = 2  # the checksum is right, or the public suffix list knows the domain's ending
