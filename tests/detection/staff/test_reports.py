"""Reports by staff: a wave of them is told, and whoever reports is never the one who is held."""

from math import exp, factorial, log

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.detection.staff import StaffTier, StaffWatch
from holdfast.detection.staff.reports import expected, log_tail
from holdfast.events import StaffReport

from .agent import DAY, HOUR, MINUTE, Agents

KINDS = ("vishing", "phishing", "lost_device", "other")


def test_three_people_within_hours_are_a_wave_and_twice_as_many_another():
    """It proposes a level, and says how many reported; more of the same are told when they are twice as many."""
    desk = Agents()
    for number in range(6):
        desk.reports(number, desk.now + number * MINUTE)
    waves = desk.watch.take_waves()
    assert [(3, 1), (6, 1)] == [(wave.people, wave.level) for wave in waves]
    assert ("s0", "s1", "s2") == waves[0].staff
    assert [] == desk.alarms


def test_one_person_who_reports_a_hundred_times_is_one():
    """A flood by one is no wave."""
    desk = Agents()
    for each in range(100):
        desk.reports(0, desk.now + each * MINUTE)
    assert [] == desk.watch.take_waves()


def test_reports_far_apart_or_of_other_things_are_none():
    """One a day, or three lost devices, are everyday."""
    desk = Agents()
    for number in range(6):
        desk.reports(number, desk.now + number * DAY)
        desk.reports(number, desk.now + number * MINUTE, "lost_device")
    assert [] == desk.watch.take_waves()


def test_a_large_staff_reports_more():
    """Three within hours among tens of thousands are what is usual."""
    watch = StaffWatch()
    desk = Agents(count=1, days=0)
    watch.observe(desk.looks(number, 1, f"a{number}", "T") for number in range(20_000))
    watch.observe(StaffReport(staff=f"s{number}", time=number + 2, kind="phishing") for number in range(3))
    assert [] == watch.take_waves()


def test_many_reporters_propose_two_persons_for_everything():
    """From ten on the level is the next."""
    desk = Agents(count=12)
    for number in range(12):
        desk.reports(number, desk.now + number)
    assert [1, 1, 2] == [wave.level for wave in desk.watch.take_waves()]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3 * DAY), st.sampled_from(KINDS)), max_size=60))
def test_no_stream_of_reports_tells_of_anybody(reports):
    """Attackers may flood them: no person is asked about or held for any number of reports."""
    desk = Agents()
    for number, at, kind in sorted(reports, key=lambda each: each[1]):
        desk.reports(number, desk.now + at, kind)
    for number in range(6):
        desk.work(number, desk.day + 4)
    assert [] == desk.alarms


def test_a_report_of_ones_own_weighs_a_little_and_only_beside_a_sign():
    """Called, and then signed in from elsewhere: still no hold without a second sign."""
    desk = Agents()
    desk.reports(0, desk.now)
    desk.enter(0, desk.now + HOUR, "relay", "visitor")
    (alarm,) = desk.alarms
    assert StaffTier.ASK is alarm.tier
    assert ["signed_in_elsewhere", "called"] == [term.term for term in alarm.evidence]


def test_the_chance_of_so_many_reports_is_never_told_too_small():
    """The bound lies above the sum of the Poisson terms, computed one by one."""
    for count, mean in ((3, 0.1), (5, 2.0), (12, 3.0)):
        tail = sum(exp(-mean) * mean**k / factorial(k) for k in range(count, count + 60))
        assert log_tail(count, mean) >= log(tail) - 1e-9
    assert 0.0 == log_tail(2, 5.0)
    assert expected(2_400) == 1.0
