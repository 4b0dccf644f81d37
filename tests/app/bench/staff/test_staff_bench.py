"""The support desk of the benchmark: honest days, four ways of abuse, figures from both, and the command."""

import json
from typing import get_args

import pytest

from holdfast.app.bench.staff.agents import agents
from holdfast.app.bench.staff.attacks import SETTLING, Way, attacks
from holdfast.app.bench.staff.chart import draw
from holdfast.app.bench.staff.desks import DESKS, Kind
from holdfast.app.bench.staff.figures import false_among, outcomes, rate_of, row_of
from holdfast.app.bench.staff.measure import measure
from holdfast.app.bench.staff.work import DAY, Honest
from holdfast.app.cli.bench_staff import _Desk
from holdfast.app.cli.main import main
from holdfast.detection.staff import StaffAlarm, StaffTier
from holdfast.events import CredentialChange, StaffAction, StaffReport, StaffSignIn

DAYS = 20


@pytest.fixture(scope="module")
def report():
    """A small desk."""
    return measure(60, DAYS, 5, 2)


def test_the_same_seed_is_the_same_desk(report):
    """All but how fast it went."""
    again = measure(60, DAYS, 5, 2)
    assert (report.ways, report.asked, report.false) == (again.ways, again.asked, again.false)
    assert report.ways != measure(60, DAYS, 6, 2).ways


def test_honest_days_have_what_may_look_like_an_attack():
    """Trips, slips at the push, look-ups without a ticket, how-to pages, reports: all of them occur."""
    honest, desk = Honest(3), agents(3, 150, DAYS)
    events = [event for day in range(DAYS) for agent in desk for event in honest.day(agent, day)]
    of = {kind: [each for each in events if isinstance(each, kind)] for kind in {type(each) for each in events}}
    assert {StaffAction, StaffSignIn, StaffReport, CredentialChange} == set(of)
    assert any(each.asn.startswith("hotel") for each in of[StaffSignIn])
    assert any(each.outcome == "refused" for each in of[StaffSignIn])
    assert any(each.action == "read_page" for each in of[StaffAction])
    without = sum(not each.ticket for each in of[StaffAction])
    assert 0 < without < len(of[StaffAction]) / 5
    values = [each.new_hash for each in of[CredentialChange]]
    assert len(set(values)) < len(values)


def test_each_kind_of_desk_has_what_it_is_named_for():
    """Thousands of changes for one ticket, everybody at one account, hours without tickets, many newcomers."""

    def played(kind, days):
        desk, honest = agents(3, 60, DAYS, kind), Honest(3, kind)
        return desk, [each for day in days for agent in desk for each in honest.day(agent, day)]

    _, moved = played(Kind.MIGRATION, DESKS[Kind.MIGRATION].migration)
    assert sum(getattr(each, "ticket", "") == "t-migration" for each in moved) > 10_000
    _, news = played(Kind.ONE_ACCOUNT, [14])
    assert sum(getattr(each, "target", "") == "famous-14" for each in news) > 40
    _, down = played(Kind.OUTAGE, [13])
    _, usual = played(Kind.MIXED, [13])
    without = [sum(isinstance(each, StaffAction) and not each.ticket for each in events) for events in (down, usual)]
    assert without[0] > without[1]
    assert sum(agent.hired >= 0 for agent in played(Kind.TRAINEES, [])[0]) > 10
    assert set(Kind) == set(DESKS) == set(get_args(_Desk))


def test_nobody_is_attacked_before_the_desk_has_a_past():
    """Each way has its turn, each on another agent, and the truth names every abusive action."""
    found = attacks(3, agents(3, 200, 30), 30, 5)
    assert set(Way) == {attack.way for attack in found}
    assert len({attack.staff for attack in found}) == len(found)
    assert min(attack.begins for attack in found) >= SETTLING * DAY
    assert all(attack.actions and attack.begins <= attack.actions[0] for attack in found)


def alarm(staff, at, tier=StaffTier.HOLD):
    """An alarm."""
    return StaffAlarm(
        staff=staff, tool_session="", tier=tier, since=at, at=at, score=9.0, actions=1, accounts=(), evidence=()
    )


def test_what_counts_as_seen_and_what_as_false():
    """Before it begins an alarm is false, from then on it is right, and the actions done before it are counted."""
    (attack, *_) = attacks(3, agents(3, 200, 30), 30, 5)
    early, late = alarm(attack.staff, attack.begins - 1), alarm(attack.staff, attack.actions[2])
    asked = alarm(attack.staff, attack.actions[1], StaffTier.ASK)
    (found,) = outcomes([attack], [early, late, asked])
    assert (1, attack.actions[1] - attack.begins) == found.asked
    assert (2, attack.actions[2] - attack.begins) == found.held
    assert [early] == false_among([attack], [early, late, asked])
    assert [alarm("somebody", 1)] == false_among([attack], [alarm("somebody", 1)])
    row = row_of([found])
    assert (1, 1, 2.0) == (row.attacks, row.held.seen, row.held.actions.median)


def test_a_rate_has_bounds():
    """Nothing among a thousand agent-days may still be 3.7 of a thousand (Garwood 1936)."""
    rate = rate_of(0, 1_000)
    assert (0.0, 0.0) == (rate.per_thousand, rate.at_least)
    assert 3.689 == pytest.approx(rate.at_most, abs=1e-3)


def test_stolen_accesses_are_seen_even_at_a_small_desk(report):
    """Each of the few is asked about."""
    for way in (Way.RELAYED, Way.FATIGUE):
        assert report.ways[way].asked.seen == report.ways[way].attacks > 0


def test_the_chart_is_the_same_each_time(report, tmp_path):
    """Byte for byte, and it names each way."""
    for name in ("a.svg", "b.svg"):
        draw(report, tmp_path / name)
    told = (tmp_path / "a.svg").read_text()
    assert told == (tmp_path / "b.svg").read_text()
    assert all(str(way).replace("_", " ") in told for way in Way)


def test_the_command_tells_it_as_a_table_and_as_json(capsys):
    """Both name every way, and 2 is answered for what cannot be played."""
    words = ["bench", "staff", "--agents", "40", "--days", "16", "--each", "1"]
    assert 0 == main(words)
    assert all(str(way) in capsys.readouterr().out for way in ["relayed_credential"])
    assert 0 == main([*words, "--json"])
    assert set(map(str, Way)) == set(json.loads(capsys.readouterr().out)["ways"])
    assert 2 == main(["bench", "staff", "--agents", "3"])
