"""A copy that hears the packets knows what the owner knows, and notices when one is missing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import SnapshotError
from holdfast.guard import Role
from holdfast.guard.staff import StaffReason, Tier
from holdfast.response.conduct import Over
from holdfast.response.staff import StaffReplica
from holdfast.testing import SetClock

from .conftest import HOUR, START, Desk, open_store

CHANGES = ["session", "end", "protect", "lock", "grant", "role", "hold", "consent", "watch"]


def change(desk, what, number):  # noqa: C901 - one line each
    """Something changes."""
    gate, now = desk.gate, desk.now
    match what:
        case "session":
            desk.session("sam", number=100 + number)
        case "end":
            gate.sessions.end(list(gate.sessions.kept)[:1], "cora", "over", now)
        case "protect":
            desk.protect(f"account-{number % 3}", Tier.PROTECTED)
        case "lock":
            desk.lock(number % 3, tool="support_desk", until=now + HOUR + number)
        case "grant":
            gate.grants.give("alice", "support_desk", "cora", now, hours=1 + number / 100, why="w", ticket="T")
        case "role":
            desk.people.change("bob", "", [Role.SPECIALIST if number % 2 else Role.SUPPORT], "adam", now)
        case "hold":
            subject = Subject(kind=SubjectKind.STAFF, id="bob" if number % 2 else "alice")
            with desk.book.change(now) as page:
                page.place(place(subject, Restriction.NO_TOOL, starts=now, until=None, why="w", occasion=str(number)))
        case "consent":
            session = next(iter(gate.sessions.kept))
            action = desk.asked(session, payload={"n": number}).action
            asked = gate.consents.ask(action, "sam", "why", "T", now)
            if asked.open(now):
                gate.consents.agree(asked.id, desk.caller("cora"), asked.action_hash, now)
        case "watch":
            gate.sessions.watch(next(iter(gate.sessions.kept)), desk.caller("cora"), now)


@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.booleans()), max_size=14))
def test_a_copy_answers_as_the_owner_does(plan):
    """Whether it came by steps or begins with a whole packet, and however many changes one packet brings."""
    clock = SetClock(START)
    with open_store() as store:
        desk = Desk(store, clock)
        sessions = {name: desk.session(name) for name in ("alice", "bob", "sam", "cora")}
        steps = desk.copy()
        for number, (what, publish) in enumerate(plan):
            clock.advance(1)
            change(desk, what, number)
            if publish:
                desk.bulletin.publish()
                for packet in desk.bulletin.packets.since(f"{steps.run}-{steps.seq}"):
                    steps.take(packet.data)
        desk.bulletin.publish()
        for packet in desk.bulletin.packets.since(f"{steps.run}-{steps.seq}"):
            steps.take(packet.data)
        whole = desk.copy()
        for session in sessions.values():
            for target in ("account-0", "account-7"):
                for payload in ({}, {"n": 3}):
                    question = desk.asked(session, target=target, payload=payload)
                    told = desk.gate.state.answer(question, unseen=0)
                    for copy in (steps, whole):
                        answer = copy.state.answer(question, unseen=0)
                        assert told == msgspec.structs.replace(answer, version=told.version, consents=told.consents)
                        assert bool(told.consents) == bool(answer.consents)


def test_a_hold_on_somebody_stops_their_tools_and_its_end_frees_them(desk):
    """Placed by any plan of the response; no lockdown is needed."""
    session = desk.session("alice")
    subject = Subject(kind=SubjectKind.STAFF, id="alice")
    hold = place(subject, Restriction.NO_TOOL, starts=desk.now, until=None, why="suspected")
    with desk.book.change(desk.now) as page:
        page.place(hold)
    (answer,) = desk.tried(desk.asked(session))
    assert ((StaffReason.STAFF_HELD,), (hold.id,)) == (answer.reasons, answer.holds)
    with desk.book.change(desk.now) as page:
        page.tell(hold.id, Over(at=desk.now, why="cleared"))
    assert desk.tried(desk.asked(session))[0].allowed


def test_a_packet_that_is_missing_is_noticed(desk):
    """So is one that cannot be read; one that came before is passed over."""
    copy = desk.copy()
    for number in (1, 2):
        desk.session("alice", number=number)
        desk.bulletin.publish()
    first, second = [each for each in desk.bulletin.packets.since(f"run-{copy.seq}") if not each.whole]
    with pytest.raises(SnapshotError):
        copy.take(second.data)
    with pytest.raises(SnapshotError):
        copy.take(b"\x81")
    copy.take(first.data)
    copy.take(first.data)
    copy.take(second.data)
    with pytest.raises(SnapshotError):
        StaffReplica().take(second.data)
