"""What is the least that reading a post can be: is it the same text, give or take case and spaces?

Stands where `reading.read_text` stands, for tests of the response that need not wait for kernels to be compiled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from holdfast.reading import FoundLure

SIGNATURE_BYTES = 16


class SmallReading(msgspec.Struct, frozen=True, kw_only=True):
    """A text's digest as its signature (uint8[16]) and in the first of its eight bands; it finds no lures."""

    signature: npt.NDArray[np.uint8]
    bands: tuple[int, ...]
    lures: tuple[FoundLure, ...] = ()


def small_read(text: str, urls: Sequence[str] = ()) -> SmallReading:
    """The reading of a post: equal for texts that are equal without case and spaces, else different."""
    said = "".join(text.casefold().split()) + "".join(urls)
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=SIGNATURE_BYTES).digest()
    band = int.from_bytes(digest[:7], "big")
    return SmallReading(signature=np.frombuffer(digest, np.uint8), bands=(band, *[0] * 7))
