"""A session that was refused for want of a watcher is found by those who may be one, who see what it does, and leave."""

import pytest

from holdfast.guard import Passkey
from holdfast.guard.staff import WATCH_MS, Doing, StaffReason, Tier
from holdfast.response.staff.watching import WANTED_MS

from .conftest import MINUTE, SECOND


def reads(desk, session, **more):
    """Somebody wants to read private messages."""
    return desk.tried(desk.asked(session, function="account.messages.read", **more))[0]


def ready(desk, name="sam"):
    """A session that lacks nothing but somebody who looks on."""
    session = desk.session(name)
    key = Passkey(id=f"key-{name}", person=name, public_key=b"", added_at=0)
    desk.gate.sessions.step_up(session, "private", key, desk.now)
    return session


def wanted(desk):
    return [(each.session, each.person, each.target) for each in desk.gate.watching.wanted(desk.now)]


def test_a_session_wants_a_watcher_for_some_minutes_after_it_was_refused(desk, clock, make_desk):
    """Not for what it was refused for otherwise; in the next process, too, and no longer than the session."""
    session, other = ready(desk), ready(desk, "alice")
    desk.tried(desk.asked(other, ticket=""))
    assert [] == wanted(desk)
    assert (StaffReason.WATCHER_NEEDED,) == reads(desk, session).reasons
    reads(desk, other, target="account-2")
    both = [(session, "sam", "account-1"), (other, "alice", "account-2")]
    assert sorted(both) == sorted(wanted(desk)) == sorted(wanted(make_desk(desk.store, clock)))
    desk.gate.sessions.end([session], "cora", "enough", desk.now)
    assert [(other, "alice", "account-2")] == wanted(desk)
    clock.advance(WANTED_MS - 1)
    assert [(other, "alice", "account-2")] == wanted(desk)
    clock.advance(1)
    assert [] == wanted(desk)


def test_what_is_wanted_no_more_is_forgotten(desk, clock):
    """With the next that is wanted; the latest of one session takes the place of the one before."""
    session = ready(desk)
    reads(desk, session)
    clock.advance(WANTED_MS)
    other = ready(desk, "alice")
    desk.tried(*(desk.asked(other, function="account.messages.read", target=f"account-{each}") for each in range(3)))
    assert {other: "account-2"} == {key: each.target for key, each in desk.gate.watching.kept.items()}


def test_whoever_leaves_counts_no_more_at_once(desk, clock):
    """In the copies, too; each time that somebody comes and goes is on record."""
    session, cora = ready(desk), desk.caller("cora")
    desk.gate.sessions.watch(session, cora, desk.now)
    assert reads(desk, session).allowed
    assert ["cora"] == [each.by for each in desk.gate.watching.watchers(session, desk.now)]
    desk.gate.sessions.leave(session, cora, desk.now)
    desk.gate.sessions.leave(session, cora, desk.now)
    assert (StaffReason.WATCHER_NEEDED,) == reads(desk, session).reasons
    assert [] == desk.gate.watching.watchers(session, desk.now)
    clock.advance(SECOND)
    desk.gate.sessions.watch(session, cora, desk.now)
    assert reads(desk, session).allowed
    clock.advance(WATCH_MS)
    desk.gate.sessions.watch(session, cora, desk.now)
    names = [key.split("/")[2] for key in desk.keys(f"tool_session/{session}/") if key.split("/")[2] != "step_up"]
    assert ["watched", "left", "watched", "watched"] == names
    left = [each.record for each in desk.store.entries() if "/left/" in each.record.key]
    assert [("cora", "sam")] == [(each.actor, each.subject) for each in left]


def test_whoever_never_looked_on_leaves_nothing(desk):
    """It is no fault, and nothing is written."""
    session = ready(desk)
    before = desk.keys()
    desk.gate.sessions.leave(session, desk.caller("cora"), desk.now)
    assert before == desk.keys()


def test_a_watcher_sees_what_this_session_does_in_order(desk, clock):
    """Refused and allowed, after what was seen before; not what another session of the same person does."""
    session, other = ready(desk), desk.session("sam", number=2)
    for number in range(6):
        desk.tried(desk.asked(other if number == 3 else session, ticket="" if number % 2 else "T-1"))
        clock.advance(MINUTE)

    def done(number, most=10):
        found, following = desk.gate.watching.done(session, number, most=most)
        return [each.number for each in found], following

    assert ([1, 2, 3, 5, 6], 6) == done(0)
    assert ([5, 6], 6) == done(3)
    assert ([3, 5], 6) == done(0, most=2)  # the allowed ones
    assert ([], 6) == done(6)
    desk.tried(desk.asked(other))
    assert ([], 7) == done(6)  # nobody looks through the other session's again and again


def test_no_flood_of_refusals_hides_from_a_watcher_what_was_allowed(desk):
    """Whoever is watched does one thing, and tries a hundred in vain before the watcher looks again."""
    session = ready(desk)
    desk.tried(desk.asked(session), *(desk.asked(session, f"f-{each}") for each in range(100)))
    shown, following = desk.gate.watching.done(session, 0, most=10)
    assert ([1, *range(93, 102)], 101) == ([each.number for each in shown], following)


@pytest.mark.parametrize(
    ("name", "tier", "may"),
    [
        ("bob", Tier.ORDINARY, True),
        ("bob", Tier.OFFICIAL, False),
        ("cora", Tier.PROTECTED, True),
        ("adam", Tier.ORDINARY, False),
    ],
)
def test_who_may_watch_follows_from_the_policies(desk, name, tier, may):
    """As for those who agree."""
    if tier:
        desk.protect("account-1", tier)
    action = desk.asked(ready(desk), function="account.messages.read").action
    assert may is desk.gate.may_second(Doing.WATCH, name, action)
