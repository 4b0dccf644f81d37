"""Who could do what on a past date: by the people, the leave, the tiers and the policies of that date."""

import hashlib

import msgspec
import pytest
import rfc8785

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import UsageError
from holdfast.guard import Person, Role
from holdfast.guard.staff import Need, StaffFacts, StaffPolicy, StaffReason, Tier
from holdfast.response import Confirming, shipped_staff_texts
from holdfast.response.conduct import Over
from holdfast.response.staff.access import Wanted

from .conftest import HOUR, MINUTE, Desk

E_MAIL = Wanted(function="account.email.replace")


def able(desk, at, wanted=E_MAIL):
    """Who could, at once, and whoever would have needed a grant first."""
    found = list(desk.access(at, wanted)[1])
    return {each.person for each in found if each.now}, {each.person for each in found if not each.now}


def test_who_could_change_an_e_mail_follows_people_as_they_come_and_go(desk):
    """Somebody registered later could not before, and somebody taken out could until then."""
    first = desk.now
    desk.gate.begin(first)
    desk.clock.set(desk.now + 1_000)
    desk.people.add("zoe", "", [Role.SPECIALIST], "root", desk.now, vouched=True)
    desk.people.take_out("sam", "root", desk.now)
    later = desk.now
    on_official = Wanted(function="account.email.replace", tier=Tier.OFFICIAL)
    assert able(desk, first, on_official)[0] == {"sam", "cora", "carl"}
    assert able(desk, later, on_official)[0] == {"zoe", "cora", "carl"}


def test_whoever_one_administrator_alone_vouches_for_could_do_nothing_until_they_were_confirmed(desk):
    """As the gate, which opens no session for them; the date of the second word is kept."""
    desk.gate.begin(desk.now)
    desk.people.add("zoe", "", [Role.SPECIALIST], "adam", desk.now)
    before = desk.now
    desk.clock.set(desk.now + 1_000)
    Confirming(desk.book, desk.people, desk.notices).confirm("zoe", (), "ada", desk.now)
    wanted = Wanted(function="account.email.replace", tier=Tier.ORDINARY, person="zoe")
    assert [able(desk, at, wanted)[0] for at in (before, desk.now)] == [set(), {"zoe"}]


def test_a_grant_counts_between_its_ends(desk):
    """Whose role does not reach is named with the grant missing, and with it while it stood."""
    desk.gate.begin(desk.now)
    before = desk.now
    desk.clock.set(desk.now + 1_000)
    grant = desk.gate.grants.give(
        "alice", "support_desk", "cora", desk.now, hours=1, why="a flood of tickets", ticket="T-9", tier=Tier.OFFICIAL
    )
    during = desk.now
    desk.clock.set(desk.now + 5_000)
    desk.gate.grants.revoke(grant.id, "cora", desk.now)
    wanted = Wanted(function="account.email.replace", tier=Tier.OFFICIAL, person="alice")
    assert [able(desk, at, wanted) for at in (before, during, desk.now)] == [
        (set(), {"alice"}),
        ({"alice"}, set()),
        (set(), {"alice"}),
    ]


def test_an_account_is_asked_about_by_the_tier_that_it_had(desk):
    """Before it was protected an ordinary rule held; since then it takes two, and support cannot at all."""
    desk.gate.begin(desk.now)
    before = desk.now
    desk.clock.set(desk.now + 1_000)
    desk.gate.protecting.protect("president", Tier.PROTECTED, "cora", "head of state", desk.now)
    wanted = Wanted(function="account.email.replace", target="President")
    _, then = desk.access(before, wanted)
    _, now = desk.access(desk.now, wanted)
    assert {"alice", "bob"} <= {each.person for each in then}
    assert {each.person for each in now} == {"sam", "cora", "carl"}
    assert all(Need.CONSENT in each.takes and each.tier is Tier.PROTECTED for each in now)


def test_a_lockdown_shuts_out_on_its_dates(desk):
    """Under level 3 only those it names could do anything."""
    desk.gate.begin(desk.now)
    before = desk.now
    desk.clock.set(desk.now + 1_000)
    desk.lock(3)
    assert able(desk, before)[0] > {"cora", "carl"}
    assert able(desk, desk.now)[0] == {"cora", "carl"}


def test_the_policies_of_a_past_date_judge_it_and_prove_themselves(store, clock):
    """After other policies have come, the old texts are told for the old date; their hash is in the ledger."""
    desk = Desk(store, clock)
    desk.gate.begin(desk.now)
    before = desk.now
    clock.set(clock.now() + 1_000)
    texts = shipped_staff_texts()
    texts["no-more.cedar"] = (
        '@id("no-e-mails") forbid (principal, action, resource) when { resource == Function::"'
        'support_desk/account.email.replace" };'
    )
    again = Desk(store, clock, StaffPolicy(texts))
    again.gate.begin(again.now)
    assert able(again, before)[0] >= {"alice", "sam"}
    assert able(again, again.now) == (set(), set())
    date, _ = again.access(before, E_MAIL)
    assert date.texts == desk.gate.policies
    assert date.policy == hashlib.sha256(rfc8785.dumps(dict(date.texts))).hexdigest()
    told = [each.split("/")[1] for each in again.keys("gate-policy/")]
    assert told == [date.policy, again.gate.policy.version]


def test_the_same_policies_after_a_restart_are_no_new_ones(store, clock):
    """Nothing is put on record twice."""
    for _ in range(2):
        desk = Desk(store, clock)
        desk.gate.begin(desk.now)
        clock.set(clock.now() + 1_000)
    date, _ = desk.access(desk.now, E_MAIL)
    assert date.since == date.certain_from < desk.now - 500
    assert len(desk.keys("gate-policy/")) == 1


def test_it_is_worked_out_by_whoever_reads_it(desk):
    """Of thousands of people it takes seconds, in which the owner of the state would take nothing and lock nothing."""
    desk.gate.begin(desk.now)
    before = desk.gate.policy.ruling.cache_info()
    _, found = desk.access(desk.now, Wanted())
    assert before == desk.gate.policy.ruling.cache_info()
    assert {"alice", "sam"} <= {each.person for each in found}


def test_before_the_first_start_nothing_is_claimed(desk):
    """A date of which the policies are not known is refused."""
    desk.gate.begin(desk.now)
    with pytest.raises(UsageError, match="not known which policies"):
        desk.access(desk.now - 1, E_MAIL)


def test_an_account_called_as_a_person_is_hides_neither(desk):
    """What was there before all was kept is told of both."""
    facts = StaffFacts(version=0, persons=(Person(id="zoe"),), tiers={"zoe": Tier.PROTECTED})
    desk.gate.past.begin(desk.gate.policy, facts, desk.now)
    then = desk.gate.past.on(desk.now - 1).facts
    assert (then.persons[-1:], then.tiers) == (facts.persons, facts.tiers)


def test_what_it_says_is_what_the_gate_answers(desk):
    """Whoever is named with nothing missing gets a yes for the tickets and passkeys it takes; whoever is not, a no."""
    desk.gate.begin(desk.now)
    _, found = desk.access(desk.now, Wanted(function="account.look_up", tier=Tier.ORDINARY))
    named = {each.person for each in found}
    for person in ("alice", "sam", "adam", "ada"):
        question = desk.asked(desk.session(person))
        answer = desk.gate.state.answer(question, unseen=0)
        assert answer.allowed == (person in named), person


def test_a_grant_of_somebody_whose_roles_have_changed_is_no_right(desk):
    """As the gate sees it."""
    desk.gate.begin(desk.now)
    desk.clock.set(desk.now + 1_000)
    desk.gate.grants.give(
        "alice", "support_desk", "cora", desk.now, hours=1, why="a flood of tickets", ticket="T-9", tier=Tier.OFFICIAL
    )
    before = desk.now
    desk.clock.set(desk.now + 1_000)
    desk.people.change("cora", None, [Role.AUDITOR], "root", desk.now, vouched=True)
    wanted = Wanted(function="account.email.replace", tier=Tier.OFFICIAL, person="alice")
    assert [{"alice"}, set()] == [able(desk, at, wanted)[0] for at in (before, desk.now)]


def placed(desk, kind, subject, restriction=Restriction.NO_TOOL):
    """A hold for an hour."""
    found = Subject(kind=kind, id=subject)
    hold = place(found, restriction, starts=desk.now, until=desk.now + HOUR, why="an incident", placed_by="cora")
    with desk.book.change(desk.now) as page:
        page.place(hold)
    return hold.id


def test_whoever_was_held_could_do_nothing_on_that_date(desk):
    """In any spelling, a tool or a function as well; lifted or run out, it says so, and the date before stays as it was."""
    desk.gate.begin(desk.now)
    before = desk.now
    desk.clock.advance(1_000)
    sam = placed(desk, SubjectKind.STAFF, "SAM")
    during = desk.now
    desk.clock.advance(1_000)
    with desk.book.change(desk.now) as page:
        page.tell(sam, Over(at=desk.now, why="it was not sam"))
    lifted = desk.now
    desk.clock.advance(1_000)
    function = placed(desk, SubjectKind.TOOL, "support_desk/account.email.replace", Restriction.NO_TOOL_FUNCTION)
    session = placed(desk, SubjectKind.TOOL_SESSION, "s" * 64)
    last = desk.now
    wanted = Wanted(function="account.email.replace", tier=Tier.ORDINARY, person="sam")
    dates = (before, during, lifted, last, last + HOUR)
    told = {at: desk.access(at, wanted) for at in dates}
    assert [((), True), ((sam,), False), ((), True), ((function,), False), ((), True)] == [
        (right.holds, right.now) for at in dates for right in told[at][1]
    ]
    held = [{each.id for each in told[at][0].facts.holds} for at in dates]
    assert [set(), {sam}, set(), {function, session}, set()] == held
    question = desk.asked(desk.session("sam"), "account.email.replace")
    assert StaffReason.TOOL_HELD in desk.gate.state.answer(question, unseen=0).reasons


def test_a_lock_is_shown_beside_where_it_says_nothing_of_a_right(desk):
    """One on a network shuts out whoever comes from there, and nobody knows who that would have been."""
    desk.gate.begin(desk.now)
    lock = desk.lock(4, network="203.0.113.0/24", until=desk.now + MINUTE)
    date, found = desk.access(desk.now, E_MAIL)
    assert [lock] == list(date.facts.locks)
    assert {"sam"} <= {each.person for each in found if each.now}
    desk.clock.advance(MINUTE)
    assert () == desk.access(desk.now, E_MAIL)[0].facts.locks


def test_a_grant_that_the_gate_would_not_count_is_no_right(desk):
    """Given by somebody who is held, or to somebody whose roles have changed since."""
    desk.gate.begin(desk.now)
    more = {"hours": 1, "why": "a flood of tickets", "ticket": "T-9", "tier": Tier.OFFICIAL}
    for name in ("alice", "bob"):
        desk.gate.grants.give(name, "support_desk", "cora" if name == "alice" else "carl", desk.now, **more)
    wanted = Wanted(function="account.email.replace", tier=Tier.OFFICIAL)
    assert {"alice", "bob"} <= able(desk, desk.now, wanted)[0]
    desk.clock.advance(1_000)
    placed(desk, SubjectKind.STAFF, "cora")
    desk.people.change("bob", None, [Role.SUPPORT, Role.INVESTIGATOR], "root", desk.now, vouched=True)
    assert {"alice", "bob"} <= able(desk, desk.now, wanted)[1]


def test_a_grant_kept_by_an_older_version_whose_ticket_says_nothing_is_no_right(desk):
    """What the gate would not let count is not shown as if it did."""
    desk.gate.begin(desk.now)
    grant = desk.gate.grants.give(
        "alice", "support_desk", "cora", desk.now, hours=1, why="a case", ticket="T-9", tier=Tier.OFFICIAL
    )
    wanted = Wanted(function="account.email.replace", tier=Tier.OFFICIAL, person="alice")
    assert {"alice"} == able(desk, desk.now, wanted)[0]
    with desk.book.change(desk.now) as page:
        desk.gate.grants.kept.put(page, grant.id, msgspec.structs.replace(grant, ticket="-"))
    desk.clock.advance(1)
    assert {"alice"} == able(desk, desk.now, wanted)[1]


def test_whoever_is_kept_from_all_tools_is_named_with_what_keeps_them(desk):
    """A hold on them, or a lockdown of all tools; not one of a single tool."""
    desk.lock(4, tool="support_desk", until=desk.now + MINUTE)
    barred = lambda name: desk.gate.state.barred(name, desk.now)  # noqa: E731
    assert [(), ()] == [barred("sam"), barred("nobody")]
    hold, lock = placed(desk, SubjectKind.STAFF, "Sam"), desk.lock(3)
    assert [(hold, lock.id), (lock.id,), ()] == [barred(each) for each in ("sam", "alice", "cora")]
