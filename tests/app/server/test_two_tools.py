"""A secret that one tool has seen is worth nothing at another, and whoever uses several opens each by one click."""

import re

import pytest
from tests.app.console.browser import policies
from tests.response.staff.conftest import OTHER, with_another_tool

from holdfast.app.server.staff.forwarding.secret import cookie_for

from .staffhouse import StaffHouse

MINE = "support_desk"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service that stands before two tools."""
    folder = tmp_path_factory.mktemp("two")
    own = policies(folder)
    (own / "staff").mkdir()
    for name, text in with_another_tool().texts.items():
        if not name.endswith("schema"):
            (own / "staff" / name).write_text(text, encoding="utf-8")
    house = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": str(own)})
    yield house
    house.end()


def test_a_secret_works_at_its_own_tool_only(house):
    """Whoever takes it there neither acts elsewhere with it, nor asks others to agree to what is elsewhere."""
    secret = house.sign_in("alice")
    assert house.asks(secret)["allowed"]
    elsewhere = house.asks(secret, tool=OTHER)
    assert (["other_tool"], "alice") == (elsewhere["reasons"], elsewhere["person"])
    wanted = {"session": secret, "tool": OTHER, "function": "account.password.reset", "target": "a", "reason": "r"}
    refused = house.posted("/v1/gate/tool-requests", wanted)
    assert (403, "other_tool") == (refused.status_code, refused.json()["code"])
    assert house.asks(house.sign_in("alice", tool=OTHER), tool=OTHER)["allowed"]


def test_a_passkey_signs_for_the_tool_that_asked(house):
    """One tool's challenge opens no session of another, however its answer is shown; no tool, no session."""
    credential = house.challenge("alice", tool=MINE)
    body = {"person": "alice", "tool": OTHER, "credential": credential}
    assert 403 == house.posted("/v1/gate/sign-ins", body).status_code
    house.posted("/v1/gate/challenges", {"person": "alice", "tool": OTHER})
    assert 403 == house.posted("/v1/gate/sign-ins", body).status_code
    assert 200 == house.posted("/v1/gate/sign-ins", {**body, "tool": MINE}).status_code
    nowhere = {"person": "alice", "tool": "no_such_tool"}
    credential = house.challenge("alice", tool="no_such_tool")
    assert 422 == house.posted("/v1/gate/sign-ins", {**nowhere, "credential": credential}).status_code
    assert 422 == house.posted("/v1/gate/challenges", {"person": "alice"}).status_code


def test_whoever_has_just_signed_in_opens_each_tool_by_one_click(house):
    """Each with a secret and a cookie of its own; a passkey shown for one is none for the other."""
    browser = house.of["sam"]
    assert 200 == browser.sign_in().status_code
    secrets = {}
    for tool in (MINE, OTHER):
        answer = browser.post(f"/console/tools/{tool}/open", {})
        assert 200 == answer.status_code, answer.text
        secrets[tool] = re.match(rf"{re.escape(cookie_for(tool))}=([^;]+);", answer.headers["set-cookie"])[1]
        browser.client.cookies.set(cookie_for(tool), secrets[tool])
        assert house.asks(secrets[tool], tool=tool, network="")["allowed"]
    page = browser.page("/console/tools").text
    assert 2 == page.count("open in this browser, for you")
    assert 422 == browser.post("/console/tools/no_such_tool/open", {}).status_code
    path = f"/console/tools/{MINE}"
    options = browser.post(f"{path}/options", {"class": "credentials"}).json()["options"]
    shown = {"class": "credentials", "credential": browser.device.get(options)}
    assert 200 == browser.post(f"{path}/step", shown).status_code
    ask = {"function": "account.email.replace", "payload": {"email": "a@example.org"}, "network": ""}
    assert house.asks(secrets[MINE], tool=MINE, **ask)["allowed"]
    assert ["step_up_needed"] == house.asks(secrets[OTHER], tool=OTHER, **ask)["reasons"]
    assert 200 == browser.post(f"{path}/close", {}).status_code
    assert ["session_over"] == house.asks(secrets[MINE], tool=MINE, network="")["reasons"]
    assert house.asks(secrets[OTHER], tool=OTHER, network="")["allowed"]


def test_the_page_offers_the_tools_that_somebody_may_use(house):
    """Whoever may use none is told so, and asked for nothing."""
    for name, said in (("sam", f"Open {OTHER}"), ("olga", "There is none that you may use")):
        browser = house.of[name]
        browser.client.cookies.clear()
        assert 200 == browser.sign_in().status_code
        assert said in browser.page("/console/tools").text
