"""Which tables do the kernels read? Character data, public suffixes and link shorteners, packed into flat arrays.

The character tables are pinned (`VERSIONS`: of the Unicode character database, and of UTS 39), so that a text reads the
same on every Python. They are made by `scripts/make_reading_tables.py`; `LICENSE-UNICODE.txt` is the licence of the data.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from holdfast.reading.layout import BLOCK

_FILE: Mapping[str, Any] = np.load(
    io.BytesIO((resources.files(__package__) / "unicode.npz").read_bytes()), allow_pickle=False
)

VERSIONS: tuple[str, str] = tuple(_FILE["versions"].tolist())

# A letter below this is looked up at once, others by halving a table: the alphabets in use, but for Han and Hangul.
NEAR = 0x3000
NEAR_ALIKE, NEAR_CHANGES = 0x7F, 0x80
"""Of a near letter: the ASCII one it looks like, 0 for none; whether it has a lower case or may join the letter before it."""


def _near() -> npt.NDArray[np.int32]:
    """The near letters, i32[NEAR]."""
    found = np.zeros(NEAR, np.int32)
    alike, lower, composed = (_FILE[name] for name in ("alike", "lower", "composed"))
    near = alike[alike[:, 0] < NEAR]
    found[near[:, 0]] = near[:, 1]
    changing = np.concatenate([lower[:, 0], composed[:, 1]])
    found[changing[changing < NEAR]] |= NEAR_CHANGES
    return found


_PARTS = [
    *(_FILE[name] for name in ("stage", "clean", "skeleton", "pool")),
    *(_FILE[name].T.reshape(-1) for name in ("alike", "lower", "composed")),
    _near(),
]

# i32; one array for all character tables, because every array handed to a kernel costs time.
UNICODE: npt.NDArray[np.int32] = np.concatenate(_PARTS).astype(np.int32)

# Where each table begins in `UNICODE`. The first stage is there in code points / BLOCK; its values count blocks.
STAGE_AT, CLEAN_AT, SKELETON_AT, POOL_AT, ALIKE_AT, LOWER_AT, COMPOSED_AT, NEAR_AT = (
    int(n) for n in np.cumsum([0, *map(len, _PARTS[:-1])])
)
# Sorted, a column after the other: code point, ASCII look-alike; code point, lower case; first, second, both composed.
ALIKE_COUNT, LOWER_COUNT, COMPOSED_COUNT = (len(_FILE[name]) for name in ("alike", "lower", "composed"))

# What the tables were made from, for the definition in plain Python; read from the file when it is asked for.
SOURCES = _FILE
assert len(_FILE["clean"]) % BLOCK == 0
