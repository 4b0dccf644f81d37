"""In a real browser: looking on at a session for as long as its page is open, and a lockdown from form to lifted."""

import hashlib
import time

import pytest
from tests.app.server.running import PATIENCE
from tests.app.server.staffhouse import StaffHouse
from tests.real.chromium import people

pytestmark = pytest.mark.real
READ = {"function": "account.messages.read"}
HIDDEN = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s}); document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with members of staff."""
    house = StaffHouse(tmp_path_factory.mktemp("gate"))
    yield house
    house.end()


@pytest.fixture
def person(browser, house):
    """Somebody with a passkey, signed in."""
    with people(browser, house) as come:
        yield come


@pytest.fixture
def session(house):
    """The secret of a session of sam's that was refused for want of a watcher, and what it is called."""
    secret = house.sign_in("sam")
    house.step_up("sam", secret, "private")
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]
    return secret, hashlib.sha256(secret.encode()).hexdigest()


def alone(house, id_):
    """Wait until nobody looks on at a session; whether that came."""
    until = time.monotonic() + PATIENCE / 4  # well before a minute is over, in which it would end by itself
    while time.monotonic() < until:
        if not house.ask("GET", f"/v1/gate/sessions/{id_}/attempts", token=house.tokens["olga"])["watchers"]:
            return True
    return False


def looks_on(cora, id_):
    """From the list, by its button, until the page says that it counts."""
    cora.page.goto("/console/watch")
    cora.page.locator(f"a[href$='{id_}']").click()
    cora.page.get_by_role("button", name="Look on").click()
    cora.page.get_by_role("status").get_by_text("You look on. It counts.").wait_for()


def test_looking_on_counts_while_the_page_is_open_and_in_front(house, person, session):
    """What is done is on the page as it is done; a page that is hidden, left or closed counts no more, at once."""
    secret, id_ = session
    cora = person("cora")
    looks_on(cora, id_)
    assert house.asks(secret, **READ, target="account-7")["allowed"]
    cora.page.get_by_role("log").get_by_text("account.messages.read on account-7").wait_for()

    cora.page.evaluate(HIDDEN % "true")
    assert alone(house, id_)
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]
    cora.page.evaluate(HIDDEN % "false")
    cora.page.get_by_role("status").get_by_text("You look on. It counts.").wait_for()
    assert house.asks(secret, **READ)["allowed"]

    cora.page.get_by_role("button", name="Stop looking on").click()
    assert alone(house, id_)
    cora.page.get_by_role("button", name="Look on").click()
    cora.page.get_by_role("status").get_by_text("You look on. It counts.").wait_for()
    cora.page.goto("/console/tools")
    assert alone(house, id_)

    looks_on(cora, id_)
    page, cora.page = cora.page, cora.context.new_page()
    page.close()
    assert alone(house, id_)
    assert ["watcher_needed"] == house.asks(secret, **READ)["reasons"]


def test_the_page_says_when_the_session_is_over(house, person, session):
    """And that there is nothing left to look on at."""
    secret, id_ = session
    cora = person("cora")
    looks_on(cora, id_)
    house.posted("/v1/gate/sign-outs", {"session": secret})
    cora.page.get_by_role("status").get_by_text("The session is over").wait_for()
    assert cora.page.get_by_role("button", name="Look on").is_visible()


def test_a_lockdown_goes_from_the_form_to_lifted_by_two(house, person, session):
    """By keyboard, after the page has said what it would stop; each answer is said on the page that follows."""
    secret, _ = session
    cora, carl = person("cora"), person("carl")
    asked = []
    for each in (cora, carl):
        each.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    cora.page.goto("/console/lockdown")
    cora.page.get_by_label("nobody does anything").focus()
    cora.page.keyboard.press("Space")
    cora.page.get_by_label("Person, by their id").fill("sam")
    cora.page.get_by_label("Why").fill("her login is used from two places")
    cora.page.get_by_role("button", name="Show what it would stop").click()
    cora.page.get_by_text("1 person and").wait_for()
    assert house.asks(secret)["allowed"]
    cora.page.get_by_role("button", name="Place it").focus()
    with cora.page.expect_navigation():
        cora.page.keyboard.press("Enter")
    assert cora.page.get_by_role("status").get_by_text("The lockdown of level 4 is in force.").is_visible()
    assert "would end" in asked[0]
    assert not house.asks(secret)["allowed"]

    cora.page.get_by_text("Loosen it").click()
    cora.page.get_by_label("To", exact=True).select_option("nothing: lift it")
    cora.page.get_by_label("Why").fill("it was her husband")
    cora.page.get_by_role("button", name="Propose it").click()
    cora.page.get_by_role("status").get_by_text("It is proposed").wait_for()
    assert cora.page.get_by_text("You proposed this, so you cannot agree to it").is_visible()

    carl.page.goto("/console/standing")
    carl.page.get_by_role("button", name="Agree").click()
    carl.page.get_by_role("status").get_by_text("You agreed: the lockdown is lifted.").wait_for()
    assert 0 == carl.page.get_by_text("Loosen it").count()
