"""Whoever looks up what staff did is on record themselves: by the API, by command, in a browser."""

import csv
import io
import json
import re

import pytest

from holdfast.app.cli.main import main
from holdfast.app.server.contract import OPERATIONS
from holdfast.guard import Act
from holdfast.response.staff.lookups import MOST_OF_ONE

from .staffhouse import StaffHouse

HOSTILE = "<img src=x onerror=alert(1)>\u202e=1+1"
STANDS = {
    "list_locks",
    "list_looser",
    "list_grants",
    "list_protected",
    "show_policies",
}  # what is in force, for whoever works by it


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with staff, and one attempt on the president."""
    house = StaffHouse(tmp_path_factory.mktemp("lookups"))
    house.asks(house.sign_in("sam"), target="president")
    yield house
    house.end()


@pytest.fixture
def say(house, monkeypatch, capsys):
    """Runs a command as somebody: what it printed."""

    def run(who, *words):
        monkeypatch.setenv("HOLDFAST_URL", house.origin)
        monkeypatch.setenv("HOLDFAST_TOKEN", house.tokens[who])
        assert 0 == main([*words]), capsys.readouterr()
        return capsys.readouterr().out

    return run


def found(house, query=""):
    """Who looked what up, as the commander is told."""
    return house.ask("GET", f"/v1/gate/lookups{query}", token=house.tokens["cora"])["items"]


def test_every_route_that_tells_what_staff_do_is_on_record_or_named_here():
    """Whoever adds one says what it is called on record."""
    silent = {
        each.name for each in OPERATIONS if each.takes_act is Act.SEE_STAFF and each.method == "GET" and not each.looks
    }
    assert STANDS == silent


def test_was_the_president_looked_up_and_by_whom(house, say):
    """A command asks twice, and is one lookup; a spelling of the account's name hides nobody; the table is another."""
    say("olga", "gate", "attempts", "--target", "PRE\u200bSIDENT")
    house.signed_in("olga").page("/console/attempts?target=president")
    house.of["olga"].page("/console/attempts.csv?target=president")
    seen = found(house, "?about=President&person=OLGA")
    assert ["attempts, as a table", "attempts", "attempts"] == [each["what"] for each in seen]
    assert ["passkey", "passkey", "token"] == [each["via"] for each in seen]
    assert {"olga"} == {each["person"] for each in seen}
    assert [] == found(house, "?about=nobody.of.this.name")


def test_each_kind_of_question_is_there(house):
    """Rights and their changes, signals, reports, sessions, changes, recertification, and this question itself."""
    queries = {
        "access?person=sam": "rights", "access/changes?since=2026-01-01T00:00:00Z&person=sam": "changes of rights",
        "certifications": "certifications", "changes": "changes of credentials", "sessions": "sessions of tools",
        "lookups?person=sam": "lookups",
    }  # fmt: skip
    for query in queries:
        house.founder.get(f"/v1/gate/{query}", headers={"authorization": f"Bearer {house.tokens['carl']}"})
    for path in ("/console/access?person=sam", "/console/signals", "/console/lookups", "/console/access"):
        assert 200 == house.signed_in("carl").page(path).status_code
    seen = found(house, "?person=carl")
    assert {*queries.values(), "signals"} == {each["what"] for each in seen}
    assert {"person": "sam"} in [each["asked"] for each in seen if each["what"] == "rights"]


def test_what_is_refused_tells_nothing_and_is_no_lookup(house):
    """Whoever may not see what staff do sees neither this."""
    alice = house.signed_in("alice")
    for path in ("/console/lookups", "/v1/gate/lookups", "/v1/gate/attempts?target=president"):
        assert 403 == alice.page(path).status_code
    assert [] == found(house, "?person=alice")


def test_a_command_shows_them_and_hostile_questions_are_only_text(house, say):
    """In lines, as JSON, as a table that no spreadsheet works out, and on the page."""
    house.founder.get(
        "/v1/gate/attempts", params={"target": HOSTILE}, headers={"authorization": f"Bearer {house.tokens['olga']}"}
    )
    told = say("cora", "gate", "lookups", "--about", HOSTILE)
    assert "olga  attempts" in told
    assert "\u202e" not in told
    (each,) = json.loads(say("cora", "gate", "lookups", "--about", HOSTILE, "--person", "olga", "--json"))["items"]
    assert {"target": HOSTILE} == each["asked"]
    (row, *_) = csv.DictReader(io.StringIO(say("cora", "gate", "lookups", "--person", "olga", "--csv")))
    assert "\u202e" not in row["asked"]
    page = house.signed_in("cora").page("/console/lookups").text.partition("<main")[2]
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert "\u202e" not in re.sub(r'value="[^"]*"', "", page)
    assert "nobody looked that up" in say("cora", "gate", "lookups", "--about", "nobody.of.this.name")


def test_pages_of_lookups_follow_on_each_other(house):
    """By a number that is no guess; a place that is none is refused."""
    whole = [each["id"] for each in found(house)][1:]  # the newest is this question
    seen, after = [], ""
    while after is not None:
        page = house.ask("GET", f"/v1/gate/lookups?limit=2&after={after}", token=house.tokens["cora"])
        seen += [each["id"] for each in page["items"]]
        after = page["next"]
    assert whole == seen[-len(whole) :]
    assert len(seen) == len(set(seen))
    headers = {"authorization": f"Bearer {house.tokens['cora']}"}
    for place in ("7", "look-", "look-x", "look-" + "9" * 40):
        assert 400 == house.founder.get(f"/v1/gate/lookups?after={place}", headers=headers).status_code
    times = "?since=2036-01-01T00:00:00Z", "?until=2020-01-01T00:00:00Z"
    assert [[], []] == [found(house, each) for each in times]


def test_whoever_asks_for_more_than_is_put_on_record_waits(house):
    """They are told for how long, and whatever they were answered is on record."""
    headers = {"authorization": f"Bearer {house.tokens['sam']}"}
    house.ask("PUT", "/v1/people/sam", {"roles": ["investigator"]})
    answers = [
        house.founder.get(f"/v1/gate/access?person=p{number}&function=f", headers=headers)
        for number in range(2 * MOST_OF_ONE + 1)
    ]
    refused = [each for each in answers if each.status_code != 200]
    assert refused, "all of them came within two minutes"
    assert {429} == {each.status_code for each in refused}
    assert "60" == refused[0].headers["retry-after"]
    seen = [each["asked"]["person"] for each in found(house, "?person=sam&limit=1000")]
    assert len(seen) == len(answers) - len(refused)
