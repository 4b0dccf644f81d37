"""The documented nginx before a real service of two processes, with passkeys in software, and the sample tool."""

import json

import pytest
from examples.support_desk.app import make
from examples.support_desk.desk import TOOL
from examples.support_desk.records import Account, Records
from tests.app.console.browser import policies
from tests.app.gate.standing import EXAMPLE, Listening
from tests.app.server.staffhouse import StaffHouse
from tests.real.nginx import free_port, get, nginx

from holdfast.client import Gate, Proofs

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service, the tool, nginx before both: the house, the port, and the tool's records."""
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o755)
    own = policies(folder)
    (own / "staff").mkdir()
    tools = (EXAMPLE / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    (own / "staff" / "tools.toml").write_text(tools, encoding="utf-8")
    house = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": str(own)})
    gate, port = Gate(house.origin, house.platform, timeout=30), free_port()
    records = Records(folder / "desk.db", [Account("1001", "@ana", "ana@example.org", "+1", second_factor=True)])
    tool = Listening(make(gate, Proofs(TOOL, gate.keys()), records))
    text = (
        (EXAMPLE / "gate" / "nginx.conf").read_text(encoding="utf-8").replace("HOLDFAST_GATEWAY_TOKEN", house.platform)
    )
    text = text.replace("250ms", "5s")  # a busy machine of tests; the quarter of a second has a test of its own
    for ours, theirs in ((8080, port), (8321, house.served.address[1]), (8400, tool.address.rpartition(":")[2])):
        text = text.replace(f"127.0.0.1:{ours}", f"127.0.0.1:{theirs}")
    try:
        with nginx(folder, text, port):
            yield house, port, records
    finally:
        tool.close()
        gate.close()
        house.end()


def cookie(secret):
    """What a browser sends."""
    return {"Cookie": f"__Host-holdfast-tool={secret}"}


def test_a_passkey_a_look_up_and_a_change_reach_the_tool_and_the_record(served):
    """From the key to the tool's own log, by one decision each."""
    house, port, records = served
    secret = house.sign_in("alice", network="127.0.0.1")
    assert 200 == house.step_up("alice", secret, "credentials").status_code
    status, _, body = get(port, "/accounts/1001", {**cookie(secret), **TICKET})
    assert (200, "ana@example.org") == (status, json.loads(body)["email"])
    why = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1", "Content-Type": "application/json"}
    change = b'{"email": "new@example.org"}'
    assert 200 == get(port, "/accounts/1001/email", {**cookie(secret), **why}, method="POST", body=change)[0]
    assert ["new@example.org"] == [each.value for each in records.kept_beside("1001")]
    found = house.ask("GET", "/v1/gate/attempts?target=1001", token=house.tokens["olga"])["items"]
    assert records.deeds()[0].decision == found[0]["id"]


def test_a_lockdown_stops_the_very_next_request(served):
    """It is in force before it is said to be."""
    house, port, _ = served
    secret = house.sign_in("bob", network="127.0.0.1")
    assert 200 == get(port, "/accounts/1001", {**cookie(secret), **TICKET})[0]
    lock = {"level": 4, "tool": "support_desk", "minutes": 5, "why": "a call came in"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    assert get(port, "/accounts/1001", {**cookie(secret), **TICKET})[0] in {401, 403}
    assert 401 == get(port, "/accounts/1001", TICKET)[0]
