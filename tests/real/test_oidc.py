"""Signing in with a real OpenID provider, in a real browser."""

from contextlib import ExitStack

import pytest
from tests.app.console.browser import House, policies
from tests.real.chromium import Person
from tests.real.openid import CLIENT, SECRET, provider
from tests.real.running import free_port

pytestmark = pytest.mark.real

NARROW = """
[[hold]]
approvals = 1
reason = "narrow"
[[lift]]
approvals = 1
reason = "narrow"
[[release]]
approvals = 2
signed = true
reason = "always two"
[one_way]
approvals = 2
signed = true
reason = "always two"
"""


@pytest.fixture
def houses(tmp_path):
    """A way to start a service that knows the provider."""
    begun = ExitStack()
    port = free_port()
    issuer = f"http://localhost:{port}"

    def start(table=NARROW, settings="", **more):
        (tmp_path / "oidc.toml").write_text(
            f'[oidc]\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\nname = "The Provider"\n{settings}', encoding="utf-8"
        )
        environment = {
            "HOLDFAST_POLICY_FOLDER": str(policies(tmp_path, table)),
            "HOLDFAST_CLIENT_SECRET": SECRET,
            "HOLDFAST_SETTINGS": str(tmp_path / "oidc.toml"),
        }
        house = House(tmp_path, environment=environment, **more)
        begun.callback(house.end)
        assert issuer == begun.enter_context(provider(port, f"{house.origin}/console/oidc/back"))
        return house

    with begun:
        yield start


@pytest.fixture
def person(browser):
    """A way for somebody to come to the sign-in page, and to tell the provider who they are."""
    there = []

    def come(house, id_):
        someone = Person(browser, house.origin)
        there.append(someone)
        someone.page.goto("/console/signin")
        someone.page.get_by_role("link", name="Sign in with The Provider").click()
        someone.page.locator("input[name=login]").fill(id_)
        someone.page.locator("input[name=password]").fill("anything")
        someone.page.locator("button[type=submit]").click()
        someone.page.locator("button[type=submit]").click()  # to let this service know
        someone.page.wait_for_url(f"{house.origin}/**")
        return someone

    yield come
    for each in there:
        each.close()


def test_whoever_the_provider_vouches_for_is_let_in(houses, person):
    """A person of that id is signed in, approves what is narrow, and leaves the provider, too."""
    house = houses()
    request = house.attack()
    anna = person(house, "anna")
    anna.page.wait_for_url("**/console")
    anna.open(request)
    with anna.page.expect_navigation():
        anna.page.get_by_role("button", name="Approve").click()
    assert anna.page.get_by_text("Carried out").is_visible()
    anna.page.get_by_role("button", name="Sign out").click()
    anna.page.locator("button[name=logout]").click()
    anna.page.wait_for_url(f"{house.origin}/console/signin*")
    anna.page.goto("/console")
    assert anna.page.url.endswith("/console/signin")


def test_what_is_wide_still_takes_a_passkey(houses, person):
    """Being vouched for elsewhere signs nothing, and adds no passkey."""
    from tests.app.console.browser import SIGNED

    house = houses(SIGNED)
    request = house.attack()
    anna = person(house, "anna")
    anna.open(request)
    assert anna.page.get_by_text("To approve this you need a passkey").is_visible()
    assert 0 == anna.page.get_by_role("button", name="Approve").count()
    anna.page.goto("/console/passkeys")
    assert 0 == anna.page.get_by_role("button", name="Make a passkey").count()


def test_nobody_is_made_by_signing_in(houses, person):
    """Whom the provider knows and nobody here does is told so."""
    house = houses()
    stranger = person(house, "stranger")
    assert stranger.page.get_by_text("nobody here does").is_visible()
    assert "stranger" not in {each["id"] for each in house.ask("GET", "/v1/people")["items"]}


def test_groups_are_roles_where_a_setting_says_so(houses, person):
    """Then whoever signs in is registered, with the roles of their groups."""
    house = houses(settings='[oidc.roles]\napprovers = "approver"\n')
    newcomer = person(house, "newcomer")
    newcomer.page.wait_for_url("**/console")
    found = {each["id"]: each["roles"] for each in house.ask("GET", "/v1/people")["items"]}
    assert ["approver"] == found["newcomer"]
