"""Whoever has one administrator's token is one person, over HTTP and by command."""

import pytest

from holdfast.app.cli.main import main
from holdfast.app.server.token import hashed

from .staffed import Staffed


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server where nothing has to be signed, and the plan against an attack."""
    server = Staffed(tmp_path_factory.mktemp("alone"), signed=False)
    server.plan = server.attacked()
    yield server
    server.client.close()
    server.end()


def told(staffed, who, method, path, body=None):
    """The status of the answer, and its reason code."""
    answer = staffed.asked(who, method, path, body)
    return answer.status_code, answer.json().get("code", "")


def minted(staffed, person):
    """A token that root makes in somebody's name, and renews as them."""
    body = {"person": person, "scopes": ["read", "decide", "people"]}
    name = f"thief-{person}"
    staffed.tokens[name] = staffed.asked("root", "POST", "/v1/tokens", body).json()["token"]
    return name, staffed.renewed(name)["id"]


def test_one_administrator_cannot_ask_and_agree(staffed):
    """By tokens in others' names, by other administrators, by somebody new, by taking out and bringing back."""
    request = staffed.asked("responder", "POST", "/v1/requests", {"plan": staffed.plan}).json()
    approve = ("POST", f"/v1/requests/{request['id']}/approvals", {"action_hash": request["action_hash"]})
    thief, token = minted(staffed, "approver")
    other, theirs = minted(staffed, "second")
    people = [{"id": "eve", "roles": ["approver", "administrator"]}]
    assert all(200 == told(staffed, "root", "POST", "/v1/people", each)[0] for each in people)
    new, own = minted(staffed, "eve")
    for who in (thief, other, new):
        assert (403, "unconfirmed") == told(staffed, who, *approve)
        assert (403, "unconfirmed") == told(staffed, who, "POST", "/v1/requests", {"plan": staffed.plan})
    for who, code in (("root", "own_deed"), (other, "unconfirmed"), (new, "unconfirmed")):
        for person, credential in (("approver", token), ("second", theirs), ("eve", own)):
            path = f"/v1/people/{person}/confirmation"
            assert (403, code) == told(staffed, who, "POST", path, {"credentials": [credential]})
    assert 200 == told(staffed, "root", "DELETE", "/v1/people/approver")[0]
    assert 200 == told(staffed, "root", "PUT", "/v1/people/approver", {"roles": ["approver"]})[0]
    assert (401, "") == told(staffed, "approver", *approve)
    again, _ = minted(staffed, "approver")
    assert (403, "unconfirmed") == told(staffed, again, *approve)
    seen = staffed.asked("reader", "GET", f"/v1/requests/{request['id']}").json()
    assert ("open", []) == (seen["state"], seen["approvals"])
    notices = staffed.asked("second", "GET", "/v1/notices").json()["items"]
    assert any("root made a token in your name, eve" in each["text"] for each in notices)


def test_a_second_one_makes_it_whole_by_command(staffed, monkeypatch, capsys):
    """The person renews what they were given, the other administrator confirms it, and it decides."""
    body = {"person": "commander", "scopes": ["read", "decide"]}
    given = staffed.asked("root", "POST", "/v1/tokens", body).json()["token"]
    url = f"http://127.0.0.1:{staffed.address[1]}"

    def run(token, *words):
        monkeypatch.setenv("HOLDFAST_TOKEN", token)
        code = main([*words, "--url", url])
        return code, capsys.readouterr()

    code, said = run(given, "token", "renew")
    renewed, id_ = said.out.split()[1], said.out.split()[2]
    assert (0, True) == (code, "on the word of root alone" in said.out)
    code, said = run(staffed.tokens["root"], "people", "confirm", "commander", id_)
    assert (1, True) == (code, "stands on the word of root already" in said.err)
    code, said = run(staffed.tokens["second"], "people", "confirm", "commander", id_)
    assert 0 == code, said.err
    staffed.tokens["renewed"] = renewed
    assert 404 == told(staffed, "renewed", "POST", "/v1/requests/none/approvals", {"action_hash": "0" * 64})[0]
    assert hashed(given) not in said.out


def test_a_program_renews_nothing(staffed):
    """Its token is replaced by whoever made it."""
    body = {"hash": f"sha256:{'a' * 64}"}
    assert 403 == told(staffed, "reader", "POST", "/v1/tokens/renewal", body)[0]
