"""Who sees which lockdowns are in force and which changes wait, and what the page says of them."""

import re

import pytest
from tests.app.server.staffhouse import StaffHouse

HOSTILE = "<script>alert(1)</script>\u202e"
PAGE = "/console/standing"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff, who may not write to anybody."""
    house = StaffHouse(tmp_path_factory.mktemp("standing"))
    yield house
    house.end()


def page(house, person):
    """What somebody sees who has signed in."""
    browser = house.of[person]
    assert 200 == browser.sign_in().status_code
    return browser.page(PAGE)


def test_who_watches_staff_sees_what_stands_and_can_do_nothing_there(house):
    """Before anything does, that nothing does; then each lockdown and each change, with what is hostile as text."""
    assert 2 == page(house, "olga").text.count(">None: ")
    secret = house.sign_in("sam")
    assert 200 == house.step_up("sam", secret, "credentials").status_code
    assert house.asks(secret, "account.email.replace", f"a{HOSTILE}")["allowed"]
    lock = {"level": 1, "tool": "support_desk", "minutes": 5, "why": f"a call {HOSTILE}"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    text = page(house, "olga").text
    said = (
        "level 1",
        "tool <bdi>support_desk",
        "It waits until the old value was told",
        "By <bdi>sam",
        "a call &lt;script",
    )
    assert [] == [each for each in said if each not in text]
    assert "\u202e" not in text
    main = text.partition("<main")[2]
    assert not re.search(r"<script|<form|<button|data-post", main)


@pytest.mark.parametrize("person", ["alice", "sam"])
def test_who_works_with_the_tools_sees_nothing_of_it(house, person):
    """An intruder talks to them first."""
    answer = page(house, person)
    assert 403 == answer.status_code
    assert "Changes that wait" not in answer.text


def test_nobody_is_sent_to_sign_in(house):
    """As on every page."""
    answer = house.browser().page(PAGE)
    assert (303, f"/console/signin#{PAGE}") == (answer.status_code, answer.headers["location"])
