"""Nothing is done that too few people agreed to, whichever way it is tried."""

import re

import msgspec
import pytest

from holdfast.containment import Restriction, Subject, SubjectKind, place
from holdfast.errors import NotAllowedError, UsageError
from holdfast.guard import Caller, Permit, Person, Policy, Refusal, RefusalCode, Role, Scope, Via
from holdfast.response import AutoResponder, HappeningKind, RequestState, shipped_texts
from holdfast.response.people import DAY
from holdfast.response.requests import OPEN_AT_ONCE

MINUTE = 60_000
HOUR = 60 * MINUTE


def filed(town):
    """The request that was filed last."""
    return list(town.desk.requests.values())[-1]


def asked(town, by="responder"):
    """The suggested plan, asked for after an attack; the id of the request."""
    town.attack()
    return town.desk.request(town.offer.recommended, by, town.clock.now()).request


def refused(call, *words, code):
    """The call is refused for this reason, with advice."""
    with pytest.raises(NotAllowedError) as error:
        call(*words)
    assert code == error.value.code
    assert error.value.advice
    return error.value


def token(town, person, secret="a"):
    """A token of somebody's, and the caller who shows it."""
    hash_ = f"sha256:{secret.encode().hex():0<64}"
    made = town.response.people.make_token(
        hash_, person, [Scope.DECIDE], "root", town.clock.now(), days=1, vouched=True
    )
    return made, Caller(person=person, via=Via.TOKEN, credential=made.id, scopes=frozenset(Scope))


@pytest.fixture
def staffed(make_town, store, platform, clock):
    """A town where people are registered, and nobody is wired in."""
    town = make_town(store, platform, clock, people=())
    people = town.response.people
    roles = {"root": Role.ADMINISTRATOR, "ann": Role.RESPONDER, "bob": Role.APPROVER, "cem": Role.COMMANDER}
    for name, role in roles.items():
        people.add(name, "", [role], "root", clock.now(), vouched=True)
    return town


def who(town, person):
    """The person, as signed in."""
    return Caller(person=person, via=Via.PASSKEY, scopes=frozenset(Scope))


@pytest.mark.parametrize("name", ["nobody", "approver"])
def test_a_bare_name_is_enough_only_for_whom_the_program_brought(staffed, name):
    """Whoever is registered shows a credential; a name alone opens nothing."""
    staffed.attack()
    desk, now = staffed.desk, staffed.clock.now()
    refused(desk.request, staffed.offer.recommended, name, now, code=RefusalCode.NOT_A_PERSON)
    refused(desk.request, staffed.offer.recommended, "ann", now, code=RefusalCode.NOT_A_PERSON)


def test_a_program_decides_nothing(staffed):
    """A caller without a person is refused on every path, whatever its scopes say."""
    staffed.attack()
    desk, now = staffed.desk, staffed.clock.now()
    program, plan = Caller(via=Via.TOKEN, scopes=frozenset(Scope)), staffed.offer.recommended
    request = desk.request(plan, who(staffed, "ann"), now).request
    for call in (
        lambda: desk.request(plan, program, now),
        lambda: desk.approve(request, program, now),
        lambda: desk.deny(request, program, "no", now),
        lambda: desk.emergency(request, program, "quick", now),
        lambda: desk.request_emergency(plan, program, "quick", now),
        lambda: desk.retry("h", program, now),
    ):
        refused(call, code=RefusalCode.NOT_A_PERSON)
    assert not staffed.response.book.holds


def test_whoever_lacks_the_role_hears_which_would_do(staffed):
    """The refusal names the roles from the policies; nothing is filed or counted."""
    staffed.attack()
    desk, now = staffed.desk, staffed.clock.now()
    plan = staffed.offer.recommended
    told = refused(desk.request, plan, who(staffed, "bob"), now, code=RefusalCode.ROLE_MISSING)
    assert "Allowed for: responder or commander." == told.advice
    assert {} == dict(desk.requests)
    request = desk.request(plan, who(staffed, "ann"), now).request
    for name in ("root", "ann2"):
        if name == "ann2":
            staffed.response.people.add(name, "", [Role.RESPONDER], "root", now, vouched=True)
        refused(desk.approve, request, who(staffed, name), now, code=RefusalCode.ROLE_MISSING)


def test_the_requester_never_counts_on_any_path(staffed):
    """Not in another spelling, not by another token, not after becoming an approver, not as the emergency's reviewer."""
    people, desk, now = staffed.response.people, staffed.desk, staffed.clock.now()
    people.change("ann", "", [Role.RESPONDER, Role.APPROVER, Role.COMMANDER], "root", now)
    request = asked(staffed, who(staffed, "ann"))
    now = staffed.clock.now()
    for secret in ("one", "two"):
        _, caller = token(staffed, "ann", secret)
        answer = desk.approve(request, caller, now)
        assert isinstance(answer, Refusal)
        assert answer.code is RefusalCode.REQUESTER_APPROVED
    for spelling in ("ANN", "ann\u200b", " ann"):
        refused(desk.approve, request, who(staffed, spelling), now, code=RefusalCode.NOT_A_PERSON)
    assert isinstance(desk.request(staffed.offer.recommended, who(staffed, "ann"), now), Refusal)
    assert not staffed.response.book.holds


def test_asking_again_leaves_the_first_to_ask_the_requester(staffed):
    """Somebody who asks for what another has asked for may still agree to it; that makes two people."""
    desk = staffed.desk
    request = asked(staffed, who(staffed, "ann"))
    assert request == desk.request(staffed.offer.recommended, who(staffed, "cem"), staffed.clock.now()).request
    permit = desk.approve(request, who(staffed, "cem"), staffed.clock.now())
    assert isinstance(permit, Permit)
    assert ("ann", ("cem",)) == (permit.by, permit.approved_by)


def test_an_approval_of_another_hash_is_refused(town):
    """Whoever saw something else is told to look again; their word is not kept."""
    request = asked(town)
    for wrong in ("0" * 64, filed(town).request.action_hash[:-1], filed(town).request.action_hash.upper()):
        with pytest.raises(NotAllowedError) as error:
            town.desk.approve(request, "approver", town.clock.now(), seen=wrong)
        assert RefusalCode.APPROVED_ANOTHER_PLAN == error.value.code
    assert () == filed(town).approvals
    seen = filed(town).request.action_hash
    assert isinstance(town.desk.approve(request, "approver", town.clock.now(), seen=seen), Permit)


def test_a_stored_plan_that_was_tampered_with_is_not_carried_out(town):
    """The permit covers the hash of what is about to be done, not of what the request says."""
    request = asked(town)
    kept = filed(town)
    wider = msgspec.structs.replace(kept.plan, holds=kept.plan.holds[:-1])
    with town.response.book.change(town.clock.now()) as page:
        town.desk.requests.put(page, request, msgspec.structs.replace(kept, plan=wider))
    with pytest.raises(NotAllowedError, match="not the one that was agreed to"):
        town.desk.approve(request, "approver", town.clock.now())
    assert not town.response.book.holds


def test_a_denial_closes_it_however_many_agree(town):
    """One no, before or between approvals, and it is over; asking anew is another request with its own number."""
    request = asked(town)
    answer = town.desk.deny(request, "bea", "too wide", town.clock.now())
    assert answer.code is RefusalCode.DENIED
    for name in ("approver", "cem", "commander"):
        assert town.desk.approve(request, name, town.clock.now()).code is RefusalCode.DENIED
    assert RequestState.DENIED is filed(town).state
    assert not town.response.book.holds
    assert [f"denial/{request}"] == town.keys("denial/")
    again = town.desk.request(town.offer.recommended, "other", town.clock.now())
    assert f"{request}-2" == again.request
    assert isinstance(town.desk.approve(again.request, "approver", town.clock.now()), Permit)


def test_whoever_asked_may_withdraw_and_others_need_a_role_to_deny(town):
    """The requester's no counts; another responder's does not; a no takes a reason."""
    request = asked(town)
    refused(town.desk.deny, request, "other", "no", town.clock.now(), code=RefusalCode.ROLE_MISSING)
    refused(town.desk.deny, request, "approver", " \n ", town.clock.now(), code=RefusalCode.REASON_MISSING)
    town.desk.deny(request, "responder", "a mistake", town.clock.now())
    assert RequestState.DENIED is filed(town).state
    refused(town.desk.deny, request, "approver", "me too", town.clock.now(), code=RefusalCode.REQUEST_CLOSED)


@pytest.mark.parametrize("lost", ["role", "person", "token"])
def test_an_approval_counts_no_more_once_its_person_may_not_agree(staffed, lost, store):
    """Between approval and execution the role, the person or the token went: one more person is needed."""
    people, desk = staffed.response.people, staffed.desk
    people.add("dora", "", [Role.APPROVER], "root", staffed.clock.now(), vouched=True)
    staffed.response.entitled.policy = two_for_everything()
    request = asked(staffed, who(staffed, "ann"))
    now = staffed.clock.now()
    made, bob = token(staffed, "bob")
    assert desk.approve(request, bob, now).missing == 1
    {
        "role": lambda: people.change("bob", "", [Role.AUDITOR], "root", now),
        "person": lambda: people.take_out("bob", "root", now),
        "token": lambda: people.revoke_token(made.id, "root", now),
    }[lost]()
    answer = desk.approve(request, who(staffed, "cem"), now)
    assert (RefusalCode.APPROVER_BARRED, 1) == (answer.code, answer.missing)
    assert not staffed.response.book.holds
    permit = desk.approve(request, who(staffed, "dora"), now)
    assert isinstance(permit, Permit)
    assert ("cem", "dora") == permit.approved_by


def two_for_everything():
    """The shipped policies with a table that asks for two people whatever it is."""
    texts = shipped_texts()
    texts["quorum.toml"] = (
        texts["quorum.toml"].replace("approvals = 1", "approvals = 2").replace("approvals = 0", "approvals = 2")
    )
    return Policy(texts)


@pytest.mark.parametrize("lost", ["role", "person", "token"])
def test_a_request_is_void_once_its_requester_may_not_ask(staffed, lost):
    """What a stolen token asked for is not carried out after the token was revoked; somebody else may ask anew."""
    people, desk = staffed.response.people, staffed.desk
    made, ann = token(staffed, "ann")
    request = asked(staffed, ann)
    now = staffed.clock.now()
    {
        "role": lambda: people.change("ann", "", [], "root", now),
        "person": lambda: people.take_out("ann", "root", now),
        "token": lambda: people.revoke_token(made.id, "root", now),
    }[lost]()
    assert RefusalCode.REQUESTER_BARRED is desk.approve(request, who(staffed, "bob"), now).code
    assert RequestState.VOID is filed(staffed).state
    people.change("ann", "", [Role.RESPONDER], "root", now)
    assert RefusalCode.REQUEST_CLOSED is desk.approve(request, who(staffed, "bob"), now).code
    again = desk.request(staffed.offer.recommended, who(staffed, "cem"), now).request
    assert f"{request}-2" == again
    assert isinstance(desk.approve(again, who(staffed, "bob"), now), Permit)


def test_other_policies_void_what_was_filed_under_the_old_ones(town, make_town, store, platform, clock):
    """A service started anew with other policies carries nothing out that was asked for under the old ones."""
    request = asked(town)
    texts = shipped_texts()
    texts["holdfast.cedar"] += "\n// changed\n"
    policy = Policy(texts)
    again = make_town(store, platform, clock, policy=policy)
    assert RefusalCode.POLICY_CHANGED is again.desk.approve(request, "approver", clock.now()).code
    assert RequestState.VOID is again.desk.requests[request].state
    anew = again.desk.request(filed(again).plan.id, "responder", clock.now()).request
    permit = again.desk.approve(anew, "approver", clock.now())
    assert (f"{request}-2", policy.version) == (permit.request, permit.policy)


def test_an_approval_stands_as_long_as_the_table_says(town):
    """After half an hour it is as if it had not been given; what was asked for stays."""
    town.response.entitled.policy = two_for_everything()
    request = asked(town)
    town.desk.approve(request, "approver", town.clock.now())
    town.clock.advance(30 * MINUTE)
    answer = town.desk.approve(request, "bea", town.clock.now())
    assert (RefusalCode.APPROVAL_EXPIRED, 1) == (answer.code, answer.missing)


def test_what_too_few_people_may_agree_to_cannot_be_asked_for(staffed):
    """The refusal says who may; with one person more it can be asked for."""
    people, desk = staffed.response.people, staffed.desk
    now = staffed.clock.now()
    people.take_out("bob", "root", now)
    people.take_out("cem", "root", now)
    staffed.attack()
    now = staffed.clock.now()
    told = refused(
        desk.request, staffed.offer.recommended, who(staffed, "ann"), now, code=RefusalCode.QUORUM_UNREACHABLE
    )
    assert "Besides ann these may: nobody." in told.advice
    assert {} == dict(desk.requests)
    people.change("bob", "", [Role.APPROVER], "root", now, vouched=True)
    assert isinstance(desk.request(staffed.offer.recommended, who(staffed, "ann"), now), Refusal)


def test_nobody_has_more_requests_open_than_others_can_answer(staffed):
    """The next one is refused until one is closed; the same again, other people and an emergency are not kept back."""
    staffed.attack()
    desk, now, ann = staffed.desk, staffed.clock.now(), who(staffed, "ann")
    with staffed.response.book.change(now) as page:
        holds = [
            place(Subject(kind=SubjectKind.ACCOUNT, id=f"fan{n}"), Restriction.NO_POSTING, starts=now, why="test")
            for n in range(OPEN_AT_ONCE + 1)
        ]
        for hold in holds:
            page.place(hold)
    first, *_ = [desk.request_lift([hold.id], ann, "why not", now) for hold in holds[:-1]]
    again = desk.request_lift([holds[0].id], ann, "why not", now)
    assert first.request == again.request
    error = refused(desk.request_lift, [holds[-1].id], ann, "why not", now, code=RefusalCode.TOO_MANY_OPEN)
    assert "holdfast deny" in error.advice
    refused(desk.request, staffed.offer.recommended, ann, now, code=RefusalCode.TOO_MANY_OPEN)
    assert desk.request_lift([holds[-1].id], who(staffed, "cem"), "why not", now).request
    staffed.response.people.change("ann", "", [Role.RESPONDER, Role.COMMANDER], "root", now)
    assert isinstance(desk.request_emergency(staffed.offer.recommended, ann, "they post now", now), Permit)
    desk.deny(first.request, ann, "not needed", now)
    assert desk.request_lift([holds[0].id], ann, "after all", now).request


def test_lifting_takes_a_reason_and_somebody_else(town):
    """To set one account free is what the intruder wants, too: one other person agrees to it."""
    town.attack()
    town.carry_out()
    hold = next(iter(town.response.book.holds))
    refused(town.desk.request_lift, [hold], "responder", "", town.clock.now(), code=RefusalCode.REASON_MISSING)
    answer = town.desk.request_lift([hold], "responder", "its owner called", town.clock.now())
    assert 1 == answer.missing


class TestEmergency:
    """One person alone, for a reason, for a while."""

    def test_it_is_done_at_once_and_ends_soon(self, town):
        """The holds stand within the moment and for an hour; nobody agreed, and the permit says why."""
        request = asked(town)
        permit = town.desk.emergency(request, "commander", "  it spreads ", town.clock.now())
        assert isinstance(permit, Permit)
        assert ("commander", (), "it spreads") == (permit.by, permit.approved_by, permit.emergency)
        town.run(MINUTE)
        assert all(town.held(star) for star in town.stars)
        until = town.start + 10 * MINUTE + 30_000 + HOUR
        assert {True} == {
            held.hold.until is not None and held.hold.until <= until for held in town.response.book.holds.values()
        }
        town.run(HOUR)
        assert not any(town.held(star) for star in town.stars)

    def test_others_can_agree_to_it_by_then(self, town):
        """The plan stays on the desk; carried out with others, it stands as long as it was planned."""
        request = asked(town)
        town.desk.emergency(request, "commander", "it spreads", town.clock.now())
        town.run(MINUTE)
        assert town.offer.wanted
        anew = town.desk.request(filed(town).plan.id, "responder", town.clock.now()).request
        assert f"{request}-2" == anew
        assert isinstance(town.desk.approve(anew, "approver", town.clock.now()), Permit)
        town.run(2 * HOUR)
        assert all(town.held(star) for star in town.stars)

    def test_what_follows_the_campaign_ends_then_too(self, town):
        """Carriers found later are held under the same order, no longer than the rest, and named on its record."""
        request = asked(town)
        town.desk.emergency(request, "commander", "it spreads", town.clock.now())
        before = set(town.response.book.holds)
        town.clock.advance(MINUTE)
        town.lure("fan1")
        town.run(MINUTE)
        fresh = [held.hold for key, held in town.response.book.holds.items() if key not in before]
        latest = max(held.hold.until for key, held in town.response.book.holds.items() if key in before)
        assert fresh
        assert {latest} == {hold.until for hold in fresh}
        followed = [each.record.body for each in town.store.entries() if each.record.key.startswith("follow-up/")]
        assert {hold.id for hold in fresh} == {key for body in followed for key in body["holds"]}

    def test_those_who_were_skipped_are_told_and_a_review_is_owed(self, town):
        """Each who might have agreed gets a notice; the review stands open, on record, until somebody else closes it."""
        request = asked(town)
        town.desk.emergency(request, "commander", "it spreads", town.clock.now())
        (notice,) = town.response.notices.kept.values()
        assert ("approver", "bea", "cem") == notice.to
        assert "commander carried out what responder asked for, alone: it spreads" in notice.text
        assert 1 == len(town.keys("notice/"))
        (owed,) = town.response.emergencies.owed
        assert (request, owed.at + DAY) == (owed.request, owed.due)
        assert {HappeningKind.EMERGENCY, HappeningKind.NOTICE} <= {each.kind for each in town.response.timeline}

    def test_somebody_else_closes_the_review_once(self, town):
        """Neither who did it nor who asked for it; with a finding; what was found stays."""
        request = asked(town)
        town.desk.emergency(request, "commander", "it spreads", town.clock.now())
        emergencies, now = town.response.emergencies, town.clock.now()
        for name in ("commander", "responder", "COMMANDER"):
            with pytest.raises(NotAllowedError) as error:
                emergencies.close(request, name, justified=True, finding="fine", now=now)
            assert RefusalCode.OWN_DEED == error.value.code
        with pytest.raises(NotAllowedError):
            emergencies.close(request, "bea", justified=True, finding="  ", now=now)
        closed = emergencies.close(request, "bea", justified=False, finding="others were awake", now=now)
        assert (False, "bea") == (closed.justified, closed.closed_by)
        assert [] == list(emergencies.owed)
        assert [f"review/{request}"] == town.keys("review/")
        with pytest.raises(UsageError, match="no review is owed"):
            emergencies.close(request, "cem", justified=True, finding="fine", now=now)

    @pytest.mark.parametrize("name", ["responder", "approver", "bea"])
    def test_it_takes_a_role(self, town, name):
        """Whoever may only ask, or only agree, cannot do it alone."""
        request = asked(town)
        refused(town.desk.emergency, request, name, "quick", town.clock.now(), code=RefusalCode.ROLE_MISSING)

    def test_it_takes_a_reason(self, town):
        """Nothing is filed and nothing done without one."""
        town.attack()
        now = town.clock.now()
        plan = town.offer.recommended
        refused(town.desk.request_emergency, plan, "commander", " ", now, code=RefusalCode.REASON_MISSING)
        assert {} == dict(town.desk.requests)

    def test_nothing_for_good_is_done_in_one(self, town):
        """A plan that revokes an app waits for others, whoever is there, on both paths."""
        town.attack()
        kept = town.desk.plan(town.offer.recommended)
        app = Subject(kind=SubjectKind.APP, id="app-1")
        gone = place(app, Restriction.REVOKE_APP, starts=town.clock.now(), until=None, why="", plan=kept.id)
        plan = msgspec.structs.replace(kept, holds=(*kept.holds, gone))
        with town.response.book.change(town.clock.now()) as page:
            town.desk._offers.plans.put(page, plan.id, plan)
        now = town.clock.now()
        code = RefusalCode.NOT_IN_EMERGENCY
        refused(town.desk.request_emergency, plan.id, "commander", "quick", now, code=code)
        request = town.desk.request(plan.id, "responder", now).request
        refused(town.desk.emergency, request, "commander", "quick", now, code=code)
        assert not town.response.book.holds

    def test_nobody_lifts_or_gives_back_in_one(self, town):
        """What sets free cannot be taken back by ending soon."""
        town.attack()
        town.carry_out()
        hold = next(iter(town.response.book.holds))
        request = town.desk.request_lift([hold], "responder", "all clear", town.clock.now()).request
        refused(town.desk.emergency, request, "commander", "quick", town.clock.now(), code=RefusalCode.NOT_IN_EMERGENCY)

    def test_it_does_not_beat_a_denial(self, town):
        """What somebody said no to is not done alone either."""
        request = asked(town)
        town.desk.deny(request, "approver", "wrong campaign", town.clock.now())
        refused(town.desk.emergency, request, "commander", "quick", town.clock.now(), code=RefusalCode.REQUEST_CLOSED)

    def test_it_does_not_beat_a_denial_by_being_asked_for_anew(self, town):
        """The same plan, filed again by whomever, is not done alone; that others agree to it is the way."""
        request = asked(town)
        plan = filed(town).plan.id
        town.desk.deny(request, "approver", "wrong campaign", town.clock.now())
        now, code = town.clock.now(), RefusalCode.DENIED
        refused(town.desk.request_emergency, plan, "commander", "quick", now, code=code)
        assert [request] == list(town.desk.requests)
        anew = town.desk.request(plan, "other", now).request
        refused(town.desk.emergency, anew, "commander", "quick", now, code=code)
        assert not town.response.book.holds
        assert isinstance(town.desk.approve(anew, "bea", now), Permit)

    def test_a_request_that_was_withdrawn_may_be_done_alone(self, town):
        """Whoever asked has said no to nothing but having asked."""
        request = asked(town)
        town.desk.deny(request, "responder", "not now", town.clock.now())
        permit = town.desk.request_emergency(filed(town).plan.id, "commander", "now", town.clock.now())
        assert "now" == permit.emergency

    def test_where_nobody_else_is_there_it_is_the_way(self, make_town, store, platform, clock):
        """A request that nobody could agree to is refused; asked for as an emergency it is done, and told."""
        alone = make_town(store, platform, clock, people=[Person(id="commander", roles=(Role.COMMANDER,))])
        alone.attack()
        plan, now = alone.offer.recommended, clock.now()
        refused(alone.desk.request, plan, "commander", now, code=RefusalCode.QUORUM_UNREACHABLE)
        assert alone.desk.request_emergency(plan, "commander", "nobody else is awake", now).emergency
        assert 1 == len(alone.response.emergencies.owed)


def test_what_the_policies_keep_from_a_drills_few_waits_for_people(make_town, store, platform, clock):
    """Where three must agree, two that answer by themselves carry nothing out, and the response goes on."""
    texts = shipped_texts()
    texts["quorum.toml"] = re.sub("approvals = [0-2]", "approvals = 3", texts["quorum.toml"])
    town = make_town(store, platform, clock, responder=AutoResponder(60), policy=Policy(texts))
    town.attack()
    town.run(10 * MINUTE)
    assert {} == dict(town.desk.requests)
    assert town.offer.wanted
