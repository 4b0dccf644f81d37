"""The help desk tells the gate of its tickets over HTTP and by a command, and only it can."""

import json
import time

import pytest

from holdfast.app.cli.main import main
from holdfast.response import shipped_staff_texts

from .staffhouse import StaffHouse

TICKETS = "/v1/gate/tickets"
OPENED = "2020-07-15T19:00:00Z"
TICKET = {"accounts": ["account-1"], "opened_at": OPENED, "opened_by": "holder"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A service where only told tickets count, and a look-up takes one."""
    folder = tmp_path_factory.mktemp("tickets")
    own = folder / "policies" / "staff"
    own.mkdir(parents=True)
    for name, text in shipped_staff_texts().items():
        (own / name).write_text(text.replace('tickets = "any"', 'tickets = "told"'))
    begun = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": str(folder / "policies")})
    begun.tokens |= {"desk": begun.token("", ["tickets:tell"]), "tool": begun.platform}
    yield begun
    begun.end()


def told(house, method, path, body, who="desk"):
    """What the help desk is answered."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {house.tokens[who]}"}
    return house.founder.request(method, path, content=content, headers=headers)


def test_a_made_up_ticket_is_refused_and_a_told_one_is_not(house):
    """By whatever spelling; a closing counts from the next question on."""
    secret = house.sign_in("alice")
    answer = house.asks(secret, ticket="T-100")
    assert ([False, ["ticket_unknown"]]) == [answer["allowed"], answer["reasons"]]
    assert {"taken": 1, "stale": 0, "rejects": 0, "rejected": []} == told(
        house, "PUT", f"{TICKETS}/T-100", TICKET
    ).json()
    assert house.asks(secret, ticket="t-100")["allowed"]
    other = house.asks(secret, target="account-2", ticket="T-100")
    assert ["ticket_unfit"] == other["reasons"]
    assert "about other accounts" in other["needs"][0]
    assert 200 == told(house, "PUT", f"{TICKETS}/T-100", {**TICKET, "closed": True}).status_code
    assert "is closed" in house.asks(secret, ticket="T-100")["needs"][0]


def test_many_looks_by_told_tickets_do_not_slip_past(house):
    """Whoever looks at one account after the other is asked about each ticket, however quickly they go on."""
    told(house, "PUT", f"{TICKETS}/T-many", TICKET)
    secret = house.sign_in("bob")
    found = [house.asks(secret, ticket="T-many" if number % 2 else f"made-up-{number}") for number in range(20)]
    assert [bool(number % 2) for number in range(20)] == [each["allowed"] for each in found]
    assert not any("." in each["attempt"] for each in found)


def test_each_of_many_is_taken_in_or_rejected_by_itself(house):
    """As a list or as lines; what is wrong is said by its place, and none at all is a sign of life."""
    good = {**TICKET, "id": "T-200"}
    wrong = [
        {**good, "id": "..."},
        {**good, "id": "x" * 201},
        {**good, "id": "\N{HANGUL FILLER}"},
        {"id": "T-201"},
        {**good, "account": "account-1"},
        {**good, "opened_at": "yesterday"},
        {**good, "opened_by": "staff"},
        {**good, "opener": "alice"},
        {**good, "accounts": ["\N{ZERO WIDTH JOINER}"]},
        {**good, "accounts": ["a"] * 201},
        {**good, "as_of": "2199-01-01T00:00:00Z"},
    ]
    answer = told(house, "POST", TICKETS, [*wrong, good])
    assert (200, 1, 11) == (answer.status_code, answer.json()["taken"], answer.json()["rejects"])
    assert [*range(1, 12)] == [each["line"] for each in answer.json()["rejected"]]
    lines = b"\n".join(json.dumps({**TICKET, "id": f"T-21{number}"}).encode() for number in range(3)) + b"\n{nonsense\n"
    answer = told(house, "POST", TICKETS, lines)
    assert (200, 3, 4) == (answer.status_code, answer.json()["taken"], answer.json()["rejected"][0]["line"])
    nothing = told(house, "POST", TICKETS, wrong[:2])
    assert 422 == nothing.status_code
    assert "that at 1" in nothing.json()["detail"]
    assert 422 == told(house, "POST", TICKETS, [good] * 1_001).status_code
    assert 422 == told(house, "POST", TICKETS, b"[1, 2").status_code
    assert 413 == told(house, "POST", TICKETS, b" " * 1_048_577).status_code
    assert 200 == told(house, "POST", TICKETS, []).status_code
    assert 200 == told(house, "POST", TICKETS, b"").status_code
    assert 422 == told(house, "PUT", f"{TICKETS}/...", TICKET).status_code
    assert 422 == told(house, "PUT", f"{TICKETS}/T-1", {**TICKET, "id": "T-1"}).status_code
    stale = told(house, "PUT", f"{TICKETS}/T-200", {**TICKET, "as_of": OPENED}).json()
    assert (0, 1) == (stale["taken"], stale["stale"])


def test_the_help_desks_token_is_for_nothing_else(house):
    """It neither asks nor looks nor tells events; a token that asks tells no tickets, nor does a person's."""
    assert 403 == told(house, "POST", "/v1/gate/actions", {}).status_code
    assert 403 == told(house, "GET", TICKETS, None).status_code
    assert 403 == told(house, "POST", "/v1/events", b"{}").status_code
    for who in ("tool", "cora", "olga"):
        assert 403 == told(house, "PUT", f"{TICKETS}/T-300", TICKET, who=who).status_code
    assert 404 == told(house, "GET", f"{TICKETS}/T-300", None, who="olga").status_code
    unsaid = house.ask("POST", "/v1/tokens", {})["made"]["scopes"]
    assert {"guard:ask", "guard:snapshot", "events:tell"} == set(unsaid), "it has to be said"


def test_what_a_person_tells_is_of_their_own_making(house):
    """Whatever they say of it; so nobody tells of a ticket and then works by it."""
    house.tokens["alices"] = house.token("alice", ["read", "tickets:tell"])
    told(house, "PUT", f"{TICKETS}/T-400", TICKET, who="alices")
    found = told(house, "GET", f"{TICKETS}/t-400", None, who="olga").json()
    assert ("staff", "alice") == (found["opened_by"], found["opener"])
    assert "You opened this ticket yourself" in house.asks(house.sign_in("alice"), ticket="T-400")["needs"][0]
    assert house.asks(house.sign_in("bob"), ticket="T-400")["allowed"]


def test_people_see_the_tickets_and_tell_some_by_a_file(house, tmp_path, monkeypatch, capsys):
    """The list says when the help desk was last heard; lines that are none are named, with exit code 3."""
    monkeypatch.setenv("HOLDFAST_URL", house.origin)

    def say(who, *words):
        monkeypatch.setenv("HOLDFAST_TOKEN", house.tokens[who])
        code = main(["gate", "tickets", *words])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    file = tmp_path / "tickets.jsonl"
    rows = [{**TICKET, "id": f"T-5{number:02d}"} for number in range(3)]
    file.write_text("\n".join(map(json.dumps, [*rows, {"id": "T-9"}])) + "\n")
    code, shown = say("desk", "import", str(file))
    assert (3, True) == (code, "3 taken in, 0 older than what is known, 1 rejected" in shown)
    assert "ticket 4: " in shown
    code, shown = say("olga", "show", "t-501")
    assert (0, True) == (code, "T-501  open  about account-1  with a queue  opened by a holder" in shown)
    told(house, "PUT", f"{TICKETS}/T-502", {**TICKET, "closed": True})
    code, shown = say("olga", "list")
    assert (0, True, False) == (code, "T-501" in shown, "T-502" in shown)
    assert f"The help desk was last heard at {time.gmtime().tm_year}" in shown
    assert "T-502" in say("olga", "list", "--all")[1]
    assert 2 == say("olga", "show", "none")[0]
    file.write_text("{\n")
    assert (3, True) == (
        say("desk", "import", str(file))[0],
        "ticket 1 is no JSON" in say("desk", "import", str(file))[1],
    )
    assert 3 == say("desk", "import", str(tmp_path / "none"))[0]


def test_what_was_seen_of_a_ticket_is_shown_with_the_attempt(house):
    """In the list of attempts, for programs and for people."""
    secret = house.sign_in("sam")
    house.asks(secret, ticket="T-of-nobody", target="account-77")
    items = told(house, "GET", "/v1/gate/attempts?target=account-77", None, who="olga").json()["items"]
    assert ["unknown"] == [each["ticket_seen"] for each in items]
    page = house.signed_in("cora").client.get("/console/attempts?target=account-77").text
    assert "not told by the help desk" in page
    assert "the help desk had told of no such ticket" in page
