"""In a real browser with a virtual authenticator: from the link to a plan that is carried out."""

import json

import pytest
from tests.app.console.browser import House, policies
from tests.real.chromium import Person, people

pytestmark = pytest.mark.real


@pytest.fixture
def house(tmp_path):
    """A service where each hold is signed."""
    house = House(tmp_path, environment={"HOLDFAST_POLICY_FOLDER": str(policies(tmp_path))})
    yield house
    house.end()


@pytest.fixture
def person(browser, house):
    """Somebody with a passkey, signed in."""
    with people(browser, house) as come:
        yield come


def test_a_plan_is_approved_with_a_passkey_and_carried_out(house, person):
    """A link, a passkey, a sign-in, a signed approval: holds are in force, and the guard refuses."""
    request = house.attack()
    page = person("anna").approve(request)
    assert "Carried out" in page
    assert "signed" in page
    assert "done" == house.ask("GET", f"/v1/requests/{request['id']}", token=house.requester)["state"]
    assert house.ask("GET", "/v1/holds", token=house.requester)["items"]


def test_whoever_asked_is_offered_no_approval(house, person):
    """They see that others have to agree, and can take it back."""
    request = house.attack()
    rita = person("rita")
    rita.open(request)
    assert rita.page.get_by_text("others have to agree").is_visible()
    assert 0 == rita.page.get_by_role("button", name="Approve").count()
    rita.page.get_by_label("Take it back because").fill("I was wrong")
    with rita.page.expect_navigation():
        rita.page.get_by_role("button", name="Take it back").click()
    assert "denied" == house.ask("GET", f"/v1/requests/{request['id']}", token=house.requester)["state"]


def test_what_a_real_browser_sent_cannot_be_sent_again(house, person):
    """The very bytes of an approval, repeated by the same page, find no challenge."""
    request = house.attack()
    anna = person("anna")
    sent = []
    anna.page.on("request", lambda each: sent.append(each) if each.url.endswith("/approve") else None)
    anna.approve(request)
    (approval,) = sent
    answer = anna.page.evaluate(
        "async ([path, body]) => (await fetch(path, {method: 'POST', body, headers: {'content-type': 'application/json',"
        " 'x-holdfast-csrf': document.querySelector('meta[name=csrf]').content}})).status",
        [f"/console/requests/{request['id']}/approve", approval.post_data],
    )
    assert 403 == answer
    assert "credential" in json.loads(approval.post_data)


def test_a_link_works_once_and_leaves_the_address_bar(browser, house):
    """Its secret is in no address after the page has loaded, and a second use is refused."""
    link = f"{house.origin}/console/enrol#{house.link('anna')}"
    first, second = Person(browser, house.origin), Person(browser, house.origin)
    first.page.goto(link)
    assert "#" not in first.page.url
    first.enrol(link)
    second.page.goto(link)
    second.page.get_by_role("button", name="Make a passkey").click()
    second.page.get_by_text("This link counts for nothing").wait_for()
    first.close()
    second.close()


def test_a_holder_who_is_not_verified_cannot_sign_in(house, person):
    """A device that does not check who holds it is no proof of a person."""
    anna = person("anna")
    with anna.page.expect_navigation():
        anna.page.get_by_role("button", name="Sign out").click()
    anna.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": anna.authenticator, "isUserVerified": False})
    anna.page.get_by_role("button", name="Sign in with a passkey").click()
    anna.page.get_by_text("The passkey was not used").wait_for()


def test_all_of_it_works_by_keyboard(house, person):
    """Tab and Enter lead to a carried-out plan; what has the focus is seen."""
    request = house.attack()
    anna = person("anna")
    anna.open(request)
    for _ in range(30):
        anna.page.keyboard.press("Tab")
        if anna.page.evaluate("document.activeElement.dataset.approve") == "passkey":
            break
    assert "none" != anna.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    with anna.page.expect_navigation():
        anna.page.keyboard.press("Enter")
    assert anna.page.get_by_text("Carried out").is_visible()
