"""What an approved plan covers as its campaign grows."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.containment import (
    BlastRadius,
    Plan,
    PlanKind,
    Restriction,
    StoppedHarm,
    Subject,
    SubjectKind,
    place,
)
from holdfast.response.case import StandingOrder
from holdfast.response.standing import Limits, follow_up, followed, lasting_order, succeeded, undone

START = 1_000_000
ORDER = StandingOrder(
    request="r", kind=PlanKind.CAUSE, by="responder", most_accounts=10, approvals=1, until=START + 1_000
)


def hold(kind=SubjectKind.ACCOUNT, name="a", restriction=Restriction.NO_POSTING, **fields):
    """One hold of a plan."""
    return place(Subject(kind=kind, id=name), restriction, **{"starts": START, "why": "test", **fields})


POST = hold(SubjectKind.POST, "p", Restriction.HIDE_POST)
LURE = hold(SubjectKind.LURE, "domain:x.example", Restriction.REFUSE_LURE)


def plan(*holds, kind=PlanKind.CAUSE, accounts=3):
    """A plan that would hold so many accounts."""
    return Plan(
        id=f"plan-{kind}",
        campaign="c",
        kind=kind,
        title="test",
        holds=holds,
        preview=BlastRadius(accounts=accounts),
        stops=StoppedHarm(views=1.0, of=1.0),
        proposed_at=START,
    )


def test_only_what_was_never_placed_follows():
    """What stood and was lifted is not put back by a standing order, and what is there is not placed twice."""
    lifted = msgspec.structs.replace(hold(name="lifted"), lifted_at=START)

    follow = follow_up(
        ORDER, plan(hold(name="new"), hold(name="old"), hold(name="lifted")), [hold(name="old"), lifted], START
    )

    assert ["new"] == [each.subject.id for each in follow.holds]
    assert 0 == follow.beyond


def test_the_same_hold_from_a_later_plan_is_the_same():
    """A plan made anew gives its holds other ids; what they do decides."""
    later = hold(name="a", plan="later", until=START + 5)

    assert () == follow_up(ORDER, plan(later), [hold(name="a", plan="earlier")], START).holds


def test_beyond_its_size_the_greatest_harm_follows_and_the_rest_is_asked():
    """Hiding the campaign's posts and refusing its lures holds nobody; of the accounts it touched, so many follow."""
    touched = [hold(name=f"a{number:02}", harm=float(number)) for number in range(12)]

    follow = follow_up(ORDER, plan(*touched, POST, LURE, accounts=12), [], START)

    assert (*touched[2:], POST, LURE) == follow.holds
    assert 2 == follow.beyond


def test_what_was_placed_makes_no_room_for_more():
    """The order reaches to so many accounts in all, however often it is followed."""
    touched = [hold(name=f"a{number:02}", harm=float(number)) for number in range(12)]
    whole = plan(*touched, accounts=12)
    left = plan(*touched[:2], accounts=12)

    follow = follow_up(ORDER, left, touched[2:], START, whole=whole)

    assert () == follow.holds
    assert 2 == follow.beyond


def test_an_account_worth_more_is_not_crowded_out_by_those_that_came_before():
    """A flood of touched accounts of no reach has used up the order; the one that matters follows all the same."""
    cheap = [hold(name=f"a{number:02}", harm=1.0) for number in range(40)]
    star = hold(name="star", harm=1e6)
    whole = plan(*cheap, star, accounts=41)

    follow = follow_up(ORDER, plan(star, *cheap[10:], accounts=41), cheap[:10], START, whole=whole)

    assert (star,) == follow.holds


def test_a_flood_of_carriers_does_not_keep_the_order_from_those_that_matter():
    """Ten thousand worthless accounts post the lure: they are held, and so is every other carrier."""
    flood = [hold(name=f"sock{number}", harm=1.0) for number in range(20_000)]
    star = hold(name="star", harm=1e6)
    grown = msgspec.structs.replace(plan(*flood, star), preview=BlastRadius(accounts=20_001, carriers=20_001))

    follow = follow_up(ORDER, grown, [], START, carriers={each.subject.id for each in (*flood, star)})

    assert 20_001 == len(follow.holds)
    assert 0 == follow.beyond


def test_a_one_way_deed_is_asked_again_and_what_can_be_undone_goes_on():
    """A plan that comes to contain a one-way deed needs the agreement that such a deed needs, for that deed."""
    revoke = hold(SubjectKind.APP, "app-1", Restriction.REVOKE_APP)

    follow = follow_up(ORDER, plan(hold(), revoke, POST), [], START)

    assert (hold(), POST) == follow.holds
    assert 1 == follow.beyond


def test_an_order_ends():
    """After its time nothing is covered."""
    follow = follow_up(ORDER, plan(hold(), POST), [], START + 1_000)

    assert () == follow.holds
    assert 2 == follow.beyond


@pytest.mark.parametrize(
    ("ordered", "offered", "followed_kind"),
    [
        (PlanKind.CARRIERS, [PlanKind.LURES, PlanKind.CARRIERS, PlanKind.CAUSE], PlanKind.CARRIERS),
        (PlanKind.CAUSE, [PlanKind.LURES, PlanKind.CARRIERS], PlanKind.CARRIERS),
        (PlanKind.BRAKE, [PlanKind.CARRIERS, PlanKind.CAUSE, PlanKind.BRAKE], PlanKind.CAUSE),
    ],
)
def test_an_order_follows_its_kind_and_never_takes_in_more_innocents(ordered, offered, followed_kind):
    """Whoever ordered the brake has carriers and cause followed; the cohort itself is never widened unasked."""
    assert followed_kind is followed(ordered, [plan(kind=kind) for kind in offered]).kind


@given(st.integers(0, 1_000_000))
def test_an_order_reaches_half_as_far_again_or_fifty_further(accounts):
    """The limit is the greater of the two, so that a plan made at the third post can follow a campaign."""
    most = Limits().most(accounts)

    assert most >= accounts + 50
    assert most >= int(accounts * 1.5)
    assert most in {accounts + 50, int(accounts * 1.5)}


APP = hold(SubjectKind.APP, "app", Restriction.REVOKE_APP)


def test_an_emergency_does_nothing_for_good_however_wide_it_was():
    """Nobody has agreed to a brake that one person pulled alone, so no app is revoked that turns out to be the cause."""
    alone = msgspec.structs.replace(ORDER, approvals=2, ends=START + 1_000)

    follow = follow_up(alone, plan(APP, LURE), [], START)

    assert ((LURE,), 1) == (follow.holds, follow.beyond)
    assert (APP, LURE) == follow_up(msgspec.structs.replace(alone, ends=None), plan(APP, LURE), [], START).holds


def test_what_a_platform_does_only_for_good_takes_the_people_of_that():
    """Where posts can be deleted but not hidden, an order that one person agreed to deletes none."""
    follow = follow_up(ORDER, plan(POST, LURE), [], START, lasting={Restriction.HIDE_POST})

    assert ((LURE,), 1) == (follow.holds, follow.beyond)


@pytest.mark.parametrize(
    ("changed", "goes_on"),
    [
        ({"kind": PlanKind.LURES, "approvals": 0}, True),
        ({"kind": PlanKind.LURES}, False),
        ({"kind": PlanKind.CAUSE, "ends": START + 10}, True),
    ],
    ids=["fewer people", "as many people", "alone, no wider"],
)
def test_what_took_fewer_people_does_not_end_what_more_have_ordered(changed, goes_on):
    """A narrow plan that takes nobody, or an emergency no wider, leaves the order that stands; until that is over."""
    later = msgspec.structs.replace(ORDER, request="s", until=START + 2_000, **changed)

    assert (ORDER if goes_on else later) == succeeded(ORDER, later, START)
    assert later == succeeded(ORDER, later, ORDER.until)


def test_an_emergency_that_reaches_further_gives_way_when_it_is_over():
    """While it lasts nothing that takes fewer people ends either; afterwards what others agreed to goes on."""
    soon = START + 10
    brake = msgspec.structs.replace(ORDER, request="s", kind=PlanKind.BRAKE, until=soon, ends=soon)
    lures = msgspec.structs.replace(ORDER, request="t", kind=PlanKind.LURES, approvals=0)

    stands = succeeded(ORDER, brake, START)

    assert msgspec.structs.replace(brake, before=ORDER) == stands == lasting_order(stands, START)
    assert stands == succeeded(stands, lures, START)
    assert ORDER == lasting_order(stands, soon)


SOON = START + 10
ALONE = msgspec.structs.replace(ORDER, request="s", kind=PlanKind.BRAKE, plan="brake", until=SOON, ends=SOON)
LURES = msgspec.structs.replace(ORDER, request="t", kind=PlanKind.LURES, plan="lures", approvals=0)


def test_a_lone_request_does_not_cut_an_emergency_short():
    """Where nobody had ordered before: a narrower plan that takes nobody goes on after it, and as a wide one at once."""
    stands = succeeded(ALONE, LURES, START)

    assert msgspec.structs.replace(ALONE, before=LURES) == stands
    assert LURES == lasting_order(stands, SOON)
    assert LURES == succeeded(ALONE, LURES, SOON)
    agreed = msgspec.structs.replace(LURES, approvals=1)
    assert agreed == succeeded(ALONE, agreed, START)


def test_a_narrower_emergency_does_not_cut_a_wider_one_short():
    """Two people alone, one after the other: what reaches further stays for its time."""
    narrow = msgspec.structs.replace(ALONE, request="u", kind=PlanKind.LURES, until=SOON + 5, ends=SOON + 5)

    assert ALONE == succeeded(ALONE, narrow, START)
    assert narrow == succeeded(ALONE, narrow, SOON)


@pytest.mark.parametrize(
    ("plan_", "left"),
    [
        ("brake", LURES),
        ("lures", ALONE),
        ("another", msgspec.structs.replace(ALONE, before=LURES)),
    ],
)
def test_undoing_a_plan_ends_its_order_wherever_it_stands(plan_, left):
    """Of an emergency that stands before what others ordered, either ends without the other."""
    assert left == undone(msgspec.structs.replace(ALONE, before=LURES), plan_)
    assert undone(None, plan_) is None
