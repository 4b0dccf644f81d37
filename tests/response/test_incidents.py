"""Warnings before any post."""

import pyarrow as pa
import pytest

from holdfast.containment import PlanKind, Restriction
from holdfast.detection import Term
from holdfast.detection.takeover import Takeover
from holdfast.events import CredentialChange
from holdfast.guard import Permit
from holdfast.response import AutoResponder, Concern, Named, Overtaken

MINUTE = 60_000


def takeover(account, now, session="ts-7", staff="s-17"):
    """A warning that the account looks taken over."""
    return Takeover(
        account=account,
        staff=staff,
        tool_session=session,
        changed_at=now - 3,
        reset_at=now - 2,
        signed_in_at=now - 1,
        warned_at=now,
        score=7.0,
        evidence=(Term(term="reset_at_once", log_likelihood=7.0),),
    )


@pytest.fixture
def warned(store, platform, clock, make_town):
    """A town whose engine warns of what the test puts on a list."""
    waiting = []

    def made(**wiring):
        town = make_town(store, platform, clock, warnings=lambda: [waiting.pop() for _ in list(waiting)], **wiring)
        town.warn = lambda *names: (waiting.extend(takeover(name, town.start) for name in names), town.tell())
        return town

    return made


def test_single_warnings_only_tell_people(warned):
    """Two accounts by one session may be honest support; they are on record, once each."""
    town = warned()
    town.warn("star0", "star1")
    town.warn("star1")

    assert () == town.desk.offers
    assert 2 == len(town.keys("takeover/")) == len(town.response.timeline)


def test_a_warning_calls_the_account_by_its_handle(warned, platform):
    """The people who read it know handles; ids are for programs."""
    town = warned()
    accounts = platform.accounts()
    handles = pa.array([f"@{name}" for name in accounts.column("handle").to_pylist()])
    place = accounts.schema.get_field_index("handle")
    town.response.meet(accounts.set_column(place, accounts.schema.field(place), handles))
    town.warn("star0")

    assert ["@star0 looks taken over by ts-7"] == [each.text for each in town.response.timeline]


def test_three_by_one_session_are_an_offer(warned):
    """From the session to its staff member to the accounts it took."""
    town = warned()
    town.warn(*town.stars[:3])

    assert Concern.TAKEOVERS is town.offer.concern
    kinds = [town.desk.plan(plan).kind for plan in town.offer.plans]
    assert [PlanKind.SESSION, PlanKind.STAFF, PlanKind.TOUCHED] == kinds


def test_many_more_are_offered_anew(warned):
    """Half as many again may change a mind; one more does not."""
    town = warned()
    town.warn(*town.stars[:4])
    town.warn(town.stars[4])
    assert 2 == town.offer.number  # at the third, and no more for the fourth

    town.warn(*town.stars[5:8])

    assert 3 == town.offer.number


def change(town, *accounts, ticket=""):
    """The tool session replaces the e-mails of these accounts, which nobody has warned of yet."""
    town.swap(accounts, ticket=ticket)
    changed = {"what": "email", "change": "replaced", "by": "staff", "staff": "s-17", "tool_session": "ts-7"}
    now = town.clock.now()
    town.tell(others=[CredentialChange(account=account, time=now, **changed) for account in accounts])


def test_what_the_session_changed_is_held_whether_or_not_it_was_warned_of(warned):
    """An account that no ticket asked for is in the same hands; one that was helped is only kept from being taken over."""
    town = warned(responder=AutoResponder(60))
    change(town, *town.stars[:4])
    change(town, "fan0", ticket="T1")
    town.warn(*town.stars[:3])
    town.run(2 * MINUTE)

    assert all(town.held(star, Restriction.NO_SIGN_IN) for star in town.stars[:4])
    assert town.held("fan0", Restriction.NO_CREDENTIAL_CHANGE)
    assert not town.held("fan0")


def test_what_was_taken_while_people_thought_is_offered_too_and_asked_once(warned):
    """A fourth account, changed after the plan was made: free by name when it is carried out, held a minute later."""
    town = warned(responder=AutoResponder(60))
    town.warn(*town.stars[:3])
    town.run(30_000)
    change(town, town.stars[3])
    town.run(31_000)
    assert town.held(town.stars[0])
    assert not town.held(town.stars[3])

    town.run(3 * MINUTE)
    assert town.held(town.stars[3], Restriction.NO_SIGN_IN)
    number = town.offer.number
    town.run(48 * 60 * MINUTE)
    assert number == town.offer.number
    assert not town.platform.flags()


def test_a_plan_that_lay_too_long_is_offered_again(warned):
    """Its cohort would have ended by now: nothing is done, and the plan as of now waits for a decision."""
    town = warned()
    town.warn(*town.stars[:3])
    old = town.offer
    town.clock.advance(31 * MINUTE)

    answer = town.carry_out()

    assert isinstance(answer, Overtaken)
    assert not town.platform.flags()
    assert (old.number + 1, True) == (town.offer.number, town.offer.wanted)
    assert isinstance(town.carry_out(), Permit)
    assert town.held(town.stars[0])


def test_who_was_accused_is_known_with_the_time_of_the_first_offer(warned):
    """However often it was offered since; two warnings are no accusation yet."""
    town = warned()
    town.warn(*town.stars[:2])
    assert () == town.response.incidents.accused

    town.warn(town.stars[2])
    first = town.clock.now()
    town.clock.advance(MINUTE)
    town.warn(*town.stars[3:8])

    assert 1 < town.offer.number
    assert (Named(factor="tool_session:ts-7", at=first),) == town.response.incidents.accused


@pytest.mark.parametrize(("told", "held"), [({"answers": {Concern.CAMPAIGN}}, False), ({}, True)])
def test_warnings_are_answered_like_all_else_unless_they_are_to_wait(warned, told, held):
    """The session's tools are taken before anybody has posted; or, told so, the rule waits for a campaign."""
    town = warned(responder=AutoResponder(60, **told))
    town.warn(*town.stars[:3])
    town.run(2 * MINUTE)

    assert held == bool(town.platform.flags())


def test_once_a_campaign_was_answered_warnings_that_were_to_wait_are_answered_too(warned):
    """An attack is known: what begins to take accounts over now belongs to it until shown otherwise."""
    town = warned(responder=AutoResponder(60, answers={Concern.CAMPAIGN}))
    town.attack()
    town.run(2 * MINUTE)
    assert not town.held("fan0", Restriction.NO_SIGN_IN)

    town.warn("fan0", "fan1", "fan2")
    town.run(2 * MINUTE)

    assert all(town.held(fan, Restriction.NO_SIGN_IN) for fan in ["fan0", "fan1", "fan2"])


def test_what_an_incident_holds_the_campaign_does_not_hold_again(warned):
    """The same accounts, held since the warning: the plan against the campaign adds only what is missing."""
    town = warned(responder=AutoResponder(60))
    change(town, *town.stars)
    town.warn(*town.stars[:3])
    town.run(2 * MINUTE)
    for star in town.stars[:3]:
        town.lure(star)
    town.run(5 * MINUTE)

    assert town.response.docket.cases
    by_name = [held.hold for held in town.response.book.holds.values() if held.hold.subject.kind == "account"]
    assert len(by_name) == len({(hold.subject, hold.restriction) for hold in by_name})


def test_what_is_in_force_already_is_not_offered_again(warned):
    """However often it is looked at anew, a plan of which nothing is missing calls nobody; what is lifted is missing."""
    town = warned(responder=AutoResponder(60))
    town.warn(*town.stars[:3])
    town.run(5 * MINUTE)
    number, incidents = town.offer.number, town.response.incidents

    with town.response.book.change(town.clock.now()) as page:
        incidents.offer_again(page, town.offer.about)
    assert number == town.offer.number

    plan = town.desk.plan(town.offer.recommended)
    live = [held.hold.id for held in town.response.book.holds.values() if held.hold.plan == plan.id]
    town.desk.request_lift(live[:1], "responder", "a mistake", town.clock.now())
    town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    with town.response.book.change(town.clock.now()) as page:
        incidents.offer_again(page, town.offer.about)
    assert number + 1 == town.offer.number


def test_a_plan_against_staff_is_bound_to_its_preview_too(warned):
    """The session has helped three hundred people since it was agreed to: the plan is offered anew, with them in it."""
    town = warned()
    town.swap(town.stars[:3])
    town.warn(*town.stars[:3])
    plan = town.desk.plan(town.offer.plans[-1])
    assert PlanKind.TOUCHED is plan.kind
    town.desk.request(plan.id, "responder", town.clock.now())
    changed = [
        CredentialChange(
            id=f"c-{fan}",
            time=town.clock.now(),
            account=fan,
            what="email",
            change="replaced",
            by="staff",
            staff="s-17",
            tool_session="ts-7",
        )
        for fan in town.fans[:300]
    ]
    town.swap(town.fans[:300], ticket="t-1")
    town.tell(others=changed)
    answer = town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    if not isinstance(answer, Overtaken):
        answer = town.desk.approve(list(town.desk.requests)[-1], "bea", town.clock.now())
    assert isinstance(answer, Overtaken)
    assert {"refused_per_hour"} == {each.figure for each in answer.drifts}
    town.run(MINUTE)
    assert not town.held(town.stars[0])
    assert 300 < town.desk.plan(town.offer.plans[-1]).preview.accounts
