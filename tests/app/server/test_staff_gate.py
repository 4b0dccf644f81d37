"""The staff gate over HTTP: two processes, real passkeys in software, and tools that ask at once."""

import hashlib
import json
import signal
import time

import pytest
import rfc8785

from holdfast.app.signin.challenges import MOST_BY_ADDRESS
from holdfast.response.staff import MOST_UNITS

from .staffhouse import StaffHouse

LIMIT = 120  # reads in an hour, by the shipped catalogue


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One for all tests that leave it as they found it."""
    house = StaffHouse(tmp_path_factory.mktemp("staff"))
    yield house
    house.end()


def attempts(house, **query):
    """What was tried, as the auditor sees it."""
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return house.ask("GET", f"/v1/gate/attempts?{words}", token=house.tokens["olga"])


def test_a_passkey_opens_a_session_that_acts_and_every_attempt_is_seen(house):
    """The refused ones first, on the account that they were about."""
    secret = house.sign_in("alice")
    yes = house.asks(secret, target="president")
    no = house.asks(secret, target="president", ticket="")
    unknown = house.asks("x" * 43, target="president")
    assert [True, False, False] == [each["allowed"] for each in (yes, no, unknown)]
    assert [["ticket_needed"], ["no_session"]] == [each["reasons"] for each in (no, unknown)]
    assert no["needs"]
    found = attempts(house, target="president")
    assert [unknown["attempt"], no["attempt"], yes["attempt"]] == [each["id"] for each in found["items"]]
    assert (2, 1) == (found["refused"], found["allowed"])
    assert ["", "alice", "alice"] == [each["person"] for each in found["items"]]


def test_an_answer_of_a_passkey_opens_one_session(house):
    """Neither a second one, nor one for somebody else, nor without having been asked."""
    credential = house.challenge("alice")
    body = {"person": "alice", "tool": "support_desk", "credential": credential}
    other = house.posted("/v1/gate/sign-ins", {**body, "person": "bob"})
    assert 403 == other.status_code
    assert 200 == house.posted("/v1/gate/sign-ins", body).status_code
    assert 403 == house.posted("/v1/gate/sign-ins", body).status_code
    house.posted("/v1/gate/challenges", {"person": "bob", "tool": "support_desk"})
    assert 403 == house.posted("/v1/gate/sign-ins", {**body, "person": "bob"}).status_code


def test_whoever_is_not_let_in_hears_why(house):
    """What is wrong with their answer, whether or not the tool said the network when it asked."""
    for said in ({}, {"network": "office"}):
        body = {"person": "alice", "tool": "support_desk", **said}
        options = house.posted("/v1/gate/challenges", body).json()["options"]
        credential = house.of["alice"].device.get(options)
        credential["response"]["signature"] = "A"
        answer = house.posted("/v1/gate/sign-ins", {**body, "network": "office", "credential": credential})
        assert (403, True) == (answer.status_code, "no answer of a passkey" in answer.json()["detail"])


def test_whoever_asks_for_names_without_end_keeps_nobody_from_signing(house):
    """From elsewhere: neither the person of that name from signing in, nor whoever is asked for something else."""
    tool = {"tool": "support_desk"}
    options = house.posted("/v1/gate/challenges", {**tool, "person": "alice", "network": "office"}).json()["options"]
    for number in range(MOST_BY_ADDRESS + 1):
        body = {**tool, "person": "alice" if number == 0 else f"name-{number}", "network": "203.0.113.9"}
        assert 200 == house.posted("/v1/gate/challenges", body).status_code
    body = {**tool, "person": "alice", "credential": house.of["alice"].device.get(options), "network": "office"}
    assert 200 == house.posted("/v1/gate/sign-ins", body).status_code


def test_a_step_up_is_for_its_session_and_class(house):
    """A signature for another class counts for nothing, and one for no class is not asked for."""
    secret, other = house.sign_in("sam"), house.sign_in("sam")
    ask = {"function": "account.email.replace", "payload": {"email": "a@example.org"}}
    assert ["step_up_needed"] == house.asks(secret, **ask)["reasons"]
    assert 422 == house.posted("/v1/gate/steps/challenges", {"session": secret, "class": "made_up"}).status_code
    options = house.posted("/v1/gate/steps/challenges", {"session": secret, "class": "standing"}).json()["options"]
    credential = house.of["sam"].device.get(options)
    for session, class_ in ((secret, "credentials"), (other, "standing")):
        body = {"session": session, "class": class_, "credential": credential}
        assert 403 == house.posted("/v1/gate/steps", body).status_code
    assert 200 == house.step_up("sam", secret, "credentials").status_code
    assert house.asks(secret, **ask)["allowed"]
    assert ["step_up_needed"] == house.asks(other, **ask)["reasons"]


def test_a_protected_account_takes_somebody_elses_signature_over_exactly_this(house):
    """Not a token's word, not the requester's own, not for another payload, and not twice."""
    put = {"tier": "official", "why": "head of an agency"}
    house.ask("PUT", "/v1/gate/protected/agency", put, token=house.tokens["cora"])
    secret = house.sign_in("sam")
    house.step_up("sam", secret, "credentials")
    ask = {"function": "account.email.replace", "target": "agency", "payload": {"email": "a@example.org"}}
    assert ["second_person_needed"] == house.asks(secret, **ask)["reasons"]
    wanted = {**ask, "session": secret, "tool": "support_desk", "reason": "they wrote", "ticket": "T-1"}
    asking = house.posted("/v1/gate/tool-requests", wanted).json()
    assert {"email": "a@example.org"} == asking["payload"]

    assert 403 == house.agrees("sam", asking).status_code
    path = f"/v1/gate/requests/{asking['id']}"
    mine = {"action_hash": asking["action_hash"]}
    headers = {"authorization": f"Bearer {house.tokens['sam']}"}
    assert 403 == house.founder.post(f"{path}/approvals", json=mine, headers=headers).status_code
    assert 403 == house.agrees("cora", asking, "sha256:" + "0" * 64).status_code
    assert 200 == house.agrees("cora", asking).status_code
    changed = {**ask, "payload": {"email": "b@example.org"}}
    assert ["second_person_needed"] == house.asks(secret, **changed)["reasons"]
    answer = house.asks(secret, **ask)
    assert answer["allowed"]
    assert ["cora"] == attempts(house, target="agency")["items"][-1]["agreed"]
    assert ["second_person_needed"] == house.asks(secret, **ask)["reasons"]


@pytest.mark.parametrize("slip", [{"tool": "suport_desk"}, {"function": "acount.password.reset"}])
def test_nobody_is_asked_to_agree_to_what_there_is_not(house, slip):
    """It could never be used, and whoever asked would wait for it."""
    wanted = {"tool": "support_desk", "function": "account.password.reset", "target": "a", "reason": "r", **slip}
    headers = {"authorization": f"Bearer {house.tokens['sam']}"}
    answer = house.founder.post("/v1/gate/requests", json=wanted, headers=headers)
    assert 422 == answer.status_code
    assert next(iter(slip.values())) in answer.json()["detail"]


def test_whoever_may_not_agree_does_not_see_what_is_asked(house):
    """An auditor has no business with somebody's new e-mail."""
    wanted = {"tool": "support_desk", "function": "account.password.reset", "target": "a", "reason": "r"}
    asking = house.ask("POST", "/v1/gate/requests", wanted, token=house.tokens["sam"])
    headers = {"authorization": f"Bearer {house.tokens['olga']}"}
    path = f"/v1/gate/requests/{asking['id']}"
    assert 404 == house.founder.get(path, headers=headers).status_code
    assert 404 == house.founder.post(f"{path}/denials", json={"why": "no"}, headers=headers).status_code
    assert "denied" == house.ask("POST", f"{path}/denials", {"why": "no"}, token=house.tokens["carl"])["state"]


def test_a_lockdown_is_in_force_before_it_is_said_to_be(house):
    """The very next question knows of it, and so does the next one after it was lifted by two."""
    secret = house.sign_in("bob")
    assert house.asks(secret)["allowed"]
    wanted = {"level": 4, "tool": "support_desk", "minutes": 5, "why": "a call came in"}
    lock = house.ask("POST", "/v1/gate/locks", wanted, token=house.tokens["cora"])
    for _ in range(20):
        answer = house.asks(secret)
        assert (False, 4) == (answer["allowed"], answer["level"])
    looser = {"lock": lock["id"], "why": "a false alarm"}
    proposal = house.ask("POST", "/v1/gate/proposals", looser, token=house.tokens["cora"])
    path, headers = (
        f"/v1/gate/proposals/{proposal['id']}/approvals",
        {"authorization": f"Bearer {house.tokens['cora']}"},
    )
    assert 403 == house.founder.post(path, headers=headers).status_code
    assert not house.asks(secret)["allowed"]
    house.ask("POST", path, token=house.tokens["carl"])
    assert house.asks(secret)["allowed"]


def test_under_a_lockdown_whoever_is_not_named_has_no_say_and_is_told_so(house):
    """Neither yes nor no; it is seen who could do what, and under which lockdown."""
    wanted = {"tool": "support_desk", "function": "account.password.reset", "target": "a", "reason": "r"}
    asking = house.ask("POST", "/v1/gate/requests", wanted, token=house.tokens["cora"])
    path, mine = f"/v1/gate/requests/{asking['id']}", {"action_hash": asking["action_hash"]}
    asks = lambda name, method, path, body=None: house.founder.request(  # noqa: E731
        method, path, json=body, headers={"authorization": f"Bearer {house.tokens[name]}"}
    )
    lock = {"level": 3, "tool": "support_desk", "function": "account.password.reset", "minutes": 5}
    lock = house.ask(
        "POST", "/v1/gate/locks", {**lock, "named": ["cora", "carl"], "why": "w"}, token=house.tokens["cora"]
    )
    for end, body in (("approvals", mine), ("challenges", mine), ("denials", {"why": "no"})):
        answer = asks("sam", "POST", f"{path}/{end}", body)
        assert (403, "locked_down") == (answer.status_code, answer.json()["code"])
    assert 200 == asks("carl", "POST", f"{path}/approvals", mine).status_code
    seen = house.ask("GET", "/v1/gate/access?function=account.password.reset", token=house.tokens["olga"])
    assert ([lock["id"]], []) == ([each["id"] for each in seen["locks"]], seen["holds"])
    assert {"cora", "carl"} == {each["person"] for each in seen["items"]}
    proposal = house.ask("POST", "/v1/gate/proposals", {"lock": lock["id"], "why": "w"}, token=house.tokens["cora"])
    house.ask("POST", f"/v1/gate/proposals/{proposal['id']}/approvals", token=house.tokens["carl"])
    assert 200 == asks("sam", "GET", path).status_code


def test_whoever_signs_out_looks_on_no_more(house):
    """The watcher is gone at once, not a minute later."""
    secret = house.sign_in("sam")
    house.step_up("sam", secret, "private")
    read = {"function": "account.messages.read"}
    browser = house.of["carl"]
    browser.sign_in()
    session = hashlib.sha256(secret.encode()).hexdigest()
    assert 200 == browser.post(f"/v1/gate/sessions/{session}/presence", {}).status_code
    assert house.asks(secret, **read)["allowed"]
    assert 200 == browser.post("/console/signout", {}).status_code
    assert ["watcher_needed"] == house.asks(secret, **read)["reasons"]


def test_whoever_leads_gets_through_to_the_lock_however_much_is_sealed(house):
    """What lifts a lock is not behind it: with everything sealed, the two who lead lift it."""
    lock = house.ask("POST", "/v1/gate/locks", {"level": 4, "why": "all of it"}, token=house.tokens["cora"])
    proposal = house.ask("POST", "/v1/gate/proposals", {"lock": lock["id"], "why": "w"}, token=house.tokens["carl"])
    house.ask("POST", f"/v1/gate/proposals/{proposal['id']}/approvals", token=house.tokens["cora"])
    assert [] == house.ask("GET", "/v1/gate/locks", token=house.tokens["olga"])["items"]


def test_a_role_that_is_taken_away_ends_a_session_at_once(house):
    """The next question is refused, without a new sign-in anywhere."""
    secret = house.sign_in("bob")
    assert house.asks(secret)["allowed"]
    house.ask("PUT", "/v1/people/bob", {"name": "Bob", "roles": []})
    assert ["person_gone"] == house.asks(secret)["reasons"]
    house.ask("PUT", "/v1/people/bob", {"name": "Bob", "roles": ["support"]})
    house.confirm("bob", [])
    assert ["person_gone"] == house.asks(secret)["reasons"]
    assert house.asks(house.sign_in("bob"))["allowed"]


def test_a_session_is_seen_watched_and_ended(house):
    """By whoever may: nobody watches themselves, and an auditor ends nobody's session."""
    secret = house.sign_in("sam")
    listed = house.ask("GET", "/v1/gate/sessions", token=house.tokens["olga"])["items"]
    newest = max((each for each in listed if each["person"] == "sam"), key=lambda each: each["made_at"])
    path = f"/v1/gate/sessions/{newest['id']}"
    own, olga = ({"authorization": f"Bearer {house.tokens[name]}"} for name in ("sam", "olga"))
    assert 403 == house.founder.post(f"{path}/presence", headers=own).status_code
    house.step_up("sam", secret, "private")
    read = {"function": "account.messages.read"}
    assert ["watcher_needed"] == house.asks(secret, **read)["reasons"]
    house.ask("POST", f"{path}/presence", token=house.tokens["cora"])
    assert house.asks(secret, **read)["allowed"]
    assert 403 == house.founder.request("DELETE", path, headers=olga).status_code
    house.ask("DELETE", path, token=house.tokens["carl"])
    assert ["session_over"] == house.asks(secret)["reasons"]


def test_what_cannot_be_meant_is_refused_and_counts_for_nothing(house):
    """A payload that JSON cannot say exactly, or that nobody could read, another method, a body of another shape."""
    secret = house.sign_in("alice")
    body = {"session": secret, "tool": "support_desk", "function": "account.look_up", "payload": {}}
    deep = {"payload": json.loads('{"n":' + "[" * 100 + "]" * 100 + "}")}
    for wrong in ({**body, "payload": {"n": 2**60}}, {**body, **deep}, {**body, "more": 1}, {"tool": "t"}):
        assert 422 == house.posted("/v1/gate/actions", wrong).status_code
    assert 422 == house.posted("/v1/gate/tool-requests", {**body, **deep, "reason": "w"}).status_code
    assert 405 == house.tool.get("/v1/gate/actions").status_code
    assert 401 == house.served.client.post("/v1/gate/actions", json=body).status_code


def test_nothing_is_allowed_while_the_owner_of_the_state_is_silent(house):
    """Within a second also what units taken in advance would pay for; and allowed again once the owner is back."""
    secret = house.sign_in("alice")
    assert house.asks(secret)["allowed"]  # so that the tool is known to be let in
    house.served.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        while (answer := house.asks(secret))["allowed"]:
            assert time.monotonic() - began < 2  # a second, and what a busy machine adds
        assert ["state_unseen"] == answer["reasons"]
        assert ["ticket_needed"] == house.asks(secret, ticket="")["reasons"]
    finally:
        house.served.process.send_signal(signal.SIGCONT)
    house.posted("/v1/gate/challenges", {"person": "alice", "tool": "support_desk"})  # it answers again
    assert house.asks(secret)["allowed"]


def test_as_many_as_the_budget_and_not_one_more_however_they_ask(tmp_path):
    """Two hundred at once, then a new start, then a kill in the midst of asking: the count is the record's.

    What a killed process had in hand stays spent, so that there are at most so many fewer, and never one more.
    """
    house = StaffHouse(tmp_path)
    try:
        secret = house.sign_in("alice")
        assert LIMIT == sum(each["allowed"] for each in house.together(200, secret))
        assert ["budget_spent"] == house.asks(secret)["reasons"]
        assert house.asks(house.sign_in("bob"))["allowed"]
        other = house.sign_in("sam")
        heard = sum(each["allowed"] for each in house.together(50, other))
        house.served.signalled(signal.SIGKILL)
    finally:
        house.end()
    again = StaffHouseAgain(tmp_path, house)
    try:
        assert ["budget_spent"] == again.asks(secret)["reasons"]
        rest = sum(each["allowed"] for each in again.together(100, other))
        found = again.ask("GET", "/v1/gate/attempts?person=sam&limit=1000", token=again.tokens["olga"])
        assert LIMIT - MOST_UNITS <= heard + rest <= LIMIT
        assert LIMIT - MOST_UNITS <= found["allowed"] <= LIMIT
    finally:
        again.end()


class StaffHouseAgain(StaffHouse):
    """The same service after a new start: everybody is registered already."""

    def __init__(self, folder, before):
        import httpx2

        from .running import PATIENCE, Served

        self.served = Served(folder, environment={"HOLDFAST_EVENTS_TIME": "wall"})
        self.origin, self.browsers = f"http://localhost:{self.served.address[1]}", []
        headers = {"authorization": before.founder.headers["authorization"]}
        self.founder = httpx2.Client(base_url=self.origin, headers=headers, timeout=PATIENCE)
        self.tokens, self.platform = before.tokens, before.platform
        self.tool = httpx2.Client(
            base_url=self.origin, headers={"authorization": f"Bearer {self.platform}"}, timeout=PATIENCE
        )


def test_who_could_do_what_is_told_by_date_to_who_may_see_staff(house):
    """With the policies of that date, their texts and a hash that anybody can work out; not for a time to come."""
    path = "/v1/gate/access?function=account.email.replace&tier=official&texts=true"
    found = house.ask("GET", path, token=house.tokens["olga"])
    assert {"sam", "cora", "carl"} <= {each["person"] for each in found["items"] if each["now"]}
    assert {"alice", "bob"} <= {each["person"] for each in found["items"] if not each["now"]}
    assert found["policy"] == hashlib.sha256(rfc8785.dumps(found["texts"])).hexdigest()
    assert found["files"]["tools.toml"] == hashlib.sha256(found["texts"]["tools.toml"].encode()).hexdigest()
    asking = {"authorization": f"Bearer {house.tokens['olga']}"}
    queries = {"at=2199-01-01T00:00:00Z": 400, "at=yesterday": 400, "tier=royal": 400, "at=2001-01-01T00:00:00Z": 422}
    told = {query: house.tool.get(f"/v1/gate/access?{query}", headers=asking).status_code for query in queries}
    assert queries == told
