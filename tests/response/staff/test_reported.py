"""What staff reported is kept for a while, in their words; nobody's reports push out another's."""

import pytest

from holdfast.events import StaffAction, StaffReport
from holdfast.response.staff import StaffReports
from holdfast.response.staff.reported import KEPT_MS, LONGEST_TEXT, MOST, MOST_OF_ONE

from .conftest import START


@pytest.fixture
def reports(desk):
    """The reports on a store in memory."""
    return StaffReports(desk.book)


def report(staff="alice", at=START, text="A man from IT called."):
    """One of them."""
    return StaffReport(staff=staff, time=at, kind="vishing", text=text)


def test_a_report_is_kept_once_however_often_it_is_told(desk, reports):
    """And is there for a process made anew; what is no report is not kept."""
    action = StaffAction(time=START, staff="alice", tool="t", action="a", target="x")
    for _ in range(2):
        reports.hear([report(), report(text="Another."), action], START)
    again = StaffReports(desk.book)
    assert ["A man from IT called.", "Another."] == sorted(each.text for each in again.kept.values())


def test_whoever_floods_it_pushes_out_only_their_own(reports):
    """The newest of each stay."""
    reports.hear([report("bob", START)], START)
    reports.hear([report("alice", START + each, text=str(each)) for each in range(3 * MOST_OF_ONE)], START)
    by = [each.staff for each in reports.kept.values()]
    assert (1, MOST_OF_ONE) == (by.count("bob"), by.count("alice"))
    assert str(3 * MOST_OF_ONE - 1) in {each.text for each in reports.kept.values()}


def test_the_room_is_bounded_and_what_is_old_goes(reports):
    """By number and by age; what is too old by then is not taken in."""
    reports.hear([report(f"p-{each}", START + each) for each in range(MOST + 10)], START)
    assert MOST == len(reports.kept)
    later = START + MOST + KEPT_MS
    reports.hear([report("late", later), report("old", START)], later)
    assert {"late"} <= {each.staff for each in reports.kept.values()}
    assert [] == [each for each in reports.kept.values() if later - each.at > KEPT_MS]


def test_what_the_platform_tells_is_cut_and_nobody_reports_from_years_to_come(reports):
    """However long a line may be, so much is kept of it; what would stay for ever is not kept."""
    reports.hear([report(text="x" * (LONGEST_TEXT + 1)), report("bob", START + KEPT_MS + 1)], START)
    assert [("alice", LONGEST_TEXT)] == [(each.staff, len(each.text)) for each in reports.kept.values()]
