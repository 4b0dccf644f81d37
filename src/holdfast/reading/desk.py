"""Where on its desk does a kernel find what? One i64 array holds everything that is written while a post is read.

Kernels call each other dozens of times a post; handing over one array instead of ten keeps both the calls and the
compilation short. Places are absolute: `desk[CLEAN]` is the first code point of the clean form, and a place in a text
or in a value is an index into `desk` itself.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

from .kernel import Array, inline_kernel

# Code points of a text that are read. Whoever needs more than 65,536 to say something is not posting.
MOST = 1 << 16
LONGEST_MAPPING = 18  # code points that one becomes (U+FDFA)
MOST_LURES = MOST // 2  # of a post: two characters and a space make the shortest

# Facts about the post, one cell each.
(
    LENGTH,  # where the clean form ends
    TRIGGERS,  # where the list of places ends in which a lure may begin
    DRESSED,  # where the list of dressed-up places ends
    FLAGS,
    SCRIPT,
    LONGEST,  # the longest run of ASCII letters and digits, and what looks like them
    SPANS,  # how many spans there are
    LURES,  # how many lures
    WORDS,  # how many words
    DRESS_NEXT,  # the first dressed-up place not yet passed
    END,  # where looking goes on after what was looked at last
    HOST_END,  # where the value of the host parsed last ends
    HOST_REGISTRABLE,  # where the registrable part of that value begins
    HOST_LABELS,
    HOST_VALID,  # what vouches for it: MALFORMED (no host), SHAPE or PROVED
    HOST_LAST,  # where its last label begins in the text
    HOST_DRESS,  # 1: defanged; 2: look-alikes folded
    HOST_RULE,  # flags of the rule that the whole host is
    HOST_RULE_INSIDE,  # and of the one that it is without its first four characters, which may be "www."
    KEY_LOW,  # under which lures are hashed, in halves
    KEY_HIGH,
) = range(21)
GROUPS = 32  # counts of letters by script group: 16 cells

# Lists. Each begins a little past a round place, or the processor's cache would hold only few of them at a time.
_SIZES = {
    "CLEAN": MOST,
    "TRIGGER": MOST,
    "DRESS": 2 * MOST,  # 2 * place when something invisible was dropped before it; 1 more when it was mapped to ASCII
    "SPAN_FROM": MOST,  # what the fingerprint sees as one thing
    "SPAN_TO": MOST,
    "SPAN_KIND": MOST,
    "VALUE": 8 * MOST,  # canonical values of the lures, one after the other
    "LURE_KIND": MOST_LURES,
    "LURE_KEY": MOST_LURES,
    "LURE_VALID": MOST_LURES,
    "LURE_END": MOST_LURES,  # where its value ends
    "WORD": MOST,  # features
    "SHINGLE": MOST,
    "SIGNATURE": 16,
    "BANDS": 8,
    "ADDRESS_TEXT": 128,
    "ADDRESS_COPY": 128,
    "SWAPPED": 128,  # whether a character of the address was a look-alike
    "BYTES": 128,  # what a checksum is taken of
    "DIGEST": 32,
    "SCHEDULE": 64,  # of SHA-256; lanes of Keccak; limbs of Base58
    "COLUMNS": 40,
    "LABEL": 64,
}
_STARTS = list(itertools.accumulate((n + LONGEST_MAPPING + 30 for n in _SIZES.values()), initial=64))
(
    CLEAN,
    TRIGGER,
    DRESS,
    SPAN_FROM,
    SPAN_TO,
    SPAN_KIND,
    VALUE,
    LURE_KIND,
    LURE_KEY,
    LURE_VALID,
    LURE_END,
    WORD,
    SHINGLE,
    SIGNATURE,
    BANDS,
    ADDRESS_TEXT,
    ADDRESS_COPY,
    SWAPPED,
    BYTES,
    DIGEST,
    SCHEDULE,
    COLUMNS,
    LABEL,
) = _STARTS[:-1]
CELLS = _STARTS[-1]


def desk() -> npt.NDArray[np.int64]:
    """A desk, i64[CELLS]: 10 MB of address space, of which a post touches a few kB. The key is the public one."""
    return np.zeros(CELLS, np.int64)


@inline_kernel
def at(array: Array, i: int) -> Any:
    """`array[i]` as a signed number, for `i` >= 0.

    Unsigned indices spare the test whether an index counts from the end, which in a loop over characters shows.
    """
    return np.int64(array[np.uint64(i)])


@inline_kernel
def put(array: Array, i: int, x: int) -> None:
    """Let `array[i]` be `x`, for `i` >= 0."""
    array[np.uint64(i)] = x
