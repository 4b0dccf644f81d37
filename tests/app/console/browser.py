"""A browser in a few lines, and the people who use it: for all but what only a real one does."""

import html
import re

import httpx2
from tests.app.server.running import PATIENCE, Served, attack_now

from holdfast.app.server.token import hashed
from holdfast.testing.authenticator import Authenticator

SIGNED = """
[[hold]]
approvals = 1
signed = true
reason = "each of these is signed"
[[lift]]
approvals = 1
reason = "not these"
[[release]]
approvals = 2
signed = true
reason = "always two"
[one_way]
approvals = 2
signed = true
reason = "always two"
"""
FOUNDER = "founder"
SECOND = "second"
TOKEN, SECOND_TOKEN = "hf_" + "f" * 40, "hf_" + "s" * 40
PEOPLE = {"rita": ["responder"], "carl": ["commander"], "anna": ["approver"], "adam": ["auditor"]}


def policies(folder, table=SIGNED):
    """A folder of policies with this table of quorums."""
    from holdfast.response import shipped_texts

    place = folder / "policies"
    place.mkdir()
    for name, text in shipped_texts().items():
        (place / name).write_text(table if name == "quorum.toml" else text, encoding="utf-8")
    return place


class House:
    """A service with people, that knows an attack: who administers them has a token, the others make passkeys."""

    def __init__(self, folder, *words, environment=None, people=PEOPLE, record=None):
        """Start it in `folder`; `record` is the address of its store in a database, and the file of its key."""
        from holdfast.app.founding import Founding, found
        from holdfast.app.live import wall_time

        self.folder, self.environment = folder, environment or {}
        (folder / "var").mkdir(exist_ok=True)
        store, key = record or (folder / "var" / "holdfast.db", None)
        if record or not store.exists():
            both = {FOUNDER: TOKEN, SECOND: SECOND_TOKEN}.items()
            found(str(store), key, *(Founding(id=id_, hash=hashed(own), now=wall_time(), days=1) for id_, own in both))
        self.served = Served(folder, *words, environment={"HOLDFAST_EVENTS_TIME": "wall", **(environment or {})})
        self.browsers = []
        self.origin = f"http://localhost:{self.served.address[1]}"
        self.founder = httpx2.Client(
            base_url=self.origin, headers={"authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE
        )
        for id_, roles in people.items():
            self.ask("POST", "/v1/people", {"id": id_, "name": id_.title(), "roles": roles})
            self.confirm(id_, [])
        self.requester = self.token("rita", ["read", "decide"]) if "rita" in people else None
        self.platform = self.token("", ["events:tell", "guard:ask"])

    def end(self):
        """Have it gone."""
        for browser in self.browsers:
            browser.client.close()
        self.founder.close()
        self.served.client.close()
        self.served.end()

    def ask(self, method, path, body=None, token=None):
        """What the service answers."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = self.founder.request(method, path, json=body, headers=headers)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def token(self, person, scopes):
        """A token of somebody, whom and which the second administrator has confirmed."""
        made = self.ask("POST", "/v1/tokens", {"person": person, "scopes": scopes})["token"]
        if not person:
            return made
        secret = f"{made}-renewed"
        told = self.ask("POST", "/v1/tokens/renewal", {"hash": hashed(secret)}, token=made)
        self.confirm(person, [told["id"]])
        return secret

    def confirm(self, person, credentials):
        """Have the second administrator confirm somebody, and what is theirs."""
        self.ask("POST", f"/v1/people/{person}/confirmation", {"credentials": credentials}, token=SECOND_TOKEN)

    def enrol(self, browser, person):
        """Have somebody make a passkey, and the second administrator confirm it; what the page answered."""
        answer = browser.enrol(self.link(person))
        self.confirm_passkeys(person)
        return answer

    def confirm_passkeys(self, person):
        """Have the second administrator confirm whatever passkeys somebody has."""
        own = self.ask("GET", f"/v1/people/{person}/passkeys")["items"]
        self.confirm(person, [each["id"] for each in own if not each["revoked_at"]])

    def link(self, person):
        """The secret of a link for somebody to make a passkey."""
        return self.ask("POST", f"/v1/people/{person}/enrolments", {})["link"].partition("#")[2]

    def attack(self):
        """Tell of an attack; the recommended plan about it is asked for by rita. The request."""
        answer = self.founder.post(
            "/v1/events", content=attack_now(), headers={"authorization": f"Bearer {self.platform}"}
        )
        assert 200 == answer.status_code, answer.text
        proposals = self.ask("GET", "/v1/proposals", token=self.requester)["items"]
        return self.ask("POST", "/v1/requests", {"plan": proposals[0]["recommended"]}, token=self.requester)

    def browser(self, seed=1, **device):
        """A browser with an authenticator."""
        self.browsers.append(Browser(self.origin, Authenticator(origin=self.origin, seed=seed, **device)))
        return self.browsers[-1]


class Browser:
    """Keeps cookies, says where it comes from, and shows what the page told it to."""

    def __init__(self, origin, device):
        """Nobody is signed in."""
        self.origin, self.device = origin, device
        self.client = httpx2.Client(base_url=origin, timeout=PATIENCE)

    def page(self, path):
        """What it shows."""
        return self.client.get(path)

    def csrf(self, path="/console"):
        """What the page of whoever is signed in says."""
        found = re.search(
            r'<meta name="csrf" content="([0-9a-f]+)">', self.client.get(path, follow_redirects=True).text
        )
        return html.unescape(found[1]) if found else ""

    def post(self, path, body, **headers):
        """Post as the page's script does; the answer."""
        usual = {"origin": self.origin, "sec-fetch-site": "same-origin", "x-holdfast-csrf": self.csrf()}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**usual, **named}.items() if value is not None}
        return self.client.post(path, json=body, headers=kept)

    def enrol(self, link):
        """Make a passkey by a link."""
        options = self.post("/console/passkeys/options", {"link": link})
        assert 200 == options.status_code, options.text
        credential = self.device.create(options.json()["options"])
        return self.post("/console/passkeys/finish", {"link": link, "label": "test", "credential": credential})

    def sign_in(self):
        """Sign in with the passkey."""
        options = self.post("/console/signin/options", {}).json()["options"]
        return self.post("/console/signin/finish", {"credential": self.device.get(options)})

    def approve(self, request, hash_):
        """Approve with the passkey."""
        options = self.post(f"/console/requests/{request}/options", {"action_hash": hash_})
        if 200 != options.status_code:
            return options
        credential = self.device.get(options.json()["options"])
        return self.post(f"/console/requests/{request}/approve", {"action_hash": hash_, "credential": credential})


def words(answer):
    """The text of a page, as it is read."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text.partition("<main")[2])))
