"""Reports by staff at a running service: heard as events, told to whoever leads, thanked for."""

import time

import pytest

from holdfast.app.cli.main import main
from holdfast.response.staff.reported import MOST_TOLD

from .running import PATIENCE
from .staffed import PEOPLE, Staffed


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server with somebody of each role."""
    server = Staffed(tmp_path_factory.mktemp("signals"))
    yield server
    server.client.close()
    server.end()


def test_reports_of_several_reach_whoever_leads(staffed, monkeypatch, capsys):
    """By command and over HTTP, in whatever role; the notice proposes a lockdown, and nobody is asked about."""
    monkeypatch.setenv("HOLDFAST_URL", str(staffed.client.base_url))
    monkeypatch.setenv("HOLDFAST_TOKEN", staffed.tokens["support"])
    assert 0 == main(["staff", "report", "vishing", "A man from IT wanted my code."])
    assert "Thank you" in capsys.readouterr().out
    for who in [each for each in PEOPLE if each != "support"]:
        answer = staffed.asked(who, "POST", "/v1/staff/reports", {"kind": "phishing"})
        assert (200, who) == (answer.status_code, answer.json()["staff"])

    by = time.monotonic() + PATIENCE
    while "a campaign against staff" not in staffed.asked("commander", "GET", "/v1/notices").text:
        assert time.monotonic() < by
    alarms = staffed.asked("auditor", "GET", "/v1/staff/alarms").json()
    assert [] == alarms["items"]
    monkeypatch.setenv("HOLDFAST_TOKEN", staffed.tokens["auditor"])
    assert 0 == main(["staff", "alarms"])


@pytest.mark.parametrize("body", [{}, {"kind": "gossip"}, {"kind": "other", "staff": "somebody_else"}])
def test_a_report_is_of_a_known_kind_and_in_ones_own_name(staffed, body):
    """Nobody reports for somebody else over this way."""
    assert staffed.asked("support", "POST", "/v1/staff/reports", body).status_code in {400, 422}


def test_whoever_reports_without_end_is_told_when_they_may_again(staffed):
    """429 with Retry-After and advice; it is nobody else's."""
    asked = {"kind": "other"}
    first, *_, last = [staffed.asked("investigator", "POST", "/v1/staff/reports", asked) for _ in range(MOST_TOLD + 1)]
    assert 200 == first.status_code, first.text
    assert (429, "too_often") == (last.status_code, last.json()["code"])
    assert 0 < int(last.headers["retry-after"]) <= 3_600
    assert "incident desk" in last.json()["advice"]
    assert 200 == staffed.asked("auditor", "POST", "/v1/staff/reports", asked).status_code
