"""Undo, waves, dead letters and caps at a running service: over HTTP, and by command."""

import os
import re
import subprocess
import sys

import pytest

from holdfast.app.live import ORIGIN, key_beside
from holdfast.backends import SqlStore, load_or_create_signer

from .staffed import Staffed


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server with everybody, on which the suggested plan against an attack was carried out."""
    server = Staffed(tmp_path_factory.mktemp("carrying"), signed=False)
    plan = server.attacked()
    filed = server.asked("responder", "POST", "/v1/requests", {"plan": plan}).json()
    server.filed = server.asked(
        "approver", "POST", f"/v1/requests/{filed['id']}/approvals", {"action_hash": filed["action_hash"]}
    ).json()
    server.plan = plan
    yield server
    server.client.close()
    server.end()


def command(server, who, *words):
    """What a command says that somebody runs, and its exit code."""
    host, port = server.address
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    environment = {**clean, "HOLDFAST_URL": f"http://{host}:{port}", "HOLDFAST_TOKEN": server.tokens[who]}
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", *words], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_an_undo_is_shown_asked_for_and_agreed_to_exactly(staffed):
    """The preview asks for nothing; the request shows approvers what it frees; three people free hijacked accounts."""
    assert "done" == staffed.filed["state"], staffed.filed
    seen = staffed.asked("reader", "POST", "/v1/undo/preview", {"plan": staffed.plan}).json()
    assert seen["freed"]["hijacked"] > 0
    assert len(seen["orders"]) == 1
    assert [] == staffed.asked("reader", "GET", "/v1/requests").json()["items"]

    filed = staffed.asked("responder", "POST", "/v1/undo", {"undo": seen["undo"], "why": "a drill"}).json()
    assert ("open", 2, seen["freed"]) == (filed["state"], filed["needs"], filed["frees"])
    again = {"action_hash": filed["action_hash"]}
    path = f"/v1/requests/{filed['id']}/approvals"
    assert "open" == staffed.asked("approver", "POST", path, again).json()["state"]
    assert "done" == staffed.asked("commander", "POST", path, again).json()["state"]
    left = staffed.asked("reader", "GET", "/v1/holds").json()["items"]
    assert [] == [hold for hold in left if hold["plan"] == staffed.plan]


def test_what_was_not_shown_is_not_asked_for(staffed):
    """A hash from elsewhere, a scope that says nothing, and one that fits nothing are explained."""
    for path, body, says in (
        ("/v1/undo", {"undo": "0" * 64, "why": "why"}, "no such undo"),
        ("/v1/undo/preview", {}, "needs a campaign"),
        ("/v1/undo/preview", {"plan": "none"}, "no hold that stands"),
        ("/v1/undo/preview", {"holds": ["none"]}, "no hold none"),
    ):
        answer = staffed.asked("responder", "POST", path, body)
        assert (422, True) == (answer.status_code, says in answer.text), answer.text


def test_caps_are_shown_and_raised_by_their_owner_alone(staffed):
    """A responder may not, however the policies let them operate; the commander may, and it is shown with the reason."""
    body = {"cap": "one_way", "to": 20, "minutes": 30, "why": "all of these apps are theirs"}
    refused = staffed.asked("responder", "POST", "/v1/brakes/raise", body)
    assert (403, "role_missing") == (refused.status_code, refused.json()["code"])
    raised = staffed.asked("commander", "POST", "/v1/brakes/raise", body).json()
    (cap,) = [each for each in raised["caps"] if each["name"] == "one_way"]
    assert (20, "commander", body["why"]) == (cap["cap"], cap["raised_by"], cap["why"])
    assert ("closed", None, 1) == (raised["breaker"], raised["asked_again_at"], raised["turn"] - 1)


def test_waves_and_dead_letters_are_shown(staffed):
    """What is not paused cannot be resumed; of no dead letters none is tried again."""
    waves = staffed.asked("reader", "GET", "/v1/waves").json()["items"]
    for wave in waves:
        answer = staffed.asked("responder", "POST", f"/v1/waves/{wave['id']}/resume")
        assert (409, True) == (answer.status_code, "not paused" in answer.text)
    assert 404 == staffed.asked("responder", "POST", "/v1/waves/none/resume").status_code
    assert [] == staffed.asked("reader", "GET", "/v1/dead-letters").json()["items"]
    assert 0 == staffed.asked("responder", "POST", "/v1/dead-letters/retry").json()["retried"]


def test_the_same_by_command(staffed):
    """Look, ask, and be told what is missing; exit codes say whether somebody has to see to something."""
    plan = staffed.attacked()
    filed = staffed.asked("responder", "POST", "/v1/requests", {"plan": plan}).json()
    body = {"action_hash": filed["action_hash"]}
    staffed.asked("approver", "POST", f"/v1/requests/{filed['id']}/approvals", body)

    code, said = command(staffed, "responder", "undo", "--plan", plan)
    assert 0 == code, said
    assert "likely in an intruder's hands" in said
    shown = re.search(r"--request ([0-9a-f]{64})", said)[1]
    code, said = command(staffed, "responder", "undo", "--request", shown, "--why", "a drill")
    assert (1, True) == (code, "frees hijacked" in said), said
    code, said = command(staffed, "responder", "undo")
    assert (2, True) == (code, "needs a campaign" in said), said
    code, said = command(staffed, "reader", "brakes")
    assert (0, True) == (code, "breaker closed" in said), said
    code, said = command(staffed, "responder", "brakes", "raise", "one_way", "30", "--minutes", "5", "--why", "x")
    assert (1, True) == (code, "Ask a commander" in said), said
    code, said = command(staffed, "reader", "letters")
    assert (0, "") == (code, said)
    code, said = command(staffed, "responder", "letters", "retry")
    assert (0, True) == (code, "0 are tried again" in said)
    code, said = command(staffed, "reader", "waves")
    assert 0 == code, said


def test_a_service_whose_store_was_taken_over_says_so_and_does_no_more(served, tmp_path):
    """It is not ready any more, its log tells once, and what is asked of its state is answered 503."""
    server = served()
    store = tmp_path / "var" / "holdfast.db"
    store.with_name("holdfast.db.lock").unlink()
    signer = load_or_create_signer(key_beside(store), origin=ORIGIN)
    with SqlStore(store, signer=signer, owned=True) as taken:
        assert 2 == taken.turn
        told = server.wait("deposed")
        assert "advice" in told
        assert 503 == server.client.get("/v1/holds").status_code
        ready = server.client.get("/ready")
        assert (503, "deposed") == (ready.status_code, ready.json()["phase"])
    assert 1 == sum(line["event"] == "deposed" for line in server.log)


def test_readiness_tells_of_the_platform_apart(served):
    """A platform that answers nothing is told; the guard does not need it, so the service is ready all the same."""
    told = served().client.get("/ready").json()
    assert (True, True) == (told["ready"], told["platform"])
