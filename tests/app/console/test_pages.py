"""What pages show, to whom, and what they refuse."""

import re
import subprocess
import sys

import pytest
from tests.app.console.browser import House

from holdfast.app.signin.limiter import MOST_BY_ADDRESS

HOSTILE = "<script>alert(1)</script>\u202e \"'`${x}{{7*7}} & Söhne"


@pytest.fixture(scope="module")
def anna(house):
    """An approver who has signed in."""
    browser = house.browser(seed=21)
    assert 200 == house.enrol(browser, "anna").status_code
    assert 200 == browser.sign_in().status_code
    return browser


@pytest.mark.parametrize("path", ["/console/signin", "/console/enrol", "/console", "/console/nowhere"])
def test_pages_forbid_all_that_is_not_ours(anna, path):
    """No script, style, frame or form of others; no address is told on, and nothing is kept."""
    answer = anna.page(path)
    policy = answer.headers.get("content-security-policy", "")
    if not answer.is_redirect:
        assert "default-src 'none'" in policy
        assert "'unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert ("nosniff", "no-referrer") == (
            answer.headers["x-content-type-options"], answer.headers["referrer-policy"]
        )  # fmt: skip
        assert "no-store" == answer.headers["cache-control"]
        assert not re.search(r"<script>|<style|style=| on\w+=", answer.text)


def test_files_are_kept_by_their_version_alone(anna):
    """A page names the version; under another one nothing is kept for long."""
    path = re.search(r'src="(/console/static/console\.js\?v=\w+)"', anna.page("/console/enrol").text)[1]
    assert "immutable" in anna.page(path).headers["cache-control"]
    assert "no-cache" == anna.page("/console/static/console.js?v=other").headers["cache-control"]
    assert 404 == anna.page("/console/static/..%2f__init__.py").status_code


@pytest.mark.parametrize("path", ["/", "/console", "/console/passkeys", "/console/requests/x"])
def test_whoever_is_not_signed_in_is_sent_to_do_so(house, path):
    """No page tells what is on the desk to nobody."""
    answer = house.browser().page(path)
    assert 303 == answer.status_code
    assert answer.headers["location"].partition("#")[0] in {"/console", "/console/signin"}


def test_where_somebody_wanted_to_go_stands_behind_the_mark_that_no_server_sees(house):
    """With its question, and quoted; from the first page one comes to the first page."""
    browser = house.browser()
    to = {path: browser.page(path).headers["location"] for path in ("/console", "/console/attempts?target=a%26b&x=%23")}
    assert ["/console/signin", "/console/signin#/console/attempts?target=a%26b&x=%23"] == list(to.values())
    hostile = browser.page("/console/requests/%22%3E%0D%0Ax: y").headers
    assert hostile["location"].startswith("/console/signin#/console/requests/%22%3E")
    assert "x" not in hostile


def test_hostile_names_are_only_text(house, anna):
    """Markup, template marks and text that turns around are shown, and do nothing."""
    house.ask("PUT", "/v1/people/rita", {"name": HOSTILE, "roles": ["responder"]})
    request = house.attack()
    for path in ("/console", f"/console/requests/{request['id']}"):
        text = anna.page(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{7*7}}" in text


def test_addresses_name_nobody(house, anna):
    """Links are to requests by hash; people are in no address."""
    request = house.attack()
    text = anna.page("/console").text + anna.page(f"/console/requests/{request['id']}").text
    assert [] == [each for each in re.findall(r'(?:href|src|action|data-post)="([^"]*)"', text) if "anna" in each]


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": None}, {"sec_fetch_site": "cross-site"}, {"host": "evil.example"}],
    ids=str,
)
def test_other_sites_begin_nothing(house, headers):
    """Nobody is signed in, or asked to be, by a page of another site."""
    answer = house.browser().post("/console/signin/options", {}, **headers)
    assert answer.status_code in {403, 421}
    assert "set-cookie" not in answer.headers


def test_without_the_pages_token_nothing_is_changed(house, anna):
    """Neither here nor at /v1, where the same cookie counts."""
    assert 403 == anna.post("/console/signout", {}, x_holdfast_csrf=None).status_code
    request = house.attack()
    path = f"/v1/requests/{request['id']}/denials"
    assert 403 == anna.post(path, {"why": "no"}, x_holdfast_csrf="0" * 64).status_code
    assert 200 == anna.page("/v1/requests").status_code
    assert 200 == anna.page("/console").status_code


def test_no_body_makes_a_fault(house, anna):
    """Whatever is posted to whatever page is refused in words."""
    paths = [
        "/console/signin/options", "/console/signin/finish", "/console/passkeys/options", "/console/passkeys/finish",
        "/console/passkeys/revoke", "/console/requests/x/options", "/console/requests/x/approve", "/console/requests/x/deny",
    ]  # fmt: skip
    bodies = [
        None,
        [],
        {"x": 1},
        {"credential": {}},
        {"action_hash": "0" * 64},
        {"why": "x"},
        {"passkey": "x"},
        "\u0000",
    ]
    csrf = anna.csrf()
    for path in paths:
        for body in bodies:
            answer = anna.client.post(
                path,
                json=body,
                headers={"origin": anna.origin, "x-holdfast-csrf": csrf, "sec-fetch-site": "same-origin"},
            )
            assert answer.status_code < 500, (path, body, answer.text)
    assert [] == [line for line in house.served.log if line["event"] == "fault"]


def test_signing_out_ends_it(house):
    """The old cookie counts no more, though somebody kept it."""
    carl = house.browser(seed=22)
    house.enrol(carl, "carl")
    carl.sign_in()
    kept = dict(carl.client.cookies)
    assert 200 == carl.post("/console/signout", {}).status_code
    carl.client.cookies.update(kept)
    assert 303 == carl.page("/console").status_code


def test_a_changed_role_ends_it(house):
    """Whoever loses a role is signed out at once, and can sign in again."""
    adam = house.browser(seed=23)
    house.enrol(adam, "adam")
    adam.sign_in()
    house.ask("PUT", "/v1/people/adam", {"roles": []})
    assert 303 == adam.page("/console").status_code
    assert 200 == adam.sign_in().status_code


def test_nothing_secret_is_in_the_log_or_the_store(house, anna):
    """No secret of a session, a link, or a page."""
    link = house.link("carl")
    secrets = [link, anna.csrf(), *dict(anna.client.cookies).values()]
    told = "".join(house.served.raw)
    kept = b"".join(path.read_bytes() for path in house.folder.glob("var/holdfast.db*"))
    assert all(secret not in told and secret.encode() not in kept for secret in secrets)


def test_too_many_failures_wait_and_sessions_go_on(houses):
    """An address that fails again and again is slowed down; who is signed in is not, nor is anybody elsewhere."""
    house = houses(environment={"HOLDFAST_SIGNIN_FORWARDED": "x-forwarded-for"})
    anna = house.browser(seed=24)
    house.enrol(anna, "anna")
    anna.sign_in()
    eve = house.browser(seed=25)
    for _ in range(MOST_BY_ADDRESS):
        assert 403 == eve.post("/console/passkeys/options", {"link": "x"}, x_forwarded_for="6.6.6.6").status_code
    answer = eve.post("/console/signin/options", {}, x_forwarded_for="anything, 6.6.6.6")
    assert (429, True) == (answer.status_code, "retry-after" in answer.headers)
    assert 200 == anna.page("/console").status_code
    assert 200 == anna.post("/console/signin/options", {}, x_forwarded_for="6.6.6.6, 7.7.7.7").status_code


def test_sessions_outlive_a_new_start_and_evidence_does_too(houses):
    """Somebody stays signed in; what she signed is checked again by a command."""
    house = houses()
    anna = house.browser(seed=26)
    house.enrol(anna, "anna")
    anna.sign_in()
    request = house.attack()
    assert 200 == anna.approve(request["id"], request["action_hash"]).status_code
    house.served.client.close()
    house.served.end()
    verify = [sys.executable, "-m", "holdfast", "approvals", "verify", request["id"]]
    done = subprocess.run(verify, cwd=house.folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    assert re.search(
        rf"^anna  \S+  {request['action_hash']}  signed with passkey \S+ at {house.origin}$", done.stdout, re.MULTILINE
    )
    again = House(house.folder, environment=house.environment, people={})
    try:
        anna.client.base_url = again.origin
        assert 200 == anna.page("/console").status_code
    finally:
        again.end()
