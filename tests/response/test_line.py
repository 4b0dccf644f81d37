"""When is a platform left alone, and when is it asked again?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import Subject, SubjectKind
from holdfast.errors import PlatformPausedError, PlatformUnreachableError
from holdfast.response.breaker import CLOSED, Breaker, BreakerState, Patience, failed, quiet_until
from holdfast.response.line import Line
from holdfast.response.timeline import HappeningKind, Timeline

PATIENCE = Patience()
START = 1_000_000


def account(number):
    """One of many accounts."""
    return Subject(kind=SubjectKind.ACCOUNT, id=f"a{number}")


@pytest.fixture
def line(platform, clock):
    """The line to the small platform."""
    return Line(platform, clock, Timeline())


def cut(line, platform):
    """Nobody answers until the breaker opens."""
    platform.reachable = False
    for number in range(PATIENCE.failures):
        with pytest.raises(PlatformUnreachableError):
            line.in_force(account(number))


def test_it_opens_after_failures_about_several_subjects_in_a_row(line, platform, clock):
    """While it is open nobody is called, and whoever asks is told when to come back."""
    cut(line, platform)
    platform.reachable = True
    assert BreakerState.OPEN is line.state(clock.now())

    with pytest.raises(PlatformPausedError) as paused:
        line.in_force(account(0))

    assert START + PATIENCE.first_wait == paused.value.retry_at
    assert not paused.value.probed


def test_half_open_one_call_decides(line, platform, clock):
    """One that fails opens it for twice as long; one that is answered closes it, and both are told once."""
    cut(line, platform)
    clock.set(line.breaker.until)
    assert BreakerState.HALF_OPEN is line.state(clock.now())
    with pytest.raises(PlatformPausedError) as paused:
        line.in_force(account(0))
    assert paused.value.probed
    assert clock.now() + 2 * PATIENCE.first_wait == line.breaker.until

    platform.reachable = True
    clock.set(line.breaker.until)
    line.in_force(account(0))

    assert CLOSED == line.breaker
    assert [HappeningKind.ALARM, HappeningKind.REPAIR] == [each.kind for each in line._timeline]


def test_pleas_for_quiet_never_open_it(line, platform, clock):
    """Whoever asks to be left alone is there."""
    platform.pressed_until = START + 3_600_000
    for number in range(100):
        with pytest.raises(Exception, match="pressed"):
            line.in_force(account(number))

    assert CLOSED == line.breaker


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=50))
def test_one_or_two_subjects_that_are_never_answered_never_open_it(calls):
    """An account whose page takes for ever, made so on purpose perhaps, does not delay what is due on others."""
    breaker = CLOSED
    for answered, number in calls:
        breaker = CLOSED if answered else failed(breaker, PATIENCE, f"a{number % 2}", START)
    assert BreakerState.CLOSED is breaker.state(START)


@given(st.integers(1, 10_000))
def test_the_wait_grows_and_has_an_end(times):
    """However long the platform is gone, it is asked again within a minute."""
    breaker = Breaker(failures=9, subjects=frozenset("abc"))
    for _ in range(min(times, 30)):
        breaker = failed(breaker, PATIENCE, "a", START)
    assert PATIENCE.first_wait <= breaker.until - START <= PATIENCE.longest_wait


@given(st.integers(-(2**40), 2**45), st.integers(1, 10_000))
def test_quiet_is_kept_for_a_while_whatever_the_platforms_clock_says(asked, times):
    """Never no time at all, never beyond a quarter of an hour; in between its word is taken."""
    until = quiet_until(PATIENCE, asked, times, START)
    assert START < until <= START + PATIENCE.longest_quiet
    if START < asked <= START + PATIENCE.longest_quiet:
        assert asked == until
