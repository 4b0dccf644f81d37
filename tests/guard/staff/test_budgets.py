"""In no hour is more done than the budget, wherever the hour begins; reads count as writes do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.guard.staff import Kind, StaffReason, Tier, charges, counted, free_at, spend
from holdfast.guard.staff.budgets import HOUR
from holdfast.response import shipped_staff_policy

from .desk import NOW, answered, ask

TIMES = st.lists(st.integers(0, 4 * HOUR), max_size=60)
LIMITS = st.integers(0, 8)


@given(TIMES, LIMITS)
def test_no_hour_has_more_than_the_limit(tries, limit):
    """Whenever it is tried, in order; counted over every window that begins with something done."""
    times, done = (), []
    for now in sorted(tries):
        after = spend(times, limit, now)
        if after is not None:
            times = after
            done.append(now)
    assert all(sum(start <= each < start + HOUR for each in done) <= limit for start in done)
    assert len(times) <= limit


@given(TIMES, LIMITS)
def test_a_clock_that_is_set_back_gives_no_second_budget(tries, limit):
    """In whatever order the times come: never more than the limit is kept as done by now or later."""
    times = ()
    for now in tries:
        after = spend(times, limit, now)
        times = times if after is None else after
        assert len(counted(times, now)) <= limit


@given(TIMES, st.integers(1, 8), st.integers(0, 4 * HOUR))
def test_it_is_free_from_the_very_millisecond_that_is_said(times, limit, now):
    """Not one before, and at once when the budget is not spent."""
    free = free_at(times, limit, now)
    assert spend(times, limit, free) is not None
    assert free == now or spend(times, limit, free - 1) is None
    assert (free == now) is (spend(times, limit, now) is not None)


def test_a_budget_of_nothing_is_never_free():
    """There is no time to wait for, and the sentence says so."""
    assert free_at((), 0, NOW) is None
    assert spend((), 0, NOW) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_tier_up_to_the_accounts_is_charged(kind):
    """So ten look-ups of officials are ten of high reach as well; by the person's key, the tool and the kind."""
    policy = shipped_staff_policy()
    tool, function = next(each for each in policy.functions.values() if each[1].kind is kind)
    for tier in Tier:
        found = charges("ann", tool, function, tier, policy.catalogue.tier)
        assert [f"ann|support_desk|{kind}|{each}" for each in range(tier + 1)] == [each.key for each in found]
        limits = [each.limit for each in found]
        assert sorted(limits, reverse=True) == limits


@pytest.mark.parametrize(("function", "kind"), [("account.look_up", "read"), ("account.suspend", "write")])
def test_reads_are_refused_as_writes_are_when_they_are_spent(function, kind):
    """And the answer says when the next may be done; what another person spent does not count."""
    spent = {f"ann|support_desk|{kind}|0": range(NOW - 120, NOW), f"bob|support_desk|{kind}|0": range(NOW - 120, NOW)}
    answer = answered(ask(function=function), spent=spent)
    assert (StaffReason.BUDGET_SPENT,) == answer.reasons
    limit = 120 if kind == "read" else 20
    assert NOW - limit + HOUR == answer.until
    assert answered(ask(function=function), spent={"bob|support_desk|write|0": range(NOW - 120, NOW)}).allowed
