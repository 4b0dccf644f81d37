"""The staff gate when its owner dies and a standby takes over: how long nobody may do anything, and what carries over."""

import time

import pytest
from tests.app.console.browser import TOKEN, policies
from tests.app.server.running import Served
from tests.app.server.staffhouse import StaffHouse

from holdfast.response import shipped_staff_texts

pytestmark = pytest.mark.real
PATIENCE = 60  # seconds that a busy machine may take
WRITES = 20  # that one person may do in an hour
SUSPEND, RESET, EMAIL = "account.suspend", "account.password.reset", "account.email.replace"
TIGHTER = '\n@id("no-restoring")\nforbid (principal, action, resource == Function::"support_desk/account.restore");\n'


class Pair:
    """Two servers on one database and one folder of policies; staff are at the first."""

    def __init__(self, folder, url):
        """Start both."""
        key = folder / "record.key"
        self.own = policies(folder) / "staff"
        self.own.mkdir()
        for name, text in shipped_staff_texts().items():
            if not name.endswith("schema"):
                (self.own / name).write_text(text, encoding="utf-8")
        words = ["--store", url, "--key", str(key)]
        told = {"HOLDFAST_SERVER_STANDBY": "true", "HOLDFAST_POLICY_FOLDER": str(self.own.parent)}
        self.house = StaffHouse(folder, *words, environment=told, record=(url, key))
        self.standby = Served(folder, *words, environment={"HOLDFAST_EVENTS_TIME": "wall", **told}, ready="standby")

    def end(self):
        """Have both gone."""
        self.standby.client.close()
        self.standby.end()
        self.house.end()

    def look(self, path, who="cora"):
        """What the standby shows to somebody."""
        token = TOKEN if who is None else self.house.tokens[who]
        answer = self.standby.client.get(path, headers={"authorization": f"Bearer {token}"})
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def turn(self):
        """Have everybody go to the standby."""
        self.house.tool.base_url = self.standby.client.base_url

    def asked(self, secret):
        """What the standby answers to a tool."""
        wanted = {"session": secret, "tool": "support_desk", "function": SUSPEND, "target": "account-7"}
        headers = self.house.tool.headers
        body = {**wanted, "reason": "the holder called", "ticket": "T-1"}
        return self.standby.client.post("/v1/gate/actions", json=body, headers=headers)

    def until_answered(self, secret):
        """Seconds until the standby's gate allows what it allows; until then it has allowed nothing."""
        start = time.monotonic()
        while True:
            answer, took = self.asked(secret), time.monotonic() - start
            assert took < PATIENCE
            if 200 == answer.status_code and answer.json()["allowed"]:
                return took
            assert 503 == answer.status_code or ["state_unseen"] == answer.json()["reasons"], answer.text


@pytest.fixture
def pair(tmp_path, url):
    """Both."""
    pair = Pair(tmp_path, url)
    yield pair
    pair.end()


def test_what_the_gate_knew_is_so_at_the_next_owner_exactly(pair):
    """Sessions go on, a consent counts once, a lock stands, writes are counted on, a change waits, policies hold."""
    house = pair.house
    alice, sam = house.sign_in("alice"), house.sign_in("sam")
    for number in range(7):
        assert house.asks(alice, SUSPEND, f"account-{number}")["allowed"]
    lock = {"level": 2, "function": RESET, "tool": "support_desk", "why": "a call came in"}
    placed = house.ask("POST", "/v1/gate/locks", lock, token=house.tokens["cora"])
    wanted = {"session": sam, "tool": "support_desk", "function": RESET, "target": "account-1", "reason": "they asked"}
    asking = house.posted("/v1/gate/tool-requests", {**wanted, "ticket": "T-1"}).json()
    assert 200 == house.agrees("carl", asking).status_code
    assert 200 == house.step_up("sam", sam, "credentials").status_code
    change = house.asks(sam, EMAIL, "account-9", payload={"email": "new@example.org"})
    assert change["allowed"]
    before = house.ask("GET", f"/v1/gate/changes/{change['attempt']}", token=house.platform)
    cedar = pair.own / "staff.cedar"
    cedar.write_text(cedar.read_text(encoding="utf-8") + TIGHTER, encoding="utf-8")
    version = house.ask("POST", "/v1/policies/previews")["version"]
    assert house.ask("POST", "/v1/policies/reload", {"version": version, "why": "an incident"})["in_force"]

    assert 503 == pair.asked(alice).status_code
    pair.turn()
    house.served.end()  # killed
    assert pair.until_answered(alice) < 10

    (stands,) = pair.look("/v1/gate/locks")["items"]
    assert placed == stands
    reasons = {"reason": "they asked"}
    assert house.asks(sam, RESET, "account-1", **reasons)["allowed"]
    assert ["second_person_needed"] == house.asks(sam, RESET, "account-1", **reasons)["reasons"]
    writes = [house.asks(alice, SUSPEND, f"account-{number}")["allowed"] for number in range(8, WRITES + 2)]
    assert [True] * (WRITES - 8) + [False] * 2 == writes
    told = pair.standby.client.get(f"/v1/gate/changes/{change['attempt']}", headers=house.tool.headers).json()
    assert (before["stage"], before["account"]) == (told["stage"], told["account"])
    found = pair.look("/v1/policies")
    assert (version, ["founder"]) == (found["version"], found["by"])
    assert ["forbidden"] == house.asks(sam, "account.restore", "account-1")["reasons"]
