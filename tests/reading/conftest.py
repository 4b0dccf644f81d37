"""The kernels, called on one text at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import strategies as st

from holdfast.reading.definition import known
from holdfast.reading.desk import BANDS, CLEAN, LENGTH, SIGNATURE, SPANS, desk
from holdfast.reading.fingerprint import fingerprint
from holdfast.reading.normal import normalise
from holdfast.reading.suffixes import kernel_table

# What attackers and keyboards mix, so that rare paths meet each other.
COMMON = (
    " \n\tabcABCmIl019.,:@$>\"'\u200b\u200d\u00ad\ufe0f\u0301\u0323\u1100\u1161\u11a8가각あ漢ชяаое\uff41\U0001d400²…ﬁﷺ"
)


@pytest.fixture(scope="session")
def clean() -> Callable[[bytes], str]:
    """The clean form by the kernel, of UTF-8 bytes."""
    d, table = desk(), kernel_table()

    def by_kernel(data: bytes) -> str:
        normalise(table, d, np.frombuffer(data or b"\0", np.uint8), 0, len(data))
        return d[CLEAN : d[LENGTH]].astype("<u4").tobytes().decode("utf-32-le")

    return by_kernel


@pytest.fixture(scope="session")
def marked() -> Callable[[str], tuple[list[int], list[int]]]:
    """Signature and bands by the kernel, with no lure masked."""
    d, table = desk(), kernel_table()

    def by_kernel(text: str) -> tuple[list[int], list[int]]:
        data = text.encode()
        normalise(table, d, np.frombuffer(data or b"\0", np.uint8), 0, len(data))
        d[SPANS] = 0
        fingerprint(table, d)
        return d[SIGNATURE : SIGNATURE + 16].tolist(), d[BANDS : BANDS + 8].view(np.uint64).tolist()

    return by_kernel


@pytest.fixture(scope="session")
def texts() -> st.SearchStrategy[str]:
    """Strings of code points that `unicodedata` knows as well as the tables do."""
    everything = "".join(map(chr, sorted(known())))
    letter = st.sampled_from(COMMON) | st.integers(0, len(everything) - 1).map(everything.__getitem__)
    return st.lists(letter, max_size=60).map("".join)
