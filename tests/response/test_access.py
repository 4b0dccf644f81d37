"""Accesses that look abused, and campaigns against staff: on record, told, and proposed, never done by themselves."""

from tests.detection.staff.agent import DAY, FAMOUS, HOUR, MINUTE

from holdfast.containment import SubjectKind
from holdfast.detection.staff import StaffTier
from holdfast.events import Account, Batch, StaffAction, StaffReport, StaffSignIn
from holdfast.response import Concern, HappeningKind


def hear(town, *events):
    """Have the response hear events at the time of the last."""
    town.response.observe(Batch(others=events), max(event.time for event in events))


def worked(town, days=8):
    """Somebody has worked for some days; the time of the next night."""
    hear(town, *(Account(account=name, time=0, reach=1_000_000) for name in FAMOUS))
    for day in range(days):
        at = day * DAY + 9 * HOUR
        said = {"staff": "s-1", "tool": "desk", "action": "view", "ticket": "T"}
        looks = [StaffAction(time=at + each, target=f"a{day}-{each}", **said) for each in range(30)]
        hear(town, StaffSignIn(staff="s-1", time=at, outcome="ok", asn="home", device="own"), *looks)
    return days * DAY + 2 * HOUR


def visit(town, night, looks=12):
    """Somebody else signs in as them and looks around."""
    hear(town, StaffSignIn(staff="s-1", time=night, outcome="ok", asn="relay", device="visitor", tool_session="ts-9"))
    said = {"staff": "s-1", "tool": "desk", "action": "view", "tool_session": "ts-9"}
    if looks:
        hear(town, *(StaffAction(time=night + each + 1, target=FAMOUS[each], **said) for each in range(looks)))


def warnings(town):
    """What was told of staff."""
    return [each for each in town.response.timeline if each.kind is HappeningKind.WARNING]


def test_one_sign_has_people_ask_and_proposes_nothing(town):
    """A new place alone is told and is on record; no plan is offered."""
    visit(town, worked(town), looks=0)
    (told,) = warnings(town)
    assert "access/s-1" == told.subject
    assert "ask them" in told.text
    assert 1 == len(town.keys("access/"))
    assert () == town.desk.offers


def test_two_signs_propose_a_hold_of_the_tools_of_that_person(town):
    """The session first, then the person; nothing is in force until people agree."""
    visit(town, worked(town))
    (offer,) = town.desk.offers
    assert ("access/s-1", Concern.ACCESS) == (offer.about, offer.concern)
    plans = [town.desk.plan(each) for each in offer.plans]
    subjects = {(hold.subject.kind, hold.subject.id) for plan in plans for hold in plan.holds}
    assert {(SubjectKind.TOOL_SESSION, "ts-9"), (SubjectKind.STAFF, "s-1")} == subjects
    assert {} == town.response.book.holds
    tiers = [alarm.tier for alarm in town.response.signals.alarms.values()]
    assert [StaffTier.ASK, StaffTier.HOLD] == tiers


def test_a_wave_of_reports_is_told_to_whoever_leads_and_holds_nobody(town):
    """A notice proposes a lockdown; no reporter is held or asked about."""
    hear(town, *(StaffReport(staff=f"s-{number}", time=number + 1, kind="vishing") for number in range(5)))
    (told,) = warnings(town)
    assert "a campaign against staff: 3 people" in told.text
    assert "holdfast lockdown set 1" in told.text
    (notice,) = town.response.notices.kept.values()
    assert {"commander", "responder"} <= set(notice.to)
    assert () == town.desk.offers
    assert {} == dict(town.response.signals.alarms)


def test_a_response_made_anew_knows_the_past_of_staff(town, make_town):
    """Their month is not told again, and is known all the same: a visitor is a visitor."""
    night = worked(town)
    town.response.observe(Batch(), night)
    town.clock.advance(HOUR)
    anew = make_town(town.store, town.platform, town.clock)
    assert {"s-1"} == set(anew.response.signals.known)
    hear(anew, *(Account(account=name, time=0, reach=1_000_000) for name in FAMOUS))
    visit(anew, night + 2 * MINUTE)
    assert ["access/s-1"] == [offer.about for offer in anew.desk.offers]
