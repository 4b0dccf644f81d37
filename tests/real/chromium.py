"""A real Chromium, each person in a profile of their own with a virtual authenticator (WebDriver for WebAuthn, CDP)."""

import re
import shutil
from contextlib import contextmanager

from tests.app.server.running import PATIENCE

COMMAND = "make test-real"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def chromium():
    """The browser of the system, without a window."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None, f"Chromium is not installed; run `{COMMAND}`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def people(browser, house):
    """A way for people to come with a passkey of their own, signed in; in the end nothing was wrong with their pages."""
    there = []

    def come(id_, **context):
        link = house.ask("POST", f"/v1/people/{id_}/enrolments", {})["link"]
        there.append(Person(browser, link.partition("/console")[0], **context))
        there[-1].enrol(link)
        house.confirm_passkeys(id_)
        there[-1].sign_in()
        return there[-1]

    yield come
    for each in there:
        each.close()


class Person:
    """Somebody at their own browser, with their own device."""

    def __init__(self, browser, origin, **context):
        """Nobody is signed in there."""
        self.origin = origin
        self.context = browser.new_context(base_url=origin, **context)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if "Content Security" in line.text else None)
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.authenticator = made["authenticatorId"]

    def enrol(self, link):
        """Make a passkey by a link, and be sent to sign in."""
        self.page.goto(link)
        self.page.get_by_label("What to call it").fill("a virtual key")
        self.page.get_by_role("button", name="Make a passkey").click()
        self.page.wait_for_url("**/console/signin")

    def sign_in(self):
        """Sign in with the passkey."""
        self.page.get_by_role("button", name="Sign in with a passkey").click()
        self.page.wait_for_url(re.compile("/console(/second)?$"))

    def open(self, request):
        """Look at a request."""
        self.page.goto(f"/console/requests/{request['id']}")

    def approve(self, request):
        """Approve it with the passkey; the page that follows."""
        self.open(request)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Approve with a passkey").click()
        return self.page.locator("main").inner_text()

    def close(self):
        """Leave."""
        assert [] == self.faults
        self.context.close()
