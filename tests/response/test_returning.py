"""How hijacked accounts come back to their owners, on a small platform."""

import msgspec
import pytest

from holdfast.containment import Restriction
from holdfast.detection.takeover import Takeover
from holdfast.errors import RecoveryError, UsageError
from holdfast.guard import Permit, Refusal
from holdfast.recovery import Change, Credential, Door, Fact, FactKind, Stage
from holdfast.response import HappeningKind, Overtaken
from holdfast.response.watch import CampaignSeen
from holdfast.testing import Crash, SetClock, SmallCustody

MINUTE, HOUR = 60_000, 3_600_000
PASSKEY = Fact(kind=FactKind.PASSKEY, source="key", on_file_since=1 - 48 * HOUR)
DEVICE = Fact(kind=FactKind.DEVICE, source="phone", on_file_since=1 - 48 * HOUR)


@pytest.fixture
def custody(make_town):
    """Where owners show nothing yet, and the intruder has pinned a post to the first star's page."""
    pinned = Change(what="pinned_post", before="", now="p-scam", at=make_town.start + 11 * MINUTE)
    gone = Change(what="post:p-1", before="my first post", now="", at=make_town.start + 12 * MINUTE)
    return SmallCustody([*make_town.stars, *make_town.fans], {make_town.stars[0]: [pinned, gone]})


@pytest.fixture
def town(make_town, store, platform, clock, custody):
    """A town whose twelve stars are hijacked and held."""
    town = make_town(store, platform, clock, custody=custody)
    town.attack()
    town.carry_out()
    town.run(2 * MINUTE)
    return town


def case(town, star):
    return town.response.returning.recoveries[star].case


def prove(town, custody, *stars):
    """These owners show what they have, and the platform does the rest."""
    for star in stars:
        custody.shows[star] = [PASSKEY, DEVICE]
    town.run(4 * MINUTE)


def give_back(town, *stars, approvers=("bea", "cem")):
    answer = town.desk.request_release(stars, "ada", town.clock.now())
    request = [each.request.id for each in town.desk.requests.values() if list(each.releases) == sorted(stars)][-1]
    for each in approvers:
        answer = town.desk.approve(request, each, town.clock.now())
    town.run(2_000)
    return answer


def test_a_case_is_opened_for_every_account_that_may_not_sign_in(town, custody):
    """The attacker is shut out of all of them at once, by every door; then their owners are waited for."""
    assert set(town.stars) == set(town.response.returning.recoveries)
    assert {Stage.ATTACKER_OUT} == {case(town, star).stage for star in town.stars}
    assert {(star, door) for star in town.stars for door in Door} == set(custody.doors)


def test_an_owner_who_is_proven_gets_the_account_back(town, custody):
    """Credentials are renewed, what was changed is put back, two people agree, and the platform lets go."""
    star = town.stars[0]
    prove(town, custody, star)
    assert Stage.PUT_BACK is case(town, star).stage
    assert ["pinned_post"] == [change.what for change in case(town, star).back]
    assert ["post:p-1"] == [change.what for change in case(town, star).lost]
    assert town.held(star)

    assert isinstance(give_back(town, star), Permit)
    assert not town.held(star)
    assert not town.held(star, Restriction.NO_SIGN_IN)
    assert all(town.held(other) for other in town.stars[1:])

    town.run(4 * HOUR)
    assert Stage.CLOSED is case(town, star).stage


def test_nobody_else_gets_it_whatever_they_show(town, custody):
    """What the intruder put on file during the attack proves nothing."""
    star = town.stars[0]
    since = town.start
    custody.shows[star] = [Fact(kind=kind, source=kind, on_file_since=since, by="x") for kind in FactKind]
    town.run(HOUR)
    assert Stage.ATTACKER_OUT is case(town, star).stage
    with pytest.raises(UsageError, match="cannot be given back yet"):
        town.desk.request_release([star], "ada", town.clock.now())


def test_one_other_person_is_not_enough(town, custody):
    """Nor is the one who asks, however often."""
    star = town.stars[0]
    prove(town, custody, star)
    assert isinstance(give_back(town, star, approvers=("bea", "ada", "bea")), Refusal)
    assert town.held(star)


def test_a_request_that_another_has_overtaken_gives_nothing_back(town, custody):
    """Both named one account; it was given back by the second, and the first was agreed to for what no longer is."""
    one, two = town.stars[:2]
    prove(town, custody, one, two)
    town.desk.request_release([one, two], "ada", town.clock.now())
    assert isinstance(give_back(town, one), Permit)
    (both,) = [each.request.id for each in town.desk.requests.values() if len(each.releases) == 2]
    town.desk.approve(both, "bea", town.clock.now())
    assert isinstance(town.desk.approve(both, "cem", town.clock.now()), Overtaken)
    assert town.held(two)
    assert isinstance(give_back(town, two), Permit)


def test_trouble_on_probation_holds_again_by_itself(town, custody):
    """A lure from the account, and it is held within a minute, its case back at the first step."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.run(HOUR)
    town.lure(star)
    town.run(2 * MINUTE)

    assert town.held(star)
    assert town.held(star, Restriction.NO_SIGN_IN)
    assert (1, ()) == (case(town, star).reopened, case(town, star).back)
    assert "1 new lure posts" in case(town, star).trouble
    assert 1 == len(town.keys(f"recovery/{star}/{case(town, star).opened_at}/again/"))


def test_a_case_that_was_reopened_walks_the_whole_way_again(town, custody):
    """What was shown before may have been by the wrong hands: it is shown again, and people agree again."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.lure(star)
    town.run(10 * MINUTE)
    assert Stage.ATTACKER_OUT is case(town, star).stage
    custody.shows[star] += [PASSKEY, DEVICE]
    town.run(4 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage
    give_back(town, star)
    assert not town.held(star)


def test_an_open_case_outlasts_the_term_of_the_holds(town):
    """An owner on a journey: the account is not let go to whoever waits for the clock."""
    town.run(72 * HOUR)
    assert all(town.held(star) and town.held(star, Restriction.NO_SIGN_IN) for star in town.stars)


def test_a_process_that_was_away_for_days_lets_nobody_go_when_it_comes_back(town):
    """The terms are over; the platform is told of new holds before it is told that the old ones have ended."""
    lifted = []
    lift, town.platform.lift = town.platform.lift, lambda hold: (lifted.append(hold), lift(hold))
    town.clock.advance(72 * HOUR)
    town.run(2 * MINUTE)
    assert all(town.held(star) and town.held(star, Restriction.NO_SIGN_IN) for star in town.stars)
    assert not [each for each in lifted if each.subject.id in town.stars and each.restriction != "end_sessions"]


def test_who_was_given_back_is_not_taken_again_by_the_same_plan(town, custody):
    """The campaign grows and is planned for once more; the plan leaves its owner the account."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.lure(town.fans[0])
    with town.response.book.change(town.clock.now()) as page:
        town.response.docket.offer_again(page, town.offer.about)
    town.desk.request(town.offer.recommended, "dora", town.clock.now())
    town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    town.run(MINUTE)
    assert not town.held(star)


def test_who_was_given_back_is_taken_again_when_something_is_wrong_after_all(town, custody):
    """The case is closed, and months later or the same night the account posts the lure: a new plan holds it anew."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.run(4 * HOUR)
    assert Stage.CLOSED is case(town, star).stage
    town.lure(star)
    with town.response.book.change(town.clock.now()) as page:
        town.response.docket.offer_again(page, town.offer.about)
    town.desk.request(town.offer.recommended, "dora", town.clock.now())
    town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    town.run(2 * MINUTE)
    assert town.held(star)
    assert Stage.CLOSED is not case(town, star).stage


def test_what_the_platform_does_not_do_is_tried_again_and_never_skipped(make_town, store, platform, clock, custody):
    """Each try has its outcome on record; the case stays where it is."""
    custody.reachable = False
    town = make_town(store, platform, clock, custody=custody)
    town.attack()
    town.carry_out()
    town.run(3 * MINUTE)
    star = town.stars[0]
    assert Stage.CONTAINED is case(town, star).stage
    custody.reachable = True
    town.run(6 * MINUTE)
    assert Stage.ATTACKER_OUT is case(town, star).stage

    keys = town.keys(f"recovery/{star}/")
    intents = [key for key in keys if key.endswith("/intent")]
    outcomes = [key for key in keys if key.endswith("/outcome")]
    assert [key.replace("intent", "outcome") for key in intents] == outcomes
    assert len(intents) >= 3


def test_killed_between_intent_and_outcome_it_is_done_again_under_the_same_intent(
    make_town, store, platform, clock, custody
):
    """The record shows one intent and one outcome, whatever was done twice."""

    def killed(*_):
        raise Crash

    shut, custody.shut = custody.shut, killed
    town = make_town(store, platform, clock, custody=custody)
    town.attack()
    with pytest.raises(Crash):
        town.carry_out()
    custody.shut = shut
    again = make_town(store, platform, clock, custody=custody)
    again.run(3 * MINUTE)

    star = town.stars[0]
    assert Stage.ATTACKER_OUT is case(again, star).stage
    keys = [key.rsplit("/", 1)[-1] for key in again.keys(f"recovery/{star}/") if key.count("/") == 4]
    assert ["intent", "outcome"] == keys


def test_who_shows_more_than_is_needed_at_once_is_proven_all_the_same(town, custody):
    """The rest is not asked for."""
    star = town.stars[0]
    more = [Fact(kind=kind, source=kind, on_file_since=PASSKEY.on_file_since, by="cy") for kind in FactKind]
    custody.shows[star] = [PASSKEY, DEVICE, *more]
    town.run(5 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage
    assert (PASSKEY, DEVICE) == case(town, star).facts


def test_a_sign_of_takeover_on_probation_holds_again(make_town, store, platform, clock, custody):
    """Before any post: somebody replaced the address again."""
    seen = []
    town = make_town(store, platform, clock, custody=custody, warnings=lambda: [seen.pop() for _ in seen[:]])
    town.attack()
    town.carry_out()
    town.run(2 * MINUTE)
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.run(10 * MINUTE)
    now = town.clock.now()
    seen.append(
        Takeover(
            account=star,
            staff="s-9",
            tool_session="ts-9",
            changed_at=now - MINUTE,
            reset_at=now - MINUTE,
            signed_in_at=now,
            warned_at=now,
            score=9.0,
            evidence=(),
        )
    )
    town.tell()
    town.run(2 * MINUTE)
    assert town.held(star)
    assert "takeover" in case(town, star).trouble


def test_an_owner_who_renews_little_by_little_is_waited_for(town, custody):
    """The account comes back when nothing that the attacker knew opens it."""
    star = town.stars[0]
    custody.sets[star] = {Credential.PASSWORD}
    prove(town, custody, star)
    town.run(HOUR)
    assert Stage.OWNER_PROVEN is case(town, star).stage
    custody.sets[star] = set(Credential)
    town.run(3 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage


def test_without_custody_no_case_is_opened(make_town, store, platform, clock):
    """A platform that cannot give accounts back keeps them held, and nobody is told otherwise."""
    town = make_town(store, platform, clock)
    town.attack()
    town.carry_out()
    town.run(HOUR)
    assert not town.response.returning.recoveries
    assert all(town.held(star) for star in town.stars)


def test_a_platform_that_is_gone_is_not_asked_every_minute_and_a_person_is_told(town, custody):
    """The tries come apart, so that an outage of a day does not fill the record; a sign of life is enough."""
    custody.reachable = False
    town.run(6 * HOUR)
    star = town.stars[0]
    outcomes = [key for key in town.keys(f"recovery/{star}/") if key.endswith("/outcome")]
    assert len(outcomes) < 40
    alarms = [each for each in town.response.timeline if each.kind is HappeningKind.ALARM and each.subject == star]
    assert 1 == len(alarms)
    custody.reachable = True
    prove(town, custody, star)
    town.run(16 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage


def test_a_key_registered_minutes_before_the_attack_proves_nothing(town, custody):
    """Nor one from the hours before: who prepares an attack registers first and strikes then."""
    star = town.stars[0]
    for before in (5 * MINUTE, 23 * HOUR):
        since = town.start - before
        custody.shows[star] = [Fact(kind=kind, source=kind, on_file_since=since, by="x") for kind in FactKind]
        town.run(10 * MINUTE)
        assert Stage.ATTACKER_OUT is case(town, star).stage
        assert () == case(town, star).ownership.counted


def test_the_attack_began_when_the_cause_first_touched_the_account(make_town, store, platform, clock, custody):
    """The session changed it two days before it was used: what came on file in those days is the intruder's."""
    town = make_town(store, platform, clock, custody=custody)
    clock.set(town.start + 60 * HOUR)
    with town.at(clock.now() - 50 * HOUR):
        town.swap(town.stars)
    town.attack()
    town.carry_out()
    town.run(2 * MINUTE)
    star = town.stars[0]
    assert case(town, star).attacked_at <= clock.now() - 74 * HOUR
    custody.shows[star] = [
        Fact(kind=kind, source=kind, on_file_since=clock.now() - 49 * HOUR, by="x") for kind in FactKind
    ]
    town.run(HOUR)
    assert Stage.ATTACKER_OUT is case(town, star).stage


def test_who_got_an_account_wrongly_cannot_prove_by_what_was_set_since(town, custody):
    """Given to the wrong hands, probation waited out, and struck again: what is on file since the first attack is void."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    first = case(town, star).attacked_at
    town.run(72 * HOUR)
    assert Stage.CLOSED is case(town, star).stage
    town.lure(star)
    with town.response.book.change(town.clock.now()) as page:
        town.response.docket.offer_again(page, town.offer.about)
    town.desk.request(town.offer.recommended, "dora", town.clock.now())
    town.desk.approve(list(town.desk.requests)[-1], "approver", town.clock.now())
    custody.shows[star] = []
    town.run(3 * MINUTE)
    assert Stage.ATTACKER_OUT is case(town, star).stage
    assert first >= case(town, star).attacked_at


def warn(town, seen, star):
    now = town.clock.now()
    seen.append(
        Takeover(
            account=star,
            staff="s-9",
            tool_session="ts-9",
            changed_at=now - MINUTE,
            reset_at=now - MINUTE,
            signed_in_at=now,
            warned_at=now,
            score=9.0,
            evidence=(),
        )
    )
    town.tell()


def test_a_sign_of_takeover_while_people_decide_begins_the_case_anew(make_town, store, platform, clock, custody):
    """The address was replaced once more after the doors were shut: what was agreed to is void."""
    seen = []
    town = make_town(store, platform, clock, custody=custody, warnings=lambda: [seen.pop() for _ in seen[:]])
    town.attack()
    town.carry_out()
    town.run(2 * MINUTE)
    star = town.stars[0]
    prove(town, custody, star)
    assert Stage.PUT_BACK is case(town, star).stage
    town.desk.request_release([star], "ada", town.clock.now())
    (request,) = [each.request.id for each in town.desk.requests.values() if each.releases]
    town.desk.approve(request, "bea", town.clock.now())
    custody.shows[star] = []
    warn(town, seen, star)
    town.run(MINUTE)

    assert (1, ()) == (case(town, star).reopened, case(town, star).facts)
    assert isinstance(town.desk.approve(request, "cem", town.clock.now()), Overtaken)
    assert town.held(star)
    assert 1 == len(town.keys(f"recovery/{star}/{case(town, star).opened_at}/again/"))


def test_who_called_back_does_not_agree_to_the_release_as_well(town, custody):
    """One bribed member of staff is one person, in whatever part."""
    star = town.stars[0]
    since = PASSKEY.on_file_since
    called = Fact(kind=FactKind.CALL_BACK, source="number", on_file_since=since, by="bea")
    custody.shows[star] = [called, Fact(kind=FactKind.CONTACT, source="mail", on_file_since=since)]
    town.run(4 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage
    with pytest.raises(RecoveryError, match="besides those who called back"):
        give_back(town, star)
    assert town.held(star)
    (request,) = [each.request.id for each in town.desk.requests.values() if each.releases]
    assert isinstance(town.desk.approve(request, "approver", town.clock.now()), Permit)


def lift(town, star, approvers):
    holds = [
        held.hold.id
        for held in town.response.book.holds.values()
        if held.hold.subject.id == star and held.hold.in_force(town.clock.now())
    ]
    answer = town.desk.request_lift(holds, "ada", "it was a mistake", town.clock.now())
    request = list(town.desk.requests)[-1]
    for each in approvers:
        answer = town.desk.approve(request, each, town.clock.now())
    town.run(3 * MINUTE)
    return answer


def test_lifting_is_no_way_around_the_release(town):
    """An account with an open case is let go by as many as would release it; then the case is over, and stays so."""
    star = town.stars[0]
    assert isinstance(lift(town, star, ("bea",)), Refusal)
    assert town.held(star)
    assert isinstance(lift(town, star, ("cem",)), Permit)
    assert not town.held(star)
    assert (Stage.CLOSED, "it was a mistake") == (case(town, star).stage, case(town, star).dismissed)
    town.run(30 * HOUR)
    assert not town.held(star)
    assert all(town.held(other) for other in town.stars[1:])


def test_who_took_no_part_after_all_is_not_held_by_an_open_case(town):
    """The campaign shows that one of its carriers only warned of it: the hold ends, and the case with it."""
    star = town.stars[0]
    about = town.offer.about
    campaign = town.response.docket.cases[about].campaign
    wiser = msgspec.structs.replace(campaign, bystanders=(star,), revision=campaign.revision + 1)
    town.response.docket.seen(CampaignSeen(campaign=wiser), town.clock.now())
    town.run(3 * MINUTE)
    assert not town.held(star)
    assert Stage.CLOSED is case(town, star).stage
    assert "no part" in case(town, star).dismissed
    town.run(30 * HOUR)
    assert not town.held(star)


def test_a_clock_set_back_makes_probation_begin_anew(town, make_town, custody):
    """It was two hours ahead until the process was started again: that time counts for nothing."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    right = SetClock(town.clock.now() - 2 * HOUR)
    again = make_town(town.store, town.platform, right, custody=custody)
    again.run(2 * HOUR)
    assert Stage.RELEASED is case(again, star).stage
    again.run(4 * HOUR)
    assert Stage.CLOSED is case(again, star).stage


@pytest.mark.parametrize("waited", [0, 1, 10 * MINUTE], ids=["at once", "a moment later", "after ten minutes"])
def test_what_one_person_holds_in_an_emergency_is_not_kept_by_a_case(
    waited, make_town, store, platform, clock, custody
):
    """However old the plan is, no case is opened that would renew its holds: nobody else has agreed to them."""
    town = make_town(store, platform, clock, custody=custody)
    town.attack()
    clock.advance(waited)
    plan = town.offer.recommended
    assert isinstance(town.desk.request_emergency(plan, "commander", "it spreads", clock.now()), Permit)
    town.run(2 * MINUTE)
    assert town.held(town.stars[0])
    assert not town.response.returning.recoveries
    anew = town.desk.request(plan, "responder", clock.now()).request
    town.run(70 * MINUTE)
    assert not town.held(town.stars[0])
    assert not town.response.returning.recoveries
    assert town.desk.requests[anew].permit is None
