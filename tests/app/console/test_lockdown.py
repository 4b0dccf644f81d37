"""Who places a lockdown in a browser, what it would stop, and how two loosen it there."""

import re

import pytest
from tests.app.console.browser import words
from tests.app.server.staffhouse import StaffHouse

PAGE, STANDING = "/console/lockdown", "/console/standing"
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff."""
    house = StaffHouse(tmp_path_factory.mktemp("lockdown"))
    yield house
    house.end()


def wanted(**more):
    """What the form sends."""
    return {"level": 4, "tool": "support_desk", "minutes": 5, "why": "a call came in", **more}


def test_a_lockdown_is_placed_by_one_and_loosened_by_two_in_stages(house):
    """In force before the page says so; whoever proposed a stage is told that somebody else has to agree."""
    secret = house.sign_in("bob")
    cora = house.signed_in("cora")
    for said in ("everything takes a reason and a ticket", "nobody does anything", "4 hours at most"):
        assert said in words(cora.page(PAGE))
    answer = cora.post(f"{PAGE}/place", wanted())
    assert 200 == answer.status_code, answer.text
    lock = answer.json()["next"].partition("#")[2]
    assert "locked_down" in house.asks(secret)["reasons"]

    page = cora.page(STANDING)
    assert "nobody does anything" in words(page)
    assert f'data-loosen="{lock}"' in page.text
    answer = cora.post(f"{PAGE}/propose", {"lock": lock, "level": 1, "why": "calmer"})
    proposal = answer.json()["next"].partition("#")[2]
    assert "You proposed this, so you cannot agree to it" in words(cora.page(STANDING))
    assert f"{PAGE}/proposals/{proposal}" not in cora.page(STANDING).text
    assert 403 == cora.post(f"{PAGE}/proposals/{proposal}", {}).status_code
    assert "locked_down" in house.asks(secret)["reasons"]

    carl = house.signed_in("carl")
    assert f"{PAGE}/proposals/{proposal}" in carl.page(STANDING).text
    answer = carl.post(f"{PAGE}/proposals/{proposal}", {})
    assert "You agreed: the lockdown went down to level 1." == answer.json()["said"]
    assert (True, 1) == ((found := house.asks(secret))["allowed"], found["level"])
    (after,) = re.findall(r'data-loosen="([^"]+)"', carl.page(STANDING).text)
    proposal = (
        carl.post(f"{PAGE}/propose", {"lock": after, "level": None, "why": "over"}).json()["next"].partition("#")[2]
    )
    assert "the lockdown is lifted" in cora.post(f"{PAGE}/proposals/{proposal}", {}).json()["said"]
    assert 0 == house.asks(secret)["level"]


def test_what_it_would_stop_is_told_before_it_is_placed(house):
    """Functions, people and live sessions, by what it is on, and whether whoever asks would be shut out; nothing is placed."""
    secret, cora = house.sign_in("alice", network="203.0.113.7"), house.signed_in("cora")

    def told(**more):
        answer = cora.post(f"{PAGE}/preview", wanted(**more))
        assert 200 == answer.status_code, answer.text
        return answer.json()

    all_ = told(tool="")
    assert (all_["of"], True) == (all_["functions"], all_["shuts_you_out"])
    assert all_["ends"] == all_["sessions"] >= 1
    one = told(tool="", person="alice")
    assert (1, False) == (one["people"], one["shuts_you_out"])
    here = told(tool="", network="203.0.113.0/24")
    assert (1, 1) == (here["sessions"], here["ends"])
    assert 0 == told()["ends"]  # on one tool only: the sessions may go on with others
    assert (0, 0) == ((odd := told(tool="no_such_tool", person="nobody"))["functions"], odd["people"])
    named = told(level=3, tool="", named=["cora", "carl"])
    assert not named["shuts_you_out"]
    assert house.asks(secret, network="203.0.113.7")["allowed"]
    for wrong in ({"minutes": 241}, {"level": 3, "named": ["cora"]}, {"why": ""}, {"level": 5}):
        assert 422 == cora.post(f"{PAGE}/preview", wanted(**wrong)).status_code
        assert 422 == cora.post(f"{PAGE}/place", wanted(**wrong)).status_code


@pytest.mark.parametrize("person", ["alice", "sam", "olga"])
def test_who_does_not_lead_can_do_none_of_it(house, person):
    """Neither see the form, nor send what it sends; an auditor sees what stands, and no button."""
    browser = house.signed_in(person)
    assert 403 == browser.page(PAGE).status_code
    for path, body in (
        ("place", wanted()),
        ("preview", wanted()),
        ("propose", {"lock": "l", "why": "w"}),
        ("proposals/p", {}),
    ):
        assert 403 == browser.post(f"{PAGE}/{path}", body).status_code


def test_hostile_text_is_inert(house):
    """Of whoever placed it and of whoever would loosen it, for whoever may do something there and for whoever may not."""
    cora = house.signed_in("cora")
    body = wanted(level=1, network=f"n{HOSTILE.replace('/', '')}", why=f"w{HOSTILE}")
    lock = cora.post(f"{PAGE}/place", body).json()["next"].partition("#")[2]
    assert 200 == cora.post(f"{PAGE}/propose", {"lock": lock, "level": 0, "why": f"p{HOSTILE}"}).status_code
    for person in ("carl", "olga"):
        text = house.signed_in(person).page(STANDING).text
        assert f"p{HOSTILE[:6]}" not in text
        assert "p&lt;script" in text
        assert "\u202e" not in text
    assert not re.search(r"<form|<button|data-post", text.partition("<main")[2])


def test_another_site_places_nothing(house):
    """Nor does whoever is not signed in."""
    cora = house.signed_in("cora")
    for wrong in ({"x_holdfast_csrf": "x"}, {"origin": "https://elsewhere.example"}):
        assert cora.post(f"{PAGE}/place", wanted(), **wrong).status_code in {401, 403}
    stranger = house.browser(seed=97)
    assert 303 == stranger.page(PAGE).status_code
    assert stranger.post(f"{PAGE}/place", wanted()).status_code in {401, 403}
    assert [] == [line for line in house.served.log if line["event"] == "fault"]
