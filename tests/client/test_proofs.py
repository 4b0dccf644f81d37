"""Who gets into a tool that checks the gate's proof itself."""

import asyncio

import pytest
from tests.app.gate.asking import NOW, PROVER, Asked, ask, nginx

from holdfast.client import ProofDoor, Proofs
from holdfast.errors import NotAllowedError

TARGET = b"/accounts/1?a=b"


def proofs(tool="support_desk", now=NOW // 1_000):
    """A tool's check."""
    return Proofs(tool, {PROVER.kid: PROVER.public}, wall=lambda: now)


@pytest.fixture
def line():
    """What the gate gave for GET /accounts/1?a=b."""
    return ask(Asked(), nginx(TARGET.decode()))[1]["x-holdfast-proof"]


def test_the_very_request_gets_in_once(line):
    """And says who asks."""
    check = proofs()
    about = {"method": "GET", "host": "Desk.example:8080", "target": TARGET}
    assert "ana" == check.check(line, **about).sub
    with pytest.raises(NotAllowedError):
        check.check(line, **about)


@pytest.mark.parametrize(
    "other",
    [
        {"method": "HEAD"},
        {"host": "other.example"},
        {"target": b"/accounts/2?a=b"},
        {"target": b"/accounts/1"},
        {"target": b"/accounts/1?a=b&c"},
    ],
)
def test_any_other_request_does_not(line, other):
    """Another method, host, path or query."""
    with pytest.raises(NotAllowedError):
        proofs().check(line, **{"method": "GET", "host": "desk.example", "target": TARGET, **other})


def test_another_tool_and_a_later_time_do_not(line):
    """A proof is for one tool, for seconds."""
    for check in (proofs("other_tool"), proofs(now=NOW // 1_000 + 31)):
        with pytest.raises(NotAllowedError):
            check.check(line, method="GET", host="desk.example", target=TARGET)


def enter(headers, kind="http", **more):
    """The status, and the proof that the tool found."""
    found, sent = [], []

    async def app(scope, receive, send):
        found.append(scope.get("holdfast"))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "raw_path": b"/accounts/1",
        "query_string": b"a=b",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        **more,
    }
    asyncio.run(ProofDoor(app, proofs())(scope, None, send))
    return sent[0].get("status", sent[0].get("code")), found


def test_the_door_lets_in_whoever_has_a_proof_and_nobody_else(line):
    """One proof, one host; no web sockets."""
    host, proof = ("Host", "desk.example"), ("X-Holdfast-Proof", line)
    status, (found,) = enter([host, proof])
    assert (200, "ana", "a-7") == (status, found.sub, found.jti)
    person = ("X-Holdfast-Person", "mallory")
    for headers in (
        [host],
        [host, person],
        [host, ("X-Holdfast-Proof", "x")],
        [host, proof, proof],
        [proof],
        [host, host, proof],
    ):
        assert (403, []) == enter(headers)
    assert (1008, []) == enter([host, proof], kind="websocket")
