"""Who looks something up is on record before they are answered, once a minute, and hides nothing among many questions."""

import contextlib

import pytest

from holdfast.errors import StoreError
from holdfast.guard import Via
from holdfast.response.staff import Lookups
from holdfast.response.staff.lookups import LONGEST, MINUTE, MOST_OF_ONE, OPEN_FOR
from holdfast.testing.faults import Faults, FaultyStore, When

from .conftest import START, Desk, open_store

PRESIDENT = {"target": "president"}


@pytest.fixture
def lookups(desk):
    """Those on a store in memory."""
    return Lookups(desk.book)


def test_the_same_question_is_on_record_once_a_minute(desk, lookups):
    """Of each person and question; the record says who, what, about whom, and how they came."""
    for at in (START, START + 1, START + MINUTE):
        assert lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, at)
    assert lookups.note("cora", "attempts", PRESIDENT, Via.PASSKEY, START + MINUTE)
    assert lookups.note("olga", "rights", PRESIDENT, Via.TOKEN, START + MINUTE)
    assert lookups.note("olga", "attempts", {}, Via.TOKEN, START + MINUTE)
    assert [f"lookup/{number}" for number in range(1, 6)] == desk.keys("lookup/")
    first, *_, last = [each.record for each in desk.store.entries() if each.record.key.startswith("lookup/")]
    assert ("olga", "account:president", START) == (first.actor, first.subject, first.time)
    assert {"looked_up": "attempts", "asked": PRESIDENT, "via": "token"} == first.body
    assert "gate" == last.subject
    assert [("olga", "attempts"), ("olga", "rights")] == [(each.person, each.what) for each in lookups.newest(None, 2)]


def test_a_ticket_is_no_session(desk, lookups):
    """The record names what an id is of."""
    lookups.note("olga", "tickets", {"id": "T-1"}, Via.TOKEN, START)
    lookups.note("olga", "what a session does", {"id": "ff"}, Via.TOKEN, START)
    subjects = [each.record.subject for each in desk.store.entries() if each.record.key.startswith("lookup/")]
    assert ["ticket:T-1", "session:ff"] == subjects


def test_nobody_hides_one_question_among_many(lookups):
    """Whoever asks for more in a minute than is put on record is not answered; others are, and they are a minute later."""
    for number in range(MOST_OF_ONE):
        assert lookups.note("olga", "attempts", {"target": f"a{number}"}, Via.TOKEN, START)
    assert not lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, START)
    assert lookups.note("olga", "attempts", {"target": "a0"}, Via.TOKEN, START)
    assert lookups.note("cora", "attempts", PRESIDENT, Via.TOKEN, START)
    assert lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, START + MINUTE)
    assert MOST_OF_ONE + 2 == lookups.count


def test_a_service_made_anew_goes_on_behind_the_last_one(desk, lookups):
    """Nothing is written over; at most the question of that minute is there twice."""
    lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, START)
    again = Lookups(desk.book)
    again.note("olga", "attempts", PRESIDENT, Via.TOKEN, START)
    assert ["look-2", "look-1"] == [each.id for each in again.newest(None, 10)]
    assert ["look-1"] == [each.id for each in again.newest(2, 10)]
    assert [] == again.newest(1, 10)


def test_what_is_asked_for_is_cut_where_no_id_is_as_long(lookups):
    """So that nobody fills the record with one question."""
    lookups.note("olga", "attempts", {"target": "a" * 100_000}, Via.TOKEN, START)
    (found,) = lookups.newest(None, 1)
    assert "a" * LONGEST == found.asked["target"]


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("step", range(1, 8))
def test_a_store_that_fails_has_nobody_answered_unseen(clock, when, step):
    """Wherever it fails: either it is on record, or whoever asks hears an error; and it goes on afterwards."""
    faults = Faults()
    with open_store() as inner:
        desk = Desk(FaultyStore(inner, faults), clock)
        lookups = Lookups(desk.book)
        faults.arm(faults.calls + step, when, lambda: StoreError("it is away"))
        answered = False
        with contextlib.suppress(StoreError):
            answered = lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, START)
        assert not answered or "lookup/1" in desk.keys("lookup/")
        for at in (START + MINUTE, START + 2 * MINUTE):
            with contextlib.suppress(StoreError):
                lookups.note("olga", "attempts", PRESIDENT, Via.TOKEN, at)
        found = [each.id for each in lookups.newest(None, 10)]
        assert f"look-{lookups.count}" == found[0]
        assert sorted(found) == sorted(key.replace("lookup/", "look-") for key in desk.keys("lookup/"))
        assert START + 2 * MINUTE == lookups.newest(None, 1)[0].time


def test_a_page_that_asks_for_itself_hides_no_look(lookups):
    """Anybody can say that a page does: it is one look for an hour, and none is left out that was not on record before."""
    for at in (START, START + MINUTE, START + OPEN_FOR - 1):
        assert lookups.note("olga", "lookups", PRESIDENT, Via.PASSKEY, at, anew=True)
    assert 1 == lookups.count
    lookups.note("olga", "lookups", PRESIDENT, Via.PASSKEY, START + OPEN_FOR, anew=True)
    assert 2 == lookups.count
    lookups.note("olga", "lookups", {"about": "mayor"}, Via.PASSKEY, START + OPEN_FOR, anew=True)
    lookups.note("cora", "lookups", PRESIDENT, Via.PASSKEY, START + OPEN_FOR, anew=True)
    lookups.note("olga", "lookups", PRESIDENT, Via.PASSKEY, START + OPEN_FOR + MINUTE)
    assert 5 == lookups.count


def test_invisible_characters_push_nobody_off_the_record(lookups):
    """An account is found again by whoever asks who looked it up, however long it was spelt."""
    lookups.note("olga", "attempts", {"target": "\u200b" * (LONGEST + 1) + "President"}, Via.TOKEN, START)
    assert [PRESIDENT] == [each.asked for each in lookups.newest(None, 1)]
