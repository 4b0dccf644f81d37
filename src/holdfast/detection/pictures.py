"""Is this picture nearly one that was seen? Perceptual hashes, remembered while room lasts, and found again by parts.

Two hashes of b bits are of nearly one picture when they differ in no more than b * 31 / 256 of them. A hash is cut into
bands of 16 bits; with so few differences one band differs in at most one bit, so trying each band as it is and with each
one bit turned finds every such pair (Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012).
Among the latest pictures twice as many bits may differ; of such pairs this finds nine in ten at 52 bits, three in four at 60.

What is remembered is a ring of rows, int64[n, `PICTURE_WORDS`]:

| word | meaning |
|---|---|
| 0-3 | the hash; a short one in word 0 |
| 4, 5 | its key, and how many bits it has |
| 6-13 | for each band, 32 bits: the number of the picture before it in the same bucket |

`heads` int32[16 * buckets] are the numbers of the latest picture of each bucket, band by band, `taken` int64[1] counts all that were ever
entered. A number leads nowhere when the picture it counts has been overwritten: nothing is ever taken out of a bucket.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from holdfast.reading import Readings
from holdfast.reading.columns import strings
from holdfast.reading.flags import NEW_PICTURE, PROVED
from holdfast.reading.kernel import Array, kernel

from . import model
from .tables import mix, prefetch

PICTURE = 9
"""The kind of key that a picture is, beside reading's codes and `sightings.TEXT`."""

BANDS, BAND_BITS = 16, 16
_WORDS, _LONG, _SHORT = 4, 256, 64
_KEY, _SIZE, _LINKS = 4, 5, 6
PICTURE_WORDS = _LINKS + BANDS // 2
_BYTES = 8 * PICTURE_WORDS
_MOST_BUCKETS = 1 << BAND_BITS
_TRIES = BAND_BITS + 1  # a band as it is, and with each one bit turned
_DEEPEST = 32  # pictures looked at in one bucket: whoever fills one on purpose gains nothing but forgetting
_NEAR, _OF = model.NEAR_PICTURE
_NEAR_RECENT, _RECENT = model.NEAR_RECENT_PICTURE, model.RECENT_PICTURES
_SAME = 8  # bits of 256 that another size and quality change: beyond, a picture is a version of its own
_NUMBERS = (1 << 31) - 1
_TWOS, _FOURS = 0x3333333333333333, 0x0F0F0F0F0F0F0F0F
_FLAT = 8  # a hash with less than an eighth of its bits set, or not set, is that of a plain surface


class Pictures:
    """The pictures remembered, in about `room` bytes."""

    __slots__ = ("heads", "rows", "taken")

    def __init__(self, room: int) -> None:
        """Empty; pages cost no memory until they are used."""
        count = max(64, room // (_BYTES + 2 * BANDS))
        buckets = min(_MOST_BUCKETS, 1 << (count // 2).bit_length())
        count = max(64, (room - 4 * BANDS * buckets) // _BYTES)
        self.rows: Array = np.zeros((count, PICTURE_WORDS), np.int64)
        self.heads: Array = np.zeros(BANDS * buckets, np.int32)
        self.taken: Array = np.zeros(1, np.int64)

    def keys_of(self, data: Array, offsets: Array, posts: Array) -> tuple[Array, Array]:
        """The key of each hash (hex in `data` from one of `offsets` to the next, int64[m]), 0 for none, and which are new.

        `posts` says whose each is, int64[m], in order; a post has each key once.
        """
        keys, new = np.zeros(len(posts), np.int64), np.zeros(len(posts), np.uint8)
        room = np.zeros(_WORDS, np.int64), np.zeros((BANDS * _TRIES, 2), np.int64)
        _recognise(data, offsets, posts, (self.rows, self.heads, self.taken), room, keys, new)
        return keys, new

    def hash_of(self, key: int) -> str:
        """The perceptual hash behind a key, in hex, of its oldest version; empty when none is remembered."""
        (found,) = np.nonzero(self.rows[:, _KEY] == key)
        if not len(found):
            return ""
        oldest = np.argmax((self.taken[0] - 1 - found) % len(self.rows))
        row = self.rows[found[oldest]].tolist()
        return "".join(f"{word % (1 << 64):016x}" for word in row[: row[_SIZE] // 64])


def add_pictures(readings: Readings, media: Any, pictures: Pictures) -> None:
    """Let the pictures of a batch stand among its lures; `media` is the column of that name."""
    if media.null_count == len(media):
        return
    hashes = media.flatten().field("phash")
    if hashes.null_count == len(hashes):
        return
    counts = np.asarray(media.value_lengths().fill_null(0), np.int64)
    posts = np.repeat(np.arange(len(counts)), counts)
    keys, new = pictures.keys_of(*strings(hashes), posts)
    kept = keys != 0
    posts, keys, new = posts[kept], keys[kept], new[kept]
    readings.flags[posts[new != 0]] |= np.uint32(NEW_PICTURE)
    places = readings.lure_from[posts + 1]
    readings.lure_kind = np.insert(readings.lure_kind, places, PICTURE)
    readings.lure_key = np.insert(readings.lure_key, places, keys.view(np.uint64))
    readings.lure_valid = np.insert(readings.lure_valid, places, PROVED)
    readings.lure_from = readings.lure_from + np.searchsorted(posts, np.arange(len(counts) + 1))


def with_codes(posts: Any) -> Any:
    """Posts with the texts of their pictures' QR codes among their links: read as those are, each by itself."""
    media = posts.column("media")
    if media.null_count == len(media) or media.flatten().field("codes").null_count == len(media.flatten()):
        return posts
    said = [[code for item in items or () for code in item["codes"] or () if code] for items in media.to_pylist()]
    urls = [(row or []) + codes or None for row, codes in zip(posts.column("urls").to_pylist(), said, strict=True)]
    at = posts.schema.get_field_index("urls")
    return posts.set_column(at, posts.schema.field(at), pa.array(urls, posts.schema.field(at).type))


@kernel
def _ones(word: int) -> int:
    """How many bits are set (Warren, "Hacker's Delight", 5-1). No sum may reach bit 63: compilers take that to be impossible."""
    odd, even = word & 0x5555555555555555, word >> 1 & 0x5555555555555555
    fours = (odd & _TWOS) + (odd >> 2 & _TWOS) + (even & _TWOS) + (even >> 2 & _TWOS)
    eights = (fours & _FOURS) + (fours >> 4 & _FOURS)
    eights += eights >> 8
    eights += eights >> 16
    return eights + (eights >> 32) & 0x7F


@kernel
def _read(data: Array, start: int, stop: int, bits: Array) -> int:
    """Read a hash in hex into `bits`; how many it has, 0 if it is no hash of a picture that tells anything."""
    size = (stop - start) * 4
    if size not in (_SHORT, _LONG):
        return 0
    ones = 0
    for word in range(size // 64):
        value = 0
        for at in range(start + 16 * word, start + 16 * word + 16):
            sign = data[at] | 32
            if 48 <= data[at] <= 57:
                digit = data[at] - 48
            elif 97 <= sign <= 102:
                digit = sign - 87
            else:
                return 0
            value = value << 4 | int(digit)
        bits[word] = value
        ones += _ones(value)
    return size if size <= ones * _FLAT <= size * (_FLAT - 1) else 0


@kernel
def _distance(one: Array, two: Array, size: int, most: int) -> int:
    """In how many bits two hashes differ; more than `most` may be any number beyond it."""
    found = 0
    for word in range(size // 64):
        found += _ones(one[word] ^ two[word])
        if found > most:
            return found
    return found


@kernel
def _bucket(bits: Array, band: int, turned: int, heads: Array) -> int:
    """Where in `heads` the pictures are whose band is as here, but for the bit `turned` (none, if it is `BAND_BITS`)."""
    value = bits[band >> 2] >> (band & 3) * BAND_BITS & 0xFFFF
    value = value if turned == BAND_BITS else value ^ 1 << turned
    each = len(heads) // BANDS
    return band * each + value % each


@kernel
def _nearest(bits: Array, size: int, memory: tuple[Array, ...], waiting: Array) -> int:
    """The slot of the nearest picture that is near enough, or -1.

    Buckets are followed side by side, each one picture further a round, so that memory is waited for once a round.
    """
    rows, heads, taken = memory
    count, found = len(rows), 0
    near = size * _NEAR // _OF
    slot, least = -1, _NEAR_RECENT if size == _LONG else near
    for step in range(size // BAND_BITS * _TRIES):
        prefetch(heads, _bucket(bits, step // _TRIES, step % _TRIES, heads))
    for step in range(size // BAND_BITS * _TRIES):
        number = np.int64(heads[_bucket(bits, step // _TRIES, step % _TRIES, heads)])
        age = taken[0] - number + 1 & _NUMBERS
        if number != 0 and 0 < age <= count:
            waiting[found, 0], waiting[found, 1] = age, step // _TRIES
            prefetch(rows, (taken[0] - age) % count)
            found += 1
    for _ in range(_DEEPEST):
        left = 0
        for at in range(found):
            age, band = waiting[at, 0], waiting[at, 1]
            row = rows[(taken[0] - age) % count]
            if row[_SIZE] == size:
                away = _distance(bits, row, size, least)
                if (away <= near or age <= _RECENT) and (away < least or (away == least and slot < 0)):
                    slot, least = (taken[0] - age) % count, away
                    if away == 0:
                        return slot
            number = row[_LINKS + (band >> 1)] >> (band & 1) * 32 & _NUMBERS
            older = taken[0] - number + 1 & _NUMBERS
            if number != 0 and age < older <= count:
                waiting[left, 0], waiting[left, 1] = older, band
                prefetch(rows, (taken[0] - older) % count)
                left += 1
        found = left
    return slot


@kernel
def _enter(bits: Array, size: int, key: int, memory: tuple[Array, ...]) -> None:
    """Remember a picture in the place of the oldest."""
    rows, heads, taken = memory
    row = rows[taken[0] % len(rows)]
    number = taken[0] + 1 & _NUMBERS
    for word in range(PICTURE_WORDS):
        row[word] = bits[word] if word < size // 64 else 0
    row[_KEY], row[_SIZE] = key, size
    for band in range(size // BAND_BITS):
        bucket = _bucket(bits, band, BAND_BITS, heads)
        row[_LINKS + (band >> 1)] |= np.int64(heads[bucket]) << (band & 1) * 32
        heads[bucket] = number
    taken[0] += 1


@kernel
def _recognise(
    data: Array, offsets: Array, posts: Array, memory: tuple[Array, ...], room: tuple[Array, Array], keys: Array, new: Array
) -> None:  # fmt: skip
    """`Pictures.keys_of`; `room` is for the bits of one picture, and for the pictures that it may be."""
    rows, _, taken = memory
    bits, waiting = room
    for picture in range(len(posts)):
        size = _read(data, offsets[picture], offsets[picture + 1], bits)
        if size == 0:
            continue
        slot = _nearest(bits, size, memory, waiting)
        if slot < 0:
            key = size
            for word in range(size // 64):
                key = mix(key ^ bits[word])
            key = key if key != 0 else 1
            _enter(bits, size, key, memory)
            new[picture] = 1
        else:
            key = rows[slot, _KEY]
            away = _distance(bits, rows[slot], size, size)
            version = size * _SAME // _OF < away <= size * _NEAR // _OF
            old = (taken[0] - 1 - slot) % len(rows) > len(rows) // 2
            if (
                version or old
            ):  # so that what is near to it is found as well; still shown, so not to be forgotten with age
                _enter(bits, size, key, memory)
        keys[picture] = key
        for other in range(picture - 1, -1, -1):
            if posts[other] != posts[picture]:
                break
            if keys[other] == key:
                keys[picture], new[picture] = 0, 0
                break
