"""Looking on at somebody's session: by command and over HTTP, counted while it lasts and no longer."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from .running import PATIENCE
from .staffhouse import StaffHouse

READ = {"function": "account.messages.read"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff."""
    house = StaffHouse(tmp_path_factory.mktemp("watching"))
    yield house
    house.end()


def at_work(house, person="sam"):
    """A session that lacks nothing but somebody who looks on, and its id."""
    secret = house.sign_in(person)
    assert 200 == house.step_up(person, secret, "private").status_code
    listed = house.ask("GET", "/v1/gate/sessions", token=house.tokens["olga"])["items"]
    newest = max((each for each in listed if each["person"] == person), key=lambda each: each["made_at"])
    return secret, newest["id"]


def answered(house, name, method, path):
    """What somebody is answered."""
    return house.founder.request(method, path, headers={"authorization": f"Bearer {house.tokens[name]}"})


@contextmanager
def watching(house, name, session, *words):
    """The command, run as somebody as from a terminal: what it has said can be read line by line, for a while."""
    environment = {**os.environ, "HOLDFAST_URL": house.origin, "HOLDFAST_TOKEN": house.tokens[name]}
    command = [sys.executable, "-m", "holdfast", "gate", "watch", session, *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    deaf = signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs tests in the background may be: so would it be
    try:
        process = subprocess.Popen(command, env=environment, **pipes)
    finally:
        signal.signal(signal.SIGINT, deaf)
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    with process:
        try:
            yield process
        finally:
            late.cancel()
            process.kill()


def until(process, part):
    """The first line that has this in it; the command is not waited for longer than it lives."""
    for line in process.stdout:
        if part in line:
            return line
    raise AssertionError(f"{part!r} was never said: {process.stderr.read()}")


def test_whoever_runs_the_command_counts_until_they_press_ctrl_c(house):
    """What the session does is shown as it is done, the refused too; after Ctrl-C it counts no more, at once."""
    secret, session = at_work(house)
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]
    with watching(house, "cora", session) as process:
        assert "sam" in until(process, "you look on at the session of")
        assert "refused (watcher_needed)" in until(process, "account.messages.read")
        assert house.asks(secret, **READ, target="account-7")["allowed"]
        assert "allowed" in until(process, "account-7")
        assert "the holder called (T-1)" in until(process, "because")
        process.send_signal(signal.SIGINT)
        assert "you look on no longer" in until(process, "no longer")
        assert 0 == process.wait(PATIENCE)
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]


def test_the_command_ends_when_the_session_does(house):
    """It says that, and why; as JSON, too."""
    secret, session = at_work(house)
    with watching(house, "cora", session, "--json") as process:
        assert {"looking_on_at": session, "person": "sam"} == json.loads(process.stdout.readline())
        house.posted("/v1/gate/sign-outs", {"session": secret})
        assert {"over": "session_over"} == json.loads(until(process, "over"))
        assert 0 == process.wait(PATIENCE)


@pytest.mark.parametrize(("name", "session", "code"), [("sam", "", 1), ("cora", "0" * 64, 2)])
def test_nobody_watches_themselves_or_nothing(house, name, session, code):
    """A message that says so, and the exit code of a refusal, or of a wrong word."""
    with watching(house, name, session or at_work(house)[1]) as process:
        assert code == process.wait(PATIENCE)
        assert "nobody watches themselves" in (said := process.stderr.read()) or "there is no session" in said


def test_a_session_that_wants_a_watcher_is_found_by_who_may_be_one(house):
    """Not by its own person, nor by whom the policies do not let watch that account; who looks on is named."""
    put = {"tier": "official", "why": "head of an agency"}
    house.ask("PUT", "/v1/gate/protected/agency", put, token=house.tokens["cora"])
    secret, session = at_work(house)
    house.asks(secret, **READ, target="agency", payload={"after": "2020-07-15"})
    (found,) = (
        each
        for each in answered(house, "carl", "GET", "/v1/gate/watches").json()["items"]
        if each["session"] == session
    )
    assert ("sam", "agency", "official", (), None) == (
        found["person"],
        found["target"],
        found["tier"],
        tuple(found["watchers"]),
        found["barred"],
    )
    for name in ("sam", "olga"):
        assert session not in answered(house, name, "GET", "/v1/gate/watches").text
    bob = house.of["bob"]
    bob.sign_in()
    assert session not in bob.page("/v1/gate/watches").text
    house.ask("POST", f"/v1/gate/sessions/{session}/presence", token=house.tokens["cora"])
    assert '"watchers":["cora"]' in answered(house, "carl", "GET", "/v1/gate/watches").text


def test_only_whoever_looks_on_sees_what_a_session_does_and_only_what_they_may_watch(house):
    """Support learns nothing of officials by watching; whoever sees what staff do sees all of it."""
    secret, session = at_work(house)
    house.asks(secret, target="agency")
    house.asks(secret, target="account-5")
    path = f"/v1/gate/sessions/{session}"
    bob = house.of["bob"]
    bob.sign_in()
    assert 409 == bob.page(f"{path}/attempts").status_code
    assert 200 == bob.post(f"{path}/presence", {}).status_code
    seen = bob.page(f"{path}/attempts").json()
    assert (["account-5"], 1) == ([each["target"] for each in seen["items"]], seen["hidden"])
    assert [] == bob.page(f"{path}/attempts?after={seen['next']}").json()["items"]
    assert (
        200
        == bob.client.delete(
            f"{path}/presence",
            headers={
                "x-holdfast-csrf": bob.csrf("/console/tools"),
                "origin": house.origin,
                "sec-fetch-site": "same-origin",
            },
        ).status_code
    )
    assert 409 == bob.page(f"{path}/attempts").status_code
    assert 2 == len(answered(house, "olga", "GET", f"{path}/attempts").json()["items"])
    for method, end in (("GET", "attempts"), ("DELETE", "presence")):
        assert 404 == answered(house, "cora", method, f"/v1/gate/sessions/{'0' * 64}/{end}").status_code
