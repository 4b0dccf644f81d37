"""One person does what leaves a trace so often in an hour, whoever has their session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import TooOftenError
from holdfast.guard import Often

HOUR = 3_600_000
START = 1_600_000_000_000


@given(st.lists(st.integers(0, HOUR // 2), max_size=40))
def test_no_hour_has_more_in_it_than_may_be(steps):
    """Wherever it begins; and whoever was refused may again when it was said."""
    often, now, done = Often(5, "done it"), START, []
    for step in steps:
        now += step
        wait = often.wait("alice", now)
        assert (wait > 0) == (sum(now - at < HOUR for at in done) >= 5)
        if wait:
            with pytest.raises(TooOftenError) as caught:
                often.take("alice", now)
            assert wait == caught.value.after
            assert 0 == often.wait("alice", now + 1_000 * wait)
        else:
            often.take("alice", now)
            done.append(now)


def test_people_are_counted_apart_and_in_any_spelling():
    """One who floods keeps nobody else from anything, and has no second name."""
    often = Often(1, "done it")
    often.take("alice", START)
    often.take("bob", START)
    with pytest.raises(TooOftenError):
        often.take("ALICE", START)


def test_many_people_who_did_nothing_lately_are_let_go():
    """Memory is bounded by who is there in an hour."""
    often = Often(1, "done it")
    for number in range(2_000):
        often.take(f"p{number}", START)
    often.take("alice", START + HOUR)
    assert 0 == often.wait("p1", START + HOUR)
    assert len(often._times) < 10
