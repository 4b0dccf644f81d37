"""The documented configuration of Envoy, run by a real Envoy before the sample tool and a real gate."""

import hashlib
import json
import time

import pytest
from tests.real import before_a_tool

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}


@pytest.fixture(scope="module")
def standing():
    """Envoy as documented, before a gate and a tool."""
    return lambda folder: before_a_tool.standing(folder, before_a_tool.ENVOY)


def session(front, *classes):
    """The secret of a session of alice's from wherever: Envoy says another address of this machine for loopback."""
    return front.stand.session("alice", *classes, network="")


def test_who_may_gets_through_and_the_tool_hears_from_the_gate_alone_who_asks(front):
    """Names and proof are the gate's, the cookie comes without the secret, the ticket stays at the gate."""
    secret = session(front)
    status, _, body = front.get("/accounts/1001", secret, **TICKET)
    assert (200, "ana@example.org") == (status, json.loads(body)["email"])
    (scope,) = front.stand.asked
    headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
    assert [("x-holdfast-person", "alice")] == [each for each in headers if each[0] == "x-holdfast-person"]
    assert [("cookie", "a=1; b=2")] == [each for each in headers if each[0] == "cookie"]
    assert "x-holdfast-ticket" not in dict(headers)
    assert secret not in str(headers)


def test_a_refusal_reaches_the_client_with_what_would_help(front):
    """The gate's own answer: 401 without a session, 403 with the needs; the tool hears of neither."""
    secret = session(front)
    status, head, body = front.get("/accounts/1001", secret)
    assert (403, "ticket_needed") == (status, json.loads(body)["code"])
    assert "x-holdfast-refused: ticket_needed" in head.lower()
    assert 401 == front.get("/accounts/1001", **TICKET)[0]
    assert [] == front.stand.asked


def test_a_body_is_part_of_what_is_decided(front):
    """Its hash is in the payload, so an agreement to one body is none to another."""
    secret = session(front, "credentials")
    body = b'{"email": "new@example.org"}'
    why = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1", "Content-Type": "application/json"}
    questions = []
    front.stand.house.heard = questions.append
    assert 200 == front.get("/accounts/1001/email", secret, "POST", body, **why)[0]
    assert f"sha256:{hashlib.sha256(body).hexdigest()}" == questions[0].action.payload["body"]
    assert ["new@example.org"] == [each.value for each in front.stand.records.kept_beside("1001")]


def test_a_body_that_the_gate_is_not_shown_whole_goes_nowhere(front):
    """64 KiB are shown; one byte more is refused by Envoy itself."""
    secret = session(front, "credentials")
    assert 413 == front.get("/accounts/1001/email", secret, "POST", b"x" * 65_537)[0]
    assert [] == front.stand.asked
    assert [] == front.stand.attempts()


SMUGGLED = [
    {"X-Holdfast-Person": "mallory"}, {"x-holdfast-proof": "x"}, {"X-Original-URI": "/accounts/1002"}, {"X_Holdfast_Person": "mallory"},
    {"X-HTTP-Method-Override": "POST"}, {"X-Original-URL": "/accounts/1002"}, {"X-Envoy-Original-Path": "/accounts/1002"},
    {"X-Forwarded-For": "10.0.0.1"}, {"X-Envoy-Auth-Headers-To-Remove": "x-holdfast-proof"},
]  # fmt: skip


HARMLESS = {"X-Original-URI", "X-Envoy-Original-Path", "X-Forwarded-For", "X-Envoy-Auth-Headers-To-Remove"}


@pytest.mark.parametrize("headers", SMUGGLED, ids=lambda headers: next(iter(headers)))
def test_no_header_of_a_client_makes_another_request_or_another_person_of_it(front, headers):
    """Refused, or the tool sees what it would have seen without it."""
    secret = session(front)
    questions = []
    front.stand.house.heard = questions.append
    status, *_ = front.get("/accounts/1001", secret, **TICKET, **headers)
    assert "10.0.0.1" not in [each.network for each in questions]
    for scope in front.stand.asked:
        told = {name.decode(): value.decode() for name, value in scope["headers"]}
        assert "alice" == told["x-holdfast-person"]
        assert b"/accounts/1001" == scope["raw_path"]
        assert "mallory" not in str(scope["headers"])
    assert status in {200, 400, 403}
    assert (status == 200) == bool(front.stand.asked)
    assert (status == 200) == (next(iter(headers)) in HARMLESS)


@pytest.mark.parametrize(
    "path",
    ["//accounts/1001", "/accounts%2f1001", "/accounts/1001;x", "/ACCOUNTS/1001", "/accounts/1001/", "/accounts/1001?a=1&a=2",
     "/accounts/1001?_method=POST", "/accounts/%252f", "/accounts/1001%00"],
)  # fmt: skip
def test_no_spelling_of_a_path_reaches_the_tool_unjudged(front, path):
    """Refused by Envoy or by the gate."""
    secret = session(front)
    assert front.get(path, secret, **TICKET)[0] in {400, 403}
    assert [] == front.stand.asked


def test_dots_in_a_path_are_taken_out_before_anybody_sees_it(front):
    """The gate judges what the tool gets."""
    secret = session(front)
    assert 200 == front.get("/x/../accounts/1001", secret, **TICKET)[0]
    assert b"/accounts/1001" == front.stand.asked[0]["raw_path"]


def test_a_gate_that_is_slow_lets_nobody_through(front):
    """503, in a quarter of a second, and the tool hears nothing."""
    secret = session(front)
    with front.stand.house.slowly():
        began = time.monotonic()
        assert 503 == front.get("/accounts/1001", secret, **TICKET)[0]
        assert 0.2 < time.monotonic() - began < 5
    assert [] == front.stand.asked
