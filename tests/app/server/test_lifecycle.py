"""How the service begins and ends: once per store, whole after a kill, in order after a signal."""

import hashlib
import json
import signal
import socket
import subprocess
import sys
import threading

import httpx2
import pytest
from tests.journeys.stories import ADDRESS, TAKEN, attack

from holdfast.app.cli.main import main
from holdfast.app.server.token import hashed

from .running import PATIENCE, attack_now

LOOKS = ("/v1/ledger/checkpoint", "/v1/campaigns", "/v1/proposals?all=true", "/v1/holds?all=true&limit=1000")
POSTS = "/v1/guard/posts"


def looks(server):
    """What people see of the state."""
    return {path: server.client.get(path).json() for path in LOOKS}


def test_after_a_kill_the_state_is_the_same(served, tmp_path, capsys):
    """Record, campaigns, proposals, holds and what the guard answers; the record is whole."""
    alike = {"HOLDFAST_RECOVERY_CASES": "false"}  # they are opened with the next look, and that is on record
    first = served("--auto", "0", environment=alike)
    first.client.post("/v1/events", content=attack_now())
    before = looks(first)
    question = {"account": f"u{TAKEN[0]}", "text": "hello"}
    answer = first.client.post(POSTS, json=question).json()
    assert -signal.SIGKILL == first.signalled(signal.SIGKILL)

    second = served("--auto", "0", environment=alike)
    assert before == looks(second)
    again = second.client.post(POSTS, json=question).json()
    assert sorted(answer.pop("holds")) == sorted(again.pop("holds"))
    assert {**answer, "version": 0} == {**again, "version": 0}
    assert "refuse" == again["verdict"]
    assert 0 == second.signalled(signal.SIGTERM)
    assert 0 == main(["ledger", "verify", str(tmp_path / "var" / "holdfast.db")])


def test_a_new_start_knows_what_was_seen_before(served):
    """The campaign goes on where it stood: the next post of the fraud by a new account is its carrier at once."""
    first = served()
    told = first.client.post("/v1/events", content=attack_now()).json()
    assert told["kept"]
    (before,) = first.client.get("/v1/campaigns").json()["items"]
    assert 0 == first.signalled(signal.SIGTERM)

    second = served()
    heard = second.wait("heard_again")
    assert (heard["posts"], heard["accounts"]) > (50, 299)
    assert before == second.client.get("/v1/campaigns").json()["items"][0]
    late = attack_now().splitlines()[-1].replace(b"fraud-3", b"fraud-9").replace(b'"u15"', b'"u17"')
    second.client.post("/v1/events", content=late)
    (after,) = second.client.get("/v1/campaigns").json()["items"]
    assert before["accounts"] + 1 == after["accounts"]


def test_without_an_archive_the_answer_says_that_events_are_not_kept(served):
    """What was decided is in the store all the same."""
    server = served(environment={"HOLDFAST_STORE_ARCHIVE": ""})
    assert server.client.post("/v1/events", content=attack_now()).json()["kept"] is False


def test_a_second_server_on_the_same_store_is_refused(served, tmp_path):
    """It ends at once with exit code 3 and says who is there; the first goes on."""
    first = served()
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "serve", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 3 == done.returncode
    assert f"pid {first.process.pid} on " in done.stderr
    assert "Traceback" not in done.stderr
    assert first.client.get("/ready").json()["ready"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_on_a_signal_what_is_under_way_is_finished(served, number, tmp_path):
    """The body whose first half has come is heard to its end and answered; then the head of the record is told."""
    server = served()
    body = attack_now()
    answers = []
    with socket.create_connection(server.address) as sending:
        head = b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\nexpect: 100-continue\r\n\r\n"
        sending.sendall(head % len(body))
        assert b"100" in sending.recv(100)
        ended = threading.Thread(target=lambda: answers.append(server.signalled(number)))
        ended.start()
        server.wait("stopping")
        sending.sendall(body)
        assert b"200 OK" in sending.recv(1_000)
    ended.join(PATIENCE)
    assert [0] == answers
    told = server.wait("stopped")
    assert 0 < told["entries"]
    capture = subprocess.run(
        [sys.executable, "-m", "holdfast", "ledger", "verify", "--json", "var/holdfast.db"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert told["root"] == json.loads(capture.stdout)["root"]
    assert not (tmp_path / "var" / "holdfast.db.lock").exists()


def test_beyond_loopback_a_token_is_required(tmp_path, monkeypatch, capsys):
    """Exit code 2 before anything is made; the same for a token that somebody could guess."""
    monkeypatch.chdir(tmp_path)
    assert 2 == main(["serve", "--host", "0.0.0.0", "--port", "0"])
    assert "holdfast token" in capsys.readouterr().err
    monkeypatch.setenv("HOLDFAST_TOKEN", "secret")
    assert 2 == main(["serve", "--port", "0"])
    said = capsys.readouterr().err
    assert "fewer than 32" in said
    assert "secret" not in said
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("where", ["settings", "environment"])
def test_with_a_token_every_route_of_v1_asks_for_it(served, tmp_path, where):
    """401 without it or with another one; what tells how the process is stays open. It is in no log."""
    token = "hf_" + hashlib.sha256(where.encode()).hexdigest()
    (tmp_path / "holdfast.toml").write_text(
        f'[server]\ntoken_hash = "{hashed(token) if where == "settings" else ""}"\n'
    )
    server = served(
        "--settings", "holdfast.toml", environment={"HOLDFAST_TOKEN": token} if where == "environment" else {}
    )
    document = server.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            answers = [
                server.client.request(method, path.replace("{id}", "x"), headers=headers).status_code
                for headers in ({}, {"authorization": "Bearer " + "x" * 40}, {"authorization": token})
            ]
            assert ([401] * 3 == answers) is path.startswith("/v1/"), path
    shown = {"authorization": f"Bearer {token}"}
    assert 200 == server.client.get("/v1/campaigns", headers=shown).status_code
    assert 200 == server.client.post(POSTS, headers=shown, json={"account": "a"}).status_code
    assert token not in "".join(server.raw)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"host": "evil.example:8321"}])
def test_without_a_token_no_page_in_a_browser_gets_an_answer(served, headers):
    """Neither one that another site sends here, nor one whose name was made to lead to loopback."""
    server = served()
    for path in ("/v1/campaigns", "/metrics"):
        assert 403 == server.client.get(path, headers=headers).status_code
    assert 403 == server.client.post(POSTS, headers=headers, json={"account": "a"}).status_code


def test_a_request_that_takes_too_long_or_has_too_large_a_head_is_cut(served):
    """Whoever sends a byte now and then keeps no connection; others are answered meanwhile."""
    server = served(environment={"HOLDFAST_SERVER_REQUEST_SECONDS": "1"})
    for begun in (
        b"",
        b"GET /health HT",
        b"POST /v1/guard/posts HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{",
    ):
        with socket.create_connection(server.address, timeout=PATIENCE) as slow:
            slow.sendall(begun)
            assert 200 == server.client.get("/health").status_code
            assert gone(slow)
    with socket.create_connection(server.address, timeout=PATIENCE) as large:
        assert gone(
            large, b"GET /health HTTP/1.1\r\nhost: localhost\r\n" + b"x-filler: %s\r\n" % (b"x" * 1_000) * 5_000
        )


def gone(connection, sent=b""):
    """Whether the other side cuts the line, without an answer."""
    try:
        connection.sendall(sent)
        return b"" == connection.recv(100)
    except (ConnectionResetError, BrokenPipeError):
        return True


def test_the_log_says_nothing_of_the_people_on_the_platform(served):
    """No account, text, address, token or name of a staff member, whatever was asked, told or refused."""
    server = served("--auto", "0")
    body = attack_now()
    server.client.post("/v1/events", content=body + b'{"account": "secret-account"}\n')
    server.client.post(POSTS, json={"account": "secret-account", "text": ADDRESS})
    server.client.post(POSTS, content=b'{"account": "secret-account"')
    server.client.get("/v1/campaigns/secret-account?after=secret-account")
    assert 0 == server.signalled(signal.SIGTERM)
    server.wait("stopped")
    log = "".join(server.raw)
    for word in ("secret-account", ADDRESS, f'"u{TAKEN[0]}"', "st-1", "giving back", "192.0.2.9"):
        assert word not in log
    assert all(json.loads(line)["event"] for line in server.raw)


def test_a_recorded_stream_is_judged_by_its_own_time(served):
    """With `events.time = stream` the holds of an attack in 2020 are in force now, and after a new start."""
    stream = {"HOLDFAST_EVENTS_TIME": "stream"}
    first = served("--auto", "0", environment=stream)
    first.client.post("/v1/events", content=attack())
    question = {"account": f"u{TAKEN[0]}", "text": "hello"}
    assert "refuse" == first.client.post(POSTS, json=question).json()["verdict"]
    first.signalled(signal.SIGKILL)
    second = served("--auto", "0", environment=stream)
    assert "refuse" == second.client.post(POSTS, json=question).json()["verdict"]


def test_a_state_that_is_not_seen_shows_in_readiness_and_in_answers(served):
    """Not ready, though alive; the guard answers as the deployment has chosen, and says so."""
    server = served(environment={"HOLDFAST_GUARD_STALE_SECONDS": "0.001", "HOLDFAST_GUARD_UNSEEN": "closed"})
    told = server.client.post(POSTS, json={"account": "a", "text": "hello"}).json()
    assert ("refuse", ["state_unseen"], False) == (told["verdict"], told["reasons"], told["seen"])
    ready = server.client.get("/ready")
    assert (503, False, True) == (ready.status_code, ready.json()["snapshot"], ready.json()["worker"])
    assert 200 == server.client.get("/health").status_code


def test_a_log_that_nobody_reads_any_more_stops_nothing(tmp_path):
    """Whoever read it has gone: the service answers, hears, and ends in order all the same."""
    words = [sys.executable, "-m", "holdfast", "serve", "--port", "0"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        told = {}
        while "ready" not in told:
            line = json.loads(process.stderr.readline())
            told[line["event"]] = line
        process.stderr.close()
        url = f"http://127.0.0.1:{told['listening']['port']}"
        assert 422 == httpx2.post(f"{url}/v1/events", content=b"nonsense").status_code
        assert 200 == httpx2.get(f"{url}/ready").status_code
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(PATIENCE)
