"""How hijacked accounts come back to their owners, on a small platform."""

import pytest

from holdfast.containment import Restriction
from holdfast.detection.takeover import Takeover
from holdfast.errors import UsageError
from holdfast.guard import Permit, Refusal
from holdfast.recovery import Change, Credential, Door, Fact, FactKind, Stage
from holdfast.response import Overtaken
from holdfast.testing import Crash, SmallCustody

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
    """What is shown is weighed anew, people agree anew."""
    star = town.stars[0]
    prove(town, custody, star)
    give_back(town, star)
    town.lure(star)
    town.run(10 * MINUTE)
    assert Stage.PUT_BACK is case(town, star).stage
    give_back(town, star)
    assert not town.held(star)


def test_an_open_case_outlasts_the_term_of_the_holds(town):
    """An owner on a journey: the account is not let go to whoever waits for the clock."""
    town.run(72 * HOUR)
    assert all(town.held(star) and town.held(star, Restriction.NO_SIGN_IN) for star in town.stars)


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
    town.run(2 * MINUTE)
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
