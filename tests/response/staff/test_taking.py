"""What a copy allows is allowed only once it is counted and on record, and never by what was in force a moment ago."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreError
from holdfast.guard.staff import StaffPolicy, StaffReason, Tier
from holdfast.response import shipped_staff_texts
from holdfast.response.staff import Spending, Take
from holdfast.testing import SetClock
from holdfast.testing.faults import Crash, Faults, FaultyStore, When

from .conftest import HOUR, MINUTE, START, Desk, open_store

LIMIT = 5


def tight():
    """The shipped policies with five reads an hour."""
    texts = shipped_staff_texts()
    return StaffPolicy({**texts, "tools.toml": texts["tools.toml"].replace("reads = 120", f"reads = {LIMIT}")})


def reasons(answers):
    return [each.reasons for each in answers]


def test_what_is_allowed_is_on_record_by_then(desk):
    """With who, what, on whom, why, by which ticket and the hash of the payload, and without the payload."""
    session = desk.session("alice")
    payload = {"email": "new@example.org"}
    question = desk.asked(session, payload=payload)
    (answer,) = desk.tried(question)
    assert answer.allowed
    (entry,) = (each for each in desk.store.entries() if each.record.key == f"attempt/{answer.attempt[2:]}")
    record = entry.record
    assert ("alice", "account:account-1") == (record.actor, record.subject)
    assert question.action.hash == record.body["action_hash"]
    assert ("allowed", "T-1", "the holder called") == tuple(
        record.body[name] for name in ("outcome", "ticket", "reason")
    )
    assert b"new@example.org" not in msgspec.json.encode(record)


def test_what_is_refused_is_on_record_as_well(desk):
    """Nobody tries a thing unseen, whether they have a session or not."""
    session = desk.session("alice")
    answers = desk.tried(desk.asked(session, ticket=""), desk.asked("0" * 64))
    assert [(StaffReason.TICKET_NEEDED,), (StaffReason.NO_SESSION,)] == reasons(answers)
    assert ["attempt/1", "attempt/2"] == desk.keys("attempt/")


def test_a_store_that_keeps_nothing_allows_nothing(clock):
    """Neither when it fails before the attempt is kept, nor, as far as whoever asks can know, after."""
    for when in When:
        faults = Faults()
        with open_store() as inner:
            desk = Desk(FaultyStore(inner, faults), clock)
            session = desk.session("alice")
            taken = [Take(question=(q := desk.asked(session)), answer=desk.copy().state.answer(q, unseen=0))]
            faults.arm(faults.calls + 6, when, lambda: StoreError("the disk is gone"))
            with pytest.raises(StoreError):
                desk.gate.take(taken, desk.now)


def test_what_was_decided_before_a_lockdown_is_decided_anew(desk):
    """A copy that has not heard of it allows, and the owner does not."""
    session, copy = desk.session("alice"), desk.copy()
    copy = desk.copy()
    desk.lock(4)
    (answer,) = desk.tried(desk.asked(session), copy=copy)
    assert StaffReason.SESSION_OVER in answer.reasons or StaffReason.LOCKED_DOWN in answer.reasons
    assert not answer.allowed


@pytest.mark.parametrize("minutes", [-20, 20])
def test_the_time_of_the_owner_counts(desk, clock, minutes):
    """A copy whose clock is off by minutes neither makes a grant last nor ends it."""
    session = desk.session("alice")
    desk.protect("star", Tier.HIGH_REACH)
    grant = desk.gate.grants.give(
        "alice", "support_desk", "cora", desk.now, hours=0.25, why="a case", ticket="T-9", tier=Tier.HIGH_REACH
    )
    question = desk.asked(session, target="star", time=desk.now + minutes * MINUTE)
    (answer,) = desk.tried(question)
    assert answer.allowed
    clock.set(grant.until)
    (answer,) = desk.tried(desk.asked(session, target="star", time=grant.until - 20 * MINUTE))
    assert (StaffReason.GRANT_NEEDED,) == answer.reasons


def test_a_role_that_is_lost_ends_what_a_session_may_do_at_once(desk):
    """A copy that has not heard of it allows, and the owner does not."""
    session = desk.session("alice")
    copy = desk.copy()
    desk.people.change("alice", "", [], "adam", desk.now)
    (answer,) = desk.tried(desk.asked(session), copy=copy)
    assert (StaffReason.PERSON_GONE,) == answer.reasons


def test_an_answer_without_sight_of_the_state_is_not_taken_back(desk):
    """The owner cannot know why a copy saw nothing."""
    session, copy = desk.session("alice"), desk.copy()
    question = desk.asked(session, function="account.suspend")
    unseen = desk.copy().state.answer(question, unseen=6_000)
    assert StaffReason.STATE_UNSEEN in unseen.reasons
    (answer,) = desk.gate.take([Take(question=question, answer=unseen)], desk.now)
    assert not answer.allowed
    assert copy.run == "run"


def test_a_consent_is_used_once_however_many_ask(desk):
    """Two copies that both see it, in one batch and in two: one of them is allowed."""
    session = desk.session("sam")
    desk.protect("star", Tier.OFFICIAL)
    question = desk.asked(session, target="account-1", function="account.look_up")
    desk.lock(2)
    asking = desk.gate.consents.ask(question.action, "sam", "the holder called", "T-1", desk.now)
    desk.gate.consents.agree(asking.id, desk.caller("cora"), asking.action_hash, desk.now)
    one, other = desk.copy(), desk.copy()
    first = desk.tried(question, question, copy=one)
    assert [(), (StaffReason.SECOND_PERSON_NEEDED,)] == reasons(first)
    (second,) = desk.tried(question, copy=other)
    assert (StaffReason.SECOND_PERSON_NEEDED,) == second.reasons
    assert 1 == len(desk.keys(f"consent/{asking.id}/{desk.now}/used"))
    assert ("cora",) == desk.gate.attempts.get(first[0].attempt).agreed


def test_a_payload_that_was_changed_after_the_consent_is_not_what_was_agreed_to(desk):
    """One letter in it is another action."""
    session = desk.session("sam")
    desk.lock(2)
    question = desk.asked(session, function="account.password.reset", payload={"to": "a@example.org"})
    asking = desk.gate.consents.ask(question.action, "sam", "the holder called", "T-1", desk.now)
    desk.gate.consents.agree(asking.id, desk.caller("cora"), asking.action_hash, desk.now)
    changed = desk.asked(session, function="account.password.reset", payload={"to": "b@example.org"})
    assert [(StaffReason.SECOND_PERSON_NEEDED,), ()] == reasons(desk.tried(changed, question))


steps = st.lists(
    st.tuples(
        st.sampled_from(["ask", "publish", "restart", "crash", "wait"]),
        st.integers(0, 2),
        st.integers(1, 4),
    ),
    min_size=5,
    max_size=25,
)


@given(steps)
def test_no_hour_has_more_in_it_than_the_limit(plan):
    """Several copies, each behind by as much as it likes, batches of any size, and owners that are killed and return.

    What was taken and never answered counts as spent: the count on record is never more than the limit, and what was
    allowed never more than the count.
    """
    clock, policy = SetClock(START), tight()
    with open_store() as store:
        desk = Desk(store, clock, policy)
        session = desk.session("alice")
        copies = [desk.copy() for _ in range(3)]
        allowed = []
        for step, which, count in plan:
            questions = [desk.asked(session) for _ in range(count)]
            match step:
                case "ask":
                    answers = desk.tried(*questions, copy=copies[which])
                    allowed += [desk.now for each in answers if each.allowed]
                case "publish":
                    copies[which] = desk.copy()
                case "restart":
                    desk = Desk(store, clock, policy)
                case "crash":
                    desk.tried(*questions, copy=copies[which])  # nobody hears the answers
                    desk = Desk(store, clock, policy)
                case "wait":
                    clock.advance(count * 3 * MINUTE)
            recorded = [each.record for each in store.entries() if each.record.key.startswith("attempt/")]
            taken = [each.time for each in recorded if each.body["outcome"] == "allowed"]
            for end in taken:
                assert sum(end - HOUR < time <= end for time in taken) <= LIMIT
            assert len(allowed) <= len(taken)


def test_a_killed_owner_has_spent_what_was_kept_and_nothing_else(clock):
    """Killed at each call across the seam in turn: afterwards the count and the record say the same."""
    policy, at = tight(), 0
    while True:
        at += 1
        faults = Faults()
        with open_store() as inner:
            desk = Desk(FaultyStore(inner, faults), clock, policy)
            session = desk.session("alice")
            copy = desk.copy()
            faults.arm(faults.calls + at)
            with contextlib.suppress(Crash):
                desk.tried(desk.asked(session), copy=copy)
            again = Desk(inner, clock, policy)
            with again.book.change(again.now) as page:
                spent = Spending(page).look("alice|support_desk|read|0")
            assert spent == len(again.keys("attempt/"))
            if not faults.struck:
                assert at > 2
                return
