"""Whatever a member of staff may do over and over that leaves a trace, they may so often in an hour."""

import pytest

from holdfast.errors import NotAllowedError, TooOftenError, UsageError
from holdfast.events import StaffReport
from holdfast.guard import Passkey
from holdfast.guard.staff import Lock
from holdfast.response.staff import Proposal, StaffReports, consents, gate, grants, locks, reported, sessions

from .conftest import HOUR, SECOND


def passkey(name):
    """One of somebody's."""
    return Passkey(id="k", person=name, public_key=b"k", sign_count=0, label="", added_at=0)


def opens_and_ends(desk, number):
    """A session of the tools, which is ended at once."""
    desk.gate.sessions.end([desk.session("alice", number=number)], "alice", "done", desk.now)


def looks_on_and_leaves(desk, number):
    """Somebody else's session."""
    (session,) = [each.id for each in desk.gate.sessions.of("sam")] or [desk.session("sam")]
    desk.gate.sessions.watch(session, desk.caller("alice"), desk.now)
    desk.gate.sessions.leave(session, desk.caller("alice"), desk.now)


def steps_up(desk, number):
    """A passkey shown in one session, again and again."""
    (session,) = [each.id for each in desk.gate.sessions.of("alice")] or [desk.session("alice")]
    desk.gate.sessions.step_up(session, "credentials", passkey("alice"), desk.now)


def asks_and_is_agreed_with(desk, number):
    """Two who conspire: what is agreed to does not count as asked in vain."""
    asking = desk.gate.consents.ask(desk.asked("", target=f"a{number}").action, "alice", "why", "T", desk.now)
    desk.gate.consents.agree(asking.id, desk.caller("cora"), asking.action_hash, desk.now)


def grants_and_takes_back(desk, number):
    """Leave that is given and gone."""
    given = {"hours": 1, "why": "a case", "ticket": f"T-{number}"}
    desk.gate.grants.revoke(
        desk.gate.grants.give("bob", "support_desk", "alice", desk.now, **given).id, "alice", desk.now
    )


def places_locks(desk, number):
    """Each is told to everybody who leads."""
    lock = Lock(id="", level=1, starts=0, until=desk.now + HOUR, why=f"call {number}", placed_by="alice", person="bob")
    desk.gate.locks.place(lock, desk.now)


def proposes(desk, number):
    """To have accounts guarded less."""
    desk.protect(f"a{number}")
    wanted = Proposal(id="", account=f"a{number}", by="alice", why="calm", at=desk.now, until=desk.now)
    desk.gate.locks.propose(wanted, desk.now)


@pytest.mark.parametrize(
    ("does", "most"),
    [
        (opens_and_ends, sessions.MOST_OPENED),
        (looks_on_and_leaves, sessions.MOST_LOOKS),
        (steps_up, sessions.MOST_STEPS),
        (asks_and_is_agreed_with, consents.MOST_ASKED),
        (grants_and_takes_back, grants.MOST_GIVEN),
        (places_locks, locks.MOST_PLACED),
        (proposes, locks.MOST_PLACED),
    ],
)
def test_what_is_done_over_and_over_has_a_budget(desk, clock, does, most):
    """One more leaves no trace, and says when it may be done again; then it may."""
    for number in range(most):
        clock.advance(SECOND)
        does(desk, number)
    size = desk.store.checkpoint().size
    with pytest.raises(TooOftenError) as caught:
        does(desk, most)
    assert ("too_often", True) == (caught.value.code, 0 < caught.value.after <= 3_600)
    assert "call the incident desk" in caught.value.advice
    added = desk.store.checkpoint().size - size
    assert added == (does is proposes)  # somebody else has protected one more account
    clock.advance(caught.value.after * SECOND)
    if does is steps_up:
        desk.gate.sessions.end([each.id for each in desk.gate.sessions.of("alice")], "alice", "idle", desk.now)
        return
    does(desk, most)


def test_to_look_on_all_day_takes_nothing_from_the_budget(desk, clock):
    """Whoever says each twenty seconds that they are there begins once."""
    session = desk.session("sam")
    size = desk.store.checkpoint().size
    for _ in range(3 * sessions.MOST_LOOKS):
        clock.advance(20 * SECOND)
        desk.gate.sessions.watch(session, desk.caller("alice"), desk.now)
    assert 1 == desk.store.checkpoint().size - size


def test_what_is_no_deed_takes_nothing_from_the_budget(desk):
    """What is refused for another reason, and what changes nothing."""
    for _ in range(2 * consents.MOST_ASKED):
        with pytest.raises(NotAllowedError):
            desk.gate.consents.ask(desk.asked("").action, "alice", " ", "T", desk.now)
        desk.gate.consents.ask(desk.asked("").action, "alice", "why", "T", desk.now)
    for _ in range(2 * grants.MOST_GIVEN):
        with pytest.raises(UsageError):
            desk.gate.grants.give("bob", "no desk", "alice", desk.now, hours=1, why="a case", ticket="T")


def test_reports_of_one_person_are_bounded_and_those_of_a_platform_are_not(desk):
    """A platform's own are kept as before: so many of each person."""
    reports = StaffReports(desk.book)

    def report(number):
        return StaffReport(
            id=f"r{number}", time=desk.now + number, staff="alice", kind="vishing", text=f"call {number}"
        )

    for number in range(reported.MOST_TOLD):
        reports.tell(report(number), desk.now)
    with pytest.raises(TooOftenError):
        reports.tell(report(reported.MOST_TOLD), desk.now)
    assert reported.MOST_TOLD == len(reports.kept)
    reports.hear([report(number) for number in range(100, 200)], desk.now)
    assert reported.MOST_OF_ONE == len(reports.kept)


def test_detection_hears_of_so_many_vain_sign_ins_of_one_person(desk):
    """Each would be an event that is kept; of others it hears as before."""
    for _ in range(2 * gate.MOST_VAIN):
        desk.gate.not_signed("alice", "203.0.113.9", "phone", desk.now)
    desk.gate.not_signed("bob", "203.0.113.9", "phone", desk.now)
    heard = [each.staff for each in desk.gate.tidings.take()]
    assert (gate.MOST_VAIN, 1) == (heard.count("alice"), heard.count("bob"))
