"""The commands of the staff gate at a running service, and the way in where nobody gets in any more."""

import json
import signal

import pytest

from holdfast.app.cli.main import main

from .staffed import Staffed


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A server with somebody of each role."""
    server = Staffed(tmp_path_factory.mktemp("commands"))
    body = {"id": "third", "roles": ["commander"]}
    assert 200 == server.asked("root", "POST", "/v1/people", body).status_code
    server.make_token("third", {"person": "third", "scopes": ["read", "decide"]})
    yield server
    server.client.close()
    server.end()


@pytest.fixture
def say(staffed, monkeypatch, capsys):
    """Runs a command as somebody: its exit code, and the words of what it printed."""

    def run(who, *words):
        monkeypatch.setenv("HOLDFAST_URL", str(staffed.client.base_url))
        monkeypatch.setenv("HOLDFAST_TOKEN", staffed.tokens[who])
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def test_who_could_is_shown_line_by_line_and_as_a_table(say):
    """People are counted; the texts of the policies come when they are asked for."""
    code, told = say("commander", "gate", "who", "--function", "account.email.replace", "--target-tier", "official")
    assert code == 0
    assert "account.email.replace on official  takes reason, ticket, step_up, consent" in told
    code, told = say("commander", "gate", "who", "--function", "account.email.replace", "--csv")
    assert told.startswith("person,name,roles,function,tier,takes,grants,level,now")
    code, told = say("commander", "gate", "who", "--person", "nobody", "--policy")
    assert "0 people" in told
    assert "--- tools.toml, sha256" in told


def test_somebody_else_says_who_keeps_the_tools(say):
    """Whoever has them is listed; an administrator decides, and says one of two things."""
    code, told = say("commander", "gate", "recertify")
    assert code == 0
    assert "(specialist)" in told
    code, told = say("root", "gate", "recertify", "specialist", "--why", "works nights")
    assert code == 2
    assert "--keep or --remove" in told
    code, told = say("root", "gate", "recertify", "specialist", "--keep", "--why", "works nights")
    assert (code, "keeps the tools: works nights" in told) == (0, True), told
    code, told = say("commander", "gate", "recertify", "specialist", "--remove", "--why", "no")
    assert code == 1


def test_one_places_a_lockdown_and_two_loosen_it(say):
    """Stage by stage; whoever proposed it does not count."""
    code, told = say("commander", "lockdown", "set", "2", "--tool", "support_desk", "--why", "a call came in")
    assert (0, True) == (code, "level 2" in told)
    lock = told.split()[0]
    code, told = say("commander", "lockdown", "lift", lock, "--to", "1", "--why", "calmer")
    proposal = told.split()[0]
    assert 1 == code
    code, told = say("commander", "lockdown", "agree", proposal)
    assert (1, True) == (code, "requester_approved" in told)
    assert 0 == say("third", "lockdown", "agree", proposal)[0]
    code, told = say("auditor", "lockdown", "show")
    assert (0, True) == (code, "level 1" in told)
    lock = next(line.split()[0] for line in told.splitlines() if "level 1" in line)
    proposal = say("third", "lockdown", "lift", lock, "--why", "over")[1].split()[0]
    assert 0 == say("commander", "lockdown", "agree", proposal)[0]
    assert (0, "") == say("auditor", "lockdown", "show")
    assert 1 == say("responder", "lockdown", "set", "4", "--why", "w")[0]


def test_grants_and_protected_accounts(say):
    """Given to others, taken back; guarded more at once, and less when two agree."""
    words = ("staff", "grant", "support", "support_desk", "--why", "a case", "--ticket", "T-1", "--tier", "official")
    code, told = say("commander", *words)
    assert (0, True) == (code, "support" in told)
    grant = told.split()[0]
    assert grant in say("auditor", "staff", "grants")[1]
    assert 0 == say("third", "staff", "revoke", grant)[0]
    assert (0, "") == say("auditor", "staff", "grants")
    own = ("staff", "grant", "commander", "support_desk", "--why", "w", "--ticket", "T-1")
    assert 1 == say("commander", *own)[0]

    assert 0 == say("commander", "staff", "protect", "president", "--why", "head of state")[0]
    code, told = say("commander", "staff", "unprotect", "president", "--why", "left office")
    assert 1 == code
    assert "president  protected" in say("auditor", "staff", "protected")[1]
    assert 0 == say("third", "lockdown", "agree", told.split()[0])[0]
    assert (0, "") == say("auditor", "staff", "protected")


def test_an_account_is_protected_whatever_it_is_called(say):
    """By just that name, or not at all: whoever has the account chose it."""
    odd = "?president#1 ;%41"
    code, told = say("commander", "staff", "protect", odd, "--why", "head of state")
    assert (0, True) == (code, told.startswith(f"{odd}  protected")), told
    assert 2 == say("commander", "staff", "protect", "..", "--why", "head of state")[0]


def test_somebody_asks_and_somebody_else_agrees(say):
    """To what they were told the hash of; and what was tried is shown."""
    words = ("gate", "request", "support_desk", "account.password.reset", "--target", "a-1", "--why", "they wrote")
    code, told = say("specialist", *words, "--payload", '{"to": "x@example.org"}')
    assert (1, True) == (code, '{"to":"x@example.org"}' in told)
    asking = told.split()[0]
    assert asking in say("commander", "gate", "requests")[1]
    assert (0, "") == say("auditor", "gate", "requests")
    assert 1 == say("commander", "gate", "approve", asking, "--hash", "0" * 12)[0]
    assert 1 == say("specialist", "gate", "approve", asking)[0]
    code, told = say("commander", "gate", "approve", asking, "--hash", asking[:12])
    assert (0, True) == (code, "agreed" in told)
    assert 0 == say("third", "gate", "deny", asking, "--why", "not the holder")[0]
    assert 2 == say("specialist", *words, "--payload", "[]")[0]

    assert (0, "") == say("auditor", "gate", "sessions")
    code, told = say("auditor", "gate", "attempts", "--target", "a-1")
    assert (0, "0 refused, 0 allowed") == (code, told.strip())
    assert 1 == say("support", "gate", "attempts")[0]


def test_what_is_agreed_to_is_shown_to_its_end(say):
    """However much stands before it: nobody agrees to what they could not see."""
    payload = json.dumps({"note": "x" * 5_000, "to": "mallory@example.org"})
    words = ("gate", "request", "support_desk", "account.password.reset", "--target", "a-2", "--why", "they wrote")
    code, told = say("specialist", *words, "--payload", payload)
    assert (1, True) == (code, "mallory@example.org" in told)


def test_a_proxy_of_the_environment_never_hears_a_token(say, monkeypatch):
    """What goes in the clear goes to this machine, by no way round."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert 0 == say("auditor", "gate", "sessions")[0]


def test_an_administrator_lifts_a_lock_at_the_store_where_nobody_gets_in(staffed, say):
    """With both the store and the token, and only while the service is stopped; it is ended whole, and leaders are told."""
    told = say("commander", "lockdown", "set", "4", "--why", "sealed by a stolen login")[1]
    lock, store = told.split()[0], staffed.folder / "var" / "holdfast.db"
    here = ("lockdown", "lift", lock, "--why", "nobody else can", "--store", store)
    assert 3 == say("root", *here)[0]
    staffed.signalled(signal.SIGTERM)
    assert 1 == say("commander", *here)[0]
    assert 2 == say("root", *here, "--to", "2")[0]
    assert 0 == say("root", *here)[0]
    assert 2 == say("root", *here)[0]
    again = staffed.again()
    try:
        headers = {"authorization": f"Bearer {staffed.tokens['commander']}"}
        assert [] == again.client.get("/v1/gate/locks", headers=headers).json()["items"]
        notices = again.client.get("/v1/notices", headers=headers).json()["items"]
        assert any("alone, at the machine of the store" in each["text"] for each in notices)
    finally:
        again.client.close()
        again.end()
