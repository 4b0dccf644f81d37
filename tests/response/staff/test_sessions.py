"""A session is opened by the gate for somebody who has just signed in, and ends when it should."""

import msgspec
import pytest

from holdfast.errors import NotAllowedError, SignInError, UsageError
from holdfast.events import StaffSignIn
from holdfast.guard import Caller, Passkey, Via
from holdfast.guard.staff import StaffReason
from holdfast.response.staff.sessions import FRESH_MS, MOST_EACH

from .conftest import HOUR, MINUTE, OTHER, SECOND, with_another_tool

PASSKEY = Passkey(id="key", person="alice", public_key=b"", added_at=0)


def test_a_session_takes_a_sign_in_of_just_now(desk, clock):
    """A token opens none, nor does a sign-in of this morning, nor somebody who is not there."""
    fresh = desk.caller("alice")
    token = Caller(person="alice", via=Via.TOKEN, credential="t-1")
    clock.advance(FRESH_MS)
    assert desk.gate.sessions.open("0" * 64, fresh, desk.now, tool="support_desk", network="", device="")
    clock.advance(1)
    for caller in (fresh, token):
        with pytest.raises(SignInError):
            desk.gate.sessions.open("1" * 64, caller, desk.now, tool="support_desk", network="", device="")
    for nobody in (Caller(via=Via.TOKEN), msgspec.structs.replace(fresh, person="nobody", signed_in_at=desk.now)):
        with pytest.raises(NotAllowedError):
            desk.gate.sessions.open("1" * 64, nobody, desk.now, tool="support_desk", network="", device="")


def test_a_session_is_for_one_tool(store, clock, make_desk):
    """Whoever has its secret from there can use it nowhere else, and the attempt is on record as its person's."""
    desk = make_desk(store, clock, with_another_tool())
    here, there = desk.session("alice"), desk.session("alice", tool=OTHER)
    answers = desk.tried(*(desk.asked(each, tool=tool) for each in (here, there) for tool in ("support_desk", OTHER)))
    assert [True, False, False, True] == [each.allowed for each in answers]
    assert [(StaffReason.OTHER_TOOL,)] * 2 == [each.reasons for each in answers[1:3]]
    assert ["alice"] * 4 == [desk.gate.attempts.get(each.attempt).person for each in answers]
    with pytest.raises(UsageError):
        desk.session("alice", tool="no_such_tool")


def test_a_session_that_an_earlier_version_kept_is_over(desk, clock, make_desk):
    """It was good for every tool: its person signs in once more."""
    session = desk.session("alice")
    with desk.book.change(desk.now) as page:
        desk.gate.sessions.kept.put(page, session, msgspec.structs.replace(desk.gate.sessions.kept[session], tool=""))
    again = make_desk(desk.store, clock)
    assert (StaffReason.SESSION_OVER,) == again.tried(again.asked(session))[0].reasons
    assert StaffReason.SESSION_OVER is again.gate.sessions.fault(again.gate.sessions.kept[session], again.now)


def test_detection_hears_of_a_session(desk):
    """As a sign-in of staff."""
    session = desk.session("alice", network="198.51.100.7")
    (heard,) = desk.gate.tidings.take()
    assert isinstance(heard, StaffSignIn)
    assert ("alice", "ok", "198.51.100.7", session) == (heard.staff, heard.outcome, heard.ip, heard.tool_session)


def test_nobody_has_more_sessions_than_they_use(desk):
    """Else a stolen sign-in makes itself spare ones."""
    for number in range(MOST_EACH):
        desk.session("alice", number=number)
    with pytest.raises(NotAllowedError):
        desk.session("alice", number=MOST_EACH)


def test_a_session_ends_when_it_was_idle_and_not_while_it_is_used(desk, clock):
    """Use is noted each minute, so that a new process knows of it."""
    session, idle = desk.session("alice"), desk.gate.limits.idle
    for _ in range(3):
        clock.advance(idle - MINUTE)
        assert desk.tried(desk.asked(session))[0].allowed
    clock.advance(idle)
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(session))[0].reasons


def test_a_session_that_was_ended_stays_ended(desk, clock, make_desk):
    """In this process and in the next one, though the copy has not heard."""
    session = desk.session("alice")
    copy = desk.copy()
    desk.gate.sessions.end([session, "no.such.session"], "cora", "left the desk", desk.now)
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(session), copy=copy)[0].reasons
    again = make_desk(desk.store, clock)
    assert (StaffReason.SESSION_OVER,) == again.tried(again.asked(session))[0].reasons
    assert 1 == len(again.keys(f"tool_session/{session}/ended"))


def test_a_step_up_counts_for_its_class_and_its_minutes(desk, clock):
    """And for the person whose passkey it was."""
    session = desk.session("sam")
    question = desk.asked(session, function="account.email.replace")
    assert (StaffReason.STEP_UP_NEEDED,) == desk.tried(question)[0].reasons
    mine = msgspec.structs.replace(PASSKEY, person="sam")
    with pytest.raises(SignInError):
        desk.gate.sessions.step_up(session, "credentials", PASSKEY, desk.now)
    with pytest.raises(UsageError):
        desk.gate.sessions.step_up("f" * 64, "credentials", mine, desk.now)
    desk.gate.sessions.step_up(session, "private", mine, desk.now)
    assert (StaffReason.STEP_UP_NEEDED,) == desk.tried(question)[0].reasons
    desk.gate.sessions.step_up(session, "credentials", mine, desk.now)
    assert desk.tried(question)[0].allowed
    clock.advance(5 * MINUTE)
    assert (StaffReason.STEP_UP_NEEDED,) == desk.tried(desk.asked(session, function=question.action.function))[
        0
    ].reasons


def test_a_watcher_is_somebody_else_and_is_there_for_a_minute(desk, clock):
    """Nobody watches themselves, and who says nothing for a minute has gone."""
    session = desk.session("sam")
    desk.gate.sessions.step_up(session, "private", msgspec.structs.replace(PASSKEY, person="sam"), desk.now)
    question = desk.asked(session, function="account.messages.read")
    assert (StaffReason.WATCHER_NEEDED,) == desk.tried(question)[0].reasons
    with pytest.raises(NotAllowedError):
        desk.gate.sessions.watch(session, desk.caller("sam"), desk.now)
    desk.gate.sessions.watch(session, desk.caller("cora"), desk.now)
    assert desk.tried(question)[0].allowed
    clock.advance(60 * SECOND)
    assert (StaffReason.WATCHER_NEEDED,) == desk.tried(desk.asked(session, function=question.action.function))[
        0
    ].reasons


def test_sessions_that_are_long_over_are_not_kept(desk, clock):
    """The record is; the register holds only what can still matter."""
    for number in range(3):
        desk.session("alice", number=number)
        clock.advance(30 * HOUR)
    desk.session("alice", number=9)
    assert 1 == len(desk.gate.sessions.kept)
    assert 4 == len(desk.keys("tool_session/"))


def test_what_one_administrator_alone_vouches_for_opens_nothing(desk):
    """Neither a person, nor a passkey: else one administrator could be as many people as they like."""
    mine = desk.caller("alice")
    made = msgspec.structs.replace(PASSKEY, on_word_of="adam")
    for caller, passkey in ((msgspec.structs.replace(mine, confirmed=False), None), (mine, made)):
        with pytest.raises(SignInError):
            desk.gate.sessions.open(
                "0" * 64, caller, desk.now, tool="support_desk", network="", device="", passkey=passkey
            )
    session = desk.session("alice")
    with pytest.raises(SignInError):
        desk.gate.sessions.step_up(session, "credentials", made, desk.now)


def test_a_passkey_that_is_revoked_takes_the_sessions_of_its_person_with_it(desk):
    """Whoever had it may have opened them."""
    mine, other = desk.session("alice"), desk.session("bob")
    desk.signin.add(PASSKEY, "alice", desk.now)
    desk.signin.revoke("key", "adam", desk.now, at=desk.now)
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(mine))[0].reasons
    assert desk.tried(desk.asked(other))[0].allowed
