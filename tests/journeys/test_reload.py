"""An incident in which the rules of the tools change while everybody goes on working: no restart, and nothing between."""

import signal
import threading
import time

import pytest
from tests.app.console.browser import SECOND_TOKEN, TOKEN, policies
from tests.app.server.staffhouse import StaffHouse

from holdfast.app.cli.main import main
from holdfast.response import shipped_staff_texts

FORBID = '\n@id("nobody-looks")\nforbid (principal, action == Action::"read", resource);\n'
LOOK_UP = 'needs = ["ticket"]'
BOTH = {"forbidden", "step_up_needed"}


class Office:
    """A service whose policies lie in a folder, and its two administrators."""

    def __init__(self, folder, monkeypatch, capsys):
        """Start it with the shipped ones."""
        self.own = policies(folder) / "staff"
        self.own.mkdir()
        self.write()
        self.house = StaffHouse(folder, environment={"HOLDFAST_POLICY_FOLDER": str(self.own.parent)})
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def write(self, cedar="", tools=()):
        """Put these into the folder: more policies, and replacements in the catalogue."""
        texts = shipped_staff_texts()
        text = texts["tools.toml"]
        for old, new in tools:
            assert old in text
            text = text.replace(old, new)
        (self.own / "tools.toml").write_text(text, encoding="utf-8")
        (self.own / "staff.cedar").write_text(texts["staff.cedar"] + cedar, encoding="utf-8")

    def strict(self):
        """Put into the folder what refuses each look, twice over: by a policy and by the catalogue."""
        self.write(FORBID, [(LOOK_UP, 'needs = ["ticket", "step_up"]')])

    def say(self, token, *words):
        """A command of an administrator's: its exit code, and what it printed."""
        self._monkeypatch.setenv("HOLDFAST_URL", self.house.origin)
        self._monkeypatch.setenv("HOLDFAST_TOKEN", token)
        code = main(["policy", *words])
        told = self._capsys.readouterr()
        return code, told.out + told.err

    def version(self):
        """The version of what lies in the folder."""
        return self.house.ask("POST", "/v1/policies/previews")["version"]

    def reload(self, token):
        """Ask for what lies in the folder."""
        body = {"version": self.version(), "why": "an incident"}
        return self.house.ask("POST", "/v1/policies/reload", body, token=token)


@pytest.fixture
def office(tmp_path, monkeypatch, capsys):
    """One of them."""
    office = Office(tmp_path, monkeypatch, capsys)
    yield office
    office.house.end()


def test_the_rules_change_in_an_incident_and_back(office):
    """Tightened by one, seen first; wrong files change nothing; loosened again by two, and all of it is on record."""
    house = office.house
    secret = house.sign_in("alice")
    assert house.asks(secret)["allowed"]
    code, told = office.say(TOKEN, "reload", "--dry-run")
    assert (0, True) == (code, "nothing has changed" in told)

    office.write("\nforbid (principal, action == Action::read, resource);\n")
    code, told = office.say(TOKEN, "reload", "--why", "an incident")
    assert code == 2
    line = (
        (office.own / "staff.cedar")
        .read_text()
        .splitlines()
        .index("forbid (principal, action == Action::read, resource);")
    )
    assert f"staff.cedar does not hold: line {line + 1}" in told
    assert "what was in force stays so" in told
    assert house.asks(secret)["allowed"]

    office.strict()
    code, told = office.say(TOKEN, "reload", "--dry-run")
    assert code == 0
    assert "it loosens nothing" in told
    assert "- alice (support)  support_desk/account.look_up on ordinary" in told
    assert house.asks(secret)["allowed"]
    code, told = office.say(TOKEN, "reload", "--why", "an incident")
    assert (0, True) == (code, "in force, by founder" in told)
    assert BOTH == {*house.asks(secret)["reasons"]}

    office.write()
    code, told = office.say(TOKEN, "reload", "--why", "it is over")
    assert code == 1
    assert "MAY LOOSEN  support_desk/account.look_up no longer takes a passkey" in told
    assert "MAY LOOSEN  forbids no longer, or not the same: nobody-looks of staff.cedar" in told
    version = office.version()
    for _ in range(2):
        code, told = office.say(TOKEN, "reload", version, "--why", "it is over")
        assert (1, True) == (code, "for another administrator; asked for by founder" in told)
    assert not house.asks(secret)["allowed"]
    code, told = office.say(SECOND_TOKEN, "reload", "--dry-run")
    assert "it takes two administrators; founder asked for it" in told
    code, told = office.say(SECOND_TOKEN, "reload", version, "--why", "yes, it is")
    assert (0, True) == (code, "in force, by founder and second" in told)
    assert house.asks(secret)["allowed"]

    code, told = office.say(house.tokens["olga"], "status")
    assert (0, True) == (code, "by founder and second: yes, it is" in told)
    changes = house.ask("GET", "/v1/gate/access?texts=true", token=house.tokens["olga"])
    assert changes["policy"] == house.ask("GET", "/v1/policies", token=house.tokens["olga"])["staff"]
    assert "nobody-looks" not in changes["texts"]["staff.cedar"]


def test_what_was_agreed_to_are_these_files_and_no_others(office):
    """Files that change between the look and the word put nothing in force, nor does one administrator alone."""
    house = office.house
    office.strict()
    version = office.version()
    office.write(FORBID)
    code, told = office.say(TOKEN, "reload", version, "--why", "an incident")
    assert (1, True) == (code, "not " + version[:12] in told)
    wrong = {"version": version, "why": "an incident"}
    answer = house.founder.post("/v1/policies/reload", json=wrong)
    assert 409 == answer.status_code
    commander = {"authorization": f"Bearer {house.tokens['cora']}"}
    assert 403 == house.founder.post("/v1/policies/reload", json=wrong, headers=commander).status_code
    (office.own / "expectations.toml").write_text(
        '[[expect]]\nroles = ["support"]\nfunction = "support_desk/account.look_up"\ntakes = ["ticket"]\n'
    )
    code, told = office.say(TOKEN, "reload", "--why", "an incident")
    assert (2, True) == (code, "expects otherwise: support, support_desk/account.look_up" in told)


def test_each_question_is_answered_by_the_old_rules_or_the_new_whole(office):
    """Asked all the while as the rules change to and fro: never by half of each, and by the new once that is said."""
    house = office.house
    secret = house.sign_in("alice")
    done, answers = threading.Event(), []

    def ask():
        number = 0
        while not done.is_set():
            number += 1
            began = time.monotonic()
            answers.append((began, time.monotonic(), house.asks(secret, target=f"account-{number}")))

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for each in askers:
        each.start()
    tight = []
    for _ in range(4):
        office.strict()
        assert office.reload(TOKEN)["in_force"]
        begins = time.monotonic()
        seen = len(answers)
        while len(answers) < seen + 10:
            time.sleep(0)
        tight.append((begins, time.monotonic()))
        office.write()
        office.reload(TOKEN)
        assert office.reload(SECOND_TOKEN)["in_force"]
    done.set()
    for each in askers:
        each.join()
    assert {True, False} == {answer["allowed"] for _, _, answer in answers}
    for began, ended, answer in answers:
        reasons = {*answer["reasons"]}
        assert answer["allowed"] or reasons in (BOTH, {"budget_spent"})
        if any(begins <= began and ended <= ends for begins, ends in tight):
            assert BOTH == reasons


def test_a_signal_has_the_files_read_and_loosens_nothing(office):
    """What is tighter is in force; what is looser is refused in the log, and waits for two administrators."""
    house = office.house
    secret = house.sign_in("alice")
    office.strict()
    house.served.process.send_signal(signal.SIGHUP)
    assert office.version() == house.served.wait("policies_in_force")["version"]
    assert BOTH == {*house.asks(secret)["reasons"]}
    office.write()
    house.served.process.send_signal(signal.SIGHUP)
    assert "may let through what is stopped now" in house.served.wait("policies_refused")["error"]
    assert not house.asks(secret)["allowed"]
    assert 0 == house.served.signalled(signal.SIGTERM)
