"""What nobody known tries without end does not fill the record, and hides nothing of what somebody known tries."""

import pytest

from holdfast.response.staff import Chain
from holdfast.response.staff.strangers import MOST_OF_ALL, MOST_OF_ONE

from .conftest import HOUR, MINUTE, Desk

FLOOD = 1_000


def flood(desk, network="203.0.113.{}"):
    """So many who have no session, from here and there in `network`."""
    return desk.tried(*(desk.asked("", network=network.format(number % 250)) for number in range(FLOOD)))


def on_record(desk):
    """How many attempts there are, and what was told of those that were only counted."""
    found = desk.gate.attempts.find(Chain.ALL, "", limit=1)
    told = [each.record.body for each in desk.store.entries() if each.record.key.startswith("strangers/")]
    return found.refusals, [each["refused"] for each in told]


@pytest.mark.parametrize(
    ("network", "most"),
    [
        ("203.0.113.{}", MOST_OF_ONE),
        ("2001:db8:7:{}::1", MOST_OF_ONE),
        ("198.{}.100.1", MOST_OF_ALL),
        ("::ffff:198.{}.100.1", MOST_OF_ALL),
    ],
)
def test_a_flood_of_strangers_is_counted_and_not_recorded_one_by_one(desk, network, most):
    """So many of each network and of all in an hour; every one is refused all the same."""
    answers = flood(desk, network)
    assert not any(each.allowed for each in answers)
    assert most == sum(bool(each.attempt) for each in answers)
    assert (most, [FLOOD - most]) == on_record(desk)


def test_what_was_counted_is_told_once_a_minute_and_strangers_are_recorded_again_after_an_hour(desk, clock):
    """Nothing is lost of the count."""
    flood(desk)
    flood(desk)
    clock.advance(MINUTE)
    flood(desk)
    assert (MOST_OF_ONE, [FLOOD - MOST_OF_ONE, 2 * FLOOD]) == on_record(desk)
    clock.advance(HOUR)
    flood(desk)
    assert 2 * MOST_OF_ONE == on_record(desk)[0]


def test_what_was_counted_is_told_though_nobody_comes_any_more(desk, clock):
    """And so is how many were turned away unheard."""
    flood(desk)
    flood(desk)
    desk.gate.strangers.turned_away(7)
    desk.gate.tell_counted(desk.now)
    clock.advance(MINUTE)
    desk.gate.tell_counted(desk.now)
    desk.gate.tell_counted(desk.now)
    assert [FLOOD - MOST_OF_ONE, FLOOD + 7] == on_record(desk)[1]


def test_a_killed_owner_loses_nothing_of_the_count(desk, clock):
    """Whoever comes after it tells what was not told, once, with the latest of them, and not before its time."""
    flood(desk)
    flood(desk)
    after = Desk(desk.store, clock)
    after.gate.tell_counted(after.now)
    assert [FLOOD - MOST_OF_ONE] == on_record(after)[1]
    clock.advance(MINUTE)
    after.gate.tell_counted(after.now)
    assert [FLOOD - MOST_OF_ONE, FLOOD] == on_record(after)[1]
    entry = [each.record for each in after.store.entries() if each.record.key.startswith("strangers/")][-1]
    assert "support_desk" == entry.body["latest"]["tool"]
    Desk(after.store, clock).gate.tell_counted(after.now + MINUTE)
    assert 2 == len(on_record(after)[1])


def test_whoever_is_known_is_on_record_in_the_midst_of_a_flood(desk):
    """Each with the id of their own attempt."""
    session = desk.session("alice")
    flood(desk)
    who = enumerate(("", session, "", session))
    mixed = desk.tried(*(desk.asked(each, f"f-{at}", network="203.0.113.7") for at, each in who))
    assert [False, True, False, True] == [bool(each.attempt) for each in mixed]
    assert [mixed[3].attempt, mixed[1].attempt] == [
        each.id for each in desk.gate.attempts.find(Chain.PERSON, "alice", limit=10).attempts
    ]


def test_detection_hears_of_refused_sign_ins_of_people_and_not_of_made_up_names(desk):
    """What it knows of people has bounded room, which strangers would fill with names."""
    for name in ("made-up", "alice", "made-up-too"):
        desk.gate.not_signed(name, "203.0.113.9", "phone", desk.now)
    assert ["alice"] == [each.staff for each in desk.gate.tidings.take()]
