"""What a post wants its reader to follow."""

from __future__ import annotations

import enum
from collections.abc import Iterable

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


_TELLING = (
    LureKind.ADDRESS,
    LureKind.DOMAIN,
    LureKind.SHORT_LINK,
    LureKind.LINK,
    LureKind.PHONE,
    LureKind.HANDLE,
    LureKind.CASHTAG,
    LureKind.PICTURE,
    LureKind.TEXT,
)


def most_telling(lures: Iterable[Lure]) -> tuple[Lure, ...]:
    """`lures`, each once, in the order in which a person wants to know of them, for where there is no room for all.

    First what money or clicks go to, last the words around it; within a kind as they came.
    """
    return tuple(sorted(dict.fromkeys(lures), key=lambda lure: _TELLING.index(lure.kind)))
