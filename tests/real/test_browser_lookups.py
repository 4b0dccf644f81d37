"""An auditor looks something up in a real browser, by keyboard, sends the link on, and takes the answer along."""

import csv

import pytest
from tests.app.server.staffhouse import StaffHouse
from tests.real.chromium import Person, chromium

pytestmark = pytest.mark.real

HOSTILE = "<img src=x onerror=alert(1)>\u202e=1+1"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Somebody tried the president's account."""
    house = StaffHouse(tmp_path_factory.mktemp("lookups"))
    protect = {"tier": "protected", "why": "head of state"}
    house.ask("PUT", "/v1/gate/protected/president", protect, token=house.tokens["cora"])
    secret = house.sign_in("sam")
    house.asks(secret, "account.email.replace", "President", reason=HOSTILE, ticket="=1+1")
    house.asks(secret, target="president", reason=HOSTILE)
    yield house
    house.end()


def signed_in(browser, house, person, **context):
    """Somebody with a passkey of this browser's."""
    made = Person(browser, house.origin, **context)
    made.enrol(house.ask("POST", f"/v1/people/{person}/enrolments", {})["link"])
    house.confirm_passkeys(person)
    made.sign_in()
    return made


def test_a_question_is_asked_by_keyboard_answered_sent_on_and_taken_along(house):
    """The form has its labels, the link asks the same for whoever may, and hostile words run nothing."""
    with chromium() as browser:
        olga = signed_in(browser, house, "olga")
        page = olga.page
        page.get_by_role("link", name="Attempts").click()
        page.get_by_label("Account, in any spelling").fill("PRESIDENT")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/attempts?target=PRESIDENT*")
        assert page.get_by_role("heading", name="Tried 2 times by 1 person, reached 0 times").is_visible()
        assert 2 == page.get_by_text("protected account then").count()
        assert "<img src=x" in page.locator("main").inner_text()
        with page.expect_download() as taken:
            page.get_by_role("link", name="as a table").click()
        rows = list(csv.DictReader(taken.value.path().read_text(encoding="utf-8").splitlines()))
        assert {"'=1+1", "T-1"} == {row["ticket"] for row in rows}

        sent = page.url
        cora = signed_in(browser, house, "cora")
        cora.page.goto(sent)
        assert cora.page.get_by_role("heading", name="Tried 2 times by 1 person").is_visible()
        alice = signed_in(browser, house, "alice")
        assert 403 == alice.page.goto(sent).status
        for each in (olga, cora, alice):
            each.close()


def test_who_could_is_fit_for_paper_and_for_a_telephone(house):
    """Printed, the form is gone and the answer is there; on a narrow screen the page does not scroll sideways."""
    with chromium() as browser:
        olga = signed_in(browser, house, "olga", viewport={"width": 390, "height": 800})
        page = olga.page
        page.goto("/console/access")
        page.get_by_label("Function").fill("account.email.replace")
        page.get_by_label("with the policies' texts").check()
        page.get_by_role("button", name="Show").click()
        table = page.get_by_role("table")
        assert "Sam (sam)" in table.inner_text()
        assert "permit (" in page.locator("main").inner_text()
        for path in (page.url, "/console/attempts?target=president", "/console/signals"):
            page.goto(path)
            assert 390 == page.evaluate("document.documentElement.scrollWidth")
        page.go_back()
        page.go_back()
        page.emulate_media(media="print")
        assert table.is_visible()
        assert not page.get_by_role("button", name="Show").is_visible()
        assert not page.get_by_role("navigation", name="Pages").is_visible()
        olga.close()
