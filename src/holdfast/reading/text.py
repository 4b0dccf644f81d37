"""What does one text say? The same kernels as for batches, for whoever has one post in hand."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from .columns import NOTHING
from .desk import (
    KEY_HIGH,
    KEY_LOW,
    LURE_END,
    LURE_KEY,
    LURE_KIND,
    LURE_VALID,
    MOST_LURES,
    VALUE,
    desk,
)
from .flags import LURE_CODES, LURE_KINDS, PROVED
from .found import key_of
from .hashing import PUBLIC, halves
from .lure import Lure, LureKind
from .post import read_posts
from .reader import lure_rows_for, rows_for
from .suffixes import kernel_table


class FoundLure(msgspec.Struct, frozen=True, kw_only=True):
    """A lure in a text: `valid` is 2 (proved by checksum or public suffix), 1 (shape) or 0 (malformed)."""

    kind: LureKind
    value: str
    valid: int
    key: int

    @property
    def lure(self) -> Lure:
        """The lure for people."""
        return Lure(kind=self.kind, value=self.value, valid=self.valid == PROVED or self.kind is not LureKind.ADDRESS)


class TextReading(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What one text says; fields as in `Readings`. `signature` is u8[16], `bands` has eight keys, 0 for none."""

    flags: int
    script: int
    length: int
    words: int
    lures: tuple[FoundLure, ...]
    signature: npt.NDArray[np.uint8]
    bands: tuple[int, ...]


class _Own(threading.local):
    """The desk of each thread."""

    def __init__(self) -> None:
        self.desk = desk()
        self.key = PUBLIC
        self.rows = rows_for(1)
        self.lures = lure_rows_for(MOST_LURES)
        # Where the text and the list of links end: made once, for to make an array takes a tenth of reading a post.
        self.text_ends, self.lists = np.zeros(2, np.int64), np.zeros(2, np.int64)


_own = _Own()
_NO_OFFSETS = np.zeros(1, np.int64)
_KEYS = 1 << 64  # kernels count in signed numbers


def read_text(text: str, urls: Sequence[str] = (), *, key: bytes = PUBLIC) -> TextReading:
    """Read one text and the links that came with it; the lures' keys are those of a `Reader` with the same `key`."""
    own = _own
    d = own.desk
    if key != own.key:
        own.key = key
        d[KEY_LOW], d[KEY_HIGH] = halves(key)
    data = text.encode("utf-8", "replace")
    links, offsets = NOTHING, _NO_OFFSETS
    if urls:
        parts = [url.encode("utf-8", "replace") for url in urls]
        links = np.frombuffer(b"".join([*parts, b"\0"]), np.uint8)
        offsets = np.cumsum([0, *map(len, parts)])
    rows = own.rows
    rows.flags[0] = 0
    text_data = np.frombuffer(data or b"\0", np.uint8)
    own.text_ends[1], own.lists[1] = len(data), len(urls)
    read_posts(kernel_table(), d, 0, 1, text_data, own.text_ends, links, offsets, own.lists, *rows, *own.lures)
    n = int(rows.lure_from[1])
    return TextReading(
        flags=int(rows.flags[0]),
        script=int(rows.script[0]),
        length=int(rows.length[0]),
        words=int(rows.words[0]),
        lures=_lures(d, n) if n else (),
        signature=rows.signature[0].copy(),
        bands=tuple(rows.bands[0].tolist()),
    )


def _lures(d: npt.NDArray[np.int64], n: int) -> tuple[FoundLure, ...]:
    """The `n` lures that lie on the desk."""
    # Each step over numpy costs as much as reading a post, so whole stretches are taken at once.
    kinds, valid = d[LURE_KIND : LURE_KIND + n].tolist(), d[LURE_VALID : LURE_VALID + n].tolist()
    keys, ends = d[LURE_KEY : LURE_KEY + n].tolist(), d[LURE_END : LURE_END + n].tolist()
    values, _ = codecs.utf_32_le_decode(d[VALUE : ends[-1]].astype("<u4").tobytes())
    found, start = [], 0
    for kind, key, vouched, stop in zip(kinds, keys, valid, ends, strict=True):
        end = stop - VALUE
        value = values[start:end]
        found.append(FoundLure(kind=LURE_KINDS[kind], value=value, valid=vouched, key=key % _KEYS))
        start = end
    return tuple(found)


def lures_of(text: str, urls: Sequence[str] = ()) -> tuple[Lure, ...]:
    """The lures of a text in canonical form, for people.

    Addresses as written (bech32 small, Ethereum with its EIP-55 capitals), domains in small ASCII, links without scheme.
    """
    return tuple(found.lure for found in read_text(text, urls).lures)


def lure_key(lure: Lure, key: bytes = PUBLIC) -> int:
    """The number under which `Readings` carry this lure; its value may be in any dress that a post could give it."""
    for found in read_text(lure.value, key=key).lures:
        if found.kind is lure.kind:
            return found.key
    value = np.array([ord(c) for c in lure.value] or [0], np.int64)
    return int(key_of(LURE_CODES.get(lure.kind, 0), value, 0, len(lure.value), *halves(key))) % _KEYS
