"""How somebody gets into the tools with a browser, and what they cannot do with somebody else's."""

import re

import pytest
from tests.app.server.staffhouse import StaffHouse

from holdfast.app.server.staff.forwarding.secret import cookie_for

TOOL = "support_desk"
COOKIE, AT = cookie_for(TOOL), f"/console/tools/{TOOL}"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff."""
    house = StaffHouse(tmp_path_factory.mktemp("tools"))
    yield house
    house.end()


def opened(house, name):
    """Somebody's browser with the tools open, and the secret."""
    browser = house.of[name]
    assert 200 == browser.sign_in().status_code
    answer = browser.post(f"{AT}/open", {})
    assert 200 == answer.status_code, answer.text
    said = answer.headers["set-cookie"]
    secret = re.match(rf"{COOKIE}=([^;]+);", said)[1]
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} == {part.strip() for part in said.split(";")[1:]}
    browser.client.cookies.set(COOKIE, secret)
    return browser, secret


def closed(browser):
    """Without the cookie."""
    browser.client.cookies.delete(COOKIE)


def test_the_tools_open_right_after_signing_in_and_close_by_hand(house):
    """The gate knows the session from then on, and no longer after."""
    browser, secret = opened(house, "alice")
    assert "open in this browser" in browser.page("/console/tools").text
    assert house.asks(secret, network="")["allowed"]
    assert 200 == browser.post(f"{AT}/close", {}).status_code
    assert ["session_over"] == house.asks(secret, network="")["reasons"]
    assert "is not open" in browser.page("/console/tools").text
    closed(browser)


@pytest.mark.parametrize("tool", ["nope", "x;%20Domain=evil.example", "a%0d%0aX-Evil:%201", "%E2%80%8B"])
def test_no_cookie_is_called_by_what_stands_in_a_path(tool, house):
    """Only tools of the catalogue are closed; what is none is said to be none, and no fault of ours."""
    browser, _ = opened(house, "alice")
    answer = browser.post(f"/console/tools/{tool}/close", {})
    assert (404, None) == (answer.status_code, answer.headers.get("set-cookie"))
    closed(browser)


def test_a_passkey_is_shown_again_for_one_class(house):
    """And for that session."""
    browser, secret = opened(house, "alice")
    ask = {"function": "account.email.replace", "payload": {"email": "a@example.org"}, "network": ""}
    assert ["step_up_needed"] == house.asks(secret, **ask)["reasons"]
    options = browser.post(f"{AT}/options", {"class": "credentials"}).json()["options"]
    credential = browser.device.get(options)
    other = browser.post(f"{AT}/step", {"class": "standing", "credential": credential})
    assert other.status_code in {400, 403}
    options = browser.post(f"{AT}/options", {"class": "credentials"}).json()["options"]
    done = browser.post(f"{AT}/step", {"class": "credentials", "credential": browser.device.get(options)})
    assert 200 == done.status_code, done.text
    assert house.asks(secret, **ask)["allowed"]
    closed(browser)


def test_somebody_elses_session_is_none(house):
    """A cookie of another's, made up, or there twice opens nothing, steps nothing up and closes nothing."""
    theirs, secret = opened(house, "alice")
    closed(theirs)
    browser, _ = opened(house, "bob")
    for shown in (secret, "x" * 43):
        browser.client.cookies.set(COOKIE, shown)
        assert "is not open" in browser.page("/console/tools").text
        assert 409 == browser.post(f"{AT}/options", {"class": "credentials"}).status_code
        assert 200 == browser.post(f"{AT}/close", {}).status_code
    closed(browser)
    assert house.asks(secret, network="")["allowed"]


def test_without_the_pages_token_or_a_sign_in_nothing_is_opened(house):
    """Another site begins nothing, and nobody is sent to sign in."""
    browser = house.of["bob"]
    browser.sign_in()
    for wrong in ({"x_holdfast_csrf": "x"}, {"origin": "https://elsewhere.example"}):
        assert browser.post(f"{AT}/open", {}, **wrong).status_code in {401, 403}
    stranger = house.browser(seed=99)
    assert 303 == stranger.page("/console/tools").status_code
    assert stranger.post(f"{AT}/open", {}).status_code in {401, 403}


def test_no_body_makes_a_fault(house):
    """What is no question is said to be none."""
    browser, _ = opened(house, "sam")
    for path in (f"{AT}/options", f"{AT}/step"):
        for body in (
            {},
            [],
            {"class": ""},
            {"class": 1},
            {"class": "x" * 200},
            {"class": "credentials", "credential": {}},
        ):
            assert 400 <= browser.post(path, body).status_code < 500
    closed(browser)
    assert [] == [line for line in house.served.log if line["event"] == "fault"]
