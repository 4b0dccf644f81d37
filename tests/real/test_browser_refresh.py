"""Lists in a real browser: what is new comes by itself, and takes nothing from whoever is typing, tabbing or listening."""

import re

import pytest
from tests.app.server.staffhouse import StaffHouse
from tests.real.chromium import people

pytestmark = pytest.mark.real

HOSTILE = "<img src=x onerror=alert(1)>\u202e=1+1"
SOON = 20_000  # milliseconds: four times as often as the list asks
CONTRAST = """(selector) => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = rgb(color).map((each) => each / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector(selector);
  const style = selector.includes("data-new") ? getComputedStyle(element, "::before") : getComputedStyle(element);
  let ground = style.backgroundColor;
  for (let at = element; at && rgb(ground)[3] === 0; at = at.parentElement) ground = getComputedStyle(at).backgroundColor;
  const [one, other] = [light(style.color), light(ground)].sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service with staff."""
    house = StaffHouse(tmp_path_factory.mktemp("refresh"))
    yield house
    house.end()


@pytest.fixture
def person(browser, house):
    """Somebody with a passkey, signed in; the links of the house, without the address."""
    with people(browser, house) as come:
        yield come


def asked(house, target, reason="they moved"):
    """Sam asks for somebody to agree; its id."""
    wanted = {"tool": "support_desk", "function": "account.email.replace", "target": target, "reason": reason}
    return house.ask("POST", "/v1/gate/requests", wanted, token=house.tokens["sam"])["id"]


def locked(house, why, **more):
    """A lockdown; its id."""
    lock = {"level": 1, "tool": "support_desk", "minutes": 5, "why": why, **more}
    return house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])["id"]


def loaded_once(page):
    """Mark this document; whether it is still the same one is asked by what is answered."""
    page.evaluate("window.mark = true")
    return lambda: page.evaluate("window.mark === true")


def test_what_is_asked_for_comes_by_itself_is_read_out_and_takes_no_focus(house, person):
    """By keyboard: whoever stands on a link stands there still, the page was not loaded again, and no CSP was broken."""
    asked(house, "1001")
    cora = person("cora")
    page = cora.page
    page.goto("/console/second")
    same = loaded_once(page)
    link = page.get_by_role("link", name="on 1001")
    link.focus()
    asked(house, f"1002{HOSTILE}", HOSTILE)
    page.get_by_role("link", name="on 1002").wait_for(timeout=SOON)
    assert same()
    assert link.evaluate("(it) => it === document.activeElement")
    said = page.get_by_role("status").filter(has_text="New: account.email.replace on 1002")
    said.wait_for(timeout=SOON)
    assert "<img src=x" in said.inner_text()
    assert "\u202e" not in page.locator("main").inner_text()
    assert page.evaluate(CONTRAST, "[data-new]") >= 4.5
    for selector in (".asof", ".asof a", ".top nav a", ".top nav a[aria-current]"):
        assert page.evaluate(CONTRAST, selector) >= 4.5, selector
    page.emulate_media(color_scheme="dark")
    for selector in ("[data-new]", ".asof", ".asof a", ".top nav a[aria-current]"):
        assert page.evaluate(CONTRAST, selector) >= 4.5, selector
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/second/*")


def test_what_somebody_writes_stays_where_they_write_it(house, person):
    """In the form of one lockdown, while another comes; and where it is lifted meanwhile, it says so and keeps the words."""
    kept = locked(house, "a call")
    cora = person("cora")
    page = cora.page
    page.goto("/console/standing")
    same = loaded_once(page)
    card = page.locator(f"[data-key='{kept}']")
    card.get_by_text("Loosen it").click()
    field = card.get_by_label("Why")
    field.press_sequentially("it was a dr")
    other = locked(house, "another call", level=2)
    page.locator(f"[data-key='{other}']").wait_for(timeout=SOON)
    page.keyboard.type("ill")
    assert "it was a drill" == field.input_value()
    looser = {"lock": kept, "level": None, "why": "a drill"}
    proposal = house.ask("POST", "/v1/gate/proposals", looser, token=house.tokens["cora"])["id"]
    house.ask("POST", f"/v1/gate/proposals/{proposal}/approvals", {}, token=house.tokens["carl"])
    page.locator(f"[data-key='{kept}'][data-gone]").wait_for(timeout=SOON)
    assert "it was a drill" == field.input_value()
    assert field.evaluate("(it) => it === document.activeElement")
    assert same()


def test_a_button_that_came_later_works_and_one_that_has_just_moved_does_not(house, person):
    """What came by itself is answered like the rest; a press on a list that moved under the finger counts for nothing."""
    lock = locked(house, "a third call", function="account.email.replace")
    carl = person("carl")
    page = carl.page
    page.goto("/console/standing")
    looser = {"lock": lock, "level": None, "why": "over"}
    house.ask("POST", "/v1/gate/proposals", looser, token=house.tokens["cora"])
    button = page.get_by_role("button", name="Agree").first
    button.wait_for(timeout=SOON)
    asks = []
    page.on("dialog", lambda dialog: (asks.append(dialog.message), dialog.accept()))
    page.evaluate("movedAt = performance.now()")
    button.click()
    assert page.get_by_role("status").get_by_text("press again").is_visible()
    assert [] == asks
    page.evaluate("movedAt = -SETTLES")
    with page.expect_navigation():
        button.click()
    assert 1 == len(asks)
    assert 0 == page.locator(f"[data-key='{lock}']").count()


def test_a_lost_connection_is_said_and_so_is_that_it_is_back(house, person):
    """Since when nothing was heard, once; what is shown stays."""
    cora = person("cora")
    page = cora.page
    page.goto("/console/second")
    asof = page.locator("[data-asof]").inner_text()
    cora.context.set_offline(True)
    said = page.get_by_role("status").filter(has_text="Not refreshed since")
    said.wait_for(timeout=SOON)
    assert asof.split()[1] in said.inner_text()
    assert page.evaluate(CONTRAST, ".asof") >= 4.5
    assert page.get_by_role("link", name="on 1001").is_visible()
    cora.context.set_offline(False)
    page.get_by_role("status").filter(has_text="Refreshed again at").wait_for(timeout=SOON)
    assert "lost" not in page.locator("[data-live]").evaluate("(it) => ({ ...it.dataset })")


def test_a_hidden_page_asks_nothing_and_comes_back_up_to_date(house, person):
    """As soon as somebody has it before them again."""
    cora = person("cora")
    page = cora.page
    page.goto("/console/second")
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate(hide, True)
    asked(house, "1003")
    page.wait_for_timeout(7_000)
    assert [] == sent
    page.evaluate(hide, False)
    page.get_by_role("link", name="on 1003").wait_for(timeout=2_000)


def test_whose_session_has_ended_is_told_and_led_on(house, person):
    """It ends elsewhere: the page says so, asks no more, and has a link."""
    cora = person("cora")
    page = cora.page
    page.goto("/console/watch")
    cora.context.clear_cookies()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("status").filter(has_text="You are signed out").wait_for(timeout=SOON)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.wait_for_timeout(6_000)
    assert [] == sent
    page.get_by_role("link", name="Go on from the first page").click()
    page.wait_for_url(re.compile("/console/signin$"))


def test_without_script_the_link_loads_it_again(house, browser, person):
    """Whoever allows no script sees the list, and refreshes it by hand."""
    cora = person("cora")
    plain = browser.new_context(base_url=house.origin, java_script_enabled=False)
    plain.add_cookies(cora.context.cookies())
    page = plain.new_page()
    page.goto("/console/second")
    asked(house, "1004")
    page.get_by_role("link", name="Refresh").click()
    assert page.get_by_role("link", name="on 1004").is_visible()
    plain.close()


def test_each_role_finds_by_keyboard_what_it_may_open_and_no_more(house, browser, person):
    """The skip link first, then the pages in order; on a telephone nothing scrolls sideways."""
    alice = person("alice", viewport={"width": 390, "height": 800})
    page = alice.page
    labels = ["Second person", "Watch", "Tools", "Passkeys"]
    assert labels == page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()
    page.goto("/console/watch")
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.innerText"))
        assert "none" != page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), order
    assert ["To the content", "Holdfast", *labels, "Sign out"] == order
    for path in ("/console/second", "/console/watch", "/console/tools"):
        page.goto(path)
        assert 390 == page.evaluate("document.documentElement.scrollWidth")
    olga = person("olga", viewport={"width": 390, "height": 800})
    olga.page.goto("/console")
    for label in olga.page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts():
        with olga.page.expect_response(lambda response: "/console" in response.url) as answer:
            olga.page.get_by_role("navigation", name="Pages").get_by_role("link", name=label, exact=True).click()
        assert 200 == answer.value.status, label
        olga.page.wait_for_load_state()
        assert 390 == olga.page.evaluate("document.documentElement.scrollWidth"), label


def test_whoever_opened_a_page_goes_on_there_after_signing_in_and_nowhere_else(house, person):
    """A colleague's link leads where it says; what somebody else put behind # leads to the first page."""
    cora = person("cora")
    page = cora.page
    cora.context.clear_cookies()
    page.goto("/console/attempts?person=sam")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{house.origin}/console/attempts?person=sam")
    for behind in ("//evil.example/console/", "https://evil.example/console/", "javascript:alert(1)", "/v1/x"):
        cora.context.clear_cookies()
        page.goto("/console/enrol")
        page.goto(f"/console/signin#{behind}")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{house.origin}/console")
