"""The commands of the staff gate at a running service, and the way in where nobody gets in any more."""

import json
import re
import signal
import time

import pytest

from holdfast.app.cli.main import main

from .running import PATIENCE
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
    right = "account.email.replace on official accounts  takes a reason, a ticket, a fresh passkey, a second person"
    assert right in told
    code, told = say("commander", "gate", "who", "--function", "account.email.replace", "--csv")
    assert told.startswith("person,name,roles,function,tier,takes,grants,level,now,holds,at,policy")
    code, told = say("commander", "gate", "who", "--person", "nobody", "--policy")
    assert "0 people could" in told
    assert "nobody was registered as nobody" in told
    assert "--- tools.toml, sha256" in told


def test_a_slip_in_a_name_is_not_answered_as_if_nobody_could(say):
    """A function that there was not is said to be none; with a right one nothing is said."""
    told = say("auditor", "gate", "who", "--function", "account.emial.replace")[1]
    assert "there was no function account.emial.replace" in told
    assert "nobody was registered as zed" in say("auditor", "gate", "who", "--person", "zed", "--csv")[1]
    told = say("auditor", "gate", "who", "--function", "support_desk/account.email.replace", "--person", "auditor")[1]
    assert ("0 people could" in told, "there was no" in told, "nobody was" in told) == (True, False, False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lockdown", "set", "5", "--why", "w"), "`level` is 4 at most"),
        (("lockdown", "set", "1", "--why", ""), "`why` is empty"),
        (("lockdown", "set", "1", "--why", "w", "--role", "suport"), "Choose from"),
        (("lockdown", "set", "1", "--why", "w", "--network", "300.1.2.3"), "neither an address nor a block"),
        (("lockdown", "agree", "p-none"), "See the command's --help."),
        (("gate", "attempts", "--since", "2020-07-15"), "since: '2020-07-15' is not a time"),
        (("gate", "attempts", "--limit", "0"), "--limit is a number from 1 on"),
        (("gate", "attempts", "--csv", "--json"), "one of the two"),
        (("gate", "who", "--csv", "--json"), "one of the two"),
        (("gate", "lookups", "--limit", "0"), "--limit is a number from 1 on"),
        (("gate", "lookups", "--csv", "--json"), "one of the two"),
        (("policy", "reload", "1cf0a911e5ab", "--why", "w"), "Copy all 64 characters from --dry-run"),
        (("gate", "who", "--at", "2099-01-01T00:00:00Z"), "Name a time that is past"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_names_no_json(say, words, said):
    """Exit code 2; what is said is about the command, not about the body that it sends."""
    code, told = say("commander", *words)
    assert (code, said in told) == (2, True), told
    assert not [word for word in ("openapi", "$.", "GET /") if word in told]


def test_what_is_no_token_is_told_without_showing_it(say, monkeypatch, capsys):
    """A line break or a space in it is a slip of the one who pasted it."""
    monkeypatch.setenv("HOLDFAST_TOKEN", "hf_secret\nhf_other")
    assert main(["gate", "who"]) == 2
    told = capsys.readouterr().err
    assert ("HOLDFAST_TOKEN holds is no token" in told, "hf_secret" in told) == (True, False)


def test_a_help_desk_that_was_never_heard_is_said_to_be_silent_until_an_empty_file_is_told(staffed, say, tmp_path):
    """Whoever lists nothing is told why; a file with nothing in it is a sign of life, and says what came of it."""
    staffed.make_token("desk", {"scopes": ["tickets:tell"], "label": "help desk"})
    file = tmp_path / "tickets.jsonl"
    assert "The help desk has not told of any ticket yet." in say("auditor", "gate", "tickets", "list")[1]
    file.write_text("{\n")
    assert "Nothing was told." in say("desk", "gate", "tickets", "import", file)[1]
    assert "has not told of any ticket yet" in say("auditor", "gate", "tickets", "list")[1]
    file.write_text("\n")
    code, told = say("desk", "gate", "tickets", "import", file)
    assert (0, True) == (code, told.startswith("0 taken in"))
    assert "The help desk was last heard at 20" in say("auditor", "gate", "tickets", "list")[1]


def test_whom_a_lockdown_leaves_in_is_shown_only_while_it_does(say):
    """By name at level 3; gone down to 2, nobody is left in more than others."""
    named = ("--named", "third", "--named", "commander")
    lock = say("commander", "lockdown", "set", "3", "--tool", "support_desk", *named, "--why", "w")[1].split()[0]
    assert "but for third, commander" in say("auditor", "lockdown", "show")[1]
    proposal = say("commander", "lockdown", "lift", lock, "--to", "2", "--why", "calmer")[1].split()[0]
    assert 0 == say("third", "lockdown", "agree", proposal)[0]
    for words in (("lockdown", "show"), ("gate", "who")):
        told = say("auditor", *words)[1]
        assert ("level 2" in told, "but for" in told) == (True, False)
    lock = say("auditor", "lockdown", "show")[1].split()[0]
    proposal = say("commander", "lockdown", "lift", lock, "--why", "over")[1].split()[0]
    assert 0 == say("third", "lockdown", "agree", proposal)[0]


def test_what_has_changed_since_a_date_is_told(say):
    """What came, went and takes something else; neither as a table nor with texts."""
    began = json.loads(say("commander", "gate", "who", "--person", "nobody", "--json")[1])["since"]
    words = ("gate", "who", "--function", "account.email.replace", "--since", began)
    code, told = say("commander", *words)
    assert (0, True) == (
        code,
        re.search(r"from \S+ to \S+, rights: \d+ came, 0 went, \d+ take something else", told) is not None,
    )
    assert "the policies are the same" in told
    assert 2 == say("commander", *words, "--csv")[0]
    assert 2 == say("commander", "gate", "who", "--since", "2016-01-01T00:00:00Z")[0]


def test_what_staff_reported_is_told_in_their_words(say):
    """Within moments, with what is hostile as marks."""
    assert 0 == say("support", "staff", "report", "phishing", "a mail\u202e \x1b[31m")[0]
    until = time.monotonic() + PATIENCE
    while "phishing  a mail" not in (told := say("auditor", "staff", "reports")[1]):
        assert time.monotonic() < until
    assert not {"\u202e", "\x1b"} & set(told)
    assert 1 == say("support", "staff", "reports")[0]


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
    assert (0, "no lockdown stands\n") == say("auditor", "lockdown", "show")
    assert 1 == say("responder", "lockdown", "set", "4", "--why", "w")[0]


def test_grants_and_protected_accounts(say):
    """Given to others, taken back; guarded more at once, and less when two agree."""
    words = ("staff", "grant", "support", "support_desk", "--why", "a case", "--ticket", "T-1", "--tier", "official")
    code, told = say("commander", *words)
    assert (0, True) == (code, "support" in told)
    grant = told.split()[0]
    assert grant in say("auditor", "staff", "grants")[1]
    assert 0 == say("third", "staff", "revoke", grant)[0]
    assert (0, "no grant is in force\n") == say("auditor", "staff", "grants")
    own = ("staff", "grant", "commander", "support_desk", "--why", "w", "--ticket", "T-1")
    assert 1 == say("commander", *own)[0]

    assert 0 == say("commander", "staff", "protect", "president", "--why", "head of state")[0]
    code, told = say("commander", "staff", "unprotect", "president", "--why", "left office")
    assert 1 == code
    assert "president  protected" in say("auditor", "staff", "protected")[1]
    assert 0 == say("third", "lockdown", "agree", told.split()[0])[0]
    assert (0, "nobody guards an account more tightly\n") == say("auditor", "staff", "protected")


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
    assert (0, "nothing waits for you to agree\n") == say("auditor", "gate", "requests")
    assert 1 == say("commander", "gate", "approve", asking, "--hash", "0" * 12)[0]
    assert 1 == say("specialist", "gate", "approve", asking)[0]
    code, told = say("commander", "gate", "approve", asking, "--hash", asking[:12])
    assert (0, True) == (code, "agreed" in told)
    assert 0 == say("third", "gate", "deny", asking, "--why", "not the holder")[0]
    assert 2 == say("specialist", *words, "--payload", "[]")[0]

    assert (0, "nobody has a session of a tool\n") == say("auditor", "gate", "sessions")
    code, told = say("auditor", "gate", "attempts", "--target", "a-1")
    assert (0, True, True) == (code, "Neither reached nor tried since" in told, "0 refused, 0 allowed" in told)
    code, told = say(
        "auditor", "gate", "attempts", "--tool", "support_desk", "--since", "2020-01-01T00:00:00Z", "--csv"
    )
    assert (0, True) == (code, told.startswith("id,at,allowed,person,tool"))
    assert 2 == say("auditor", "gate", "attempts", "--until", "yesterday")[0]
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
