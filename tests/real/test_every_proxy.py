"""What holds behind every proxy, by its documented configuration: nginx, Envoy and Traefik."""

from contextlib import closing

import pytest
from tests.real import hostile
from tests.real.before_a_tool import ENVOY, NGINX, TRAEFIK, between
from tests.real.before_a_tool import standing as stand
from tests.real.nginx import get, tool

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}


@pytest.fixture(scope="module", params=[NGINX, ENVOY, TRAEFIK], ids=lambda proxy: proxy.file)
def proxy(request):
    """Each in turn."""
    return request.param


@pytest.fixture(scope="module")
def standing(proxy):
    """It, before a gate and a tool."""
    return lambda folder: stand(folder, proxy)


@pytest.mark.parametrize("framing", hostile.FRAMING, ids=lambda framing: repr(framing)[1:30])
def test_no_framing_hides_a_second_request_in_a_first(front, framing):
    """Whatever the proxy makes of it: the tool hears no more requests than the gate let through."""
    allowed, heard = hostile.framed(front, front.stand.session("alice", network=""), framing)
    assert len(allowed) == len(heard)
    assert b"/accounts/1002/export" not in heard


def test_a_browser_with_many_cookies_gets_through(front):
    """The gate's answer has them in it, and the proxy has room for as much as it takes from a browser."""
    secret = front.stand.session("alice", network="")
    others = "; ".join(f"c{number:03}={'v' * 100}" for number in range(70))
    status, _, _ = front.get("/accounts/1001", **{**TICKET, "Cookie": f"{others}; __Host-holdfast-tool={secret}"})
    assert 200 == status
    assert others.encode() == dict(front.stand.asked[0]["headers"])[b"cookie"]


def test_a_gate_that_talks_nonsense_lets_nobody_through(proxy, tmp_path):
    """Gone before it said anything, failing, redirecting, no HTTP: the tool hears nothing."""
    with closing(hostile.Saying()) as gate, closing(tool()) as desk, between(tmp_path, proxy, gate, desk) as port:
        for number, gate.answer in enumerate(hostile.NONSENSE, start=1):
            assert get(port, "/accounts/1", TICKET, host=proxy.host)[0] in {302, 403, 404, 500, 503}, gate.answer
            assert number == len(gate.asked)
        assert [] == desk.asked


def test_a_gate_that_is_gone_lets_nobody_through(doomed):
    """It is an error, and the tool hears nothing."""
    secret = doomed.stand.session("alice", network="")
    assert 200 == doomed.get("/accounts/1001", secret, **TICKET)[0]
    doomed.stand.gate.close()
    assert doomed.get("/accounts/1001", secret, **TICKET)[0] in {500, 503}
    assert 1 == len(doomed.stand.asked)


def test_an_answer_is_never_kept(front):
    """The session is ended between two requests."""
    secret = front.stand.session("alice", network="")
    gate = front.stand.desk.gate
    assert 200 == front.get("/accounts/1001", secret, **TICKET)[0]
    with front.stand.house.lock:
        gate.sessions.end([each.id for each in gate.sessions.of("alice")], "cora", "lost laptop", front.stand.desk.now)
    assert 401 == front.get("/accounts/1001", secret, **TICKET)[0]
