"""Nothing outlives what it rests on: whoever gave it, has it, agreed to it or looks on is still who they were then."""

import msgspec
import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import NotAllowedError
from holdfast.guard import Passkey, RefusalCode, Role, Scope, Session, Via
from holdfast.guard.staff import StaffReason, Tier
from holdfast.response.staff import Proposal

from .conftest import HOUR, MINUTE, SECOND

RESET, READ = "account.password.reset", "account.messages.read"
SECOND_PERSON, WATCHER = (StaffReason.SECOND_PERSON_NEEDED,), (StaffReason.WATCHER_NEEDED,)
GRANT = (StaffReason.GRANT_NEEDED,)


def change(desk, name, *roles):
    """Give somebody these roles."""
    desk.people.change(name, None, roles, "root", desk.now, vouched=True)


def out_and_back(desk, name, role):
    """Somebody is taken out, and is there again a second later."""
    desk.people.take_out(name, "root", desk.now)
    desk.clock.advance(SECOND)
    change(desk, name, role)
    desk.clock.advance(SECOND)


def hold(desk, name):
    """Have somebody's tools held for an hour."""
    subject = Subject(kind=SubjectKind.STAFF, id=name)
    until, why = desk.now + HOUR, "one person under two names"
    held = place(subject, Restriction.NO_TOOL, starts=desk.now, until=until, why=why, placed_by="carl")
    with desk.book.change(desk.now) as page:
        page.place(held)


def agreed(desk, by="cora", person="sam"):
    """A question that somebody else has agreed to under a lockdown of level 2."""
    desk.lock(2)
    question = desk.asked(desk.session(person), RESET)
    asking = desk.gate.consents.ask(question.action, person, "the holder called", "T-1", desk.now)
    desk.gate.consents.agree(asking.id, desk.caller(by), asking.action_hash, desk.now)
    return question, asking


def granted(desk):
    """A question that takes a grant, which cora gave."""
    desk.protect("star", Tier.HIGH_REACH)
    more = {"hours": 1, "why": "a case", "ticket": "T-1", "tier": Tier.HIGH_REACH}
    desk.gate.grants.give("alice", "support_desk", "cora", desk.now, **more)
    question = desk.asked(desk.session("alice"), target="star")
    assert desk.tried(question)[0].allowed
    return question


def watched(desk, by="cora", number=1):
    """A question in a session of sam's, who has shown a passkey, that somebody looks on at."""
    session = desk.session("sam", number=number)
    mine = Passkey(id="sams", person="sam", public_key=b"", added_at=0)
    desk.gate.sessions.step_up(session, "private", mine, desk.now)
    desk.gate.sessions.watch(session, desk.caller(by), desk.now)
    question = desk.asked(session, READ)
    assert desk.tried(question)[0].allowed
    return question


def why_not(desk, question, copy=None):
    """Why it is refused now, even where the copy has not heard."""
    return desk.tried(msgspec.structs.replace(question, time=desk.now), copy=copy)[0].reasons


LOST = {
    "taken out": lambda desk: desk.people.take_out("cora", "root", desk.now),
    "taken out and back": lambda desk: out_and_back(desk, "cora", Role.COMMANDER),
    "another role": lambda desk: change(desk, "cora", Role.AUDITOR),
    "held": lambda desk: hold(desk, "cora"),
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("what", ["consent", "presence", "grant"])
def test_what_somebody_said_ends_with_whoever_said_it(desk, lost, what):
    """Whatever the copy believes; a second name of one person ends by taking it out, or by a hold."""
    ask, lacking = {
        "consent": (lambda: agreed(desk)[0], SECOND_PERSON),
        "presence": (lambda: watched(desk), WATCHER),
        "grant": (lambda: granted(desk), GRANT),
    }[what]
    question, copy = ask(), desk.copy()
    LOST[lost](desk)
    assert lacking == why_not(desk, question, copy)


@pytest.mark.parametrize("lost", [name for name in LOST if name != "held"])  # no hold closes the way in to a lockdown
def test_what_somebody_proposed_ends_with_them(desk, lost):
    """Two are to agree, and only one of them is left."""
    lock = desk.lock(2)
    found = desk.gate.locks.propose(Proposal(id="", lock=lock.id, by="cora", why="over", at=0, until=0), desk.now)
    LOST[lost](desk)
    with pytest.raises(NotAllowedError) as error:
        desk.gate.locks.agree(found.id, "carl", desk.now)
    assert RefusalCode.REQUEST_CLOSED == error.value.code
    assert desk.gate.locks.standing(desk.now)


@pytest.mark.parametrize(
    "lose",
    [lambda desk: change(desk, "alice", Role.INVESTIGATOR), lambda desk: out_and_back(desk, "alice", Role.SUPPORT)],
    ids=["another role", "taken out and back"],
)
def test_a_grant_ends_with_the_roles_of_whoever_has_it(desk, lose):
    """Whoever comes back has nothing of what they had, and a new role takes a new grant."""
    granted(desk)
    lose(desk)
    change(desk, "alice", Role.SUPPORT)
    assert GRANT == why_not(desk, desk.asked(desk.session("alice", number=2), target="star"))


def test_a_consent_ends_with_whoever_it_was_given_to(desk):
    """Whoever was taken out and is back has to be agreed with anew."""
    question, _ = agreed(desk)
    out_and_back(desk, "sam", Role.SPECIALIST)
    anew = msgspec.structs.replace(question, session=desk.session("sam", number=2))
    assert SECOND_PERSON == why_not(desk, anew)


def test_a_role_that_is_revoked_ends_a_session_whatever_its_copy_believes(desk):
    """And it stays ended when the role is there again."""
    question = desk.asked(desk.session("alice"))
    copy = desk.copy()
    change(desk, "alice")
    assert (StaffReason.PERSON_GONE,) == why_not(desk, question, copy)
    change(desk, "alice", Role.SUPPORT)
    assert (StaffReason.PERSON_GONE,) == why_not(desk, question, copy)


def revoked(desk, by):
    """Somebody's passkey or token is revoked, or they sign out."""
    if by == "passkey":
        desk.signin.add(Passkey(id="k", person="cora", public_key=b"", added_at=desk.now), "cora", desk.now)
        desk.signin.revoke("k", "adam", desk.now, at=desk.now)
    elif by == "token":
        token = desk.people.make_token(f"sha256:{'0' * 64}", "cora", [Scope.DECIDE], "cora", desk.now, days=1)
        desk.people.revoke_token(token.id, "adam", desk.now)
    else:
        session = Session(id="1" * 64, person="cora", revision=1, via=Via.PASSKEY, made_at=desk.now, seen_at=desk.now)
        desk.signin.begin(session, desk.gate.limits, desk.now)
        desk.signin.end(session.id, desk.now)


@pytest.mark.parametrize(("by", "who"), [("passkey", "adam"), ("token", "adam"), ("signing out", "cora")])
def test_a_watcher_is_gone_with_what_they_watched_by(desk, by, who):
    """At once, not a minute later, and on record by whoever took it; others who look on stay."""
    question, other = watched(desk), watched(desk, by="carl", number=2)
    copy = desk.copy()
    revoked(desk, by)
    assert WATCHER == why_not(desk, question, copy)
    assert () == why_not(desk, other, copy)
    assert [who] == [each.record.actor for each in desk.store.entries() if "/left/" in each.record.key]


def test_a_watcher_whose_role_was_taken_is_gone_though_another_would_do(desk):
    """They say so again, as who they are now."""
    change(desk, "cora", Role.COMMANDER, Role.APPROVER)
    question = watched(desk)
    change(desk, "cora", Role.APPROVER)
    assert WATCHER == why_not(desk, question)
    desk.gate.sessions.watch(question.session, desk.caller("cora"), desk.now)
    assert () == why_not(desk, question)


def test_a_watcher_who_comes_back_is_on_record_again(desk, clock):
    """Whoever stays is on record once, whoever was away twice."""
    session = desk.session("sam")
    watch = lambda: desk.gate.sessions.watch(session, desk.caller("cora"), desk.now)  # noqa: E731
    watch()
    clock.advance(59 * SECOND)
    watch()
    assert 1 == len(desk.keys(f"tool_session/{session}/watched/"))
    clock.advance(MINUTE)
    watch()
    assert 2 == len(desk.keys(f"tool_session/{session}/watched/"))


@pytest.mark.parametrize("by", ["passkey", "token"])
def test_what_somebody_proposed_waits_no_more_once_a_credential_of_theirs_is_revoked(desk, by):
    """Whoever had it may have proposed it."""
    lock = desk.lock(2)
    found = desk.gate.locks.propose(Proposal(id="", lock=lock.id, by="cora", why="over", at=0, until=0), desk.now)
    revoked(desk, by)
    with pytest.raises(NotAllowedError):
        desk.gate.locks.agree(found.id, "carl", desk.now)
    assert [f"proposal/{found.id}/ended"] == [each for each in desk.keys("proposal/") if each.endswith("ended")]
    again = desk.gate.locks.propose(Proposal(id="", lock=lock.id, by="carl", why="over", at=0, until=0), desk.now)
    assert again.id != found.id


def test_a_no_to_what_is_done_says_that_it_is_done(desk):
    """It takes nothing back, and the record does not say that it was denied."""
    question, asking = agreed(desk)
    assert desk.tried(question)[0].allowed
    (consent,) = desk.gate.consents.kept.values()
    with pytest.raises(NotAllowedError, match="done already") as error:
        desk.gate.consents.deny(asking.id, "carl", "too late", desk.now + 1)
    assert RefusalCode.REQUEST_CLOSED == error.value.code
    assert [consent] == list(desk.gate.consents.kept.values())
    assert ("agreed", []) == (desk.gate.consents.asked[asking.id].state, desk.keys("denied/"))


def test_what_was_taken_away_is_not_called_used(desk):
    """By a no or with a credential: nothing was done."""
    _, asking = agreed(desk)
    desk.gate.consents.deny(asking.id, "carl", "not the holder", desk.now)
    _, other = agreed(desk, person="bob")
    revoked(desk, "token")
    assert [(None, desk.now)] * 2 == [(each.used_at, each.ended_at) for each in desk.gate.consents.kept.values()]
    with pytest.raises(NotAllowedError, match="agreed already"):
        desk.gate.consents.deny(other.id, "carl", "late", desk.now)


def test_whoever_cannot_agree_is_told_why(desk):
    """Whom nobody registered is told so, and whom the policies do not let, that."""
    action = desk.asked("", RESET).action
    said = [desk.gate.state.why_not_agree(each, "cora", action, desk.now) for each in ("nobody", "adam", "sam")]
    assert [StaffReason.PERSON_GONE, StaffReason.NOT_PERMITTED, None] == said


def test_under_a_lockdown_only_those_it_leaves_in_have_a_say(desk):
    """Named responders at level 3, nobody when it is sealed, nobody who is held; by the lock on whoever asks, too."""
    action = desk.asked("", RESET).action
    said = lambda: [desk.gate.state.why_not_agree(each, "cora", action, desk.now) for each in ("sam", "carl")]  # noqa: E731
    assert [None, None] == said()
    hold(desk, "sam")
    assert [StaffReason.STAFF_HELD, None] == said()
    desk.clock.advance(HOUR)
    assert [None, None] == said()
    desk.lock(3, person="cora", until=desk.now + MINUTE)
    assert [StaffReason.LOCKED_DOWN, None] == said()
    desk.lock(4, tool="support_desk", until=desk.now + MINUTE)
    assert [StaffReason.LOCKED_DOWN] * 2 == said()
    desk.clock.advance(MINUTE)
    assert [None, None] == said()
