"""Rows stay within bounded memory, and what was let go is known."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.investigation import pages
from holdfast.investigation.pages import PageData, Pages


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Two pages of eight rows."""
    monkeypatch.setattr(pages, "PAGE_ROWS", 8)
    return Pages(16)


def write(book: Pages, times: range) -> None:
    """One row at each time, sealing as pages fill."""
    for time in times:
        book.add_pair(1 << 32 | time % 5)
        book.add_time(time)
        if book.full:
            book.seal()


def test_the_oldest_page_goes_first(small_pages: Pages) -> None:
    """Whatever the order of arrival, rows since `complete_since` are all there and the count of the others is known."""
    write(small_pages, range(100, 124))
    write(small_pages, range(40))
    kept = sorted(time for rows in small_pages.between(-1, 1_000) for time in rows.time.tolist())
    assert small_pages.evicted + len(kept) == 64
    assert [time for time in (*range(40), *range(100, 124)) if time > small_pages.complete_since] == [
        time for time in kept if time > small_pages.complete_since
    ]
    assert len(small_pages) <= 24


def test_repeats_take_no_room_in_a_sealed_page(small_pages: Pages) -> None:
    """The same row eight times is one row once its page is sealed."""
    write(small_pages, range(3, 4))
    for _ in range(7):
        write(small_pages, range(3, 4))
    assert len(small_pages) == 1


def test_windows_leave_out_their_start_and_take_in_their_end(small_pages: Pages) -> None:
    """A window holds what came after its start, up to its end, in sealed pages and in the open one."""
    write(small_pages, range(12))
    assert sorted(t for rows in small_pages.between(2, 10) for t in rows.time.tolist()) == list(range(3, 11))


def test_a_snapshot_goes_on_where_it_was_taken(small_pages: Pages) -> None:
    """A restored book holds the same rows and fills the same open page."""
    write(small_pages, range(12))
    again = Pages(16)
    again.restore(small_pages.snapshot())
    write(small_pages, range(12, 20))
    write(again, range(12, 20))
    for one, other in zip(small_pages.between(-1, 99), again.between(-1, 99), strict=True):
        assert np.array_equal(one.time, other.time)
        assert np.array_equal(one.bundle, other.bundle)
        assert np.array_equal(one.account, other.account)


def test_columns_of_different_length_are_refused(small_pages: Pages) -> None:
    """A page whose columns do not match is damaged."""
    with pytest.raises(ValueError, match="different length"):
        small_pages.restore([PageData(bundle=b"", account=b"", time=bytes(8))])
