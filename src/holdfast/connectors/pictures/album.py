"""Is this picture a version of one seen lately: turned, mirrored, cut, with something over it? Then it goes by that one's hash.

1. Its hash is held against those of each picture in the album as it was, turned by right angles, and mirrored.
2. Marks whose surroundings agree are found by parts of 16 bits, and counted for each picture.
3. Of the pictures with most, the turn, size and shift that most marks agree on is taken.
4. Laid over each other so, the two must share enough of their area, and be alike there. Lettering that two pictures have in
   common brings many marks, but little area.

A version is not entered itself, so that no chain of versions leads from one picture to another.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .verdict import MARKS, Marks, Seen

Bits: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.complex128]
Grey: TypeAlias = npt.NDArray[np.float64]

REMEMBERED = 1_000
"""Pictures: a campaign comes in a burst. About 45 kB each."""

_NEAR = 31  # bits of 256 that two hashes of one picture differ in, as PDQ's authors advise
_TURNS, _WORDS = 8, 4
_PARTS, _PART_VALUES, _DEEP = 8, 1 << 16, 8  # parts of a mark's 256 bits tried; marks kept for each value of a part
_NEAR_MARKS = 48  # bits of 256: of two marks by chance, one pair in many thousands is as near
_CANDIDATES, _LEAST_MARKS = 3, 10
_TRIES = 400  # pairs of marks of which each gives a turn, a size and a shift
_BESIDE = 1.5  # of 96 pixels of the longer side that a mark may lie beside where it should
_LEAST_SIZE, _MOST_SIZE = 1 / 3, 3.0
_LEAST_SHARED, _LEAST_ALIKE = 0.35, 0.8


class Album:
    """The latest pictures that were no versions of another."""

    __slots__ = ("_around", "_at", "_count", "_marks", "_names", "_places", "_thumbs", "_turned", "_values")

    def __init__(self, count: int = REMEMBERED) -> None:
        """Empty, for `count` pictures; pages cost no memory until they are used."""
        self._count, self._at = count, 0
        self._names = [""] * count
        self._turned: Bits = np.zeros((count, _TURNS, _WORDS), np.uint64)
        self._thumbs: list[Grey] = [np.zeros((0, 0))] * count
        self._marks = np.zeros(count, np.int64)
        self._around: Bits = np.zeros((count * MARKS, _WORDS), np.uint64)
        self._places: Places = np.zeros(count * MARKS, np.complex128)
        self._values = np.zeros((_PARTS, _PART_VALUES, _DEEP), np.int32)  # numbers of marks, from 1

    def name_of(self, seen: Seen) -> str:
        """The hash of the picture that this is a version of; its own, and it is entered, where it is none."""
        if not seen.phash:
            return ""
        place = self._turned_version(seen.phash)
        if place < 0:
            place = self._cut_version(seen.marks)
        if place < 0:
            self._enter(seen)
            return seen.phash
        return self._names[place]

    def _turned_version(self, phash: str) -> int:
        away = np.bitwise_count(self._turned ^ _bits(phash)).sum(axis=2).min(axis=1)
        away[[not name for name in self._names]] = 256
        place = int(away.argmin())
        return place if away[place] <= _NEAR else -1

    def _cut_version(self, marks: Marks) -> int:
        around, places = _around_of(marks), _places_of(marks)
        if len(places) < _LEAST_MARKS:
            return -1
        mine, theirs = self._agreeing(around)
        votes = np.bincount(theirs // MARKS, minlength=self._count)
        for place in np.argsort(-votes, kind="stable")[:_CANDIDATES].tolist():
            if votes[place] < _LEAST_MARKS:
                return -1
            of_it = theirs // MARKS == place
            laid = _lay(places[mine[of_it]], self._places[theirs[of_it]])
            if laid is not None and _is_alike(_thumb_of(marks), self._thumbs[place], *laid):
                return int(place)
        return -1

    def _agreeing(self, around: Bits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Pairs of marks whose surroundings agree: which of these, and which of the album's."""
        parts = around.view(np.uint16)[:, :_PARTS]
        numbers = self._values[np.arange(_PARTS)[None, :], parts]
        mine, _, _ = np.nonzero(numbers)
        theirs = numbers[numbers != 0].astype(np.int64) - 1
        away = np.bitwise_count(around[mine] ^ self._around[theirs]).sum(axis=1)
        near = away <= _NEAR_MARKS
        pairs = np.unique(mine[near] * (self._count * MARKS) + theirs[near])
        return pairs // (self._count * MARKS), pairs % (self._count * MARKS)

    def _enter(self, seen: Seen) -> None:
        """Put a picture in the place of the oldest. Its marks may still be named by parts of old ones: bits tell."""
        place, around = self._at % self._count, _around_of(seen.marks)
        first = place * MARKS
        self._names[place] = seen.phash
        self._turned[place] = [_bits(turned) for turned in seen.turned or (seen.phash,) * _TURNS]
        self._thumbs[place] = _thumb_of(seen.marks)
        self._around[first : first + len(around)] = around
        self._places[first : first + len(around)] = _places_of(seen.marks)
        slot = self._at % _DEEP
        for part in range(_PARTS):
            self._values[part, around.view(np.uint16)[:, part], slot] = np.arange(first, first + len(around)) + 1
        self._at += 1


def _bits(phash: str) -> Bits:
    return np.frombuffer(bytes.fromhex(phash), np.uint64)


def _around_of(marks: Marks) -> Bits:
    return np.frombuffer(marks.around, np.uint64).reshape(-1, _WORDS)[:MARKS]


def _places_of(marks: Marks) -> Places:
    x, y = np.frombuffer(marks.places, np.float32).reshape(-1, 2)[:MARKS].T.astype(np.float64)
    return x + 1j * y


def _thumb_of(marks: Marks) -> Grey:
    return np.frombuffer(marks.thumb, np.uint8).reshape(-1, max(1, marks.width)).astype(np.float64)


def _lay(mine: Places, theirs: Places) -> tuple[complex, complex] | None:
    """(turn and size, shift) that lay most of `mine` on `theirs`, z -> turn * z + shift; None if few agree."""
    count = len(mine)
    one = np.arange(max(_TRIES, count)) % count
    two = (one + count // 3 + np.arange(len(one)) // count) % count  # far apart in the list is mostly far apart in the picture
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = (theirs[one] - theirs[two]) / (mine[one] - mine[two])
        fit = (np.abs(turn) >= _LEAST_SIZE) & (np.abs(turn) <= _MOST_SIZE)
    turn, one = turn[fit], one[fit]
    if not len(turn):
        return None
    shift = theirs[one] - turn * mine[one]
    beside = np.abs(turn[:, None] * mine[None] + shift[:, None] - theirs[None]) <= _BESIDE
    best = beside[int(beside.sum(axis=1).argmax())]
    if best.sum() < _LEAST_MARKS:
        return None
    mine, theirs = mine[best], theirs[best]
    middle, their_middle = mine.mean(), theirs.mean()
    spread = np.vdot(mine - middle, mine - middle)
    turned = complex(np.vdot(mine - middle, theirs - their_middle) / spread) if spread else 0j  # least squares
    return turned, complex(their_middle - turned * middle)


def _is_alike(mine: Grey, theirs: Grey, turn: complex, shift: complex) -> bool:
    """Whether two pictures, one laid over the other, share enough of both, and are alike there."""
    rows, columns = np.indices(mine.shape)
    at = turn * (columns + 0.5 + 1j * (rows + 0.5)) + shift
    x, y = np.floor(at.real).astype(np.int64), np.floor(at.imag).astype(np.int64)
    inside = (x >= 0) & (y >= 0) & (x < theirs.shape[1]) & (y < theirs.shape[0])
    shared = inside.sum()
    if shared < _LEAST_SHARED * mine.size or shared * abs(turn) ** 2 < _LEAST_SHARED * theirs.size:
        return False
    one, two = mine[inside], theirs[y[inside], x[inside]]
    one, two = one - one.mean(), two - two.mean()
    size = float(np.sqrt((one @ one) * (two @ two)))
    return size > 0 and float(one @ two) / size >= _LEAST_ALIKE
