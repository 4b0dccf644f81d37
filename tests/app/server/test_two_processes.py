"""One process owns the state, one answers: what becomes of each without the other, and of clients without both."""

import os
import signal
import threading
import time

import httpx2
import msgspec
from tests.journeys.stories import ADDRESS, TAKEN

from holdfast.client import GuardClient
from holdfast.guard import Action, Reason, Verdict

from .running import PATIENCE, attack_now

POSTS = "/v1/guard/posts"


def url_of(server):
    """Where it is asked."""
    return "http://{}:{}".format(*server.address)


def until(true):
    """Wait until something that other processes do has happened."""
    tick = threading.Event()
    for _ in range(PATIENCE * 20):
        if true():
            return True
        tick.wait(0.05)
    return False


def lives(pid):
    """Whether the process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_without_the_one_that_answers_the_other_ends_in_order(served):
    """Exit code 1, with the head of the record told: a supervisor starts both anew."""
    server = served()
    os.kill(server.wait("listening")["answering"], signal.SIGKILL)
    assert server.wait("answering_gone")
    assert 1 == server.process.wait(PATIENCE)
    assert server.wait("stopped")


def test_without_the_one_that_owns_the_state_nobody_answers(served):
    """The one that answers ends with it, and gives the address free."""
    server = served()
    answering = server.wait("listening")["answering"]
    server.signalled(signal.SIGKILL)
    assert until(lambda: not lives(answering))


def test_while_the_owner_of_the_state_stands_still_the_guard_answers_and_says_so(served):
    """What is held stays held, the rest is as the deployment chose; not ready; all is well when it goes on."""
    server = served("--auto", "0", environment={"HOLDFAST_GUARD_STALE_SECONDS": "3", "HOLDFAST_GUARD_UNSEEN": "closed"})
    server.client.post("/v1/events", content=attack_now())
    held, free = {"account": f"u{TAKEN[0]}"}, {"account": "somebody"}
    assert until(lambda: server.client.post(POSTS, json=free).json()["verdict"] == "allow")
    server.process.send_signal(signal.SIGSTOP)
    try:
        assert until(lambda: not server.client.post(POSTS, json=free).json()["seen"])
        told = server.client.post(POSTS, json=[held, free]).json()
        assert ["account_held"] == told[0]["reasons"][:1]
        assert ["state_unseen"] == told[1]["reasons"]
        assert 503 == server.client.get("/ready").status_code
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert until(lambda: server.client.post(POSTS, json=free).json()["verdict"] == "allow")
    assert until(lambda: server.client.get("/ready").status_code == 200)


def test_a_client_answers_as_the_server_and_follows_it_through_its_troubles(served):
    """A hold is in force here within a second of being carried out; killed, stopped and started anew, it is known."""
    server = served("--auto", "0")
    port = server.address[1]
    with GuardClient(url_of(server), stale_seconds=2.0, fail="closed") as guard:
        assert guard.wait(PATIENCE)
        server.client.post("/v1/events", content=attack_now())
        told = time.monotonic()
        assert until(lambda: guard.ask(f"u{TAKEN[0]}").verdict is Verdict.REFUSE)
        assert time.monotonic() - told < 1
        same = ("verdict", "reasons", "message", "until", "version")
        for account in (f"u{TAKEN[0]}", "somebody"):
            for action in (Action.POST, Action.MESSAGE, Action.SIGN_IN, Action.CREDENTIAL_CHANGE):
                said = {"text": f"see {ADDRESS}"} if action in {Action.POST, Action.MESSAGE} else {}
                here, there = guard.ask(account, action, **said), guard.ask_remote(account, action, **said)
                assert {name: getattr(here, name) for name in same} | {"until": _minute(here)} == {
                    name: getattr(there, name) for name in same
                } | {"until": _minute(there)}
                assert set(here.holds) == set(there.holds)
        server.process.send_signal(signal.SIGSTOP)
        assert until(lambda: guard.ask("somebody").stale)
        assert (Reason.STATE_UNSEEN,) == guard.ask("somebody").reasons
        server.process.send_signal(signal.SIGCONT)
        assert until(lambda: not guard.ask("somebody").stale)
        server.signalled(signal.SIGKILL)
        assert until(lambda: guard.ask("somebody").stale)
        assert Reason.ACCOUNT_HELD in guard.ask(f"u{TAKEN[0]}").reasons
        served("--auto", "0", port=port)
        assert until(lambda: not guard.ask("somebody").stale)
        assert Verdict.ALLOW is guard.ask("somebody").verdict
        assert Verdict.REFUSE is guard.ask(f"u{TAKEN[0]}").verdict


def _minute(answer):
    return None if answer.until is None else answer.until // 60_000


def test_whoever_was_told_of_a_hold_is_answered_by_it(served):
    """The answer to the events waits until the guard knows what follows from them, however often that is tried."""
    server = served("--auto", "0")
    server.client.post("/v1/events", content=attack_now())
    before = server.client.post(POSTS, json={"account": "x"}).json()["version"]
    ready = server.client.get("/v1/holds?limit=1000").json()["items"]
    assert ready
    assert before > 1
    assert httpx2.get(f"{url_of(server)}/v1/guard/snapshot?after=nowhere").content.startswith(b"HFGUARD1")
    assert msgspec.json.decode(server.client.get("/ready").content)["ready"]


def test_a_snapshot_that_is_known_is_not_sent_again(served):
    """304 with the ETag or with `after`, at once or after the time that the client waits; nonsense is refused."""
    server = served()
    path = "/v1/guard/snapshot"
    first = server.client.get(path)
    etag = first.headers["etag"]
    assert 304 == server.client.get(path, headers={"if-none-match": etag}).status_code
    begun = time.monotonic()
    waited = server.client.get(path, params={"after": etag.strip('"'), "wait": "0.5"})
    assert (304, b"") == (waited.status_code, waited.content)
    assert time.monotonic() - begun >= 0.5
    for wrong in ("-1", "26", "x", "nan"):
        assert 400 == server.client.get(path, params={"wait": wrong}).status_code
    assert 405 == server.client.post(path).status_code
