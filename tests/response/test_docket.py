"""From sightings to offers, and what standing orders place as a campaign grows."""

import msgspec

from holdfast.containment import Exemption, PlanKind, Restriction, Subject, SubjectKind, describe
from holdfast.detection import CampaignTier
from holdfast.response import HappeningKind, Limits, Overtaken, ResponseSettings, StandingOrder
from holdfast.response.watch import CampaignSeen

MINUTE = 60_000


def test_an_alert_only_tells_people(town):
    """Two accounts are a reason to look, not to hold anybody."""
    town.attack(posts=2)

    assert CampaignTier.ALERT is town.case.campaign.tier
    assert () == town.desk.offers
    assert [HappeningKind.CAMPAIGN] == [happening.kind for happening in town.response.timeline]


def test_the_third_account_brings_cause_next_accounts_and_plans(town):
    """The cause is named, who is next is known, and plans from narrow to wide lie on the desk."""
    town.attack()

    assert "tool_session:ts-7" == town.case.factor
    assert set(town.stars[3:]) == set(town.case.next_accounts)
    kinds = [town.desk.plan(plan).kind for plan in town.offer.plans]
    assert [PlanKind.LURES, PlanKind.CARRIERS, PlanKind.CAUSE] == kinds[:3]
    assert PlanKind.CAUSE is town.desk.plan(town.offer.recommended).kind
    assert town.offer.wanted


def test_a_sighting_that_is_known_changes_nothing(town):
    """Delivery is at least once, and a restarted engine tells what it told before."""
    town.attack()
    size, number = town.store.checkpoint().size, town.offer.number

    town.response.docket.seen(CampaignSeen(campaign=town.case.campaign), town.clock.now())

    assert (size, number) == (town.store.checkpoint().size, town.offer.number)


def test_a_campaign_that_grows_is_followed_under_the_same_approval(town):
    """A new carrier, its post and newly touched accounts are held without asking anybody again; it is on record."""
    town.attack()
    town.carry_out()
    town.swap(["fan0"])
    town.lure(town.stars[3], "fan1")
    town.run(MINUTE)

    assert all(town.held(name) for name in ["fan0", "fan1"])
    assert not town.held("fan2")
    posts = {subject.id for subject, _ in town.platform.flags() if subject.kind is SubjectKind.POST}
    assert set(town.case.campaign.posts) == posts
    assert town.keys("follow-up/")
    assert 1 == len(town.desk.requests)
    assert not town.offer.wanted


def test_newly_touched_accounts_are_held_though_nobody_has_posted(town):
    """The review sees that the cause went on."""
    town.attack()
    town.carry_out()
    town.swap(["fan0", "fan1"])
    town.run(2 * MINUTE)

    assert all(town.held(name) for name in ["fan0", "fan1"])


def test_beyond_the_limit_it_is_asked_again(store, platform, clock, make_town):
    """As far as the order reaches touched accounts are held, then no more; whoever posts is, and somebody has to decide."""
    limits = Limits(share=0.0, few=3)
    town = make_town(store, platform, clock, ResponseSettings(limits=limits))
    town.attack()
    town.carry_out()

    town.swap(town.fans[:8])
    town.run(2 * MINUTE)

    assert 15 == town.case.order.most_accounts  # nine stars may be used next, so six more accounts
    assert [True] * 6 + [False] * 2 == [town.held(fan) for fan in town.fans[:8]]

    town.lure(town.fans[7])
    town.run(MINUTE)

    assert town.held(town.fans[7])
    posts = {subject.id for subject, _ in platform.flags() if subject.kind is SubjectKind.POST}
    assert set(town.case.campaign.posts) == posts
    assert town.offer.wanted


def test_what_others_have_restricted_is_found_and_counted(town):
    """A restriction found in place is on record once, and the preview of the plans counts it."""
    subject = Subject(kind=SubjectKind.ACCOUNT, id=town.stars[0])
    town.platform.rival_places(subject, Restriction.NO_SIGN_IN)

    town.attack()
    town.lure(town.stars[4])

    assert [f"found/account:{town.stars[0]}/no_sign_in"] == town.keys("found/")
    carriers = next(p for p in map(town.desk.plan, town.offer.plans) if p.kind is PlanKind.CARRIERS)
    assert 1 == carriers.preview.already_restricted


def test_an_unknown_cause_is_asked_for_again_as_more_becomes_known(town):
    """Staff events that come late name the cause without another post."""
    town.clock.advance(10 * MINUTE)
    for star in town.stars[:3]:
        town.clock.advance(1_000)
        town.lure(star)
    assert not town.case.factor
    asked = town.case.asked

    late = town.clock.now()
    town.clock.advance(1)
    town.swap(town.stars)
    town.run(20 * MINUTE)

    assert town.case.asked > asked
    assert late == town.case.campaign.first_post_at + 2_000
    assert not town.case.factor  # what touched them after they had posted did not bring it about


def test_a_merged_campaign_brings_its_order_along(town):
    """Whoever agreed to hold the one campaign need not agree again when it turns out to be part of another."""
    town.attack()
    town.carry_out()
    before = town.case
    merged = msgspec.structs.replace(
        before.campaign,
        id="whole",
        merged=(before.campaign.id,),
        accounts=(*before.campaign.accounts, "fan7"),
        posts=(*before.campaign.posts, "p-fan7"),
    )

    town.response.docket.seen(CampaignSeen(campaign=merged), town.clock.now())
    town.run(MINUTE)

    assert before.order.request == town.response.docket.cases["whole"].order.request
    assert town.held("fan7")
    assert 1 == len(town.desk.requests)


def test_an_order_that_was_kept_just_before_a_crash_is_followed_by_the_next_review(town):
    """Between the permit and the following up the process may be killed; the case knows that it is behind."""
    town.attack()
    order = StandingOrder(
        request="r", kind=PlanKind.CAUSE, by="responder", most_accounts=60, approvals=1, until=town.clock.now() + MINUTE
    )
    with town.response.book.change(town.clock.now()) as page:
        town.response.docket.ordered(page, town.case.campaign.id, order)
    assert town.case.behind

    town.response.docket.review(town.clock.now())
    town.response.work(town.clock.now())

    assert not town.case.behind
    assert all(town.held(star) for star in town.stars)


def bystander(town, account):
    """Detection has learnt that this carrier took no part: the attackers copied what it had posted."""
    known = town.case.campaign
    posts = tuple(post for post in known.posts if f"-{account}-" in post)
    town.response.docket.seen(
        CampaignSeen(
            campaign=msgspec.structs.replace(
                known,
                accounts=tuple(each for each in known.accounts if each != account),
                posts=tuple(post for post in known.posts if post not in posts),
                bystanders=(account,),
                bystander_posts=posts,
                borrowed=known.lures,
                revision=known.revision + 1,
            )
        ),
        town.clock.now(),
    )
    town.run(MINUTE)


def test_who_turns_out_to_have_taken_no_part_is_let_go_at_once(town):
    """Account, post and what was theirs are free again without anybody asking; the others stay held; it is on record."""
    town.attack(posts=4)
    town.carry_out()
    mistaken, *others = town.case.campaign.accounts
    (post,) = (post for post in town.case.campaign.posts if f"-{mistaken}-" in post)
    assert town.held(mistaken)

    bystander(town, mistaken)

    assert not town.held(mistaken)
    assert not [subject for subject, _ in town.platform.flags() if subject.id in {mistaken, post}]
    assert all(town.held(account) for account in others)
    assert town.keys("let-go/")
    refused = [held.hold for held in town.response.book.holds.values() if held.hold.subject.kind is SubjectKind.LURE]
    now = town.clock.now()
    assert refused
    assert not [hold for hold in refused if hold.in_force(now) and hold.cohort is None]


def test_an_approval_holds_nobody_who_has_turned_out_a_bystander_since(town):
    """Between preview and approval it shows who took no part: the rest of the plan is carried out without them."""
    town.attack(posts=4)
    mistaken, *others = town.case.campaign.accounts
    plan = town.offer.recommended
    town.desk.request(plan, "responder", town.clock.now())

    bystander(town, mistaken)
    town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    town.run(MINUTE)

    assert not town.held(mistaken)
    assert all(town.held(account) for account in others)


def test_a_campaign_that_is_part_of_another_is_neither_offered_nor_carried_out(town):
    """Whoever approves what was asked for before is told that it has moved on, and the whole lies on the desk instead."""
    town.attack(posts=4)
    part = town.case.campaign
    town.desk.request(town.offer.recommended, "responder", town.clock.now())
    request = list(town.desk.requests)[-1]
    whole = msgspec.structs.replace(part, id="whole", merged=(part.id,), revision=1)
    town.response.docket.seen(CampaignSeen(campaign=whole), town.clock.now())
    assert ["whole"] == [offer.about for offer in town.desk.offers]

    answer = town.desk.approve(request, "approver", town.clock.now())
    town.run(MINUTE)

    assert isinstance(answer, Overtaken)
    assert not town.platform.flags()
    assert ["whole"] == [offer.about for offer in town.desk.offers]


def test_bystanders_by_the_dozen_change_nothing_that_was_ordered(town):
    """An order is followed up to where the campaign stands though only quotes of the lure came, and places nothing for them."""
    town.attack()
    town.carry_out()
    town.run(MINUTE)
    before, holds, picture = town.case.campaign, len(town.response.book.holds), town.case.picture(frozenset())

    quoted = tuple(f"fan{number}" for number in range(30))
    said = msgspec.structs.replace(before, revision=before.revision + 1, bystanders=quoted)
    town.response.docket.seen(CampaignSeen(campaign=said), town.clock.now())

    assert not town.case.behind
    assert holds == len(town.response.book.holds)
    assert picture == town.case.picture(frozenset())
    assert picture != town.case.picture(frozenset({"fan3"}))


def test_who_is_exempt_is_named_in_the_plan_with_the_reason(make_town, store, platform, clock):
    """A weather service that has to warn of a tornado is left out of every brake, in the holds and in words."""
    exempt = Exemption(account="fan7", reason="warns of tornadoes")
    town = make_town(store, platform, clock, ResponseSettings(exempt=(exempt,)))
    town.attack()
    brakes = [town.desk.plan(each) for each in town.offer.plans]
    brakes = [plan for plan in brakes if plan.kind in {PlanKind.CLASS, PlanKind.BRAKE}]
    assert 2 == len(brakes)
    for plan in brakes:
        assert exempt in plan.exempt
        told = {describe(hold.cohort) for hold in plan.holds if hold.why.startswith("brake") and hold.cohort}
        assert 1 == len(told)
        assert "except fan7" in told.pop()


def test_one_person_alone_does_not_end_what_two_have_ordered(town):
    """Refusing the lures takes nobody else; that request leaves the order to follow the cause as it was."""
    town.attack()
    lures = town.offer.plans[0]
    town.carry_out()
    order = town.case.order

    permit = town.desk.request(lures, "other", town.clock.now())

    assert () == permit.approved_by
    assert order == town.case.order
    town.lure(town.stars[9])
    town.run(60_000)
    assert town.held(town.stars[9])


def test_an_order_goes_on_after_an_emergency_that_reached_further(town):
    """One person pulls the brake; when that is over, the campaign is followed as two had agreed."""
    town.attack()
    brake = town.offer.plans[-1]
    town.carry_out()
    order = town.case.order
    assert town.desk.request_emergency(brake, "commander", "it spreads", town.clock.now()).emergency
    assert order == town.case.order.before
    town.run(61 * 60_000)
    town.lure("fan7")
    town.run(60_000)
    assert town.held("fan7")
    assert order.request == town.case.order.request
