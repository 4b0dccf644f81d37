"""The commands, given the address of a database in place of a file."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.app.cli import main
from holdfast.backends import SqlStore
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import record

pytestmark = pytest.mark.real


def run(capsys, *words):
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def kept(url):
    """The address of a store with five records."""
    with SqlStore(url, signer=seeded_signer(7)) as store, store.begin() as transaction:
        transaction.record_all([record(str(number), body={"n": number}) for number in range(5)])
    return url


def test_a_record_in_a_database_is_verified_shown_and_its_head_printed(kept, server, database, tmp_path, capsys):
    """Each command of `ledger` takes the address; a changed row ends in exit code 4 and is named."""
    code, out, _ = run(capsys, "ledger", "verify", kept, "--vkey", seeded_signer(7).vkey)
    assert (code, "whole" in out, "5 entries" in out) == (0, True, True)
    code, out, _ = run(capsys, "ledger", "show", kept, "--json", "--start", 1, "--stop", 3)
    assert [json.loads(line)["key"] for line in out.splitlines()] == ["1", "2"]
    head = tmp_path / "head.txt"
    head.write_text(run(capsys, "ledger", "checkpoint", kept)[1])
    assert run(capsys, "ledger", "verify", kept, "--checkpoint", head)[0] == 0
    with closing(server.connect(database)) as connection:
        connection.execute("UPDATE entries SET body = '{}'::bytea WHERE position = 3")
    code, out, _ = run(capsys, "ledger", "verify", kept, "--json")
    assert code == 4
    assert [fault["index"] for fault in json.loads(out)["faults"]] == [3]


def test_a_reader_may_take_its_time(kept):
    """A person who reads one screen of a long record and leaves ends the command quietly."""
    with SqlStore(kept, signer=seeded_signer(7)) as store:
        for batch in range(20):
            with store.begin() as transaction:
                transaction.record_all([record(f"{batch}/{number}") for number in range(500)])
    words = [sys.executable, "-m", "holdfast", "ledger", "show", kept]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shown:
        assert b"account:7" in shown.stdout.readline()
        shown.stdout.close()
        assert shown.stderr.read() == b""
        assert shown.wait() == 141


@pytest.mark.parametrize("command", [["ledger", "verify"], ["ledger", "show"], ["drill", "ordinary-day", "--store"]])
def test_a_password_on_the_command_line_is_refused_and_not_repeated(command, kept, capsys):
    """Whoever is on the machine could read it there; the advice says where it belongs."""
    code, out, err = run(capsys, *command, kept.replace("holdfast@", "holdfast:hunter2@"))
    assert code == 2
    assert "PGPASSFILE" in err
    assert "hunter2" not in out + err


def test_a_server_that_is_not_there_ends_with_advice_and_no_traceback(capsys):
    """Exit code 3, the place, and what to look at; with --verbose the traceback holds no password either."""
    os.environ["PGPASSWORD"] = "hunter2"
    try:
        for verbose in ([], ["--verbose"]):
            code, _, err = run(capsys, *verbose, "ledger", "verify", "postgresql://me@127.0.0.1:1/d")
            assert code == 3
            assert "PGPASSFILE" in err
            assert ("Traceback" in err) == bool(verbose)
            assert "hunter2" not in err
    finally:
        del os.environ["PGPASSWORD"]


def test_a_stream_is_watched_into_a_database_with_the_key_in_a_file(url, tmp_path, capsys):
    """The key's file must be named, is made once, and vouches for the record; running again goes on from it."""
    (tmp_path / "a.jsonl").write_text('{"type":"post","id":"1","time":1600000000000,"account":"a","text":"x"}\n')
    words = ["watch", "--once", "--events", tmp_path / "a.jsonl", "--store", url]
    code, _, err = run(capsys, *words)
    assert (code, "--key" in err) == (2, True)
    for _ in range(2):
        assert run(capsys, *words, "--key", tmp_path / "some.key")[0] == 0
    assert run(capsys, "ledger", "verify", url, "--vkey", f"@{tmp_path / 'some.key.pub'}")[0] == 0


def test_a_drill_killed_on_a_database_goes_on_and_is_the_drill_in_a_file(url, tmp_path, capsys):
    """Killed with SIGKILL within a transaction and run again it ends with the signed root that a file would have."""
    program = Path(__file__).parents[1] / "journeys" / "doomed_drill.py"
    killed = subprocess.run([sys.executable, program, "session-theft", url, "1", "12", "within"], check=False)
    assert killed.returncode == -signal.SIGKILL
    ledgers = []
    for where in (url, tmp_path / "whole.db"):
        code, out, _ = run(capsys, "drill", "session-theft", "--store", where, "--json")
        assert code == 0
        ledgers.append(json.loads(out)["ledger"])
    assert ledgers[0]["verified"]
    assert ledgers[0] == ledgers[1]
