"""Proxies before a real service: two processes, a passkey in software, the sample tool behind."""

import httpx2
import pytest
from examples.support_desk.app import make
from examples.support_desk.desk import TOOL
from examples.support_desk.records import Account, Records
from tests.app.console.browser import policies
from tests.app.gate.standing import EXAMPLE, Listening

from holdfast.client import Gate, Proofs
from holdfast.errors import RefusedByGateError

from .staffhouse import StaffHouse

TICKET = {"X-Holdfast-Ticket": "T-1"}
HANDED = ("x-holdfast-person", "x-holdfast-session", "x-holdfast-decision", "x-holdfast-proof", "cookie")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service whose catalogue has routes to the sample."""
    folder = tmp_path_factory.mktemp("house")
    own = policies(folder)
    (own / "staff").mkdir()
    tools = (EXAMPLE / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    (own / "staff" / "tools.toml").write_text(tools, encoding="utf-8")
    house = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": str(own)})
    yield house
    house.end()


@pytest.fixture
def gate(house):
    """What the tool asks."""
    gate = Gate(house.origin, house.platform, timeout=30)
    yield gate
    gate.close()


def leave(house, path, secret="", method="GET", token=None, **headers):
    """What the gate answers nginx."""
    told = {
        "X-Original-URI": path,
        "X-Original-Method": method,
        "X-Original-Host": "desk.example",
        "X-Original-Address": "127.0.0.1",
        "Authorization": f"Bearer {token or house.platform}",
        "Cookie": f"__Host-holdfast-tool={secret}",
        "Host": "gate",
    }
    return httpx2.get(f"{house.origin}/v1/gate/forward", headers={**told, **headers}, timeout=60)


def test_a_request_goes_through_the_service_to_the_tool_and_its_function(house, gate, tmp_path):
    """The proxy's yes, the tool's check of the proof, the tool's own question by it, and one record of it all."""
    secret = house.sign_in("alice", network="127.0.0.1")
    assert 200 == house.step_up("alice", secret, "credentials").status_code
    records = Records(tmp_path / "desk.db", [Account("1001", "@ana", "ana@example.org", "+1", second_factor=True)])
    tool = Listening(make(gate, Proofs(TOOL, gate.keys()), records))
    try:
        answer = leave(house, "/accounts/1001/email", secret, "POST")
        assert 200 == answer.status_code, answer.text
        headers = {
            "Host": "desk.example",
            "X-Desk-Reason": "the holder called",
            "X-Desk-Ticket": "T-1",
            "X-Real-IP": "127.0.0.1",
        }
        headers |= {name: answer.headers[name] for name in HANDED}
        done = httpx2.post(
            f"{tool.url}/accounts/1001/email", headers=headers, json={"email": "new@example.org"}, timeout=60
        )
        assert (200, True) == (done.status_code, "it waits" in done.json()["says"]), done.text
    finally:
        tool.close()
    assert ["new@example.org"] == [each.value for each in records.kept_beside("1001")]
    (deed,) = records.deeds()
    found = house.ask("GET", "/v1/gate/attempts?target=1001", token=house.tokens["olga"])["items"]
    assert [("account.email.replace", deed.decision), ("desk.use", answer.headers["x-holdfast-decision"])] == [
        (each["function"], each["id"]) for each in found]  # fmt: skip


def test_no_session_a_refusal_and_an_unknown_path_are_told_apart(house):
    """401, 403 with what would help, and 403 for what no route names."""
    secret = house.sign_in("bob", network="127.0.0.1")
    assert (401, "no_session") == ((answer := leave(house, "/accounts/1", **TICKET)).status_code, answer.json()["code"])
    assert (403, "ticket_needed") == (
        (answer := leave(house, "/accounts/1", secret)).status_code,
        answer.json()["code"],
    )
    assert (403, "unknown_function") == ((answer := leave(house, "/x", secret)).status_code, answer.json()["code"])
    assert (403, "request_unclear") == (
        (answer := leave(house, "//accounts/1", secret)).status_code,
        answer.json()["code"],
    )


def test_a_tool_asks_for_somebody_else_by_the_proof_of_the_request_that_it_answers(house):
    """In the name of whoever made it; not by one for another tool or account, a feigned one, or beside a secret."""
    secret = house.sign_in("sam", network="127.0.0.1")
    proof = leave(house, "/accounts/1001", secret, **TICKET).headers["x-holdfast-proof"]
    asked = {
        "tool": TOOL,
        "function": "account.password.reset",
        "target": "1001",
        "reason": "they wrote",
        "ticket": "T",
    }
    others = (
        {"proof": proof, "target": "1002"},
        {"proof": proof, "target": "\u3164"},
        {"proof": proof, "tool": "another"},
    )
    for wrong in (*others, {"proof": proof + "x"}, {"proof": proof, "session": secret}, {}):
        assert 422 == house.posted("/v1/gate/tool-requests", {**asked, **wrong}).status_code
    for shown in ({"proof": proof}, {"session": secret}):
        told = house.posted("/v1/gate/tool-requests", {**asked, **shown}).json()
        assert ("sam", "open", "ordinary", False) == tuple(
            told[name] for name in ("person", "state", "tier", "takes_signature")
        )
    house.posted("/v1/gate/sign-outs", {"session": secret})
    assert 403 == house.posted("/v1/gate/tool-requests", {**asked, "proof": proof}).status_code


def test_a_proof_of_a_request_about_one_account_speaks_for_no_other(house):
    """A tool that was broken into can look at nothing else in the name of whoever opened a page; spelling is no matter."""
    secret = house.sign_in("alice", network="127.0.0.1")
    allowed = leave(house, "/accounts/ana", secret, **TICKET)
    assert 200 == allowed.status_code, allowed.text
    proof = allowed.headers["x-holdfast-proof"]
    asked = {"tool": TOOL, "function": "account.look_up", "reason": "they wrote", "ticket": "T", "network": "127.0.0.1"}
    said = {}
    for target in ("ana", "ANA", "bob", "\u3164"):
        told = house.posted("/v1/gate/actions", {**asked, "proof": proof, "target": target}).json()
        said[target] = told["allowed"] or told["reasons"]
    assert {"ana": True, "ANA": True, "bob": ["no_session"], "\u3164": ["no_session"]} == said


@pytest.mark.parametrize("path", ["/v1/gate/forward", "/v1/gate/traefik", "/v1/gate/envoy/accounts/1"])
def test_only_a_proxy_with_its_token_is_answered(house, path):
    """No token, another one, a person's, one for something else: whatever its client shows, a session too."""
    secret = house.sign_in("bob", network="127.0.0.1")
    events = house.token("", ["events:tell"])
    for token in ("", "Bearer hf_" + "x" * 40, f"Bearer {house.tokens['cora']}", f"Bearer {events}"):
        headers = {"Cookie": f"__Host-holdfast-tool={secret}", **({"Authorization": token} if token else {})}
        assert httpx2.get(house.origin + path, headers=headers, timeout=60).status_code in {401, 403}
    assert 200 == leave(house, "/accounts/1", secret, **TICKET).status_code


def test_a_cut_session_gets_nothing_more(house):
    """The very next request, though the proxy was let in a moment ago."""
    secret = house.sign_in("bob", network="127.0.0.1")
    assert 200 == leave(house, "/accounts/1", secret, **TICKET).status_code
    lock = {"level": 4, "tool": "support_desk", "minutes": 5, "why": "a call came in"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    assert leave(house, "/accounts/1", secret, **TICKET).status_code in {401, 403}


def test_a_proof_shown_by_another_tool_or_beside_a_secret_is_nobody_s(house, gate):
    """The gate's own signature counts for the tool that it was made for."""
    for body in ({"proof": "x.y.z"}, {"proof": "x", "session": "s" * 43}, {}):
        asked = {"tool": "support_desk", "function": "account.look_up", "target": "1", **body}
        told = httpx2.post(
            f"{house.origin}/v1/gate/actions",
            json=asked,
            headers={"Authorization": f"Bearer {house.platform}"},
            timeout=60,
        )
        assert ["no_session"] == told.json()["reasons"]

    @gate.guarded("support_desk", "account.look_up", target="account")
    def look(account):
        return account

    with gate.acting(proof="x.y.z"), pytest.raises(RefusedByGateError) as raised:
        look("1")
    assert ("no_session",) == raised.value.reasons


def test_the_keys_are_everybody_s_and_stay_the_same(house, gate):
    """One key, which follows from the one that signs the record."""
    keys = httpx2.get(f"{house.origin}/.well-known/holdfast-gate-keys", timeout=60).json()["keys"]
    assert {keys[0]["kid"]: keys[0]["x"]} == gate.keys()
    assert 405 == httpx2.post(f"{house.origin}/.well-known/holdfast-gate-keys", timeout=60).status_code
