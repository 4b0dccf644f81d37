"""What people can ask for, and what it takes."""

import pytest

from holdfast.containment import PlanKind
from holdfast.errors import UsageError
from holdfast.guard import Action, Permit, Question, Refusal, RefusalCode, Verdict
from holdfast.response import HappeningKind, HoldState, Overtaken, RequestState

MINUTE = 60_000


def filed(town):
    """The one request on the desk."""
    (request,) = town.desk.requests.values()
    return request


def test_nothing_is_done_without_a_second_person(town):
    """The requester's own word is not enough, however often it is said, and every try is on record."""
    town.attack()

    asked = town.desk.request(town.offer.recommended, "responder", town.clock.now())
    again = town.desk.approve(filed(town).request.id, "responder", town.clock.now())
    town.run(MINUTE)

    assert (RefusalCode.APPROVALS_MISSING, RefusalCode.REQUESTER_APPROVED) == (asked.code, again.code)
    assert not town.platform.flags()
    assert not town.response.book.holds
    assert 1 == len(town.keys("approval/"))


def test_a_second_person_sets_it_going(town):
    """The permit, the holds and their intents stand on record together; then the platform holds them."""
    town.attack()

    permit = town.carry_out()

    assert isinstance(permit, Permit)
    assert ("approver",) == permit.approved_by
    assert RequestState.DONE is filed(town).state
    assert all(town.held(star) for star in town.stars)
    assert not any(town.held(fan) for fan in town.fans)
    keys = town.keys()
    assert f"permit/{permit.request}" == keys[keys.index(town.keys("intent/")[0]) - 1]
    assert not town.offer.wanted


def test_a_plan_that_adds_nothing_says_so(town):
    """All its holds are in force by a wider one: the time line does not speak of holds that were not placed."""
    town.attack()
    narrow = next(plan for plan in map(town.desk.plan, town.offer.plans) if plan.kind is PlanKind.CARRIERS)
    town.carry_out()

    town.desk.request(narrow.id, "responder", town.clock.now())
    town.desk.approve(narrow.action_hash[:16], "approver", town.clock.now())

    placed = [each.text for each in town.response.timeline if each.kind is HappeningKind.PLACED]
    assert placed[0].partition(": ")[0].endswith(" holds placed")
    assert f"nothing new to hold: {narrow.title}" == placed[-1]


def test_agreeing_again_changes_nothing(town):
    """What is done is done once; the same permit is shown."""
    town.attack()
    permit = town.carry_out()
    size = town.store.checkpoint().size

    assert permit == town.desk.approve(permit.request, "commander", town.clock.now())
    assert permit == town.desk.request(town.offer.recommended, "other", town.clock.now())
    assert size == town.store.checkpoint().size


def test_asking_twice_is_asking_once(town):
    """The first to ask stays the requester, so nobody turns an approver into one."""
    town.attack()
    town.desk.request(town.offer.recommended, "responder", town.clock.now())
    town.desk.request(town.offer.recommended, "other", town.clock.now())

    assert "responder" == filed(town).request.by
    assert 1 == len(town.keys("request/"))


def test_an_approval_is_for_the_plan_as_it_was_seen(town):
    """When the campaign has grown and plans were offered anew, what was requested is still what is carried out."""
    town.attack()
    seen = town.desk.plan(town.offer.recommended)
    town.desk.request(seen.id, "responder", town.clock.now())
    town.clock.advance(MINUTE)
    town.swap(town.fans[:20])
    town.lure(*town.stars[3:9])
    assert seen != town.desk.plan(town.offer.recommended)

    answer = town.desk.approve(seen.action_hash[:16], "approver", town.clock.now())

    assert isinstance(answer, Permit)
    assert seen.action_hash == answer.action_hash
    assert {hold.id for hold in seen.holds} <= set(town.response.book.holds)
    assert 1 == len(town.keys("follow-up/"))  # what came since, under the order that was just given


def test_a_plan_that_would_cost_more_than_its_preview_is_offered_again(town):
    """Between preview and deed the tool session touches many more in its holder's way: nothing is done, on record."""
    town.attack()
    town.desk.request(town.offer.recommended, "responder", town.clock.now())
    number = town.offer.number
    town.swap(town.fans[:80])  # touched by the session, though neither carriers nor, at the last look, next

    answer = town.desk.approve(filed(town).request.id, "approver", town.clock.now())

    assert isinstance(answer, Overtaken)
    assert {"innocent"} <= {drift.figure for drift in answer.drifts}
    assert not town.response.book.holds
    assert RequestState.OVERTAKEN is filed(town).state
    assert number + 1 == town.offer.number
    assert 1 == len(town.keys("overtaken/"))
    assert isinstance(town.desk.approve(filed(town).request.id, "approver", town.clock.now()), Overtaken)


def test_a_plan_whose_holds_would_be_over_is_offered_again(town):
    """A cohort hold of half an hour that is approved after three quarters would be placed for nothing."""
    town.attack()
    town.desk.request(town.offer.recommended, "responder", town.clock.now())
    town.clock.advance(45 * MINUTE)

    answer = town.desk.approve(filed(town).request.id, "approver", town.clock.now())

    assert isinstance(answer, Overtaken)
    assert answer.over
    assert not town.response.book.holds


def test_an_approval_that_has_grown_old_has_to_be_given_again(town):
    """Two are needed for a one-way plan; the first approval does not wait for ever for the second."""
    town.attack()
    town.carry_out()
    ids = list(town.response.book.holds)
    town.desk.request_lift(ids, "responder", "all clear", town.clock.now())
    request = list(town.desk.requests)[-1]

    assert isinstance(town.desk.approve(request, "approver", town.clock.now()), Refusal)
    town.clock.advance(31 * MINUTE)
    assert isinstance(town.desk.approve(request, "commander", town.clock.now()), Refusal)
    assert isinstance(town.desk.approve(request, "approver", town.clock.now()), Permit)


def test_lifting_from_hijacked_accounts_takes_as_many_people_as_giving_them_back(town):
    """One stolen staff login cannot free the accounts, nor can two; once three have agreed, the platform lets go and the gate too."""
    town.attack()
    town.carry_out()
    star = town.stars[0]
    ids = [key for key, held in town.response.book.holds.items() if held.hold.subject.id in town.stars]

    refused = town.desk.request_lift(ids, "responder", "a mistake", town.clock.now())
    assert isinstance(refused, Refusal)
    assert town.held(star)

    assert isinstance(town.desk.approve(refused.request, "approver", town.clock.now()), Refusal)
    town.desk.approve(refused.request, "commander", town.clock.now())
    town.run(MINUTE)

    assert not any(town.held(star) for star in town.stars)
    assert {HoldState.ENDED} == {town.response.book.holds[key].state for key in ids}
    assert 1 == len([key for key in town.keys("permit/") if refused.request in key])


def test_what_was_lifted_is_not_put_back_by_a_standing_order(town):
    """A person's word stands against the order's: the campaign grows, and the freed account stays free."""
    town.attack()
    town.carry_out()
    freed = [key for key, held in town.response.book.holds.items() if held.hold.subject.id == town.stars[5]]
    asked = town.desk.request_lift(freed, "responder", "its owner called", town.clock.now())
    town.desk.approve(asked.request, "approver", town.clock.now())
    town.desk.approve(asked.request, "commander", town.clock.now())
    town.run(MINUTE)

    town.lure(town.stars[6])
    town.run(MINUTE)

    assert not town.held(town.stars[5])
    assert town.held(town.stars[6])


def test_a_dead_letter_is_tried_again_by_a_persons_word(town):
    """Who asked for it is on record."""
    town.attack()
    town.platform.refuses = set(town.stars)
    town.carry_out()
    town.run(10 * MINUTE)
    dead = town.desk.dead_letters
    assert dead
    assert dead == sorted(dead, key=lambda held: (-held.hold.harm, held.hold.id))

    town.platform.refuses = set()
    town.desk.retry(dead[0].hold.id, "commander", town.clock.now())
    town.response.work(town.clock.now())

    assert HoldState.IN_FORCE is town.response.book.holds[dead[0].hold.id].state
    (entry,) = [each for each in town.store.entries() if each.record.key.startswith("retry/")]
    assert "commander" == entry.record.actor


def test_what_is_not_on_the_desk_is_a_usage_error(town):
    """Plans, requests, holds and dead letters that are not there are told apart from refusals."""
    now = town.clock.now()
    with pytest.raises(UsageError, match="no plan"):
        town.desk.request("nothing", "responder", now)
    with pytest.raises(UsageError, match="no request"):
        town.desk.approve("nothing", "approver", now)
    with pytest.raises(UsageError, match="no hold"):
        town.desk.request_lift(["nothing"], "responder", "why", now)
    with pytest.raises(UsageError, match="no hold was named"):
        town.desk.request_lift([], "responder", "why", now)
    with pytest.raises(UsageError, match="no dead letter"):
        town.desk.retry("nothing", "responder", now)


def test_a_held_account_is_refused_at_the_gate_as_soon_as_its_intent_is_kept(town):
    """The gate does not wait for the platform to be told."""
    town.attack()
    town.desk.request(town.offer.recommended, "responder", town.clock.now())
    town.desk.approve(filed(town).request.id, "approver", town.clock.now())
    question = Question(account=town.stars[7], action=Action.POST, time=town.clock.now(), text="hello")

    assert not town.platform.flags()
    assert Verdict.REFUSE is town.response.gate.ask(question).verdict


def test_what_stands_already_is_not_placed_twice(town):
    """A wider plan that is carried out later adds what is missing."""
    town.attack()
    carriers = next(plan for plan in map(town.desk.plan, town.offer.plans) if plan.kind is PlanKind.CARRIERS)
    wider = town.desk.plan(town.offer.recommended)
    for plan in (carriers, wider):
        town.desk.request(plan.id, "responder", town.clock.now())
        town.desk.approve(plan.action_hash[:16], "approver", town.clock.now())

    placed = [(held.hold.subject, held.hold.restriction) for held in town.response.book.holds.values()]
    assert len(placed) == len(set(placed)) == len(wider.holds)
