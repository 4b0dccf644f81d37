"""A service with members of staff who have passkeys, and a tool that asks the gate for them."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
from tests.app.console.browser import House
from tests.app.server.running import PATIENCE

STAFF = {
    "alice": ["support"],
    "bob": ["support"],
    "sam": ["specialist"],
    "cora": ["commander"],
    "carl": ["commander"],
    "olga": ["auditor"],
}


class StaffHouse(House):
    """`tool` is the client of the tool; `browsers` by person have their passkeys."""

    def __init__(self, folder, *words, **more):
        """Start it in `folder`; everybody makes a passkey."""
        super().__init__(folder, *words, people=STAFF, **more)
        self.tool = httpx2.Client(
            base_url=self.origin, headers={"authorization": f"Bearer {self.platform}"}, timeout=PATIENCE
        )
        self.tokens = {name: self.token(name, ["read", "decide"]) for name in ("cora", "carl", "olga", "sam")}
        self.of = {}
        for seed, person in enumerate(STAFF, start=10):
            self.of[person] = self.browser(seed=seed)
            assert 200 == self.enrol(self.of[person], person).status_code

    def end(self):
        """Have it gone."""
        self.tool.close()
        super().end()

    def signed_in(self, person):
        """Somebody's browser, signed in."""
        assert 200 == self.of[person].sign_in().status_code
        return self.of[person]

    def posted(self, path, body):
        """What the tool is answered."""
        return self.tool.post(path, json=body)

    def challenge(self, person, tool="support_desk"):
        """The browser's answer to a challenge to sign in to a tool."""
        options = self.posted("/v1/gate/challenges", {"person": person, "tool": tool}).json()["options"]
        return self.of[person].device.get(options)

    def sign_in(self, person, network="office", tool="support_desk"):
        """The secret of a session."""
        body = {"person": person, "tool": tool, "credential": self.challenge(person, tool), "network": network}
        answer = self.posted("/v1/gate/sign-ins", body)
        assert 200 == answer.status_code, answer.text
        return answer.json()["session"]

    def step_up(self, person, secret, class_):
        """Show the passkey again."""
        options = self.posted("/v1/gate/steps/challenges", {"session": secret, "class": class_}).json()["options"]
        body = {"session": secret, "class": class_, "credential": self.of[person].device.get(options)}
        return self.posted("/v1/gate/steps", body)

    def asks(self, secret, function="account.look_up", target="account-1", **more):
        """What the gate answers to the tool."""
        body = {
            "session": secret,
            "tool": "support_desk",
            "function": function,
            "target": target,
            "reason": "the holder called",
            "ticket": "T-1",
            "network": "office",
            **more,
        }
        answer = self.posted("/v1/gate/actions", body)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def together(self, count, secret, **more):
        """What the gate answers to so many who ask at once."""
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda _: self.asks(secret, **more), range(count)))

    def agrees(self, person, asking, hash_=None):
        """Somebody signs in at the console, and signs that they agree."""
        browser, hash_ = self.of[person], hash_ or asking["action_hash"]
        browser.sign_in()
        path = f"/v1/gate/requests/{asking['id']}"
        options = browser.post(f"{path}/challenges", {"action_hash": hash_})
        if 200 != options.status_code:
            return options
        credential = browser.device.get(options.json()["options"])
        return browser.post(f"{path}/approvals", {"action_hash": hash_, "credential": credential})
