"""The example client in JavaScript, made from the HTTP contract alone: does it mean the same as ours in Python?"""

import contextlib
import json
import subprocess
from pathlib import Path

import pytest
from tests.app.gate.asking import NOW, PROVER, Asked, ask, nginx
from tests.client.gatehouse import Gatehouse

from holdfast.guard.staff import ToolAction

pytestmark = pytest.mark.real

CALLS = Path(__file__).with_name("calls.mjs")
ACTION = {"function": "account.email.replace", "target": "1001", "payload": {"email": "new@example.org"}}
AWKWARD = {"\u20ac": 1, "\U0001f600": [None, True, {"z": -1, "a": 2**53 - 1}], "\ufb33": 'a"\\\x1f\u2028', "": {}}
REQUEST = {"method": "GET", "url": "/accounts/1?a=b", "headers": {"host": "Desk.example:8080"}}


@pytest.fixture
def gatehouse():
    """A gate that answers whatever a test wants."""
    house = Gatehouse()
    house.files["/.well-known/holdfast-gate-keys"] = json.dumps(PROVER.keys).encode()
    yield house
    house.close()


@pytest.fixture
def call(gatehouse):
    """Has the client do something, in one process of node for a test."""
    from playwright._impl._driver import compute_driver_executable

    node, _ = compute_driver_executable()
    with contextlib.closing(_Client(node, gatehouse.url)) as client:
        yield client.call


class _Client:
    def __init__(self, node, url):
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen([node, CALLS, url], **pipe)

    def call(self, *what):
        """What came of it."""
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        """End."""
        self._process.communicate("")


@pytest.mark.parametrize("payload", [{}, AWKWARD, {"deep": [[[[{"a": [1, "1", False]}]]]]}])
def test_both_languages_name_an_action_alike(call, payload):
    """To the bit, whatever the order of the fields and whatever the characters."""
    action = ToolAction(tool="support_desk", function="f", target="1001", payload=payload)
    assert call("hash", "support_desk", "f", "1001", payload) == action.hash


@pytest.mark.parametrize("payload", [{"n": 1.5}, {"n": 2**60}, {"text": "\ud800"}])
def test_what_json_cannot_say_exactly_is_not_asked(call, gatehouse, payload):
    """Two languages would write it in two ways, and half a character in none."""
    assert "error" in call("ask", {**ACTION, "payload": payload})
    assert gatehouse.asked == []


def test_a_yes_is_about_just_this_and_names_who_asks(call, gatehouse):
    """With the tool's token, the proof and the person's own words."""
    said = call("ask", {**ACTION, "proof": "p", "reason": "the holder called", "ticket": "T-1"})
    assert (said["allowed"], said["attempt"], said["payload"]) == (True, "a-1", ACTION["payload"])
    told = {"proof": "p", "reason": "the holder called", "ticket": "T-1", "tool": "support_desk"}
    assert gatehouse.asked == [{**ACTION, **told}]
    assert gatehouse.headers[0]["authorization"] == "Bearer a token of tests"


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": {"allowed": False}},
        {"answer": {"allowed": "true"}},
        {"answer": {"action_hash": "sha256:00"}},
        {"answer": {"attempt": ""}},
        {"status": 500},
        {"status": 204},
        {"status": 302},
        {"body": b"null"},
        {"body": b"yes"},
        {"cut": True},
        {"slow": True},
    ],
)
def test_whatever_is_no_clear_yes_is_a_no(call, gatehouse, wrong):
    """A refusal, an answer about something else, an error, nonsense, silence."""
    gatehouse.wrong = wrong
    said = call("ask", ACTION)
    assert (said["allowed"], bool(said["needs"])) == (False, True)


def test_a_proof_is_taken_once_and_for_the_very_request(call):
    """Another method, host, path, time or signature is none."""
    line = ask(Asked(), nginx(REQUEST["url"]))[1]["x-holdfast-proof"]
    now = NOW // 1_000
    others = [{"method": "HEAD"}, {"url": "/accounts/2?a=b"}, {"headers": {"host": "other.example"}}]
    for other in others:
        assert "another request" in call("check", line, {**REQUEST, **other}, now)["error"]
    assert "over" in call("check", line, REQUEST, now + 30)["error"]
    assert "not yet" in call("check", line, REQUEST, now - 6)["error"]
    assert "sign" in call("check", line[:-8] + "AAAAAAAA", REQUEST, now)["error"]
    assert "error" in call("check", "nonsense", REQUEST, now)
    assert call("check", line, REQUEST, now) == line
    assert "before" in call("check", line, REQUEST, now)["error"]


@pytest.mark.parametrize(("told", "counts"), [({"counts": True}, True), ({"counts": False}, False), ({}, False)])
def test_a_new_value_is_used_only_once_it_counts(call, gatehouse, told, counts):
    """Where there is no answer, it does not."""
    gatehouse.files["/v1/gate/changes/a-17"] = json.dumps({"id": "a-17", **told}).encode() if told else b""
    assert call("counts", "a-17") is counts
