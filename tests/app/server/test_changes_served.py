"""A change of a holder's e-mail by staff, from the tool to the holder's browser, at a real service."""

import base64
import json
import signal
import time

import httpx2
import pytest
from tests.app.server.running import Served
from tests.app.server.staffhouse import StaffHouse
from tests.connectors.receiver import Platform

from holdfast.app.cli.main import main

EMAIL = "account.email.replace"
SECRET = "whsec_" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def platform():
    """What takes notices for the platform."""
    made = Platform()
    yield made
    made.close()


@pytest.fixture
def house(tmp_path, platform):
    """A service that tells it."""
    made = StaffHouse(tmp_path, environment={"HOLDFAST_CHANGES_URL": platform.url, "HOLDFAST_NOTICE_SECRET": SECRET})
    yield made
    made.end()


def change(house, target="account-1"):
    """An allowed change of an e-mail; its id."""
    secret = house.sign_in("sam")
    assert 200 == house.step_up("sam", secret, "credentials").status_code
    answer = house.asks(secret, EMAIL, target)
    assert answer["allowed"], answer
    return answer["attempt"]


def until(found, patience=60):
    """What `found` gives once it gives something."""
    ends = time.monotonic() + patience
    while not (what := found()) and time.monotonic() < ends:
        time.sleep(0.05)
    return what


def notices(platform, kind):
    """The bodies of the notices of this kind."""
    told = [json.loads(body) for _, body in platform.bodies]
    return [each["data"] for each in told if each["type"].endswith(kind)]


def may_change(house):
    """Whether the guard lets the account change a credential."""
    body = {"account": "account-1", "action": "credential_change"}
    return house.tool.post("/v1/guard/actions", json=body).json()["verdict"] == "allow"


def test_the_holder_is_told_looks_and_undoes_it(house, platform, monkeypatch, capsys):
    """A scanner that follows the link changes nothing; the button does, once; responders get a proposal.

    The tool spells the account otherwise than the platform, whose own id is held and told.
    """
    seen = {"type": "sign_in", "account": "account-1", "time": "2026-11-26T08:00:00Z", "outcome": "ok"}
    assert 200 == house.tool.post("/v1/events", content=json.dumps(seen)).status_code
    id_ = change(house, "Account-1")
    (notice,) = until(lambda: notices(platform, "asked"))
    assert ("account-1", "email", id_) == (notice["account"], notice["what"], notice["change"])
    seen = until(lambda: (found := house.tool.get(f"/v1/gate/changes/{id_}").json())["stage"] == "cooling" and found)
    assert not seen["counts"]
    assert until(lambda: not may_change(house))

    link = notice["link"]
    assert link.startswith(house.origin + "/changes/")
    with httpx2.Client() as browser:
        for method in ("GET", "HEAD", "GET"):
            page = browser.request(method, link)
            assert 200 == page.status_code
        assert page.text.count("<button") == 1
        assert "account-1" not in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "cooling" == house.tool.get(f"/v1/gate/changes/{id_}").json()["stage"]
        assert 404 == browser.post(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code
        form = {"content-type": "application/x-www-form-urlencoded"}
        origins = ("null", house.origin)  # what a browser sends from a page that tells no referrer, and another
        pages = [browser.post(link, content=b"", headers={"origin": each, **form}) for each in origins]
    assert [(200, True), (200, True)] == [(page.status_code, "is undone" in page.text) for page in pages]
    assert "reversed" == house.tool.get(f"/v1/gate/changes/{id_}").json()["stage"]
    assert 1 == len(until(lambda: notices(platform, "reversed")))
    assert until(lambda: may_change(house))
    session = house.ask("GET", "/v1/gate/attempts", token=house.tokens["olga"])["items"][0]["session"]

    def proposed():
        items = house.ask("GET", "/v1/proposals", token=house.tokens["cora"])["items"]
        return [each for each in items if each["about"] == f"takeovers/{session}"]

    assert until(proposed)
    monkeypatch.setenv("HOLDFAST_URL", house.origin)
    monkeypatch.setenv("HOLDFAST_TOKEN", house.tokens["olga"])
    assert 0 == main(["gate", "changes", "--all"])
    assert "reversed by the holder" in capsys.readouterr().out


def test_what_could_not_be_told_is_told_after_a_kill(tmp_path, platform):
    """While nobody takes it nothing counts; a new process tells it, with the same link."""
    environment = {"HOLDFAST_CHANGES_URL": platform.url, "HOLDFAST_NOTICE_SECRET": SECRET}
    platform.status = 503
    house = StaffHouse(tmp_path, environment=environment)
    try:
        id_ = change(house)
        assert "asked" == house.tool.get(f"/v1/gate/changes/{id_}").json()["stage"]
        house.served.signalled(signal.SIGKILL)
        platform.status = 204
    finally:
        house.end()
    again = Served(tmp_path, environment={"HOLDFAST_EVENTS_TIME": "wall", **environment})
    try:
        (notice,) = until(lambda: notices(platform, "asked"))
        secret = notice["link"].partition("/changes/")[2]
        assert 200 == again.client.get(f"/changes/{secret}").status_code
        shows = {"authorization": f"Bearer {house.platform}"}
        assert until(lambda: again.client.get(f"/v1/gate/changes/{id_}", headers=shows).json()["stage"] == "cooling")
    finally:
        again.client.close()
        again.end()
