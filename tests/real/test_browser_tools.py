"""From a passkey in a real browser, through a real proxy, to the tool: with a real service behind."""

import json

import pytest
from tests.real.before_a_tool import NGINX, TRAEFIK, sample_behind
from tests.real.chromium import Person, chromium

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=[NGINX, TRAEFIK], ids=lambda proxy: proxy.file)
def served(request, tmp_path_factory):
    """A service that people know by the proxy's name, the tool, the proxy: the house, the origin, the tool's records."""
    people = {"alice": ["support"], "cora": ["commander"]}
    with sample_behind(tmp_path_factory.mktemp("served"), people, request.param) as found:
        yield found


CHANGE = """async () => {
  const answer = await fetch("/accounts/1001/email", {
    method: "POST",
    headers: { "content-type": "application/json", "x-desk-reason": "the holder called", "x-desk-ticket": "T-1" },
    body: JSON.stringify({ email: "new@example.org" }),
  });
  return [answer.status, await answer.text()];
}"""


def test_a_person_opens_the_tools_looks_up_and_changes_after_a_second_look_at_their_passkey(served):
    """Nothing before the tools are open, nothing that writes before the passkey was shown again."""
    house, origin, records = served
    with chromium() as browser:
        alice = Person(browser, origin, extra_http_headers={"X-Holdfast-Ticket": "T-1"})
        assert 401 == alice.page.goto("/accounts/1001").status
        alice.enrol(house.ask("POST", "/v1/people/alice/enrolments", {})["link"])
        house.confirm_passkeys("alice")
        alice.sign_in()
        assert 401 == alice.page.goto("/accounts/1001").status

        alice.page.goto("/console/tools")
        with alice.page.expect_navigation():
            alice.page.get_by_role("button", name="Open support_desk").click()
        looked = alice.page.goto("/accounts/1001")
        assert (200, "ana@example.org") == (looked.status, json.loads(looked.text())["email"])
        status, text = alice.page.evaluate(CHANGE)
        assert (403, True) == (status, "passkey for the class credentials" in text), text

        alice.page.goto("/console/tools")
        with alice.page.expect_navigation():
            alice.page.locator("li", has_text="credentials").get_by_role("button").click()
        assert 200 == alice.page.goto("/accounts/1001").status
        assert 200 == alice.page.evaluate(CHANGE)[0]
        assert ["new@example.org"] == [each.value for each in records.kept_beside("1001")]

        alice.page.goto("/console/tools")
        with alice.page.expect_navigation():
            alice.page.get_by_role("button", name="Close support_desk").click()
        assert 401 == alice.page.goto("/accounts/1001").status
        alice.close()
