"""The documented nginx and Traefik before a real service of two processes, with passkeys in software, and the sample tool."""

import json
from functools import partial

import pytest
from tests.app.console.browser import policies
from tests.app.server.staffhouse import StaffHouse
from tests.real.before_a_tool import NGINX, TRAEFIK, before_a_service, with_the_tools_of_the_sample
from tests.real.nginx import get
from tests.real.running import free_port

pytestmark = pytest.mark.real

TICKET = {"X-Holdfast-Ticket": "T-1"}


@pytest.fixture(scope="module", params=[NGINX, TRAEFIK], ids=lambda proxy: proxy.file)
def served(request, tmp_path_factory):
    """A service, the tool, a proxy before both: the house, a way to ask the proxy, and the tool's records."""
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o755)
    own = with_the_tools_of_the_sample(policies(folder))
    house, port = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": own}), free_port()
    try:
        with before_a_service(house, folder, port, request.param) as records:
            yield house, partial(get, port), records
    finally:
        house.end()


def cookie(secret):
    """What a browser sends."""
    return {"Cookie": f"__Host-holdfast-tool={secret}"}


def test_a_passkey_a_look_up_and_a_change_reach_the_tool_and_the_record(served):
    """From the key to the tool's own log, by one decision each."""
    house, asked, records = served
    secret = house.sign_in("alice", network="127.0.0.1")
    assert 200 == house.step_up("alice", secret, "credentials").status_code
    status, _, body = asked("/accounts/1001", {**cookie(secret), **TICKET})
    assert (200, "ana@example.org") == (status, json.loads(body)["email"])
    why = {"X-Desk-Reason": "the holder called", "X-Desk-Ticket": "T-1", "Content-Type": "application/json"}
    change = b'{"email": "new@example.org"}'
    assert 200 == asked("/accounts/1001/email", {**cookie(secret), **why}, method="POST", body=change)[0]
    assert ["new@example.org"] == [each.value for each in records.kept_beside("1001")]
    found = house.ask("GET", "/v1/gate/attempts?target=1001", token=house.tokens["olga"])["items"]
    assert records.deeds()[0].decision == found[0]["id"]


def test_a_lockdown_stops_the_very_next_request(served):
    """It is in force before it is said to be."""
    house, asked, _ = served
    secret = house.sign_in("bob", network="127.0.0.1")
    assert 200 == asked("/accounts/1001", {**cookie(secret), **TICKET})[0]
    lock = {"level": 4, "tool": "support_desk", "minutes": 5, "why": "a call came in"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    assert asked("/accounts/1001", {**cookie(secret), **TICKET})[0] in {401, 403}
    assert 401 == asked("/accounts/1001", TICKET)[0]


def test_but_for_the_console_every_path_of_that_name_is_the_tool_s(served):
    """Nothing else of the service is reached there; the console says itself that it has another name here."""
    _, asked, _ = served
    assert 421 == asked("/console/sign-in")[0]
    for path in ("/v1/gate/attempts", "/console/../v1/gate/attempts", "/accounts/console/"):
        assert asked(path, TICKET)[0] in {401, 403}
