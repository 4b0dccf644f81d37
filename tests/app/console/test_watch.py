"""Who finds a session that wants a watcher, what its page says, and for how long looking on there counts."""

import hashlib

import pytest
from tests.app.console.browser import words
from tests.app.server.staffhouse import StaffHouse

PAGE = "/console/watch"
READ = {"function": "account.messages.read"}
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff."""
    house = StaffHouse(tmp_path_factory.mktemp("watch"))
    yield house
    house.end()


def at_work(house, **more):
    """The secret of a session of sam's that was refused for want of a watcher, and its page."""
    secret = house.sign_in("sam")
    assert 200 == house.step_up("sam", secret, "private").status_code
    assert ["watcher_needed"] == house.asks(secret, **READ, **more)["reasons"]
    return secret, f"{PAGE}/{hashlib.sha256(secret.encode()).hexdigest()}"


def test_a_session_is_found_looked_on_at_and_left(house):
    """It counts from the page's word on until it is left; the page is told what is done, once."""
    secret, one = at_work(house, target="account-7")
    cora = house.signed_in("cora")
    assert one in cora.page(PAGE).text
    assert "account.messages.read on account-7" in words(cora.page(PAGE))
    assert "data-look" in cora.page(one).text
    assert 200 == cora.post(f"{one}/presence", {}).status_code
    assert house.asks(secret, **READ, target="account-7")["allowed"]
    seen = cora.page(f"{one}/attempts").json()
    assert [False, True] == [each["allowed"] for each in seen["lines"]]
    assert "account.messages.read on account-7 (watcher needed)" == seen["lines"][0]["what"]
    assert [] == cora.page(f"{one}/attempts?after={seen['next']}").json()["lines"]
    assert 200 == cora.post(f"{one}/leave", {}).status_code
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]
    cora.post(f"{one}/presence", {})
    house.posted("/v1/gate/sign-outs", {"session": secret})
    assert "The session is over" in cora.page(f"{one}/attempts").json()["over"]
    assert "The session is over" in words(cora.page(one))


def test_ones_own_session_is_not_offered(house):
    """The page says that nobody watches themselves, before they try."""
    _, one = at_work(house)
    sam = house.signed_in("sam")
    assert one not in sam.page(PAGE).text
    page = sam.page(one)
    assert "This is your own session, so you cannot watch it" in words(page)
    assert "data-look" not in page.text
    assert 403 == sam.post(f"{one}/presence", {}).status_code


def test_whoever_a_lockdown_shuts_out_is_told_that_they_would_not_count(house):
    """On both pages."""
    _, one = at_work(house)
    lock = {"level": 4, "person": "carl", "minutes": 5, "why": "his login is used from two places"}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    carl = house.signed_in("carl")
    assert "You would not count. A lockdown shuts you out" in words(carl.page(PAGE))
    assert "You would not count. A lockdown shuts you out" in words(carl.page(one))


def test_hostile_text_is_inert(house):
    """On the pages, and in what the page's script is told."""
    _, one = at_work(house, target=f"a{HOSTILE}", reason=f"r{HOSTILE}", ticket=f"t{HOSTILE}")
    cora = house.signed_in("cora")
    cora.post(f"{one}/presence", {})
    for path in (PAGE, one, f"{one}/attempts"):
        assert "\u202e" not in cora.page(path).text
    for path in (PAGE, one):
        assert "<script>alert" not in cora.page(path).text
    assert "application/json" == cora.page(f"{one}/attempts").headers["content-type"]


def test_another_site_makes_nobody_look_on(house):
    """And nobody who is not signed in sees or says anything."""
    _, one = at_work(house)
    cora = house.signed_in("cora")
    for end in ("presence", "leave"):
        assert 403 == cora.post(f"{one}/{end}", {}, x_holdfast_csrf="x").status_code
    stranger = house.browser(seed=98)
    for path in (PAGE, one):
        assert (303, f"/console/signin#{path}") == (
            (found := stranger.page(path)).status_code,
            found.headers["location"],
        )
    assert 401 == stranger.page(f"{one}/attempts").status_code
    assert stranger.post(f"{one}/presence", {}).status_code in {401, 403}
    assert 404 == cora.page(f"{PAGE}/{'0' * 64}").status_code
    assert [] == [line for line in house.served.log if line["event"] == "fault"]
