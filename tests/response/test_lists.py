"""A platform that does not ask about cohorts is told of their accounts one by one."""

import pyarrow as pa
import pytest

from holdfast.containment import Explicit, Restriction, Subject, SubjectKind, TouchedBy, cohort_subject, place
from holdfast.recovery import Schedule
from holdfast.response import ResponseSettings
from holdfast.response import lists as module
from holdfast.response.conduct import Over
from holdfast.testing import SmallPlatform

MINUTE = 60_000


class Deaf(SmallPlatform):
    """It does not ask, and its fans are the better known the higher their number."""

    def accounts(self):
        """Reaches that differ."""
        rows = super().accounts().to_pylist()
        for place_, row in enumerate(rows):
            row["reach"] = place_
        return pa.RecordBatch.from_pylist(rows, schema=super().accounts().schema)


def deaf_town(make_town, store, clock, settings=None):
    deaf = Deaf(clock, accounts=[*make_town.stars, *make_town.fans], asks_guard=False)
    return make_town(store, deaf, clock, settings)


@pytest.fixture
def town(make_town, store, clock):
    """A town on a platform that has to be told."""
    return deaf_town(make_town, store, clock)


def brake(town, cohort, plan="p", restriction=Restriction.NO_POSTING, minutes=30):
    now = town.clock.now()
    return place(
        cohort_subject(cohort),
        restriction,
        starts=now,
        until=now + minutes * MINUTE,
        why="brake",
        campaign="c",
        plan=plan,
        cohort=cohort,
    )


def put(town, *holds):
    with town.response.book.change(town.clock.now()) as page:
        for each in holds:
            page.place(each)


def lift(town, hold):
    with town.response.book.change(town.clock.now()) as page:
        page.tell(hold.id, Over(at=town.clock.now(), why="lifted"))


def held(town):
    return {fan for fan in town.fans if town.held(fan)}


def test_a_cohort_becomes_a_list_in_the_order_of_expected_harm(town):
    """Those whom most people follow are held first, and the cohort's own hold is in force by it."""
    put(town, brake(town, Explicit(accounts=tuple(town.fans[:50]))))
    town.run(MINUTE)
    assert set(town.fans[:50]) == held(town)
    deeds = [subject.id for deed, subject, _ in town.platform.deeds if deed == "apply"]
    assert town.fans[49::-1] == deeds
    assert not town.desk.dead_letters


def test_who_comes_in_is_held_and_who_leaves_is_let_go(make_town, store, clock):
    """The list follows what is true of accounts, as a platform that asks would."""
    town = deaf_town(make_town, store, clock, ResponseSettings(waves=Schedule(quiet=1_000_000 * MINUTE)))
    town.swap(town.fans[:3])
    put(town, brake(town, TouchedBy(factor="tool_session:ts-7"), minutes=600_000))
    town.run(MINUTE)
    assert set(town.fans[:3]) == held(town)
    town.clock.advance(40 * 60 * MINUTE)
    town.swap(town.fans[5:7])
    town.run(2 * MINUTE)
    assert {*town.fans[:3], *town.fans[5:7]} == held(town)
    town.clock.advance(40 * 60 * MINUTE)
    town.swap(["nobody-known"])
    town.run(2 * MINUTE)
    assert set(town.fans[5:7]) == held(town)


def test_waves_shorten_the_list_without_a_gap(town):
    """Whoever is not let go is never lifted on the platform; at the end nobody is left."""
    put(town, brake(town, Explicit(accounts=tuple(town.fans[:200]))))
    town.run(MINUTE)
    before = held(town)
    assert 200 == len(before)
    for _ in range(14):
        town.run(MINUTE)
        assert held(town) <= before
        figures = town.response.restoring.figures(town.clock.now())
        assert (200, len(held(town))) == (figures.all, figures.held)
        before = held(town)
    assert not before
    lifted = [subject.id for deed, subject, _ in town.platform.deeds if deed == "lift"]
    assert len(set(lifted)) == len(lifted) == 200


def test_two_cohorts_hold_an_account_until_the_last_of_them_ends(town):
    """The union, also where one of them is lifted before its time."""
    wide, narrow = Explicit(accounts=tuple(town.fans[:4])), Explicit(accounts=tuple(town.fans[:2]))
    long, short = brake(town, wide, minutes=30), brake(town, narrow, plan="q", minutes=20)
    put(town, long, short)
    town.run(10_000)
    assert set(town.fans[:4]) == held(town)
    lift(town, long)
    town.run(10_000)
    assert set(town.fans[:2]) == held(town)
    until = {
        each.hold.until
        for each in town.response.book.holds.values()
        if each.hold.subject == Subject(kind=SubjectKind.ACCOUNT, id=town.fans[0])
        and each.hold.in_force(town.clock.now())
    }
    assert {short.until} == until


def test_a_long_list_is_written_in_parts(town, monkeypatch):
    """No transaction is longer than a second's worth; the most dangerous are in the first."""
    monkeypatch.setattr(module, "AT_ONCE", 20)
    put(town, brake(town, Explicit(accounts=tuple(town.fans[:50]))))
    town.response.work(town.clock.now())
    assert set(town.fans[30:50]) == held(town)
    town.run(5_000)
    assert set(town.fans[:50]) == held(town)


def test_a_response_made_anew_goes_on_with_the_lists(town, make_town):
    """Killed in between, it places nothing twice and lets go of all."""
    cohort = Explicit(accounts=tuple(town.fans[:50]))
    put(town, brake(town, cohort))
    town.run(10_000)
    count = len(town.response.book.holds)
    again = make_town(town.store, town.platform, town.clock)
    again.run(10_000)
    assert count == len(again.response.book.holds)
    again.run(31 * MINUTE)
    assert not held(again)


def test_a_list_is_no_reason_to_open_cases_or_waves_of_its_own(town):
    """It only stands for the cohort, which goes free in waves."""
    put(town, brake(town, Explicit(accounts=tuple(town.fans[:50]))))
    town.run(MINUTE)
    assert 1 == len(town.response.restoring.runs)
    assert not town.response.returning.recoveries
