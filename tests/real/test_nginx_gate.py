"""The documented configuration of nginx, run by a real nginx before the sample tool and a real gate."""

import json
import time

import pytest
from tests.app.gate.standing import EXAMPLE
from tests.real import before_a_tool
from tests.real.hostile import PATHS

from holdfast.app.gate.nginx import lint

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}


@pytest.fixture(scope="module")
def standing():
    """Nginx as documented, before a gate and a tool."""
    return lambda folder: before_a_tool.standing(folder, before_a_tool.NGINX)


def test_the_lint_finds_nothing_in_the_documented_configuration():
    """What we tell people to write is what we would let through."""
    assert [] == lint(EXAMPLE / "gate" / "nginx.conf")


def test_who_may_gets_through_and_the_tool_hears_from_the_gate_alone_who_asks(front):
    """Names and proof are the gate's, the cookie comes without the secret."""
    secret = front.stand.session("alice")
    status, _, body = front.get("/accounts/1001", secret, **TICKET)
    assert (200, "ana@example.org") == (status, json.loads(body)["email"])
    (scope,) = front.stand.asked
    headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
    assert [("x-holdfast-person", "alice")] == [each for each in headers if each[0] == "x-holdfast-person"]
    assert [("cookie", "a=1; b=2")] == [each for each in headers if each[0] == "cookie"]
    assert secret not in str(headers)


def test_a_refusal_says_why_in_headers_and_an_unknown_person_gets_401(front):
    """403 with the codes, 401 where a session is lacking; the tool hears of neither."""
    secret = front.stand.session("alice")
    status, head, _ = front.get("/accounts/1001", secret)
    assert 403 == status
    assert "X-Holdfast-Refused: ticket_needed" in head
    assert 401 == front.get("/accounts/1001", **TICKET)[0]
    assert 403 == front.get("/nothing/like/it", secret, **TICKET)[0]
    assert [] == front.stand.asked
    assert ["refused"] * 3 == [outcome for *_, outcome in front.stand.attempts()]


def test_a_change_goes_through_both_guards(front):
    """The proxy lets the request in, the tool asks about its payload; its log has the decision."""
    secret = front.stand.session("alice", "credentials")
    body = b'{"email": "new@example.org"}'
    why = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1", "Content-Type": "application/json"}
    assert 200 == front.get("/accounts/1001/email", secret, "POST", body, **why)[0]
    assert ["new@example.org"] == [each.value for each in front.stand.records.kept_beside("1001")]
    assert ["desk.use", "account.email.replace"] == [function for _, function, *_ in front.stand.attempts()]


SMUGGLED = [
    {"X-Holdfast-Person": "mallory"}, {"x-holdfast-proof": "x"}, {"X-Original-URI": "/accounts/1001"}, {"X-Original-Method": "GET"},
    {"X_Holdfast_Person": "mallory"}, {"X-HTTP-Method-Override": "POST"}, {"X-Original-URL": "/accounts/1002"},
    {"X-Forwarded-Uri": "/accounts/1001"}, {"X-Original-Address": "10.0.0.1"}, {"X-Real-IP": "10.0.0.1"},
]  # fmt: skip


HARMLESS = {
    "X-Forwarded-Uri",
    "X-Original-Address",
    "X-Real-IP",
    "X-Original-URI",
    "X-Original-Method",
    "X_Holdfast_Person",
}


@pytest.mark.parametrize("headers", SMUGGLED, ids=lambda headers: next(iter(headers)))
def test_no_header_of_a_client_makes_another_request_or_another_person_of_it(front, headers):
    """Refused, or the tool sees what it would have seen without it."""
    secret = front.stand.session("alice")
    status, *_ = front.get("/accounts/1001", secret, **TICKET, **headers)
    for scope in front.stand.asked:
        told = {name.decode(): value.decode() for name, value in scope["headers"]}
        assert ("alice", "127.0.0.1") == (told["x-holdfast-person"], told["x-real-ip"])
        assert "mallory" not in str(scope["headers"])
        assert ("GET", b"/accounts/1001") == (scope["method"], scope["raw_path"])
    assert status in {200, 403}
    assert (status == 200) == bool(front.stand.asked)
    assert (status == 200) == (next(iter(headers)) in HARMLESS)
    assert {"account:1001"} >= {subject for *_, subject, _ in front.stand.attempts()}


@pytest.mark.parametrize("path", PATHS)
def test_no_spelling_of_a_path_reaches_the_tool_unjudged(front, path):
    """Each is refused, by nginx or by the gate, before the tool hears of it."""
    secret = front.stand.session("alice")
    assert front.get(path, secret, **TICKET)[0] in {400, 403}
    assert [] == front.stand.asked


def test_an_absolute_request_line_is_judged_as_what_the_tool_gets(front):
    """Nginx takes host and path from it; the gate and the tool hear the same."""
    secret = front.stand.session("alice")
    status, *_ = front.get("http://localhost/accounts/1001", secret, Host="elsewhere", **TICKET)
    assert 200 == status
    assert b"/accounts/1001" == front.stand.asked[0]["raw_path"]


def test_a_gate_that_is_slow_is_waited_for_no_longer_than_a_quarter_of_a_second(front):
    """Then it is a no."""
    secret = front.stand.session("alice")
    with front.stand.house.slowly():
        began = time.monotonic()
        assert 500 == front.get("/accounts/1001", secret, **TICKET)[0]
        assert 0.2 < time.monotonic() - began < 5
    assert [] == front.stand.asked
