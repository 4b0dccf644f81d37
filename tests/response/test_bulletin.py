"""What travels: whoever has taken every packet answers as the gate does."""

import hypothesis.strategies as st
import pyarrow as pa
import pytest
from hypothesis import given, settings

from holdfast.containment import (
    AllOf,
    AnyOf,
    CredentialChangedWithin,
    Except,
    Explicit,
    InShare,
    Packets,
    ReachAbove,
    Replica,
    Restriction,
    Subject,
    SubjectKind,
    TouchedBy,
    Verified,
    cohort_subject,
    place,
    text_subject,
    unpack,
)
from holdfast.errors import SnapshotError
from holdfast.events import CredentialChange
from holdfast.guard import Action, Question
from holdfast.response import Bulletin
from holdfast.response.conduct import Over
from holdfast.testing import SetClock, SmallPlatform, small_read

from .conftest import STARS, START, Town, open_store

TEXT = "I am giving back to my community today and all that is sent will be doubled"
ACCOUNTS = ("star0", "star1", "star2", "fan0", "nobody")
TOUCHED = "tool_session:ts-7"
leaves = st.sampled_from(
    [
        Verified(),
        ReachAbove(reach=10),
        TouchedBy(factor=TOUCHED),
        CredentialChangedWithin(milliseconds=5),
        Explicit(accounts=("star0", "star2")),
        InShare(seed="s", below=5_000),
    ]
)
cohorts = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(cohorts=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(cohorts=tuple(parts))),
        st.tuples(inner, inner).map(lambda two: Except(cohort=two[0], exempt=two[1])),
    ),
    max_leaves=4,
)
steps = st.one_of(
    st.tuples(st.just("cohort"), cohorts),
    st.tuples(st.just("account"), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just("text"), st.none() | cohorts),
    st.tuples(st.just("lift"), st.integers(0, 5)),
    st.tuples(st.just("touch"), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just("change"), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just("grow"), st.just(None)),
    st.tuples(st.just("publish"), st.just(None)),
)


def small_town():
    """A town of its own."""
    clock = SetClock(START)
    return Town(open_store(), SmallPlatform(clock, accounts=[*STARS, "fan0"]), clock)


def put(town, hold):
    """The hold is placed, and ends a minute later."""
    with town.response.book.change(town.clock.now()) as page:
        page.place(hold)


def do(town, deed, what):
    """One thing that happens."""
    now = town.clock.now()
    match deed:
        case "cohort":
            put(town, place(cohort_subject(what), Restriction.NO_POSTING, starts=now, why="", cohort=what))
        case "account":
            subject = Subject(kind=SubjectKind.ACCOUNT, id=what)
            put(town, place(subject, Restriction.NO_SIGN_IN, starts=now, until=now + 3, why=""))
        case "text":
            put(town, place(text_subject(TEXT), Restriction.REFUSE_LURE, starts=now, why="", text=TEXT, cohort=what))
        case "lift":
            standing = sorted(town.response.gate.snapshot.rules)
            if standing:
                with town.response.book.change(now) as page:
                    page.tell(standing[what % len(standing)], Over(at=now, why=""))
        case "touch":
            town.swap([what])
        case "change":
            town.tell(others=[CredentialChange(account=what, time=now, what="email", change="replaced", by="holder")])
        case "grow":
            accounts = town.response.knowledge.directory._accounts
            more = pa.array([True] * len(accounts))
            place_ = accounts.schema.get_field_index("verified")
            town.response.meet(accounts.set_column(place_, accounts.schema.field(place_), more))
        case _:
            pass
    town.clock.advance(1)


def follow(replica, packets):
    """Take what is new."""
    for packet in packets.since(replica.at):
        replica.take(unpack(packet.data))


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=12), st.integers(0, 12))
def test_a_replica_answers_as_the_gate_does(happenings, joins):
    """Whatever is placed, lifted, touched or changed, from the first packet on or joined later; in force by the same version."""
    town = small_town()
    bulletin = Bulletin(town.response.gate, town.response.knowledge.directory, run="r")
    always, late = Replica(small_read), Replica(small_read)
    for number, (deed, what) in enumerate([*happenings, ("publish", None)]):
        do(town, deed, what)
        if deed == "publish":
            bulletin.publish()
            follow(always, bulletin.packets)
            if number >= joins:
                follow(late, bulletin.packets)
    follow(late, bulletin.packets)
    for ahead in (0, 2, 10):
        now = town.clock.now() + ahead
        for action in (Action.POST, Action.SIGN_IN):
            for account in ACCOUNTS:
                question = Question(account=account, action=action, time=now, text=TEXT)
                expected = town.response.gate.snapshot.answer(question)
                assert _told(expected) == _told(always.snapshot.answer(question)), question
                assert _told(expected) == _told(late.snapshot.answer(question)), question


def _told(answer):
    """An answer without the order of its holds: who joined late has the rules in another one."""
    return answer.verdict, set(answer.reasons), set(answer.holds), answer.until, answer.version


def test_nothing_new_makes_no_packet():
    """A quiet service tells nothing."""
    town = small_town()
    bulletin = Bulletin(town.response.gate, town.response.knowledge.directory, run="r")
    assert bulletin.publish()
    assert not bulletin.publish()


def some_packet():
    """A packet of one hold."""
    town = small_town()
    put(town, place(Subject(kind=SubjectKind.ACCOUNT, id="star0"), Restriction.NO_POSTING, starts=START, why=""))
    bulletin = Bulletin(town.response.gate, town.response.knowledge.directory, run="r")
    bulletin.publish()
    return bulletin.packets.since("")[0].data


@given(st.data())
def test_what_was_cut_off_or_changed_is_refused(data):
    """No byte may be another one, and none may be missing, or nothing is taken."""
    packet = some_packet()
    cut = data.draw(st.integers(1, len(packet) - 1))
    with pytest.raises(SnapshotError):
        list(unpack(packet[:cut]))
    at = data.draw(st.integers(0, len(packet) - 1))
    changed = packet[:at] + bytes([packet[at] ^ data.draw(st.integers(1, 255))]) + packet[at + 1 :]
    with pytest.raises(SnapshotError):
        list(unpack(changed))


def test_a_packet_that_unpacks_to_too_much_is_refused_unread():
    """Its size is said before it, and believed only as far as is allowed."""
    with pytest.raises(SnapshotError, match="more than the 10"):
        list(unpack(some_packet(), largest=10))


def test_a_step_that_does_not_follow_is_refused():
    """Who has missed one asks for the whole again; the rules that are known go on."""
    town = small_town()
    bulletin = Bulletin(town.response.gate, town.response.knowledge.directory, run="r")
    bulletin.publish()
    do(town, "cohort", Verified())
    bulletin.publish()
    step = bulletin.packets.since("r-0")[0]
    with pytest.raises(SnapshotError, match="does not follow"):
        Replica(small_read).take(unpack(step.data))


def test_whoever_asks_from_nowhere_gets_the_whole():
    """An unknown run, a number of later and nonsense all count as knowing nothing."""
    town = small_town()
    bulletin = Bulletin(town.response.gate, town.response.knowledge.directory, run="r")
    assert [] == Packets().since("")
    bulletin.publish()
    for nowhere in ("", "other-0", "r-7", "r--1", "nonsense", "r-" + "9" * 50):
        assert [True] == [packet.whole for packet in bulletin.packets.since(nowhere)]
    assert [] == bulletin.packets.since("r-0")
