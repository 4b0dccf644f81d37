"""What a member of staff is refused without end does not fill the record, and hides no account that is worth more."""

import contextlib
from collections import Counter

import pytest

from holdfast.errors import StoreError
from holdfast.guard.staff import Tier
from holdfast.response.staff import Chain
from holdfast.response.staff.repeats import MOST_ROWS, WITHOUT_END
from holdfast.testing import SetClock
from holdfast.testing.faults import Faults, FaultyStore, When

from .conftest import HOUR, MINUTE, SECOND, Desk, open_store


def attempts(desk, chain=Chain.ALL, what=""):
    """All that is on record."""
    return desk.gate.attempts.find(chain, what, limit=100_000).attempts


def refused(desk, session, *targets, **more):
    """What the owner says to questions without the ticket that they take."""
    return desk.tried(*(desk.asked(session, target=each, ticket="", **more) for each in targets))


def flood(desk, session, count=MOST_ROWS):
    """So many different ordinary accounts."""
    return refused(desk, session, *(f"account-{number}" for number in range(count)))


def later(desk, clock, after):
    """Time goes by, and the gate does what is due."""
    clock.advance(after)
    for _ in range(10):
        desk.gate.tell_counted(desk.now)


def test_the_same_within_a_minute_shares_a_row_with_a_count(desk, clock):
    """Whoever asks is told the same name each time; first and last are kept, and the next minute has a row of its own."""
    session = desk.session("alice")
    names = set()
    for _ in range(30):
        names |= {each.attempt for each in refused(desk, session, "account-1", "account-1")}
        clock.advance(SECOND)
    assert {"a-1"} == names
    (row,) = attempts(desk, Chain.TARGET, "account-1")
    assert (60, 29 * SECOND) == (row.times, row.last_at - row.time)
    clock.advance(MINUTE)
    assert ["a-2"] == [each.attempt for each in refused(desk, session, "account-1")]
    assert [1, 60] == [each.times for each in attempts(desk)]


def test_what_differs_shares_no_row(desk):
    """Another session, function, account or reason is another row; another payload or ticket is not."""
    session, other = desk.session("alice"), desk.session("alice", number=2)
    desk.lock(1, function="account.suspend")  # which takes a reason, too
    asked = [
        desk.asked(session, ticket=""),
        desk.asked(other, ticket=""),
        desk.asked(session, ticket="", target="account-2"),
        desk.asked(session, ticket="", function="account.suspend"),
        desk.asked(session, ticket="", function="account.suspend", reason=""),
        desk.asked(session, ticket=" ", payload={"another": 1}),
    ]
    answers = desk.tried(*asked)
    assert [1, 2, 3, 4, 5, 1] == [int(each.attempt.removeprefix("a-")) for each in answers]


def test_how_often_it_was_is_told_on_the_ledger_once(desk, clock):
    """When its minute is over; what was refused once has no second entry."""
    session = desk.session("alice")
    refused(desk, session, "account-1", "account-1", "account-2")
    later(desk, clock, MINUTE)
    later(desk, clock, HOUR)
    assert ["attempt/1", "attempt/2", "attempt/1/again"] == desk.keys("attempt/")
    (told,) = [each.record for each in desk.store.entries() if each.record.key == "attempt/1/again"]
    assert (2, "alice", "account:account-1") == (told.body["times"], told.actor, told.subject)
    assert [1, 2] == [each.times for each in attempts(desk)]


def test_a_kill_loses_nothing_of_the_count(desk, clock):
    """Whoever comes after it shows it at once, and tells it once."""
    session = desk.session("alice")
    refused(desk, session, *["account-1"] * 40)
    after = Desk(desk.store, clock)
    assert [40] == [each.times for each in attempts(after)]
    assert 40 == after.gate.attempts.get("a-1").times
    later(after, clock, MINUTE)
    assert [40] == [each.times for each in attempts(after)]
    assert [40] == [each.times for each in attempts(Desk(desk.store, clock))]
    assert ["attempt/1", "attempt/1/again"] == after.keys("attempt/")


@pytest.mark.parametrize("when", list(When))
def test_a_page_that_was_not_kept_has_opened_no_row(clock, when):
    """What is refused after it is on record, whatever became of the page before."""
    faults = Faults()
    with open_store() as inner:
        desk = Desk(FaultyStore(inner, faults), clock)
        session = desk.session("alice")
        faults.arm(faults.calls + 12, when, lambda: StoreError("the disk is gone"))
        for _ in range(3):
            try:
                refused(desk, session, "account-1", "account-1")
            except StoreError:
                continue
        (answer,) = refused(desk, session, "account-1")
        assert "account-1" == desk.gate.attempts.get(answer.attempt).target


@pytest.mark.parametrize("when", list(When))
@pytest.mark.parametrize("step", range(1, 10))
def test_a_page_that_was_not_kept_stops_nothing_when_its_rows_are_over(clock, when, step):
    """What shared a row on it may be nowhere; what is due is done all the same, and the row says how often it was."""
    faults = Faults()
    with open_store() as inner:
        desk = Desk(FaultyStore(inner, faults), clock)
        session = desk.session("alice")
        refused(desk, session, "account-1")
        faults.arm(faults.calls + step, when, lambda: StoreError("the disk is gone"))
        with contextlib.suppress(StoreError):
            refused(desk, session, "account-1")
        faults.arm(0)
        desk.book.settle()
        later(desk, clock, MINUTE)
        (row,) = attempts(desk)
        assert row.times == 1 + ("attempt/1/again" in desk.keys("attempt/"))
        assert "a-2" == refused(desk, session, "account-1")[0].attempt


def test_a_clock_that_was_set_back_lets_no_row_stand_for_hours(desk, clock):
    """What is refused by the clock of then has a row of then; that of the time to come says what it said."""
    session = desk.session("alice")
    clock.advance(HOUR)
    refused(desk, session, "account-1", "account-1")
    desk.clock = SetClock(desk.now - HOUR // 2)
    assert ["a-2"] == [each.attempt for each in refused(desk, session, "account-1")]
    later(desk, desk.clock, HOUR)
    assert [1, 2] == [each.times for each in attempts(desk)]


def test_beyond_so_many_rows_of_an_hour_the_rest_is_counted(desk, clock):
    """Told of once a minute with a sample, and nobody else's are; after the hour there are rows again."""
    session = desk.session("alice")
    answers = flood(desk, session, 2 * MOST_ROWS)
    assert MOST_ROWS == sum(bool(each.attempt) for each in answers)
    assert not any(each.allowed for each in answers)
    assert all(each.attempt for each in refused(desk, desk.session("bob"), "account-7"))
    for _ in range(3):
        later(desk, clock, MINUTE)
    (told,) = [each.record for each in desk.store.entries() if each.record.key.startswith("refusals/")]
    assert ("alice", MOST_ROWS, f"account-{2 * MOST_ROWS - 1}") == (
        told.subject,
        told.body["refused"],
        told.body["latest"]["target"],
    )
    assert (MOST_ROWS, 1) == desk.gate.repeats.beyond("alice")[:2]
    assert (0, 0, None) == desk.gate.repeats.beyond("bob")
    later(desk, clock, HOUR)
    assert all(each.attempt for each in refused(desk, desk.session("alice"), "account-x"))


def test_what_was_only_counted_survives_a_kill(desk, clock):
    """To the last one, and it is told once."""
    session = desk.session("alice")
    flood(desk, session, MOST_ROWS + 7)
    after = Desk(desk.store, clock)
    assert 7 == after.gate.repeats.beyond("alice")[0]
    for _ in range(3):
        later(after, clock, MINUTE)
    assert [7] == [each.record.body["refused"] for each in after.store.entries() if "refusals/" in each.record.key]


@pytest.mark.parametrize("tier", [Tier.HIGH_REACH, Tier.OFFICIAL, Tier.PROTECTED])
def test_each_account_above_the_ordinary_tier_has_its_row_in_a_flood(desk, clock, tier):
    """However many came before, in any spelling and with functions that there are not: with a count, first and last."""
    for number in range(50):
        desk.protect(f"Star-{number}", tier)
    session = desk.session("alice")
    flood(desk, session, MOST_ROWS + 1)
    at = desk.now
    for function in ("account.look_up", "account.suspend", "no.such.function"):
        clock.advance(SECOND)
        refused(desk, session, *(f"star-{number}" for number in range(50)), function=function)
    tried = Counter()
    for each in attempts(desk, Chain.PERSON, "alice"):
        if "star" in each.target:
            tried[each.target] += each.times
            assert (at + SECOND, at + 3 * SECOND) == (each.time, each.last_at)
    assert {f"star-{number}": 3 for number in range(50)} == tried
    assert "star-7" == attempts(desk, Chain.TARGET, "STAR-7")[0].target


def test_a_blank_name_is_no_ordinary_account_in_a_flood(desk):
    """A tool may take it for any: it has its row, and all blanks have one."""
    session = desk.session("alice")
    flood(desk, session)
    names = {each.attempt for each in refused(desk, session, "", "\u3164", "\u200b ")}
    assert {f"a-{MOST_ROWS + 1}"} == names


def test_what_is_allowed_in_a_flood_is_on_record_by_itself(desk):
    """Refusals take no room from it."""
    session = desk.session("alice")
    flood(desk, session, 2 * MOST_ROWS)
    answers = desk.tried(*(desk.asked(session, target="account-1") for _ in range(3)))
    assert 3 == len({each.attempt for each in answers if each.allowed})


def test_a_flood_is_told_of_once_an_hour(desk, clock):
    """By so many different things, or by so many of the same; what honest work is refused is none."""
    alice, bob = desk.session("alice"), desk.session("bob")
    flood(desk, bob)
    refused(desk, bob, *["account-1"] * 100)
    assert [] == desk.gate.repeats.take_floods()
    flood(desk, alice, MOST_ROWS + 1)
    flood(desk, alice, 2 * MOST_ROWS)
    assert ["alice"] == [each.person for each in desk.gate.repeats.take_floods()]
    refused(desk, bob, *["account-1"] * WITHOUT_END)
    assert [("bob", bob)] == [(each.person, each.session) for each in desk.gate.repeats.take_floods()]
    clock.advance(HOUR)
    flood(desk, desk.session("alice"), MOST_ROWS + 1)
    assert ["alice"] == [each.person for each in desk.gate.repeats.take_floods()]


def test_many_rows_that_end_at_once_are_closed_some_at_a_time(desk, clock):
    """So that nobody waits for all of them."""
    session = desk.session("alice")
    flood(desk, session)
    flood(desk, session)
    clock.advance(HOUR)
    desk.gate.tell_counted(desk.now)
    assert 200 == len([each for each in desk.keys("attempt/") if each.endswith("again")])
    desk.gate.tell_counted(desk.now)
    desk.gate.tell_counted(desk.now)
    assert MOST_ROWS == len([each for each in desk.keys("attempt/") if each.endswith("again")])
