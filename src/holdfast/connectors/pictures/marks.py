"""By which marks is a part of this picture known again, however it was cut or turned? Corners, and what is around each.

ORB (Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011) finds corners at several sizes, turns
each the way its surroundings lean, and compares 256 pairs of points around it. OpenCV does that; here the corners are
spread over the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from .verdict import MARKS, SIDE, THUMB, Marks

_CELLS = 4  # a side: lettering has the sharpest corners, and would take all marks
_FOUND = 20_000  # corners among which the sharpest of each cell are chosen: a QR code alone has thousands
_LEAST_STEP = 8  # of 255, from a corner to what is around it: a quarter of what is usual, for soft pictures
_EDGE = 31  # pixels from each side in which no corner is looked for, for what is around it is looked at, too

cv2.setNumThreads(1)
cv2.setUseOptimized(True)
_orb = cv2.ORB.create(nfeatures=_FOUND, fastThreshold=_LEAST_STEP, edgeThreshold=_EDGE)


def marks_of(grey: Image.Image) -> Marks:
    """The marks of a picture in grey (mode L); a strip has none."""
    small = grey.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    corners: Sequence[cv2.KeyPoint] = ()
    around = None
    if min(small.size) > 2 * _EDGE:  # of a pixel's height OpenCV makes sizes without any, and fails
        pixels = np.asarray(small)
        corners, around = _orb.compute(pixels, _spread(_orb.detect(pixels, None), *small.size))
    if around is None:
        corners, around = (), np.zeros((0, 32), np.uint8)
    places = np.array([corner.pt for corner in corners], np.float32).reshape(-1, 2) + 0.5
    width = small.width
    small.thumbnail((THUMB, THUMB), Image.Resampling.BOX)
    places *= small.width / width
    return Marks(places=places.tobytes(), around=around.tobytes(), width=small.width, thumb=small.tobytes())


def _spread(corners: Sequence[cv2.KeyPoint], width: int, height: int) -> list[cv2.KeyPoint]:
    """The sharpest corners of each part of the picture."""
    cells: dict[tuple[int, int], list[cv2.KeyPoint]] = {}
    for corner in sorted(corners, key=lambda corner: -corner.response):
        x, y = corner.pt
        cell = cells.setdefault((int(_CELLS * x / width), int(_CELLS * y / height)), [])
        if len(cell) < MARKS // _CELLS**2:
            cell.append(corner)
    return [corner for cell in cells.values() for corner in cell]
