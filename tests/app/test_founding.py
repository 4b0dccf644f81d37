"""A deployment begins once, with one person who says who else is there."""

import json
from pathlib import Path

import pytest

from holdfast.app.cli.main import main
from holdfast.app.founding import _register
from holdfast.app.server.settings import load
from holdfast.app.server.token import hashed
from holdfast.backends import LedgerFile
from holdfast.guard import ApiToken, Person, Role, Scope
from holdfast.response import shipped_staff_texts, shipped_texts


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to begin in."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOLDFAST_SETTINGS", "HOLDFAST_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def kept(collection, kind):
    with LedgerFile("var/holdfast.db") as record:
        return list(record.values(collection, kind))


def test_it_makes_settings_a_store_and_one_administrator(here, capsys):
    """The token is shown once, and only its hash is kept; the settings can be read; the record is whole."""
    assert 0 == main(["init", "root", "--name", "The first", "--json"])
    told = json.loads(capsys.readouterr().out)
    (person,), (token,) = kept("people", Person), kept("tokens", ApiToken)
    assert ("root", "The first", (Role.ADMINISTRATOR,)) == (person.id, person.name, person.roles)
    assert ("root", (Scope.READ, Scope.PEOPLE), told["id"]) == (token.person, token.scopes, token.id)
    assert told["token"].encode() not in b"".join(path.read_bytes() for path in here.rglob("*") if path.is_file())
    assert "var/holdfast.db" == load(here / "holdfast.toml", {}).store.address
    assert 0 == main(["ledger", "verify", "var/holdfast.db"])


def test_it_refuses_to_run_twice(here, capsys):
    """Exit code 2, and what was there stays as it is."""
    assert 0 == main(["init", "root"])
    before = (here / "holdfast.toml").read_bytes(), kept("people", Person)
    assert 2 == main(["init", "mallory"])
    assert "registered in var/holdfast.db already" in capsys.readouterr().err
    assert before == ((here / "holdfast.toml").read_bytes(), kept("people", Person))


def test_settings_that_are_there_are_used_and_left_alone(here):
    """Whoever has run the service without people goes on with the same store."""
    (here / "mine.toml").write_text('[store]\naddress = "other.db"\n')
    assert 0 == main(["init", "root", "--settings", "mine.toml"])
    assert '[store]\naddress = "other.db"\n' == (here / "mine.toml").read_text()
    assert (here / "other.db").exists()


def test_an_administrator_who_lost_theirs_gets_another_token(here, capsys):
    """Only for who is one; the old one is not shown again, and the person gets a notice."""
    assert 0 == main(["init", "root"])
    assert 0 == main(["init", "--new-token-for", "root"])
    assert 2 == len(kept("tokens", ApiToken))
    assert 2 == main(["init", "--new-token-for", "mallory"])
    assert "no administrator" in capsys.readouterr().err


def test_it_can_begin_with_two_administrators(here, capsys):
    """Each has a token, and neither stands on the other's word; one person in two spellings is refused whole."""
    assert 2 == main(["init", "root", "--second", "ROOT"])
    assert [] == kept("people", Person)
    capsys.readouterr()
    assert 0 == main(["init", "root", "--second", "rolf", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {"root": "", "rolf": ""} == {each.id: each.on_word_of for each in kept("people", Person)}
    hashes = {each.person: each.hash for each in kept("tokens", ApiToken)}
    assert {"root": hashed(told["token"]), "rolf": hashed(told["second_token"])} == hashes


def test_whoever_owns_the_machine_confirms_where_no_second_administrator_can(here, capsys):
    """A person and their renewed token; one that its maker knows is refused, and the doctor names who waits."""
    assert 0 == main(["init", "root"])
    with _register("var/holdfast.db", None) as (people, _):
        people.add("ann", "", [Role.APPROVER], "root", 1)
        made = people.make_token(hashed("known"), "ann", [Scope.DECIDE], "root", 1, days=1)
    assert 0 == main(["doctor", "--settings", "holdfast.toml"])
    assert "decide nothing yet: ann" in capsys.readouterr().out
    assert 2 == main(["init", "--confirm", "ann", "--credential", made.id])
    assert "knows its secret" in capsys.readouterr().err
    with _register("var/holdfast.db", None) as (people, _):
        own = people.renew_token(made.id, hashed("own"), 2)
    assert 0 == main(["init", "--confirm", "ann", "--credential", own.id])
    assert [""] == [each.on_word_of for each in kept("people", Person) if each.id == "ann"]
    assert [""] == [each.on_word_of for each in kept("tokens", ApiToken) if each.id == own.id]
    assert 2 == main(["init", "--confirm", "nobody"])


@pytest.mark.parametrize("words", [[], ["root", "--new-token-for", "root"], ["not an id"], [""]])
def test_it_takes_one_id(here, words):
    """Nothing is made for who is nobody."""
    assert 2 == main(["init", *words])
    assert not (here / "var").exists() or [] == kept("people", Person)


def test_where_people_are_registered_nothing_is_approved_by_itself(here, capsys):
    """A responder that says yes to all would say yes to whatever one person asks for, too."""
    assert 0 == main(["init", "root"])
    assert 2 == main(["serve", "--port", "0", "--auto", "0"])
    (here / "posts.jsonl").write_text('{"id": "1", "account": "a", "text": "hello", "time": 1}\n')
    assert 2 == main(["watch", "--events", "posts.jsonl", "--once", "--auto", "0", "--store", "var/holdfast.db"])
    assert 2 == capsys.readouterr().err.count("so nothing is approved by itself")
    (here / "auto.toml").write_text("[response]\nauto_seconds = 1\n")
    assert 1 == main(["doctor", "--settings", "auto.toml"])


@pytest.fixture
def folder(here):
    """A folder with the shipped policies, to be changed."""
    place = here / "policies"
    place.mkdir()
    for name in ("holdfast.cedar", "quorum.toml"):
        (place / name).write_text(shipped_texts()[name])
    return place


def test_policies_are_checked_by_command(folder, capsys):
    """0 when they hold, with their version; 3 with file and reason when they do not."""
    assert 0 == main(["policy", "check", "policies", "--json"])
    assert 64 == len(json.loads(capsys.readouterr().out)["version"])
    (folder / "more.cedar").write_text('permit (principal in Role::"boss", action, resource);')
    assert 3 == main(["policy", "check", "policies"])
    assert "more.cedar" in capsys.readouterr().err
    (folder / "more.cedar").unlink()
    (folder / "quorum.toml").write_text("nonsense")
    assert 3 == main(["policy", "check", "policies"])


def test_a_quorum_out_of_reach_is_told_by_command_and_doctor(folder, capsys):
    """Exit code 1 and a sentence each, once there are people and too few of them."""
    (folder / "asks.cedar").write_text(
        'permit (principal in Role::"administrator", action == Action::"request", resource);'
    )
    assert 0 == main(["init", "root"])
    assert 0 == main(["policy", "check"])
    assert 1 == main(["policy", "check", "policies"])
    assert "when root asks" in capsys.readouterr().out
    with (folder.parent / "holdfast.toml").open("a") as settings:
        settings.write('[policy]\nfolder = "policies"\n')
    assert 1 == main(["policy", "check", "--settings", "holdfast.toml"])
    assert 1 == main(["doctor", "--settings", "holdfast.toml"])
    assert "when root asks" in capsys.readouterr().out


def test_policies_are_shown_whole(folder, capsys):
    """Every file as it is, with its name; the folder's own in place of the shipped."""
    (folder / "holdfast.cedar").write_text("// ours\n" + shipped_texts()["holdfast.cedar"])
    assert 0 == main(["policy", "show", "policies"])
    said = capsys.readouterr().out
    assert all(part in said for part in ("==> holdfast.cedar", "// ours", "==> quorum.toml", "==> schema.cedarschema"))
    assert 0 == main(["policy", "show"])
    assert "// ours" not in capsys.readouterr().out


def test_policies_of_the_gate_are_shown_and_checked_beside_the_others(folder, capsys):
    """A folder within may hold the catalogue alone, policies alone, or both; what does not hold is named."""
    own = folder / "staff"
    own.mkdir()
    (own / "tools.toml").write_text(shipped_staff_texts()["tools.toml"].replace("support_desk", "our_desk"))
    assert 0 == main(["policy", "check", "policies"])
    assert "for the staff gate: staff.cedar" in capsys.readouterr().out
    assert 0 == main(["policy", "show", "policies"])
    said = capsys.readouterr().out
    assert all(part in said for part in ("==> staff/staff.cedar", "our_desk", "==> staff/staff.cedarschema"))
    (own / "ours.cedar").write_text('permit (principal in Role::"boss", action, resource);')
    assert 3 == main(["policy", "check", "policies"])
    assert "ours.cedar" in capsys.readouterr().err
    (own / "ours.cedar").write_text("permit (principal, action, resource);")
    (folder / "holdfast.cedar").unlink()
    assert 0 == main(["policy", "check", "policies", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert "holdfast.cedar" in told["files"]
    assert ["ours.cedar", "staff.cedarschema", "tools.toml"] == told["staff"]["files"]


def test_a_function_that_would_change_a_credential_in_silence_is_warned_of(folder, capsys):
    """It is a warning: the policies hold. The shipped catalogue and that of the sample have none."""
    own = folder / "staff"
    own.mkdir()
    tools = shipped_staff_texts()["tools.toml"]
    sample = (Path(__file__).parents[2] / "examples" / "support_desk" / "tools.toml").read_text(encoding="utf-8")
    for text, count in ((tools.replace('changes = "email"\n', ""), 1), (tools, 0), (sample, 0)):
        (own / "tools.toml").write_text(text)
        assert 0 == main(["policy", "check", "policies"])
        assert count == capsys.readouterr().out.count("warning: support_desk/account.email.replace sounds")
        assert 0 == main(["policy", "check", "policies", "--json"])
        assert count == len(json.loads(capsys.readouterr().out)["staff"]["silent"])


def test_functions_that_nobody_could_use_are_told_once_somebody_works_with_the_tools(folder, capsys):
    """One specialist alone cannot have a second person."""
    assert 0 == main(["init", "root"])
    assert 0 == main(["policy", "check"])
    with _register("var/holdfast.db", None) as (people, _):
        people.add("bob", "", [Role.SPECIALIST], "root", 1, vouched=True)
    assert 1 == main(["policy", "check"])
    assert "nobody can use support_desk/account.export" in capsys.readouterr().out
    assert 1 == main(["doctor", "--settings", "holdfast.toml"])
    assert "nobody can use support_desk/account.look_up" in capsys.readouterr().out


def test_policies_of_the_gate_are_held_against_expectations(folder, capsys):
    """0 when all hold, 1 with a sentence for each that does not, 3 for a file that is none."""
    expected = folder / "expect.toml"
    expected.write_text(
        '[[expect]]\nroles = ["support"]\nfunction = "support_desk/account.look_up"\ntakes = ["ticket"]\n'
    )
    assert 0 == main(["policy", "test", str(expected)])
    expected.write_text('[[expect]]\nroles = ["support"]\nfunction = "support_desk/account.look_up"\n')
    assert 1 == main(["policy", "test", str(expected)])
    assert "expected never, found ticket" in capsys.readouterr().out
    expected.write_text("nonsense")
    assert 3 == main(["policy", "test", str(expected)])
    assert 3 == main(["policy", "test", str(folder / "nowhere.toml")])


@pytest.mark.parametrize("broken", ["no such folder", "empty", "latin1", "huge"])
def test_a_service_does_not_start_with_policies_that_do_not_hold(folder, broken, capsys):
    """Exit code 3 before anything is made."""
    where = folder
    match broken:
        case "no such folder":
            where = folder / "nowhere"
        case "empty":
            (folder / "holdfast.cedar").unlink()
        case "latin1":
            (folder / "holdfast.cedar").write_bytes(b"// \xe4\n")
        case "huge":
            (folder / "holdfast.cedar").write_bytes(b"/" * 1_048_577)
    settings = folder.parent / "s.toml"
    settings.write_text(f'[policy]\nfolder = "{where}"\n[server]\nport = 0\n')
    assert 3 == main(["serve", "--settings", str(settings)])
    assert not (folder.parent / "var").exists()
    assert 1 == main(["doctor", "--settings", str(settings)])


def test_a_folder_without_a_table_has_the_shipped_one(folder):
    """Policies alone are enough."""
    (folder / "quorum.toml").unlink()
    assert 0 == main(["policy", "check", "policies"])
