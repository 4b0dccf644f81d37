"""Other policies come into force whole: each question is answered by the old ones or the new, and nothing rests on both."""

import contextlib

import msgspec
import pytest

from holdfast.errors import StoreError, UsageError
from holdfast.guard.staff import StaffPolicy, StaffReason, Tier
from holdfast.response import shipped_staff_texts
from holdfast.response.staff import Take
from holdfast.response.staff.access import Wanted
from holdfast.testing.faults import Faults, FaultyStore, When

from .conftest import HOUR, MINUTE, OTHER, SECOND, Desk, open_store, with_another_tool

RESET, LOOK, EMAIL = "account.password.reset", "account.look_up", "account.email.replace"
FORBID = '\n@id("nobody-looks")\nforbid (principal, action == Action::"read", resource);\n'


def other(tools=(), cedar="", base=None):
    """The shipped policies with the catalogue changed by these replacements, and more policies behind."""
    texts = dict(base or shipped_staff_texts())
    for old, new in tools:
        assert old in texts["tools.toml"]
        texts["tools.toml"] = texts["tools.toml"].replace(old, new)
    return StaffPolicy({**texts, "staff.cedar": texts["staff.cedar"] + cedar})


def follow(desk, policy):
    """Have these policies be in force."""
    with desk.book.change(desk.now) as page:
        desk.gate.follow_on(page, policy, "ada")


def block(id_):
    """The lines that describe a function."""
    tools = shipped_staff_texts()["tools.toml"]
    head = f'[[tool.function]]\nid = "{id_}"'
    begin = tools.index(head)
    end = tools.find("[[tool", begin + len(head))
    return tools[begin : end if end > 0 else None]


def reclassed(id_, class_):
    """A replacement that puts a function into another class."""
    text = block(id_)
    line = next(each for each in text.splitlines() if each.startswith("class"))
    return text, text.replace(line, f'class = "{class_}"')


def caught_up(desk, copy):
    """The copy, after whatever was published since."""
    desk.bulletin.publish()
    for packet in desk.bulletin.packets.since(f"{copy.run}-{copy.seq}"):
        copy.take(packet.data)
    return copy


def test_a_copy_hears_of_other_policies_in_one_packet_with_all_that_is_known(desk):
    """Between two packets it answers by the old ones, after it by the new, and what was opened meanwhile is there."""
    session = desk.session("alice")
    copy = desk.copy()
    later = desk.session("bob")
    follow(desk, other(cedar=FORBID))
    assert copy.state.answer(desk.asked(session), unseen=0).allowed
    caught_up(desk, copy)
    for each in (session, later):
        assert (StaffReason.FORBIDDEN,) == copy.state.answer(desk.asked(each), unseen=0).reasons
    assert copy.since == copy.state.version == desk.gate.state.version
    further = desk.session("sam")
    caught_up(desk, copy)
    assert (StaffReason.FORBIDDEN,) == copy.state.answer(desk.asked(further), unseen=0).reasons
    assert desk.gate.state.policy.version == copy.state.policy.version


def test_the_last_word_on_what_a_copy_let_pass_is_by_the_new_ones(desk):
    """A yes by the old policies that comes to the owner after the change is decided anew."""
    question, copy = desk.asked(desk.session("alice")), desk.copy()
    taken = Take(question=question, answer=copy.state.answer(question, unseen=0))
    assert taken.answer.allowed
    follow(desk, other(cedar=FORBID))
    assert (StaffReason.FORBIDDEN,) == desk.gate.take([taken], desk.now)[0].reasons


def test_so_is_the_last_word_on_what_it_refused(desk):
    """Nobody is refused by what is no longer in force, once the owner is asked."""
    follow(desk, other(cedar=FORBID))
    question, copy = desk.asked(desk.session("alice")), desk.copy()
    taken = Take(question=question, answer=copy.state.answer(question, unseen=0))
    follow(desk, other())
    assert desk.gate.take([taken], desk.now)[0].allowed


def test_a_request_read_by_old_routes_is_not_judged_by_new_policies(desk):
    """What it asks for may be another function now: it is refused, and its client tries again."""
    question = desk.asked(desk.session("alice"))
    routed = msgspec.structs.replace(question, routed=desk.gate.policy.version)
    copy = desk.copy()
    taken = Take(question=routed, answer=copy.state.answer(routed, unseen=0))
    assert taken.answer.allowed
    follow(desk, other([("reads = 120", "reads = 119")]))
    assert (StaffReason.STATE_UNSEEN,) == desk.gate.take([taken], desk.now)[0].reasons
    late = caught_up(desk, copy).state.answer(routed, unseen=0)
    assert (StaffReason.STATE_UNSEEN,) == late.reasons
    again = msgspec.structs.replace(question, routed=desk.gate.policy.version)
    assert desk.tried(again)[0].allowed


def test_a_budget_that_shrank_counts_what_was_spent_before(desk):
    """Six were looked at, five are left to nobody: the limit of now holds at once."""
    session = desk.session("alice")
    assert all(desk.tried(desk.asked(session, target=f"account-{each}"))[0].allowed for each in range(6))
    copy = desk.copy()
    question = desk.asked(session, target="account-7")
    taken = Take(question=question, answer=copy.state.answer(question, unseen=0))
    follow(desk, other([("reads = 120", "reads = 5")]))
    assert (StaffReason.BUDGET_SPENT,) == desk.gate.take([taken], desk.now)[0].reasons
    follow(desk, other())
    assert desk.tried(question)[0].allowed


def test_sessions_of_a_tool_that_is_gone_end_and_do_not_come_back_with_it(store, clock):
    """The other tool's go on; and a tool of that name put in later opens its own."""
    desk = Desk(store, clock, with_another_tool())
    here, there = desk.session("alice"), desk.session("alice", tool=OTHER)
    follow(desk, other())
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(there, tool=OTHER))[0].reasons
    assert desk.tried(desk.asked(here))[0].allowed
    with pytest.raises(UsageError, match=OTHER):
        desk.session("bob", tool=OTHER)
    follow(desk, with_another_tool())
    assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(there, tool=OTHER))[0].reasons
    assert desk.keys(f"tool_session/{there}/ended")


def agreed(desk):
    """A question that somebody else agreed to, under a lockdown of two people for everything."""
    desk.lock(2)
    question = desk.asked(desk.session("sam"), RESET)
    asking = desk.gate.consents.ask(question.action, "sam", "the holder called", "T-1", desk.now)
    desk.gate.consents.agree(asking.id, desk.caller("cora"), asking.action_hash, desk.now)
    return question, asking


def test_needs_that_grew_between_agreement_and_use_are_asked_for(desk):
    """What was agreed to stands, and no longer is enough."""
    question, _ = agreed(desk)
    text = block(RESET)
    follow(desk, other([(text, text.replace('["reason", "ticket"]', '["reason", "ticket", "watch"]'))]))
    assert (StaffReason.WATCHER_NEEDED,) == desk.tried(question)[0].reasons
    follow(desk, other())
    assert desk.tried(question)[0].allowed


def test_nobody_counts_as_the_second_person_who_may_no_longer_agree(desk):
    """Their consent was given by the old policies, and counts by the new ones or not at all."""
    question, _ = agreed(desk)
    nobody = '\nforbid (principal in Role::"commander", action == Action::"agree", resource);\n'
    follow(desk, other(cedar=nobody))
    assert StaffReason.SECOND_PERSON_NEEDED in desk.tried(question)[0].reasons


def test_a_consent_to_what_has_become_another_function_is_over_for_good(desk):
    """Nor does it count when the function is put back as it was."""
    question, asking = agreed(desk)
    follow(desk, other([reclassed(RESET, "standing")]))
    assert StaffReason.SECOND_PERSON_NEEDED in desk.tried(question)[0].reasons
    follow(desk, other())
    assert StaffReason.SECOND_PERSON_NEEDED in desk.tried(question)[0].reasons
    assert desk.gate.consents.given(asking.id).ended_at == desk.now
    assert any(key.endswith("/ended") for key in desk.keys("consent/"))


def granted(desk, function):
    """Leave for alice, and a question that takes it."""
    desk.protect("star", Tier.HIGH_REACH)
    more = {"hours": 1, "why": "a case", "ticket": "T-1", "tier": Tier.HIGH_REACH, "function": function}
    desk.gate.grants.give("alice", "support_desk", "cora", desk.now, **more)
    question = desk.asked(desk.session("alice"), target="star")
    assert desk.tried(question)[0].allowed
    return question


NEW = block(LOOK).replace(LOOK, "account.peek")


@pytest.mark.parametrize(
    ("function", "tools", "stands"),
    [
        ("*", [(block(LOOK), block(LOOK) + NEW)], False),
        (LOOK, [(block(LOOK), block(LOOK) + NEW)], True),
        ("*", [(block("account.restore"), "")], False),
        (LOOK, [(block("account.restore"), "")], True),
        (LOOK, [reclassed(LOOK, "private")], False),
        (LOOK, [("reads = 120", "reads = 60")], True),
        ("*", [(block(LOOK), block(LOOK).replace('["ticket"]', '["ticket", "reason"]'))], True),
    ],
)
def test_a_grant_ends_with_a_change_of_what_it_is_for(desk, function, tools, stands):
    """Nobody gave leave for what was not there, or was another thing; what it takes besides is no matter of it."""
    question = granted(desk, function)
    follow(desk, other(tools))
    assert stands is desk.tried(question)[0].allowed
    assert (not stands) is bool([key for key in desk.keys("grant/") if key.endswith("/revoked")])


def test_a_passkey_used_for_a_class_counts_for_no_function_that_came_into_it_since(desk):
    """It was shown to somebody who put their finger on it for less."""
    session = desk.session("alice")
    kept = desk.gate.sessions.kept
    with desk.book.change(desk.now) as page:
        kept.put(page, session, msgspec.structs.replace(kept[session], stepped_up={"look_up": desk.now}))
    question = desk.asked(session, EMAIL, payload={"email": "a@example.org"})
    assert (StaffReason.STEP_UP_NEEDED,) == desk.tried(question)[0].reasons
    follow(desk, other([reclassed(EMAIL, "look_up")]))
    assert (StaffReason.STEP_UP_NEEDED,) == desk.tried(question)[0].reasons
    assert desk.keys(f"tool_session/{session}/stepped_down/")


def test_a_change_that_waits_waits_as_long_as_it_was_to(desk):
    """Shorter times are for what is asked for from now on."""
    session, kept = desk.session("alice"), desk.gate.sessions.kept
    with desk.book.change(desk.now) as page:
        kept.put(page, session, msgspec.structs.replace(kept[session], stepped_up={"credentials": desk.now}))
    first = desk.tried(desk.asked(session, EMAIL, payload={"email": "a@example.org"}))[0]
    follow(desk, other([("ordinary = 60", "ordinary = 1")]))
    second = desk.tried(desk.asked(session, EMAIL, "account-2", payload={"email": "b@example.org"}))[0]
    changes = desk.gate.changing.kept
    assert [HOUR, MINUTE] == [changes[each.attempt].cools for each in (first, second)]


def test_a_date_has_the_policies_of_that_date(desk):
    """Who could do what is told by the old ones before the change, and by the new ones from its millisecond on."""
    desk.gate.begin(desk.now)
    before = desk.now
    desk.clock.advance(SECOND)
    policy = other(cedar=FORBID)
    follow(desk, policy)
    after = desk.now
    wanted = Wanted(function=LOOK)
    assert desk.access(before, wanted)[1]
    date, rights = desk.access(after, wanted)
    assert (policy.version, after, []) == (date.policy, date.since, rights)
    assert desk.access(after - 1, wanted)[0].policy != policy.version


def test_a_new_start_with_others_ends_what_a_change_while_it_runs_ends(store, clock):
    """It makes no difference by which way they came."""
    desk = Desk(store, clock, with_another_tool())
    desk.gate.begin(desk.now)
    there = desk.session("alice", tool=OTHER)
    again = Desk(store, clock, other())
    again.gate.begin(again.now)
    assert again.gate.sessions.kept[there].ended_at == again.now


def test_where_it_is_not_kept_the_old_ones_stand_whole(clock):
    """Wherever the store fails, nothing has ended unless all of it is in force; the next try does all of it."""
    at, struck = 1, True
    while struck:
        with open_store() as inner:
            faults = Faults()
            desk = Desk(FaultyStore(inner, faults), clock, with_another_tool())
            there = desk.session("alice", tool=OTHER)
            faults.arm(faults.calls + at, When.BEFORE, lambda: StoreError("the disk is away"))
            with contextlib.suppress(StoreError):
                follow(desk, other())
            struck = faults.struck
            faults.arm(0)
            if desk.gate.policy.version != other().version:
                assert desk.tried(desk.asked(there, tool=OTHER))[0].allowed
                assert not desk.keys("gate-policy/")
                follow(desk, other())
            assert (StaffReason.SESSION_OVER,) == desk.tried(desk.asked(there, tool=OTHER))[0].reasons
        at += 1
    assert at > 5
