"""People decide over HTTP and by command, each as themselves."""

import hashlib
import json

import pytest

from holdfast.app.cli.main import main

from .running import Served
from .staffed import PROGRAMS, Staffed


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server with people of every role, under attack."""
    server = Staffed(tmp_path_factory.mktemp("staffed"))
    server.plan = server.attacked()
    yield server
    server.client.close()
    server.end()


@pytest.fixture
def command(staffed, monkeypatch, capsys):
    """A command that asks the server as somebody: its exit code, and what it said."""

    def run(who, *words):
        monkeypatch.setenv("HOLDFAST_TOKEN", staffed.tokens[who])
        monkeypatch.setenv("HOLDFAST_URL", str(staffed.client.base_url))
        code = main([*words, "--json"])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return run


def test_a_plan_goes_its_way_by_command(staffed, command):
    """Asked for, not approved by its requester, denied, asked for anew, approved, carried out: the guard holds to it."""
    code, (first,), _ = command("responder", "request", "plan", staffed.plan)
    assert (1, "open", "approvals_missing", 1) == (code, first["state"], first["code"], first["missing"])
    assert first["policy"]
    assert first["preview"]["accounts"] == first["accounts"]

    code, (own,), _ = command("responder", "approve", first["id"])
    assert (1, "requester_approved", [False]) == (code, own["code"], [each["counts"] for each in own["approvals"]])
    code, _, told = command("approver", "approve", first["id"], "--hash", "0" * 12)
    assert (1, True) == (code, "not for that" in told)
    code, (denied,), _ = command("commander", "deny", first["id"], "--why", "look at the staff member first")
    assert (0, "denied", "denied") == (code, denied["state"], denied["code"])
    code, (late,), _ = command("approver", "approve", first["id"])
    assert (1, "denied") == (code, late["state"])

    _, (second,), _ = command("responder", "request", "plan", staffed.plan)
    assert f"{first['id']}-2" == second["id"]
    code, (done,), _ = command("approver", "approve", second["id"], "--hash", second["action_hash"][:12])
    assert (0, "done", ["approver"]) == (code, done["state"], done["permit"]["approved_by"])
    assert staffed.asked("reader", "GET", "/v1/holds").json()["items"]
    _, listed, _ = command("auditor", "request", "list", "--all")
    assert {first["id"], second["id"]} <= {each["id"] for each in listed}


def test_an_emergency_is_told_and_reviewed_by_command(staffed, command):
    """One person alone; those who were not asked find a notice, and one of them closes the review."""
    plans = staffed.asked("reader", "GET", "/v1/proposals?all=true").json()["items"][0]["plans"]
    plan = next(plan["id"] for plan in plans if plan["id"] != staffed.plan)
    code, (done,), _ = command("commander", "request", "plan", plan, "--emergency", "it spreads")
    assert (0, "it spreads", []) == (code, done["permit"]["emergency"], done["permit"]["approved_by"])
    _, notices, _ = command("approver", "notices")
    assert any("it spreads" in each["text"] for each in notices)
    figures = staffed.client.get("/metrics").text
    assert "holdfast_reviews_owed " in figures
    code, _, told = command("commander", "review", "close", done["id"], "--justified", "--finding", "mine")
    assert (1, True) == (code, "own_deed" in told)
    _, owed, _ = command("auditor", "review", "list")
    assert [done["id"]] == [each["request"] for each in owed]
    code, (closed,), _ = command("auditor", "review", "close", done["id"], "--justified", "--finding", "it did spread")
    assert (0, "auditor", True) == (code, closed["closed_by"], closed["justified"])
    assert [] == command("auditor", "review", "list")[1]


def test_plans_are_listed_by_command(staffed, command, capsys):
    """With their ids, which is what a request names, and what each would cost."""
    _, offers, _ = command("reader", "request", "plans", "--all")
    assert staffed.plan in {plan["id"] for offer in offers for plan in offer["plans"]}
    assert 0 <= main(["request", "plans", "--all"]) <= 1
    shown = capsys.readouterr().out
    assert staffed.plan in shown
    assert "innocent)" in shown


def test_a_hold_is_lifted_with_a_reason(staffed, command):
    """Without one it is not asked for; what was never placed cannot be lifted."""
    holds = staffed.asked("reader", "GET", "/v1/holds").json()["items"]
    hold = next(each["id"] for each in holds if each["subject_kind"] == "lure")
    code, _, told = command("responder", "request", "lift", hold, "--why", " ")
    assert (1, True) == (code, "reason_missing" in told)
    code, _, _ = command("responder", "request", "lift", "nothing", "--why", "all clear")
    assert 2 == code
    code, (asked,), _ = command("responder", "request", "lift", hold, "--why", "all clear")
    assert (1, "lift", [hold]) == (code, asked["deed"], asked["lifts"])
    code, (lifted,), _ = command("approver", "approve", asked["id"])
    assert (0, "done") == (code, lifted["state"])


def test_people_come_and_go_by_command(staffed, command):
    """A token looks as soon as it is made, decides once confirmed, by the roles of now, while its person is there."""
    assert 0 == command("root", "people", "add", "dora", "--role", "responder", "--name", "Dora")[0]
    _, (made,), _ = command("root", "token", "make", "dora", "--days", "1", "--label", "desk")
    staffed.tokens["dora"] = made["token"]
    assert ["read", "decide"] == made["made"]["scopes"]
    assert 0 == command("dora", "request", "list")[0]
    _, (notice,), _ = command("dora", "notices")
    assert "root made a token in your name" in notice["text"]
    assert 0 == command("root", "people", "change", "dora", "--role", "auditor")[0]
    code, _, told = command("dora", "request", "plan", staffed.plan)
    assert (1, True) == (code, "unconfirmed" in told)
    staffed.confirmed("dora", "dora")
    code, _, told = command("dora", "request", "plan", staffed.plan)
    assert (1, True) == (code, "role_missing" in told)
    _, listed, _ = command("root", "people", "list")
    assert "Dora" in {each["name"] for each in listed}
    assert 0 == command("root", "people", "remove", "dora")[0]
    assert 401 == staffed.asked("dora", "GET", "/v1/requests").status_code
    assert 2 == command("root", "people", "add", "DORA")[0]


def test_a_revoked_token_opens_nothing(staffed, command):
    """At once, and for good."""
    _, (made,), _ = command(
        "root", "token", "make", "--scope", "read", "--scope", "guard:ask", "--label", "for a while"
    )
    staffed.tokens["brief"] = made["token"]
    assert 200 == staffed.asked("brief", "GET", "/v1/holds").status_code
    assert 0 == command("root", "token", "revoke", made["made"]["id"])[0]
    assert 401 == staffed.asked("brief", "GET", "/v1/holds").status_code
    _, listed, _ = command("root", "token", "list")
    assert made["made"]["id"] not in {each["id"] for each in listed}


def test_secrets_are_shown_once_and_nowhere_else(staffed):
    """Not in lists, logs, metrics or the record, nor their hashes; what is kept cannot be shown."""
    texts = [staffed.asked("root", "GET", path).text for path in ("/v1/tokens?all=true", "/v1/people?all=true")]
    texts += ["".join(staffed.raw), staffed.client.get("/metrics").text]
    for secret in staffed.tokens.values():
        digest = hashlib.sha256(secret.encode()).hexdigest()
        assert [] == [text for text in texts if secret in text or digest in text]


def test_the_guard_asks_for_its_own_scope(staffed):
    """A person's token does not ask the guard, nor one that only reads; what is wrong is said."""
    question = {"account": "a1", "text": "hello"}
    assert 200 == staffed.asked("program", "POST", "/v1/guard/posts", question).status_code
    for who in ("reader", "commander"):
        answer = staffed.asked(who, "POST", "/v1/guard/posts", question)
        assert (403, "scope_missing") == (answer.status_code, answer.json()["code"])
    assert 401 == staffed.asked(None, "POST", "/v1/guard/posts", question).status_code
    assert {"guard:ask", "guard:snapshot", "events:tell", "tickets:tell"} == set(PROGRAMS["program"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/requests", {}),
        ("/v1/requests", {"plan": "x", "lift": ["y"]}),
        ("/v1/requests", {"lift": ["x"], "why": "y", "emergency": "z"}),
        ("/v1/requests", {"plan": "nothing"}),
        ("/v1/requests", {"release": ["nobody"]}),
        ("/v1/requests", {"plan": "x", "more": 1}),
        ("/v1/requests", []),
        ("/v1/requests", b"{"),
        ("/v1/requests", b'{"plan": "\xff"}'),
    ],
)
def test_what_cannot_be_meant_is_refused(staffed, path, body):
    """422 with a sentence, whatever was sent."""
    answer = staffed.asked("commander", "POST", path, body)
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


def test_a_command_says_what_it_could_not_do(command, monkeypatch, capsys):
    """Nobody there, somebody else there, a wrong token, an address with a password: each its exit code and advice."""
    assert 3 == main(["request", "list", "--url", "http://127.0.0.1:9"])
    assert 2 == main(["request", "list", "--url", "http://me:secret@127.0.0.1"])
    assert 2 == main(["request", "list", "--url", "ftp://127.0.0.1"])
    monkeypatch.setenv("HOLDFAST_TOKEN", "x" * 40)
    assert 2 == main(["request", "list", "--url", "http://holdfast.example"])
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "secret" not in told
    assert 2 == command("responder", "request", "show", "nothing")[0]
    assert 2 == command("responder", "request", "show", "../people")[0]
    assert 2 == command("responder", "request", "lift", "--why", "nothing named")[0]


def test_after_a_kill_people_tokens_and_requests_are_as_before(tmp_path):
    """What was asked for waits for the same people, who show the same tokens; then it is carried out once."""
    first = Staffed(tmp_path)
    plan = first.attacked()
    asked = first.asked("responder", "POST", "/v1/requests", {"plan": plan}).json()
    first.client.close()
    first.end()  # kill -9
    second = Served(tmp_path, "--settings", "holdfast.toml")
    try:
        second.tokens = first.tokens
        kept = Staffed.asked(second, "responder", "GET", f"/v1/requests/{asked['id']}").json()
        assert asked == kept
        body = {"action_hash": asked["action_hash"]}
        done = Staffed.asked(second, "approver", "POST", f"/v1/requests/{asked['id']}/approvals", body).json()
        assert ("done", ["approver"]) == (done["state"], done["permit"]["approved_by"])
    finally:
        second.client.close()
        second.end()
