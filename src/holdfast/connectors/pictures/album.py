"""Is this picture a version of one seen lately: turned, mirrored, cut, written over? Then it goes by that one's hash.

1. Its hash is held against those of each picture in the album as it was, turned by right angles, and mirrored.
2. Marks whose surroundings agree are found by parts of 16 bits, and counted for each picture, rare ones for more.
3. Of the pictures with most, the turn, size and shift that most marks agree on is taken.
4. Laid over each other so, the two must share enough of their area, and be alike there. Lettering that two pictures
   have in common brings many marks, but little area.

A version is not entered itself, so that no chain of versions leads from one picture to another.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .laying import LEAST_MARKS, Grey, Places, is_alike, lay
from .verdict import MARKS, Marks, Seen

Bits: TypeAlias = npt.NDArray[np.uint64]
Numbers: TypeAlias = npt.NDArray[np.int64]

REMEMBERED = 1_000
"""Pictures: a campaign comes in a burst. At most 25 kB each, and 35 MB."""

_NEAR = 31  # bits of 256 that two hashes of one picture differ in, as PDQ's authors advise
_TURNS, _WORDS = 8, 4
_PARTS, _PART_VALUES, _DEEP = 8, 1 << 16, 16  # parts of a mark's 256 bits tried; marks kept for each value of a part
_NEAR_MARKS = 48  # bits of 256 in which what is around two marks differs: what is left of it after scaling and JPEG
_CANDIDATES = 8  # pictures with most marks that are laid under this one


class Album:
    """The latest pictures that were no versions of another; one whose versions are still shown is kept."""

    __slots__ = ("_around", "_at", "_count", "_names", "_places", "_taken", "_thumbs", "_turned", "_values")

    def __init__(self, count: int = REMEMBERED) -> None:
        """Empty, for `count` pictures; pages cost no memory until they are used."""
        self._count, self._at = count, 0
        self._names = [""] * count
        self._turned: Bits = np.zeros((count, _TURNS, _WORDS), np.uint64)
        self._thumbs: list[Grey] = [np.zeros((0, 0), np.uint8)] * count
        self._around: Bits = np.zeros((count, MARKS, _WORDS), np.uint64)
        self._places: Places = np.zeros((count, MARKS), np.complex128)
        self._taken = np.zeros((_PARTS, _PART_VALUES), np.uint32)
        self._values = np.zeros((_PARTS, _PART_VALUES, _DEEP), np.int32)  # numbers of marks, from 1

    def name_of(self, seen: Seen) -> str:
        """The hash of the picture that this is a version of; its own, and it is entered, where it is none."""
        if not seen.phash:
            return ""
        place = self._turned_version(seen.phash)
        if place < 0:
            place = self._cut_version(seen.marks)
        if place < 0:
            turned = np.stack([_bits(phash) for phash in seen.turned])
            self._enter(seen.phash, turned, _thumb_of(seen.marks), _around_of(seen.marks), _places_of(seen.marks))
            return seen.phash
        name = self._names[place]
        if (self._at - 1 - place) % self._count > self._count // 2:
            marks = self._around[place].copy(), self._places[place].copy()
            self._enter(name, self._turned[place].copy(), self._thumbs[place], *marks)
        return name

    def _turned_version(self, phash: str) -> int:
        known = min(self._at, self._count)
        if not known:
            return -1
        away = np.bitwise_count(self._turned[:known] ^ _bits(phash)).sum(axis=2).min(axis=1)
        place = int(away.argmin())
        return place if away[place] <= _NEAR else -1

    def _cut_version(self, marks: Marks) -> int:
        around, places = _around_of(marks), _places_of(marks)
        if len(places) < LEAST_MARKS:
            return -1
        mine, theirs = self._agreeing(around)
        rare = 1 / np.bincount(mine, minlength=len(around))[mine]  # lettering that many pictures have tells little
        votes = np.bincount(theirs // MARKS, rare, self._count)
        for place in np.argsort(-votes, kind="stable")[:_CANDIDATES].tolist():
            of_it = theirs // MARKS == place
            if of_it.sum() < LEAST_MARKS:
                continue
            laid = lay(places[mine[of_it]], self._places[place, theirs[of_it] % MARKS])
            if laid is not None and is_alike(_thumb_of(marks), self._thumbs[place], laid):
                return int(place)
        return -1

    def _agreeing(self, around: Bits) -> tuple[Numbers, Numbers]:
        """Pairs of marks whose surroundings agree: which of these, and which of the album's."""
        numbers = self._values[np.arange(_PARTS)[None, :], around.view(np.uint16)[:, :_PARTS]]
        mine, theirs = np.nonzero(numbers)[0], numbers[numbers != 0].astype(np.int64) - 1
        away = np.bitwise_count(around[mine] ^ self._around.reshape(-1, _WORDS)[theirs]).sum(axis=1)
        near, every = away <= _NEAR_MARKS, self._count * MARKS
        pairs = np.unique(mine[near] * every + theirs[near])
        return pairs // every, pairs % every

    def _enter(self, name: str, turned: Bits, thumb: Grey, around: Bits, places: Places) -> None:
        """Put a picture in the place of the oldest: what still points to that one's marks finds other bits there."""
        place = self._at % self._count
        self._names[place], self._turned[place], self._thumbs[place] = name, turned, thumb
        self._around[place], self._places[place] = 0, 0
        self._around[place, : len(around)], self._places[place, : len(places)] = around, places
        for part in range(_PARTS):
            values = around.view(np.uint16)[:, part]
            order = np.argsort(values, kind="stable")
            values = values[order]
            further = np.arange(len(values)) - np.searchsorted(values, values)  # of this picture with the same value
            slots = (self._taken[part, values] + further) % _DEEP
            self._values[part, values, slots] = place * MARKS + order + 1
            np.add.at(self._taken[part], values, 1)
        self._at += 1


def _bits(phash: str) -> Bits:
    return np.frombuffer(bytes.fromhex(phash), np.uint64)


def _around_of(marks: Marks) -> Bits:
    return np.frombuffer(marks.around, np.uint64).reshape(-1, _WORDS)[:MARKS]


def _places_of(marks: Marks) -> Places:
    pairs = np.frombuffer(marks.places, np.float32).astype(np.float64)[: 2 * MARKS]
    return pairs.view(np.complex128)


def _thumb_of(marks: Marks) -> Grey:
    return np.frombuffer(marks.thumb, np.uint8).reshape(-1, max(1, marks.width))
