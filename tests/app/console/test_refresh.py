"""Lists ask for themselves anew: what that costs, what it shows, and what it does not count as."""

import re
import time

import pytest
from tests.app.server.staffhouse import StaffHouse

from holdfast.app.console.pages import Visit
from holdfast.app.console.site import Site
from holdfast.app.signin.place import Place
from holdfast.app.signin.sessions import SignedIn
from holdfast.guard import Person, Role

REFRESH = {"x-holdfast-refresh": "1"}
LISTS = (
    "/console", "/console/second", "/console/watch", "/console/standing", "/console/signals", "/console/attempts",
    "/console/attempts?person=sam", "/console/lookups",
)  # fmt: skip
HOSTILE = "<script>alert(1)</script>\u202e \"'{{7*7}}"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with staff, and a commander who is signed in."""
    house = StaffHouse(tmp_path_factory.mktemp("refresh"))
    house.signed_in("cora")
    house.sam = house.sign_in("sam")
    yield house
    house.end()


def again(house, path, before, person="cora"):
    """What the page is answered when it asks for itself anew."""
    return house.of[person].client.get(path, headers={**REFRESH, "if-none-match": before.headers["etag"]})


@pytest.mark.parametrize("path", LISTS)
def test_while_nothing_changes_a_list_is_answered_without_a_body(house, path):
    """With the time, so that the page can say as of when it is; nothing is kept on the way."""
    house.of["cora"].page(path)  # the first look at the lookups is itself one of them
    before = house.of["cora"].page(path)
    answer = again(house, path, before)
    assert (304, b"") == (answer.status_code, answer.content)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z", answer.headers["x-holdfast-time"])
    assert "no-store" == answer.headers["cache-control"]
    assert before.headers["etag"].replace('"', "&#34;") in before.text


@pytest.mark.parametrize("path", LISTS)
def test_without_its_script_a_list_has_a_link_to_load_it_again(house, path):
    """The empty address is the page's own; the one script is a file of ours."""
    text = house.of["cora"].page(path).text
    assert '<a href="" data-refresh>Refresh</a>' in text
    assert re.search(r'<span role="status" data-news></span>', text)
    assert not re.search(r"<script>| on\w+=", text)


def test_what_is_new_comes_and_is_only_text(house):
    """An asking, a refusal, a lockdown: the tag of the page before counts no more."""
    paths = ("/console/second", "/console/attempts?person=sam", "/console/standing", "/console/watch")
    before = {path: house.of["cora"].page(path) for path in paths}
    wanted = {"tool": "support_desk", "function": "account.email.replace", "target": "a1", "reason": HOSTILE}
    house.ask("POST", "/v1/gate/requests", wanted, token=house.tokens["sam"])
    house.asks(house.sam, "account.email.replace", target=HOSTILE)
    lock = {"level": 1, "tool": "support_desk", "minutes": 5, "why": HOSTILE}
    house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    for path in paths[:3]:
        answer = again(house, path, before[path])
        assert 200 == answer.status_code, path
        assert answer.headers["etag"] != before[path].headers["etag"]
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert re.search(r'<li[^>]* data-key="', answer.text), path
    assert 304 == again(house, paths[3], before[paths[3]]).status_code


def test_an_account_that_is_protected_meanwhile_is_said_to_be(house):
    """Nothing more was tried on it, but of which tier it is stands on the page, too."""
    path = "/console/attempts?target=mayor"
    before = house.of["cora"].page(path)
    house.ask("PUT", "/v1/gate/protected/mayor", {"tier": "protected", "why": "named"}, token=house.tokens["cora"])
    answer = again(house, path, before)
    assert (200, True) == (answer.status_code, "The account is protected today" in answer.text)


def test_a_page_of_somebody_else_is_another_page(house):
    """Whoever signs in at the same browser is not shown what stood there."""
    before = house.of["cora"].page("/console/second")
    house.signed_in("carl")
    assert 200 == again(house, "/console/second", before, person="carl").status_code


def test_what_is_over_is_not_asked_for_again(house):
    """Further pages, and a span of time that has ended, stay as they are."""
    text = house.of["cora"].page("/console/attempts?until=2020-07-15T20:00").text
    assert 'data-live="0"' in text
    assert 'data-live="15"' in house.of["cora"].page("/console/attempts").text


def test_whose_session_is_over_is_told_so_and_shown_nothing(house):
    """A page that asks for itself cannot follow to where one signs in."""
    nobody = house.browser(seed=99)
    answer = nobody.client.get("/console/second", headers=REFRESH)
    assert 401 == answer.status_code
    assert "<main" not in answer.text
    assert 303 == nobody.page("/console/second").status_code


def test_refreshing_alone_puts_no_lookup_on_record(house):
    """What was shown before is not looked up again; what is new is, and what a person loads."""
    olga = house.signed_in("olga")
    path = "/console/attempts?person=alice"
    before = olga.page(path)
    found = house.ask("GET", "/v1/gate/lookups?person=olga", token=house.tokens["cora"])["items"]
    for _ in range(5):
        assert 304 == again(house, path, before, person="olga").status_code
    assert [("attempts", {"person": "alice"})] == [(each["what"], each["asked"]) for each in found]
    assert found == house.ask("GET", "/v1/gate/lookups?person=olga", token=house.tokens["cora"])["items"]


def test_five_hundred_rows_are_shown_in_part_and_refreshed_quickly(house):
    """The page says that there are more, and one that is up to date costs the service little."""
    for number in range(220):
        house.asks(house.sam, target=f"account-{number}")
    before = house.of["cora"].page("/console/attempts")
    assert "Further ones" in before.text
    began = time.monotonic()
    for _ in range(20):
        assert 304 == again(house, "/console/attempts", before).status_code
    assert time.monotonic() - began < 5.0  # twenty times: a quarter of a second each would be a page rendered


def test_a_script_is_told_what_is_wrong_in_words_that_it_can_show(house):
    """A page that looks on says why it does not count, and nothing about how answers are written; a browser sees a page."""
    path = "/console/watch/nothing/attempts"
    told = house.of["cora"].client.get(path, headers={"sec-fetch-mode": "cors"})
    assert (404, "application/problem+json") == (told.status_code, told.headers["content-type"])
    assert told.json()["advice"]
    assert "<main" in house.of["cora"].client.get(path, headers={"sec-fetch-mode": "navigate"}).text


def test_who_calls_a_first_look_a_refresh_is_on_record_all_the_same(house):
    """A header that anybody may send leaves no question out."""
    olga = house.signed_in("olga")
    assert 200 == olga.client.get("/console/lookups?about=president", headers=REFRESH).status_code
    found = house.ask("GET", "/v1/gate/lookups?person=olga", token=house.tokens["cora"])["items"]
    assert ("lookups", {"about": "president"}) in [(each["what"], each["asked"]) for each in found]


def test_tags_cannot_be_worked_out_from_what_is_on_the_page():
    """Else who guesses hears by a 304 how often somebody was looked up, and is on no record; another site has others."""
    who = SignedIn(person=Person(id="olga", roles=(Role.AUDITOR,)), session=None, csrf="")
    tags = {
        Site(Place(origin="https://holdfast.example", rp_id="holdfast.example"), "").tag(
            "attempts", Visit(who=who), [7]
        )
        for _ in range(2)
    }
    assert 2 == len(tags)
