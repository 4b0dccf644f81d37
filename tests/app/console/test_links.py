"""Whoever is signed in sees links to the pages that they may open, and to no others: every role over every link."""

import html
import inspect
import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from starlette.routing import Route
from tests.app.console.browser import House

import holdfast.app.console as rooms
from holdfast.app.console.pages import PAGES
from holdfast.guard import Role

OF_EACH_ROLE = {role.value: [role.value] for role in Role}
PEOPLE = {**OF_EACH_ROLE, "norole": [], "both": ["support", "responder"], "doubted": ["commander"]}
BEFORE_SIGNING_IN = {
    "/console/signin",
    "/console/enrol",
    "/console/oidc/start",
    "/console/oidc/back",
    "/console/oidc/leave",
}
TABLES = {"/console/attempts.csv", "/console/access.csv"}  # linked to from their pages


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with somebody of each role, of none, of two, and somebody whose passkey nobody has confirmed."""
    house = House(tmp_path_factory.mktemp("links"), people=PEOPLE)
    house.of = {}
    for seed, person in enumerate(PEOPLE, start=30):
        browser = house.of[person] = house.browser(seed=seed)
        if person == "doubted":
            assert 200 == browser.enrol(house.link(person)).status_code
        else:
            assert 200 == house.enrol(browser, person).status_code
        assert 200 == browser.sign_in().status_code
    yield house
    house.end()


def links(answer):
    """The addresses on a page that lead on in the console, by where they stand: those of all pages, and the others."""
    assert 200 == answer.status_code, (answer.url, answer.status_code)
    navigation = answer.text.partition('<nav aria-label="Pages">')[2].partition("</nav>")[0]
    found = [set(re.findall(r'href="(/console[^"#]*)"', text)) for text in (navigation, answer.text)]
    return [{html.unescape(each) for each in some if "/static/" not in each} for some in found]


@pytest.mark.parametrize("person", PEOPLE)
def test_no_link_leads_where_one_may_not_go_and_no_page_is_without_a_link(house, person):
    """From the first page on, over all pages and all that these link to."""
    browser = house.of[person]
    first = browser.client.get("/console", follow_redirects=True)
    of_all, _ = links(first)
    assert {page.path for page in PAGES if browser.client.get(page.path).status_code == 200} == of_all
    seen, todo = set(), {"/console", *of_all}
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = browser.client.get(path, follow_redirects=True)
        assert 200 == answer.status_code, path
        if "html" in answer.headers["content-type"]:
            same, others = links(answer)
            assert of_all == same, path
            todo |= others - seen


def test_the_page_of_an_error_has_the_same_links(house):
    """Whoever was refused finds on; the page that they are on is marked, as no other is."""
    support = house.of["support"]
    refused = support.page("/console/attempts")
    assert 403 == refused.status_code
    navigation = refused.text.partition("<nav")[2].partition("</nav>")[0]
    assert ["/console/second", "/console/watch", "/console/tools", "/console/passkeys"] == re.findall(
        'href="([^"]+)"', navigation
    )
    assert "aria-current" not in refused.text
    assert 1 == support.page("/console/watch").text.count('aria-current="page"')


def test_every_page_of_the_console_is_one_of_those_that_are_linked_to():
    """Whoever adds a page says there what opening it takes: the routes of all parts are asked."""
    found = set()
    for module in iter_modules(rooms.__path__):
        for _, part in inspect.getmembers(import_module(f"{rooms.__name__}.{module.name}"), inspect.isclass):
            if "routes" in vars(part):
                routes = part(*([None] * (len(inspect.signature(part).parameters)))).routes()
                assert all(isinstance(each, Route) for each in routes)
                found |= {each.path for each in routes if "GET" in each.methods and "{" not in each.path}
    assert {page.path for page in PAGES} == found - BEFORE_SIGNING_IN - TABLES
