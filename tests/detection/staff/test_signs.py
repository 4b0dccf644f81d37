"""Each sign by itself, and what honest work looks like beside it."""

import pytest

from holdfast.detection.staff import StaffTier, figures
from holdfast.events import Account

from .agent import DAY, FAMOUS, HOUR, MINUTE, Agents


@pytest.fixture
def desk():
    """Six agents with eight days behind them."""
    return Agents()


def terms(alarm):
    """What the alarm is made of."""
    return {term.term for term in alarm.evidence}


def test_ordinary_days_tell_nothing(desk):
    """Eight days of tickets at home are nobody's sign."""
    assert [] == desk.alarms


def test_a_new_network_and_device_at_night_are_asked_about_and_no_more(desk):
    """One family of signs, however strong, is a trip with a borrowed laptop: no hold is proposed."""
    desk.enter(0, desk.now, "relay", "visitor")
    (alarm,) = desk.alarms
    assert (StaffTier.ASK, {"signed_in_elsewhere"}) == (alarm.tier, terms(alarm))
    assert "at an hour that is not theirs" in alarm.evidence[0].note


def test_a_visitor_who_looks_around_is_proposed_to_be_held(desk):
    """The second family tips it, and the score is the sum of what is told."""
    desk.enter(0, desk.now, "relay", "visitor")
    desk.tell(*(desk.looks(0, desk.now + each * MINUTE, FAMOUS[each]) for each in range(1, 12)))
    hold = desk.alarms[-1]
    assert StaffTier.HOLD is hold.tier
    assert hold.score == pytest.approx(sum(term.log_likelihood for term in hold.evidence))
    assert hold.score >= figures.HOLD
    assert len(terms(hold)) >= figures.LEAST_SIGNS
    assert 1 <= hold.actions <= 11
    assert set(hold.accounts) <= set(FAMOUS)


def test_a_network_that_colleagues_work_from_says_little(desk):
    """Where the company moved its exit everybody is new to it, and on the own device nobody is asked."""
    for number in range(5):
        for day in (number, number + 1):
            desk.enter(number, (desk.day + day) * DAY + 9 * HOUR, "exit")
    assert [] == desk.alarms
    desk.enter(5, (desk.day + 8) * DAY + 9 * HOUR, "exit", "laptop")
    assert [] == desk.alarms


def test_another_address_of_a_known_network_is_no_new_place(desk):
    """A new lease each day at home says nothing, on a new laptop neither; an address of another network does."""
    for day in range(desk.day, desk.day + 5):
        desk.enter(0, day * DAY + 9 * HOUR, asn="", ip=f"2001:db8:7:1::{day:x}")
    desk.enter(0, (desk.day + 5) * DAY + 9 * HOUR, asn="", ip="2001:db8:7:2::a", device="laptop")
    assert [] == desk.alarms
    desk.enter(0, (desk.day + 5) * DAY + 9 * HOUR + 1, asn="", ip="2001:db8:8:1::a", device="visitor")
    (alarm,) = desk.alarms
    assert "from a network never seen of them" in alarm.evidence[0].note


def test_a_clock_that_is_wrong_once_silences_nobody(desk):
    """An action of the next century, told today, leaves what follows as telling as it was."""
    desk.watch.observe([desk.looks(0, desk.now + 36_500 * DAY, "a", "T")], desk.now)
    desk.enter(0, desk.now, "relay", "visitor")
    assert ["s0"] == [alarm.staff for alarm in desk.alarms]


def test_a_place_becomes_their_own_the_day_after():
    """Who was asked about a laptop once is not asked about it again."""
    desk = Agents()
    desk.enter(0, desk.now, "hotel", "laptop")
    assert 1 == len(desk.alarms)
    for day in range(1, 12):
        desk.enter(0, desk.now + day * DAY, "hotel", "laptop")
    assert [] == desk.alarms


def test_everything_of_a_new_hire_is_new():
    """Before a few days have passed no place is a sign."""
    desk = Agents(days=3)
    desk.enter(0, desk.now, "relay", "visitor")
    assert [] == desk.alarms


@pytest.mark.parametrize(("refused", "asked"), [(0, False), (1, False), (8, True)])
def test_pushes_refused_before_one_was_accepted(desk, refused, asked):
    """One is a slip; eight in a row and then a yes, from elsewhere, are a tired thumb."""
    for each in range(refused):
        desk.enter(0, desk.now + each * MINUTE, "relay", method="push", outcome="refused")
    desk.enter(0, desk.now + 10 * MINUTE, method="push")
    desk.enter(0, desk.now + 11 * MINUTE, "relay", method="push")
    assert asked is any("push_accepted_after_refusals" in terms(alarm) for alarm in desk.alarms)


@pytest.mark.parametrize("outcome", ["refused", "denied", "failed"])
def test_a_refused_sign_in_that_led_to_nothing_is_nobodys_sign(desk, outcome):
    """Pushes that were refused, in whatever words, and nothing else: the person did well."""
    for each in range(20):
        desk.enter(0, desk.now + each * MINUTE, "relay", "visitor", method="push", outcome=outcome)
    desk.enter(0, desk.now + 3 * HOUR, method="push")
    assert [] == desk.alarms


def learning(desk, numbers):
    """These read how it is done and then do it for the first time; what was told of each, by sign."""
    for number in numbers:
        at = desk.now + number * MINUTE
        desk.enter(number, at, device="laptop")
        desk.reads(number, at + 1)
        desk.tell(desk.looks(number, at + 10, f"b{number}", "T", action="remove_mfa"))
    return [alarm.staff for alarm in desk.alarms if "how_to_then_first_use" in terms(alarm)]


def test_reading_how_and_then_doing_it_for_the_first_time(desk):
    """One who does so on a new device is asked about."""
    assert ["s0"] == learning(desk, [0])


def test_a_training_is_everybodys(desk):
    """Where others use it for the first time too, it says nearly nothing."""
    assert ["s0", "s1", "s2", "s3"] == learning(desk, range(6))


def test_accounts_of_a_queue_are_asked_for(desk):
    """A look out of a queue counts as one with a ticket."""
    desk.tell(*(desk.looks(0, desk.now + each, f"q{each}", queue="inbox") for each in range(40)))
    assert [] == desk.alarms


def test_accounts_that_nobody_asked_for_and_of_high_reach(desk):
    """At home, within one sitting: two signs that differ, told of after some accounts."""
    desk.tell(*(desk.looks(0, desk.now + each, FAMOUS[each]) for each in range(20)))
    told = desk.alarms
    assert [StaffTier.ASK, StaffTier.HOLD] == [alarm.tier for alarm in told]
    assert {"looked_without_ticket", "unrelated_high_reach"} == terms(told[-1])


def test_accounts_that_one_body_runs_count_once():
    """An organisation's forty accounts are one case."""
    desk = Agents()
    desk.tell(*(Account(account=f"org{each}", time=0, reach=1_000_000, org="broadcaster") for each in range(40)))
    desk.tell(*(desk.looks(0, desk.now + each, f"org{each}", "T") for each in range(40)))
    assert [] == desk.alarms


def test_a_mass_incident_is_everybodys():
    """Where the whole desk looks without tickets, nobody stands out."""
    desk = Agents(count=12)
    for at in range(0, 60 * MINUTE, MINUTE):
        desk.tell(*(desk.looks(number, desk.now + at + number, f"m{number}-{at}") for number in range(12)))
    assert [] == [alarm for alarm in desk.alarms if alarm.tier is StaffTier.HOLD]


def test_one_of_the_famous_a_day(desk):
    """The patient insider is asked about within a week of work."""
    told = []
    for day in range(desk.day, desk.day + 5):
        for number in range(6):
            desk.work(number, day)
        desk.tell(desk.looks(0, day * DAY + 12 * HOUR, FAMOUS[day]))
        told += desk.alarms
    assert {"s0"} == {alarm.staff for alarm in told}
    assert any("100% are of high reach" in term.note for alarm in told for term in alarm.evidence)


def test_a_family_shares_an_address_and_a_collector_has_many(desk):
    """Two accounts with one value are nobody's alarm; three of high reach are asked about."""
    desk.changes(0, desk.now, "a1", "v")
    desk.changes(0, desk.now + 1, "a2", "v")
    assert [] == desk.alarms
    for each in range(3):
        desk.changes(1, desk.now + each, FAMOUS[each], "w")
    (alarm,) = desk.alarms
    assert ("s1", {"same_recovery_value"}) == (alarm.staff, terms(alarm))


def test_what_somebody_changed_is_a_warning_once_a_hold_of_theirs_is_proposed(desk):
    """The accounts changed before and after it, each once, with the evidence against the hand."""
    desk.enter(0, desk.now, "relay", "visitor")
    desk.changes(0, desk.now + 1, FAMOUS[30], "x")
    assert [] == desk.watch.take_precursors()
    desk.tell(*(desk.looks(0, desk.now + each * MINUTE, FAMOUS[each]) for each in range(1, 12)))
    desk.changes(0, desk.now + HOUR, FAMOUS[31], "y")
    warned = desk.watch.take_precursors()
    assert [FAMOUS[30], FAMOUS[31]] == [each.account for each in warned]
    assert all(each.staff == "s0" and each.evidence for each in warned)


def test_a_change_is_laid_to_the_session_it_was_made_by(desk):
    """The owner of a stolen access goes on working in a session of their own, which took nothing over."""
    desk.enter(0, desk.now, "relay", "visitor", tool_session="stolen")
    desk.changes(0, desk.now + 1, FAMOUS[30], "x", tool_session="stolen")
    desk.tell(*(desk.looks(0, desk.now + each * MINUTE, FAMOUS[each], tool_session="own") for each in range(1, 12)))
    desk.changes(0, desk.now + HOUR, FAMOUS[31], "y", tool_session="stolen")
    warned = desk.watch.take_precursors()
    assert [(FAMOUS[30], "stolen"), (FAMOUS[31], "stolen")] == [(each.account, each.tool_session) for each in warned]


def test_a_watch_made_anew_knows_the_past_of_people_and_tells_nothing_twice():
    """What was kept stands for the days before; the same day told again raises no second alarm."""
    desk = Agents()
    desk.enter(0, desk.now, "relay", "visitor")
    assert 1 == len(desk.alarms)
    known = desk.watch.learnt()
    desk.watch.kept(known)
    assert {} == desk.watch.learnt()
    anew = Agents(days=0, people=known)
    anew.work(0, 3)  # told again
    anew.enter(0, desk.now, "relay", "visitor")
    assert [] == anew.alarms
    anew.enter(1, desk.now, "relay", "visitor")
    assert ["s1"] == [alarm.staff for alarm in anew.alarms]


def flooded(desk, number=0):
    """The gate has refused somebody without end."""
    desk.watch.flooded(f"s{number}", "session", desk.now, 20_000, 300)


def test_a_flood_of_refusals_is_asked_about_once(desk):
    """However often it is told; a tool may be broken, so no hold is proposed for it alone."""
    for _ in range(3):
        flooded(desk)
    (alarm,) = desk.alarms
    assert (StaffTier.ASK, {"refused_without_end"}, "session") == (alarm.tier, terms(alarm), alarm.tool_session)
    assert "was refused 20,000 times within the hour, over 300 different things" == alarm.evidence[0].note


def test_a_flood_from_a_place_that_is_not_theirs_is_proposed_to_be_held(desk):
    """Somebody else's script in their session."""
    desk.enter(0, desk.now, "relay", "visitor")
    flooded(desk)
    assert [StaffTier.ASK, StaffTier.HOLD] == [alarm.tier for alarm in desk.alarms]


@pytest.mark.parametrize("each_day", [figures.FEW_NEW, 400])
@pytest.mark.parametrize("days", [1, 10])
def test_whoever_cycles_devices_makes_the_honest_one_no_news(each_day, days):
    """Neither many a day for a few days, nor a few a day; the owner was away meanwhile, and signs in as before."""
    desk = Agents(days=20)
    for day in range(days):
        for each in range(each_day):
            desk.enter(0, desk.now + day * DAY + each, f"relay-{day}-{each}", f"agent-{day}-{each}")
    asked = desk.alarms
    desk.enter(0, desk.now + days * DAY)
    assert [] == desk.alarms
    assert asked
    (person,) = (person for staff, person in desk.watch.learnt().items() if staff == "s0")
    assert max(map(len, (person.networks, person.devices, person.new_networks, person.new_devices))) <= 16
    assert {"net-0", "dev-0"} <= {*person.networks, *person.devices}


def test_devices_that_are_cycled_all_day_are_news_the_day_after():
    """They did not become known by having been there."""
    desk = Agents(days=20)
    for each in range(figures.FEW_NEW + 1):
        desk.enter(0, desk.now + each, f"relay-{each}", f"agent-{each}")
    assert 1 == len(desk.alarms)
    after = desk.now + figures.AGAIN + DAY
    desk.enter(0, after, "relay-0", "agent-0")
    (alarm,) = desk.alarms
    assert {"signed_in_elsewhere"} == terms(alarm)


def test_an_own_device_gives_way_once_it_is_no_longer_used():
    """A new laptop each season leaves those in use, and what was used least goes."""
    desk = Agents(days=20)
    for season in range(1, 30):
        for day in range(5):
            desk.enter(0, desk.now + (season * 20 + day) * DAY, device=f"laptop-{season}")
    desk.enter(0, desk.now + 700 * DAY)
    (person,) = (person for staff, person in desk.watch.learnt().items() if staff == "s0")
    assert {f"laptop-{season}" for season in range(20, 30)} <= set(person.devices)
    assert "dev-0" not in person.devices


def test_what_an_earlier_version_knew_of_places_is_known():
    """It kept no number of days beside them; such places are pushed out by nothing that is new for a day."""
    desk = Agents(days=8)
    people = dict(desk.watch.learnt())
    for person in people.values():
        person.networks, person.devices = dict.fromkeys(person.networks), dict.fromkeys(person.devices)
    later = Agents(days=8, people=people)
    later.day += 8
    for day in range(3):
        for each in range(figures.FEW_NEW):
            later.enter(0, later.now + day * DAY + each, f"relay-{day}-{each}", f"agent-{day}-{each}")
    assert later.alarms
    later.enter(0, later.now + 3 * DAY)
    assert [] == later.alarms
