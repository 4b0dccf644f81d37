"""Everything can be undone, and what that would let go of is seen before."""

import msgspec
import pytest

from holdfast.containment import Explicit, PlanKind, Restriction, Subject, SubjectKind, cohort_subject, place
from holdfast.errors import UsageError
from holdfast.guard import Permit, Refusal
from holdfast.ports import Capability
from holdfast.response import Overtaken
from holdfast.response.conduct import HoldState
from holdfast.response.scope import Scope
from holdfast.testing import SmallPlatform

MINUTE, HOUR = 60_000, 3_600_000


def put(town, *holds):
    """Place holds without a plan."""
    with town.response.book.change(town.clock.now()) as page:
        for each in holds:
            page.place(each)


def account(name, restriction=Restriction.NO_POSTING, **fields):
    """A hold on an account."""
    return place(
        Subject(kind=SubjectKind.ACCOUNT, id=name),
        restriction,
        **{"starts": 1_000_000, "why": "test", "campaign": "c", "plan": "p", **fields},
    )


def ask(town, scope, why="a mistake", by="responder"):
    """Look at an undo, and ask for exactly that."""
    now = town.clock.now()
    undo = town.response.undoing.preview(scope, now)
    return undo, town.desk.request_lift(undo.holds, by, why, now, undo=town.response.undoing.shown(undo.hash))


def test_a_preview_tells_who_comes_free_and_who_stays_held(town):
    """Free of all, of something, or of nothing, because other holds stand; nothing is done by looking."""
    put(
        town,
        account("fan1"),
        account("fan2"),
        account("fan2", Restriction.NO_EXPORT, plan="other"),
        account("fan3"),
        account("fan3", plan="other"),
        account("fan4", Restriction.END_SESSIONS),
        place(Subject(kind=SubjectKind.POST, id="x"), Restriction.HIDE_POST, starts=1, why="test", plan="p"),
    )
    size = town.store.checkpoint().size

    undo = town.response.undoing.preview(Scope(plan="p"), town.clock.now())

    freed = undo.freed
    assert (5, 1, 1, 1) == (freed.holds, freed.accounts, freed.eased, freed.still_held)
    assert (1, 1, 100) == (freed.posts, freed.redo, freed.reach)
    assert size == town.store.checkpoint().size


def test_holds_are_chosen_by_campaign_plan_name_and_time(town):
    """Each alone, and together they must all fit."""
    one, two, late = account("fan1"), account("fan2", campaign="d"), account("fan3", starts=2_000_000)
    put(town, one, two, late)

    def fits(**scope):
        return set(town.response.undoing.preview(Scope(**scope), 3_000_000).holds)

    assert {one.id, late.id} == fits(campaign="c")
    assert {one.id, two.id, late.id} == fits(plan="p")
    assert {two.id} == fits(holds=(two.id,))
    assert {one.id, two.id} == fits(since=1_000_000, until=2_000_000)
    assert {late.id} == fits(campaign="c", since=2_000_000)
    for scope, why in (
        (Scope(), "needs a campaign"),
        (Scope(holds=("x",)), "no hold x"),
        (Scope(plan="q"), "fits that"),
    ):
        with pytest.raises(UsageError, match=why):
            town.response.undoing.preview(scope, 3_000_000)


def test_a_campaign_is_undone_whole_and_not_held_again_by_its_order(town):
    """Two must agree, since hijacked accounts come free; afterwards the order that followed the campaign is over."""
    town.attack()
    town.carry_out()
    campaign = town.case.campaign.id
    assert town.case.order is not None

    undo, refused = ask(town, Scope(campaign=campaign))

    assert undo.freed.hijacked >= 3
    assert undo.freed.named
    assert (campaign,) == undo.orders
    assert isinstance(refused, Refusal)
    assert 2 == refused.missing
    town.desk.approve(refused.request, "approver", town.clock.now())
    assert isinstance(town.desk.approve(refused.request, "commander", town.clock.now()), Permit)
    town.run(MINUTE)
    assert not town.platform.flags()
    assert {HoldState.ENDED} == {held.state for held in town.response.book.holds.values()}
    assert town.case.order is None
    town.lure(town.stars[9])
    town.run(MINUTE)
    assert not town.held(town.stars[9])


def test_the_plan_that_an_order_stands_for_takes_the_order_with_it(town):
    """So does no other plan, and no part of it."""
    town.attack()
    permit = town.carry_out()
    plan = town.desk.requests[permit.request].plan.id
    look = town.response.undoing.preview

    assert (town.case.campaign.id,) == look(Scope(plan=plan), town.clock.now()).orders
    assert () == look(Scope(plan=plan, since=0), town.clock.now()).orders


def test_an_undo_during_a_wider_emergency_ends_the_order_kept_behind_it(town):
    """What others had agreed to does not go on after the emergency once it is undone; the emergency's own goes on."""
    town.attack()
    permit = town.carry_out()
    plan, case = town.desk.requests[permit.request].plan.id, town.case
    soon = town.clock.now() + HOUR
    alone = msgspec.structs.replace(case.order, kind=PlanKind.BRAKE, plan="brake", until=soon, ends=soon)
    with town.response.book.change(town.clock.now()) as page:
        town.response.docket.ordered(page, case.campaign.id, alone)
    assert plan == town.case.order.before.plan

    undo = town.response.undoing.preview(Scope(plan=plan), town.clock.now())
    assert (case.campaign.id,) == undo.orders
    with town.response.book.change(town.clock.now()) as page:
        town.response.undoing.end_orders(page, undo)

    assert ("brake", None) == (town.case.order.plan, town.case.order.before)


def test_an_undo_that_would_let_go_of_more_hijacked_accounts_by_now_is_not_done(town):
    """Between preview and agreement one of the freed turns out to be a carrier: nothing is done, and it is looked anew."""
    town.attack()
    fan = town.fans[7]
    put(town, account(fan), account("fan8"))
    undo, refused = ask(town, Scope(plan="p"))
    assert 0 == undo.freed.hijacked
    town.lure(fan)

    overtaken = town.desk.approve(refused.request, "approver", town.clock.now())

    assert isinstance(overtaken, Overtaken)
    assert ["hijacked"] == [drift.figure for drift in overtaken.drifts]
    assert HoldState.ENDED is not town.response.book.holds[undo.holds[0]].state
    assert 1 == len(town.keys("overtaken/"))
    assert 1 == town.response.undoing.preview(Scope(plan="p"), town.clock.now()).freed.hijacked


def test_what_was_not_shown_cannot_be_asked_for(town):
    """A hash that nobody was shown, or too long ago, is no undo."""
    with pytest.raises(UsageError, match="no such undo"):
        town.response.undoing.shown("f" * 64)


def test_what_others_placed_and_what_cannot_be_undone_is_said(town):
    """A rival's restriction stays, and tokens of an app that was revoked do not come back."""
    town.platform.rival_places(account("fan1").subject, Restriction.NO_SIGN_IN)
    revoked = place(
        Subject(kind=SubjectKind.APP, id="app"), Restriction.REVOKE_APP, starts=1_000_000, why="test", plan="p"
    )
    put(town, account("fan1"), revoked)
    town.run(2 * MINUTE)

    freed = town.response.undoing.preview(Scope(plan="p"), town.clock.now()).freed

    assert (1, 1, 1) == (freed.foreign, freed.for_good, freed.apps)
    assert (revoked.id, True) == (revoked.id, freed.holds == 2)


def test_a_cohort_that_ends_frees_all_but_those_held_by_name(town):
    """Who is held by name stays held: the union of the holds in force."""
    cohort = Explicit(accounts=tuple(town.fans[:50]))
    everybody = place(
        cohort_subject(cohort), Restriction.NO_POSTING, starts=1_000_000, why="brake", cohort=cohort, plan="wide"
    )
    put(town, everybody, account("fan1"), account("fan2", Restriction.NO_EXPORT))

    freed = town.response.undoing.preview(Scope(plan="wide"), town.clock.now()).freed

    assert (48, 1, 1) == (freed.accounts, freed.eased, freed.still_held)


def test_a_plan_is_one_way_where_the_platform_only_does_it_for_good(make_town, store, clock):
    """One that hides posts by deleting them: two must agree to what one may agree to elsewhere."""
    platform = SmallPlatform(clock, accounts=[*make_town.stars, *make_town.fans])
    hide = Capability(native="delete", reversible=False)
    platform.capabilities = {**platform.capabilities, Restriction.HIDE_POST: hide}
    town = make_town(store, platform, clock)
    town.attack()

    refused = town.desk.request(town.offer.recommended, "responder", clock.now())

    assert 2 == refused.missing
    town.desk.approve(refused.request, "approver", clock.now())
    assert isinstance(town.desk.approve(refused.request, "commander", clock.now()), Permit)


def test_a_hold_that_ends_sooner_keeps_no_hijacked_account(town):
    """While a brake of a minute stands, two must agree all the same to lift the hold of a day on a hijacked account."""
    town.attack()
    star, now = town.stars[0], town.clock.now()
    own = account(star, starts=now, until=now + 1_440 * MINUTE)
    cohort = Explicit(accounts=(star,))
    brake = {"starts": now, "why": "brake", "cohort": cohort, "plan": "wide"}
    put(town, own, place(cohort_subject(cohort), Restriction.NO_POSTING, until=now + MINUTE, **brake))

    undo, refused = ask(town, Scope(holds=(own.id,)))

    assert (1, 1, (star,)) == (undo.freed.still_held, undo.freed.hijacked, undo.freed.named)
    assert 2 == refused.missing
    put(town, place(cohort_subject(cohort), Restriction.NO_POSTING, until=own.until, occasion="longer", **brake))
    assert 0 == town.response.undoing.preview(Scope(holds=(own.id,)), now).freed.hijacked


def test_a_request_counts_each_account_once(town):
    """However many of the holds that are to end name it, or a cohort that it is in."""
    cohort = Explicit(accounts=("fan1", "fan2"))
    wide = place(cohort_subject(cohort), Restriction.NO_POSTING, starts=1_000_000, why="brake", cohort=cohort, plan="p")
    put(town, wide, account("fan1"), account("fan1", Restriction.NO_EXPORT), account("fan3"))

    _, answer = ask(town, Scope(plan="p"))

    assert 3 == town.desk.requests[answer.request].request.accounts


def test_whoever_looks_again_and_again_pushes_out_only_their_own_previews(town):
    """What others were shown can still be asked for, however often somebody else looks."""
    holds = [account(f"fan{number}") for number in range(150)]
    put(town, *holds)
    undoing, now = town.response.undoing, town.clock.now()
    mine = undoing.preview(Scope(holds=(holds[0].id,)), now, "ann")
    theirs = [undoing.preview(Scope(holds=(hold.id,)), now, "token-7") for hold in holds[1:]]
    assert mine == undoing.shown(mine.hash)
    assert theirs[-1] == undoing.shown(theirs[-1].hash)
    with pytest.raises(UsageError, match="no such undo"):
        undoing.shown(theirs[0].hash)
