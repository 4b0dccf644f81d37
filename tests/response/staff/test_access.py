"""Who could do what on a past date: by the people, the leave, the tiers and the policies of that date."""

import hashlib

import pytest
import rfc8785

from holdfast.errors import UsageError
from holdfast.guard import Person, Role
from holdfast.guard.staff import Need, StaffFacts, StaffPolicy, Tier
from holdfast.response import Confirming, shipped_staff_texts
from holdfast.response.staff.access import Wanted

from .conftest import Desk

E_MAIL = Wanted(function="account.email.replace")


def able(desk, at, wanted=E_MAIL):
    """Who could, at once, and whoever would have needed a grant first."""
    found = list(desk.gate.access(at, wanted)[1])
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
    _, then = desk.gate.access(before, wanted)
    _, now = desk.gate.access(desk.now, wanted)
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
    date, _ = again.gate.access(before, E_MAIL)
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
    date, _ = desk.gate.access(desk.now, E_MAIL)
    assert date.since == date.certain_from < desk.now - 500
    assert len(desk.keys("gate-policy/")) == 1


def test_it_is_worked_out_by_whoever_reads_it(desk):
    """Of thousands of people it takes seconds, in which the owner of the state would take nothing and lock nothing."""
    desk.gate.begin(desk.now)
    before = desk.gate.policy.ruling.cache_info()
    _, found = desk.gate.access(desk.now, Wanted())
    assert before == desk.gate.policy.ruling.cache_info()
    assert {"alice", "sam"} <= {each.person for each in found}


def test_before_the_first_start_nothing_is_claimed(desk):
    """A date of which the policies are not known is refused."""
    desk.gate.begin(desk.now)
    with pytest.raises(UsageError, match="not known which policies"):
        desk.gate.access(desk.now - 1, E_MAIL)


def test_an_account_called_as_a_person_is_hides_neither(desk):
    """What was there before all was kept is told of both."""
    facts = StaffFacts(version=0, persons=(Person(id="zoe"),), tiers={"zoe": Tier.PROTECTED})
    desk.gate.past.begin(desk.gate.policy, facts, desk.now)
    then = desk.gate.past.on(desk.now - 1).facts
    assert (then.persons[-1:], then.tiers) == (facts.persons, facts.tiers)


def test_what_it_says_is_what_the_gate_answers(desk):
    """Whoever is named with nothing missing gets a yes for the tickets and passkeys it takes; whoever is not, a no."""
    desk.gate.begin(desk.now)
    _, found = desk.gate.access(desk.now, Wanted(function="account.look_up", tier=Tier.ORDINARY))
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
