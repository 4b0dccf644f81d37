"""Is one picture a part of another, and which part? They are laid over each other by their marks, and compared."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.complex128]
Grey: TypeAlias = npt.NDArray[np.uint8]
Affine: TypeAlias = npt.NDArray[np.float64]
"""[2, 3]: turn, size and stretch, and in the last column the shift."""

LEAST_MARKS = 10
"""Marks that agree on how one picture lies on the other."""

_TRIES = 400  # pairs of marks of which each gives a turn, a size and a shift
_BESIDE = 2.0  # of 96 pixels of the longer side that a mark may lie beside where it should
_LEAST_SIZE, _MOST_SIZE = 1 / 3, 3.0
_REFITS = 3
_STIFF = (100.0, 100.0, 0.0)  # square pixels: a stretch of a twentieth is worth a mark half a pixel beside
_LEAST_SHARED = 0.4  # of the area of either: a collage of two pictures shares less with each, and must not join them
_BLOCK = 8  # pixels of a side
_PLAIN = 1.5  # steps of grey, of 255, that a plain surface has
_SAME_BLOCK = 0.5  # correlation of blocks that show the same
_LEAST_BLOCKS = 32
_LEAST_ALIKE = 0.75  # share: of 120 pairs of either kind, versions had 0.79 and more but for two, others 0.72
_STRIPS, _LEAST_STRIP = 3, 0.2  # a banner may be all that two pictures share: it says nothing of the other thirds
_step = np.arange(_BLOCK) - (_BLOCK - 1) / 2
_SLOPES = np.linalg.qr(np.stack([np.ones(_BLOCK**2), np.repeat(_step, _BLOCK), np.tile(_step, _BLOCK)], axis=1))[0]


def lay(mine: Places, theirs: Places) -> Affine | None:
    """What lays most of `mine`, complex128[n], on `theirs`; None if few agree on anything."""
    laid, mine_xy, their_xy = _agreed(mine, theirs), _xy(mine), _xy(theirs)
    if laid is None:
        return None
    for _ in range(_REFITS):
        off = their_xy - _laid(laid, mine_xy)
        agree = np.hypot(*off) <= _BESIDE
        if agree.sum() < LEAST_MARKS:
            return None
        middle = mine_xy[:, agree].mean(axis=1, keepdims=True)
        known = np.vstack([mine_xy[:, agree] - middle, np.ones(agree.sum())])
        more = np.linalg.solve(known @ known.T + np.diag(_STIFF), known @ off[:, agree].T).T  # ridge regression
        more[:, 2] -= more[:, :2] @ middle[:, 0]
        laid = laid + more
    return laid


def _agreed(mine: Places, theirs: Places) -> Affine | None:
    """Of the turns, sizes and shifts that pairs of marks give, the one that most others agree with."""
    count = len(mine)
    one = np.arange(max(_TRIES, count)) % count
    # Far apart in the list is mostly far apart in the picture.
    two = (one + count // 3 + np.arange(len(one)) // count) % count
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = (theirs[one] - theirs[two]) / (mine[one] - mine[two])
        fit = (np.abs(turn) >= _LEAST_SIZE) & (np.abs(turn) <= _MOST_SIZE)
    turn, one = turn[fit], one[fit]
    if not len(turn):
        return None
    shift = theirs[one] - turn * mine[one]
    beside = np.abs(turn[:, None] * mine[None] + shift[:, None] - theirs[None]) <= _BESIDE
    best = int(beside.sum(axis=1).argmax())
    a, b = turn[best], shift[best]
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def _xy(places: Places) -> npt.NDArray[np.float64]:
    return np.stack([places.real, places.imag])


def _laid(laid: Affine, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return laid[:, :2] @ places + laid[:, 2:]


def is_alike(mine: Grey, theirs: Grey, laid: Affine) -> bool:
    """Whether two pictures, one laid over the other, share enough of both, and are alike there."""
    rows, columns = np.indices(mine.shape)
    at = _laid(laid, np.stack([columns.ravel(), rows.ravel()]).astype(np.float64) + 0.5)
    x, y = np.floor(at).astype(np.int64).reshape(2, *mine.shape)
    inside = (x >= 0) & (y >= 0) & (x < theirs.shape[1]) & (y < theirs.shape[0])
    shared, size = inside.sum(), abs(np.linalg.det(laid[:, :2]))
    if shared < _LEAST_SHARED * mine.size or shared * size < _LEAST_SHARED * theirs.size:
        return False
    over = theirs[np.clip(y, 0, theirs.shape[0] - 1), np.clip(x, 0, theirs.shape[1] - 1)]
    where, same = _same_blocks(mine, over, inside)
    if len(same) < _LEAST_BLOCKS or same.mean() < _LEAST_ALIKE:
        return False
    return min(_strip_share(axis, same) for axis in where) >= _LEAST_STRIP


def _same_blocks(mine: Grey, theirs: Grey, inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Of the blocks inside that show anything, row and column, [2, blocks]; and whether they show the same, [blocks].

    A slope from light to dark is nothing: skies have it.
    """
    whole = _blocks(inside).all(axis=2)
    one, two = (each - each @ _SLOPES @ _SLOPES.T for each in (_blocks(mine)[whole], _blocks(theirs)[whole]))
    sizes = np.stack([np.sqrt((each**2).mean(axis=1)) for each in (one, two)])
    likeness = (one * two).mean(axis=1) / np.maximum(sizes.prod(axis=0), 1e-9)
    telling = sizes.max(axis=0) >= _PLAIN
    return np.stack(np.nonzero(whole))[:, telling], likeness[telling] >= _SAME_BLOCK


def _blocks(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The whole blocks of a picture, [rows, columns, pixels of each]."""
    down, across = (size // _BLOCK for size in pixels.shape)
    cut = pixels[: down * _BLOCK, : across * _BLOCK].reshape(down, _BLOCK, across, _BLOCK)
    return cut.swapaxes(1, 2).reshape(down, across, _BLOCK * _BLOCK)


def _strip_share(axis: npt.NDArray[np.int64], same: npt.NDArray[np.bool_]) -> float:
    """The least share that is the same of any third of what is shared, along one axis."""
    strip = (axis - axis.min()) * _STRIPS // (axis.max() - axis.min() + 1)
    counts = np.bincount(strip, minlength=_STRIPS)
    return float((np.bincount(strip, same, _STRIPS)[counts > 0] / counts[counts > 0]).min())
