"""Reports by staff at a running service: heard as events, told to whoever leads, thanked for."""

import time
from functools import partial

import pytest

from holdfast.app.cli.main import main
from holdfast.app.server.front import MOST_DEEDS
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


def test_whoever_writes_without_end_is_told_when_they_may_again(staffed):
    """429 with Retry-After and advice, also by command; it is nobody else's."""
    for _ in range(MOST_TOLD):
        answer = staffed.asked("investigator", "POST", "/v1/staff/reports", {"kind": "other"})
    assert 200 == answer.status_code, answer.text
    answer = staffed.asked("investigator", "POST", "/v1/staff/reports", {"kind": "other"})
    assert (429, "too_often") == (answer.status_code, answer.json()["code"])
    assert 0 < int(answer.headers["retry-after"]) <= 3_600
    assert "incident desk" in answer.json()["advice"]
    assert 200 == staffed.asked("auditor", "POST", "/v1/staff/reports", {"kind": "other"}).status_code


def test_whatever_one_person_asks_to_be_done_without_end_is_refused(staffed):
    """Whether or not it would have come to anything; looking, and what ends something, go on."""
    asked = partial(staffed.asked, "approver")
    answers = [asked("POST", "/v1/requests", {"plan": "no such plan"}).status_code for _ in range(MOST_DEEDS + 1)]
    assert 429 not in answers[:-1]
    assert 429 == answers[-1]
    assert 200 == asked("GET", "/v1/requests").status_code
    assert 404 == asked("POST", "/v1/requests/nothing/denials", {"why": "no"}).status_code
    assert 429 != staffed.asked("responder", "POST", "/v1/requests", {"plan": "no such plan"}).status_code
