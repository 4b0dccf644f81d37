"""What is the PDQ hash of a picture, and how much is there to be hashed?

PDQ is defined in Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019). Written
here because its Python package has no wheel for Linux (decision 0073); tests hold it against the reference's answers.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Grey: TypeAlias = npt.NDArray[np.float32]

_SIDE, _WAVES = 64, 16
_SMALLEST = 5  # pixels a side: less has no hash, by definition
_PASSES = 2
_QUALITY_STEP = 90  # the reference's scale: a sum of steps of a hundredth of the whole range, over this, at most 100
_frequency, _place = np.arange(1, _WAVES + 1)[:, None], np.arange(_SIDE)[None, :]
_COSINES = (np.sqrt(2 / _SIDE) * np.cos(np.pi / 2 / _SIDE * _frequency * (2 * _place + 1))).astype(np.float32)


def pdq(grey: Grey) -> tuple[str, int]:
    """The hash of a picture in grey, float32[height, width] from 0 to 255, as 64 hex digits; and its quality, 0 to 100.

    A picture of less than five pixels a side has no hash: ("", 0).
    """
    turned, quality = pdq_turned(grey)
    return (turned[0] if turned else ""), quality


def pdq_turned(grey: Grey) -> tuple[tuple[str, ...], int]:
    """The hashes of a picture as it is, mirrored either way and both, and of these four transposed; and its quality.

    Mirrored, a cosine of odd frequency only changes its sign (dihedral hashes, there). () where there is no hash.
    """
    if min(grey.shape) < _SMALLEST:
        return (), 0
    small = _shrunk(grey)
    waves = _COSINES @ small @ _COSINES.T
    odd = np.where(_frequency.ravel() % 2, np.float32(-1), np.float32(1))
    four = [waves * down[:, None] * across for down in (odd**2, odd) for across in (odd**2, odd)]
    return tuple(_bits(each) for each in (*four, *(each.T for each in four))), _quality(small)


def _bits(waves: Grey) -> str:
    middle = np.sort(waves, axis=None)[waves.size // 2 - 1]  # of the two in the middle the lower
    bits = (waves > middle).ravel()[::-1]  # the last bit comes first
    return np.packbits(bits).tobytes().hex()


def _shrunk(grey: Grey) -> Grey:
    """64 by 64 pixels: blurred twice over a window of half of such a pixel, then one taken from the middle of each."""
    height, width = grey.shape
    if (height, width) != (_SIDE, _SIDE):
        for size in (width, height) * _PASSES:  # along rows, along columns: sums run down, row on row
            grey = _averaged(np.ascontiguousarray(grey.T), _window(size))
    rows, columns = ((((np.arange(_SIDE) + 0.5) * size) / _SIDE).astype(np.int64) for size in (height, width))
    return np.ascontiguousarray(grey[np.ix_(rows, columns)])


def _window(size: int) -> int:
    return -(-size // (2 * _SIDE))


def _averaged(grey: Grey, window: int) -> Grey:
    """Each pixel as the mean of `window` pixels of its column, of fewer at the edges."""
    size, across = grey.shape
    after = (window + 2) // 2
    before = window - after
    around = np.zeros((size + window - 1, across), np.float32)  # what lies beyond the picture counts nothing
    around[before : before + size] = grey
    means = around[:size].copy()
    for step in range(1, window):
        means += around[step : step + size]
    rows = np.arange(size)
    means /= (np.minimum(rows + after, size) - np.maximum(rows - before, 0)).astype(np.float32)[:, None]
    return means


def _quality(small: Grey) -> int:
    steps = sum(int(np.abs((np.diff(small, axis=axis) * 100 / 255).astype(np.int64)).sum()) for axis in (0, 1))
    return min(100, steps // _QUALITY_STEP)
