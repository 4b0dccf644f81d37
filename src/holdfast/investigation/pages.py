"""Which account was touched by which bundle of factors, and when: rows in columns, in a bounded number of pages.

A row is 16 bytes: bundle (int32), account (int32), time (int64, milliseconds since 1970 UTC). Rows are appended to an
open page in any order; a full page is put in order of time, freed of exact repeats, and sealed. When there are too
many pages the one whose middle row is oldest goes, whole. Nothing is ever moved for a late or a repeated row: questions
are asked of sets, so a repeat changes no answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Times = npt.NDArray[np.int64]
PAGE_ROWS = 1 << 18  # 4 MiB a page: large enough for numpy to be at full speed, small enough to evict by


class Rows(msgspec.Struct, frozen=True):
    """Some rows, column by column, all of one length."""

    bundle: Ints
    account: Ints
    time: Times


class PageData(msgspec.Struct, frozen=True, kw_only=True):
    """One page as plain data: the columns' bytes, little-endian."""

    bundle: bytes
    account: bytes
    time: bytes


class Pages:
    """Rows in bounded memory. `evicted` counts the rows let go, `complete_since` is the time after which none was."""

    def __init__(self, limit: int) -> None:
        """Keep about `limit` rows, and at least two pages."""
        self.limit = max(2, limit // PAGE_ROWS)
        self.evicted = 0
        self.complete_since = -(1 << 62)
        self.sealed: list[Rows] = []
        self._pairs, self._times = array("q"), array("q")
        self.add_pair, self.add_time = self._pairs.append, self._times.append

    def __len__(self) -> int:
        """Rows kept."""
        return sum(len(page.time) for page in self.sealed) + len(self._times)

    @property
    def full(self) -> bool:
        """Whether the open page should be sealed."""
        return len(self._times) >= PAGE_ROWS

    def open_page(self) -> Rows:
        """The rows not sealed yet, in order of arrival."""
        pairs = np.array(self._pairs, dtype=np.int64)
        bundle, account = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
        return Rows(bundle, account, np.array(self._times, dtype=np.int64))

    def seal(self) -> bool:
        """Close the open page; True when an old page had to go for it."""
        if len(self._times):
            self.sealed.append(_in_order(self.open_page()))
            self._empty()
        if len(self.sealed) <= self.limit:
            return False
        middles = [int(page.time[len(page.time) // 2]) for page in self.sealed]
        oldest = self.sealed.pop(middles.index(min(middles)))
        self.evicted += len(oldest.time)
        self.complete_since = max(self.complete_since, int(oldest.time[-1]))
        return True

    def between(self, start: int, end: int) -> Iterator[Rows]:
        """All rows with start < time <= end (milliseconds since 1970 UTC), page by page."""
        for page in self.sealed:
            low, high = np.searchsorted(page.time, (start, end), side="right")
            if low < high:
                yield Rows(page.bundle[low:high], page.account[low:high], page.time[low:high])
        page = self.open_page()
        inside = (page.time > start) & (page.time <= end)
        if inside.any():
            yield Rows(page.bundle[inside], page.account[inside], page.time[inside])

    def renumber(self, bundles: Ints, accounts: Ints) -> None:
        """Give every bundle and account its new number: `new = bundles[old]`. The open page must be sealed."""
        self.sealed = [Rows(bundles[page.bundle], accounts[page.account], page.time) for page in self.sealed]

    def snapshot(self) -> list[PageData]:
        """Every page as plain data, the open one last."""
        return [
            PageData(
                bundle=page.bundle.astype("<i4").tobytes(),
                account=page.account.astype("<i4").tobytes(),
                time=page.time.astype("<i8").tobytes(),
            )
            for page in (*self.sealed, self.open_page())
        ]

    def restore(self, pages: list[PageData]) -> None:
        """Take over the pages of a snapshot.

        Raises:
            ValueError: a page's columns are not of one length.

        """
        read = [
            Rows(
                np.frombuffer(page.bundle, "<i4").astype(np.int32),
                np.frombuffer(page.account, "<i4").astype(np.int32),
                np.frombuffer(page.time, "<i8").astype(np.int64),
            )
            for page in pages
        ]
        if any(not len(page.bundle) == len(page.account) == len(page.time) for page in read):
            raise ValueError("columns of different length")
        *self.sealed, last = read
        self._empty()
        self._pairs.frombytes(((last.bundle.astype(np.int64) << 32) | last.account).tobytes())
        self._times.frombytes(last.time.tobytes())

    def _empty(self) -> None:
        """Begin a new open page, in place: the writers hold on to its `append`."""
        del self._pairs[:]
        del self._times[:]


def _in_order(page: Rows) -> Rows:
    """The page in order of time, each row once."""
    order = np.lexsort((page.account, page.bundle, page.time))
    bundle, account, time = page.bundle[order], page.account[order], page.time[order]
    fresh = np.ones(len(time), dtype=bool)
    fresh[1:] = (np.diff(time) != 0) | (np.diff(bundle) != 0) | (np.diff(account) != 0)
    return Rows(bundle[fresh], account[fresh], time[fresh])
