"""What a post wants its reader to follow."""

from __future__ import annotations

import enum

import msgspec


@enum.unique
class LureKind(enum.StrEnum):
    """The kinds of lure."""

    ADDRESS = "address"
    DOMAIN = "domain"
    LINK = "link"
    SHORT_LINK = "short_link"
    HANDLE = "handle"
    PHONE = "phone"
    CASHTAG = "cashtag"
    TEXT = "text"
    PICTURE = "picture"


class Lure(msgspec.Struct, frozen=True, kw_only=True):
    """One lure; `valid` is true when a checksum or the public suffix list vouches for its form."""

    kind: LureKind
    value: str
    valid: bool = True
