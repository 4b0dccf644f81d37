"""Two people in real browsers: one asks through the sample tool, the other signs on the console's page, once."""

import json

import pytest
from tests.real.before_a_tool import sample_behind
from tests.real.chromium import people

pytestmark = pytest.mark.real

CHANGE = """async (email) => {
  const answer = await fetch("/accounts/1001/email", {
    method: "POST",
    headers: {
      "content-type": "application/json", "x-holdfast-reason": "they moved", "x-holdfast-ticket": "T-9",
      "x-desk-reason": "they moved", "x-desk-ticket": "T-9", "x-desk-ask-others": "yes",
    },
    body: JSON.stringify({ email }),
  });
  return [answer.status, await answer.json()];
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service behind nginx with the sample tool, and an official account: the house, the origin, the tool's records."""
    staff = {"sam": ["specialist"], "cora": ["commander"], "carl": ["commander"]}
    with sample_behind(tmp_path_factory.mktemp("second"), staff) as found:
        house, _, _ = found
        put = {"tier": "official", "why": "head of an agency"}
        house.ask("PUT", "/v1/gate/protected/1001", put, token=house.token("cora", ["read", "decide"]))
        yield found


@pytest.fixture
def person(browser, served):
    """Somebody with a passkey, signed in."""
    with people(browser, served[0]) as come:
        yield come


def at_work(sam):
    """Sam opens the tools and shows the passkey again: once for the proxy's question, once for the tool's own."""
    sam.page.goto("/console/tools")
    with sam.page.expect_navigation():
        sam.page.get_by_role("button", name="Open support_desk").click()
    for kind in ("look_up", "credentials"):
        with sam.page.expect_navigation():
            sam.page.locator("li", has_text=kind).get_by_role("button").click()


def test_one_asks_through_the_tool_and_the_other_signs_and_it_is_done_once(served, person):
    """Not before it is signed, not for another address, and not twice; who asked cannot agree, and reads so."""
    _, _, records = served
    sam, cora = person("sam"), person("cora")
    at_work(sam)
    status, told = sam.page.evaluate(CHANGE, "press@example.org")
    assert 403 == status
    one = f"/console/second/{told['asking']}"
    sam.page.goto(one)
    assert sam.page.get_by_text("You asked for this, so you cannot agree to it").is_visible()
    assert 0 == sam.page.get_by_role("button", name="Agree").count()

    cora.page.goto("/console/second")
    cora.page.get_by_role("link", name="account.email.replace").click()
    cora.page.wait_for_url(f"**{one}")
    assert '"email": "press@example.org"' in cora.page.locator("pre").inner_text()
    with cora.page.expect_navigation():
        cora.page.get_by_role("button", name="Agree with a passkey").click()
    assert cora.page.get_by_role("status").get_by_text("You agreed. sam can do exactly this, once.").is_visible()
    assert cora.page.get_by_text("signed with a passkey").is_visible()

    assert 403 == sam.page.evaluate(CHANGE, "other@example.org")[0]
    assert 200 == sam.page.evaluate(CHANGE, "press@example.org")[0]
    assert 403 == sam.page.evaluate(CHANGE, "press@example.org")[0]
    assert ["press@example.org"] == [each.value for each in records.kept_beside("1001")]
    cora.page.goto(one)
    assert cora.page.get_by_text("and counts no more").is_visible()


def test_a_signature_of_the_page_is_for_once_and_for_what_it_showed(served, person):
    """The very bytes find no challenge a second time; a no ends it, by keyboard alone."""
    house, _, records = served
    token = house.token("sam", ["read", "decide"])
    wanted = {"tool": "support_desk", "function": "account.password.reset", "target": "1001", "reason": "lost it"}
    asking = house.ask("POST", "/v1/gate/requests", wanted, token=token)
    carl = person("carl")
    sent = []
    carl.page.on("request", lambda each: sent.append(each) if each.url.endswith("/approve") else None)
    carl.page.goto(f"/console/second/{asking['id']}")
    with carl.page.expect_navigation():
        carl.page.get_by_role("button", name="Agree with a passkey").click()
    again = (
        "async ([path, body]) => (await fetch(path, {method: 'POST', body, headers: {'content-type': 'application/json',"
        " 'x-holdfast-csrf': document.querySelector('meta[name=csrf]').content}})).status"
    )
    assert "credential" in json.loads(sent[0].post_data)
    assert 403 == carl.page.evaluate(again, [f"/console/second/{asking['id']}/approve", sent[0].post_data])

    for _ in range(30):
        carl.page.keyboard.press("Tab")
        if carl.page.evaluate("document.activeElement.id") == "why":
            break
    assert "none" != carl.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    carl.page.keyboard.type("I called them: it was not they")
    carl.page.keyboard.press("Tab")
    with carl.page.expect_navigation():
        carl.page.keyboard.press("Enter")
    assert carl.page.get_by_text("carl said no").is_visible()
    assert [] == [each.decision for each in records.deeds() if "password" in each.what]
