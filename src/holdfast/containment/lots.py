"""Which lot does an account draw: the same for whoever asks, so that a share of a cohort needs no list?

Lots are even over accounts and unrelated from seed to seed. They keep no secret: who knows the seed knows the order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from holdfast.reading import hash_text

LOTS = 10_000  # so that a share of one in a thousand can be told to a tenth of itself

# The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = (1 << 64) - 1


def lot(account: str, seed: str) -> int:
    """The lot of `account` under `seed`: 0 to `LOTS` - 1."""
    drawn = hash_text(account) ^ hash_text(seed)
    drawn = (drawn ^ drawn >> 30) * _FIRST & _WORD
    drawn = (drawn ^ drawn >> 27) * _SECOND & _WORD
    return (drawn ^ drawn >> 31) % LOTS


def lots(hashes: npt.NDArray[np.uint64], seed: str) -> npt.NDArray[np.int64]:
    """int64[n]: the lots of the accounts with these hashes (`reading.hash_column`), as `lot` gives them one by one."""
    drawn = hashes ^ np.uint64(hash_text(seed))
    drawn = (drawn ^ drawn >> np.uint64(30)) * np.uint64(_FIRST)
    drawn = (drawn ^ drawn >> np.uint64(27)) * np.uint64(_SECOND)
    return ((drawn ^ drawn >> np.uint64(31)) % np.uint64(LOTS)).astype(np.int64)
