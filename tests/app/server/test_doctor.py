"""`holdfast doctor`: each ill thing is found, named, and comes with what to do."""

import json
import socket

import pytest

from holdfast.app.cli.main import main
from holdfast.app.live import LiveWatch, wall_time
from holdfast.app.server.answers import RefusedError
from holdfast.app.server.door import Door
from holdfast.app.server.token import hashed, new_token
from holdfast.guard import PROGRAM_SCOPES
from holdfast.response import Roll, shipped_staff_texts
from holdfast.response.staff.tickets import SILENT_MS


@pytest.fixture
def examined(tmp_path, monkeypatch, capsys):
    """What the doctor finds in a folder, by what it is about."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main(["doctor", "--json", *words])
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return code, {each["about"]: each for each in found}

    return run


def test_where_nothing_is_yet_the_service_would_run(examined, tmp_path):
    """Nothing is ill, and looking has made nothing."""
    code, found = examined()
    assert 0 == code
    assert {
        "settings",
        "token",
        "store",
        "policy",
        "people",
        "confirmed",
        "reviews",
        "key",
        "archive",
        "tls",
        "disk",
        "address",
        "files",
        "signin",
        "changes",
        "tickets",
        "proxy",
        "kernels",
    } == set(found)
    assert [] == list(tmp_path.iterdir())


def test_a_store_that_is_used_is_well_and_a_key_that_others_may_read_is_ill(examined, tmp_path):
    """Exit code 1, and the advice is a command."""
    (tmp_path / "var").mkdir()
    LiveWatch(approve_after=None, store="var/holdfast.db", memory_mb=16).store.close()
    code, found = examined()
    assert (0, "well") == (code, found["key"]["health"])
    assert "0 entries" in found["store"]["says"]
    (tmp_path / "var" / "holdfast.db.key").chmod(0o644)
    code, found = examined()
    assert (1, "ill") == (code, found["key"]["health"])
    assert "chmod 600" in found["key"]["advice"]
    (tmp_path / "var" / "holdfast.db.key").unlink()
    assert "ill" == examined()[1]["key"]["health"]


def test_a_file_that_is_no_store_is_ill(examined, tmp_path):
    """It is told as what it is."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "holdfast.db").write_text("notes")
    code, found = examined()
    assert (1, "ill") == (code, found["store"]["health"])


def test_settings_that_cannot_be_meant_are_all_that_is_told(examined, tmp_path):
    """Without them there is nothing else to look at."""
    (tmp_path / "holdfast.toml").write_text('[server]\nhost = "0.0.0.0"\n')
    code, found = examined("--settings", "holdfast.toml")
    assert (1, "ill") == (code, found["token"]["health"])
    (tmp_path / "holdfast.toml").write_text("[server]\nprot = 1\n")
    code, found = examined("--settings", "holdfast.toml")
    assert (1, {"settings"}) == (code, set(found))


def test_an_address_that_is_taken_may_be_the_service_itself(examined, tmp_path):
    """A warning, since a doctor is often called beside a patient at work; one that is not ours is ill."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        (tmp_path / "holdfast.toml").write_text(f"[server]\nport = {other.getsockname()[1]}\n")
        code, found = examined("--settings", "holdfast.toml")
    assert (0, "warning") == (code, found["address"]["health"])


def test_people_get_lines_with_advice(tmp_path, monkeypatch, capsys):
    """One line for each thing, and what to do below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_STORE_ARCHIVE", "")
    assert 0 == main(["doctor"])
    said = capsys.readouterr().out
    assert "warning  archive" in said
    assert "store.archive" in said


def test_a_token_is_shown_once_with_the_hash_that_knows_it(capsys):
    """What `holdfast token` prints fits together; no two are the same, and only the whole token is taken."""
    assert 0 == main(["token"])
    token, kept = (line.split()[-1].strip('"') for line in capsys.readouterr().out.splitlines())
    assert hashed(token) == kept
    door = Door(Roll, lambda: 0, configured=bytes.fromhex(kept.removeprefix("sha256:")))

    def shown(value):
        return [(b"authorization", b"Bearer " + value.encode())]

    assert door.caller({"headers": shown(token)}).scopes == PROGRAM_SCOPES
    for wrong in (*map(shown, (token[:-1], token + "x", new_token(), "", "\u00e9")), [], shown(token) * 2):
        with pytest.raises(RefusedError):
            door.caller({"headers": wrong})


def test_a_proxy_that_is_not_believed_is_told_of(examined, served, tmp_path):
    """By the settings, or because a service that runs has seen one; else all behind it share one limit of failures."""
    assert "none is known of" in examined()[1]["proxy"]["says"]
    server = served()
    settings = tmp_path / "holdfast.toml"
    settings.write_text(f"[server]\nport = {server.address[1]}\n")
    assert "well" == examined("--settings", str(settings))[1]["proxy"]["health"]
    server.client.get("/health", headers={"x-forwarded-for": "192.0.2.7"})
    told = examined("--settings", str(settings))[1]["proxy"]
    assert "warning" == told["health"]
    assert "name another caller (1 so far)" in told["says"]
    assert "signin.forwarded" in told["advice"]
    settings.write_text("[server]\nbehind_proxy = true\n")
    assert "warning" == examined("--settings", str(settings))[1]["proxy"]["health"]
    settings.write_text('[signin]\nforwarded = "x-forwarded-for"\n')
    assert "well" == examined("--settings", str(settings))[1]["proxy"]["health"]


def test_a_help_desk_that_is_not_heard_is_told_of(examined, tmp_path):
    """Where only told tickets count and none was told, and where none was told for long; else it is well."""
    (tmp_path / "var").mkdir()
    own = tmp_path / "policies" / "staff"
    own.mkdir(parents=True)
    for name, text in shipped_staff_texts().items():
        (own / name).write_text(text.replace('tickets = "any"', 'tickets = "told"'))
    assert "a ticket is any text" in examined()[1]["tickets"]["says"]
    (tmp_path / "holdfast.toml").write_text('[policy]\nfolder = "policies"\n')
    settings = ("--settings", "holdfast.toml")
    assert "it was never told of one" in examined(*settings)[1]["tickets"]["says"]

    def heard(at):
        watch = LiveWatch(approve_after=None, store="var/holdfast.db", memory_mb=16)
        watch.response.staff.tell_tickets([], "t-desk", at)
        watch.store.close()
        return examined(*settings)[1]["tickets"]

    assert ("warning", True) == (
        (found := heard(wall_time() - SILENT_MS - 1_000))["health"],
        "nothing was" in found["says"],
    )
    assert ("well", True) == ((found := heard(wall_time()))["health"], "only those count" in found["says"])
    assert "others count too" in examined()[1]["tickets"]["says"]
