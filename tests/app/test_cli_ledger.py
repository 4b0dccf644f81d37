"""`holdfast ledger` as a person and a program meet it."""

import json
import sqlite3

import pytest

from holdfast.app.cli import main
from holdfast.backends import LedgerFile, SqlStore
from holdfast.ledger import Record, RecordKind, seeded_salts, seeded_signer


@pytest.fixture
def store_file(tmp_path):
    path = tmp_path / "store.db"
    with SqlStore(path, signer=seeded_signer(7), salt=seeded_salts(7)) as store:
        for n in range(5):
            kind = RecordKind.INTENT if n % 2 == 0 else RecordKind.OUTCOME
            with store.begin() as transaction:
                transaction.record(
                    Record(
                        key=f"k{n}",
                        kind=kind,
                        time=1_594_840_380_000 + n,
                        actor="t",
                        subject=f"account:{n}",
                        body={"n": n, "x": "\x1b[2J"},
                    )
                )
    return path


def run(capsys, *words):
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_whole_ledger_is_said_to_be_whole(store_file, capsys):
    """Verify answers 0 and tells size and root."""
    code, out, _ = run(capsys, "ledger", "verify", store_file)

    assert 0 == code
    assert "whole" in out
    assert "5 entries" in out


def test_a_changed_body_ends_in_exit_code_4_and_names_the_entry(store_file, capsys):
    """Integrity has its own exit code, and JSON says which entry."""
    with sqlite3.connect(store_file) as raw:
        raw.execute("UPDATE entries SET body = replace(body, '3', '4') WHERE position = 3")
    raw.close()

    code, out, _ = run(capsys, "ledger", "verify", store_file, "--json")

    assert 4 == code
    verdict = json.loads(out)
    assert verdict["ok"] is False
    assert 3 in [fault["index"] for fault in verdict["faults"]]


def test_a_key_from_outside_is_trusted_and_another_is_not_accepted(store_file, tmp_path, capsys):
    """The verifier key may come from a file; the wrong key breaks the verdict."""
    key = tmp_path / "key.pub"
    key.write_text(f"{seeded_signer(7).vkey}\n")
    other = str(seeded_signer(8).vkey)

    code, out, _ = run(capsys, "ledger", "verify", store_file, "--vkey", f"@{key}", "--json")
    assert 0 == code
    assert json.loads(out)["trusted"] is True

    code, _, _ = run(capsys, "ledger", "verify", store_file, "--vkey", other)
    assert 4 == code


def test_a_rolled_back_file_is_noticed_by_a_head_kept_elsewhere(store_file, tmp_path, capsys):
    """An older copy of the file verifies by itself, but not against a remembered head."""
    old = tmp_path / "old.db"
    with sqlite3.connect(store_file) as source, sqlite3.connect(old) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    with SqlStore(store_file, signer=seeded_signer(7), salt=seeded_salts(7)) as store, store.begin() as transaction:
        transaction.record(Record(key="k9", kind=RecordKind.NOTE, time=1_594_840_390_000, actor="t", subject="s"))
    code, head, _ = run(capsys, "ledger", "checkpoint", store_file)
    assert 0 == code
    kept = tmp_path / "head.txt"
    kept.write_text(head)

    assert 0 == run(capsys, "ledger", "verify", old)[0]
    assert 4 == run(capsys, "ledger", "verify", old, "--checkpoint", kept)[0]
    assert 0 == run(capsys, "ledger", "verify", store_file, "--checkpoint", kept)[0]


def test_show_lists_entries_without_obeying_them(store_file, capsys):
    """Hostile text in a body reaches the terminal as marks."""
    code, out, _ = run(capsys, "ledger", "show", store_file, "--kind", "outcome")

    assert 0 == code
    assert 2 == len(out.splitlines())
    assert "\x1b" not in out


def test_show_as_json_gives_every_entry_in_order(store_file, capsys):
    """One object a line, bodies included."""
    _, out, _ = run(capsys, "ledger", "show", store_file, "--json", "--start", 1, "--stop", 4)

    entries = [json.loads(line) for line in out.splitlines()]
    assert [1, 2, 3] == [entry["index"] for entry in entries]
    assert {"n": 2, "x": "\x1b[2J"} == entries[1]["body"]
    assert "2020-07-15T19:13:00.002Z" == entries[1]["time"]


def test_a_missing_file_is_bad_input_with_advice(tmp_path, capsys):
    """No traceback: what is missing, and what to do."""
    code, _, err = run(capsys, "ledger", "verify", tmp_path / "none.db")

    assert 3 == code
    assert "none.db" in err
    assert "Traceback" not in err


def test_without_a_name_the_record_of_the_last_demo_is_read(store_file, tmp_path, monkeypatch, capsys):
    """A person who has just run the demo need not know where it keeps its record."""
    monkeypatch.chdir(tmp_path)
    for words in (["verify"], ["show"], ["checkpoint"]):
        code, _, err = run(capsys, "ledger", *words)
        assert 2 == code
        assert "var/demo.db" in err
        assert "holdfast demo" in err
    (tmp_path / "var").mkdir()
    store_file.rename(tmp_path / "var" / "demo.db")

    code, out, _ = run(capsys, "ledger", "verify")
    assert 0 == code
    assert "var/demo.db" in out
    assert 5 == len(run(capsys, "ledger", "show")[1].splitlines())
    assert "holdfast" in run(capsys, "ledger", "checkpoint")[1]


def test_reading_never_changes_the_file(store_file, capsys):
    """Verify and show open the file read-only."""
    before = store_file.read_bytes()
    run(capsys, "ledger", "verify", store_file)
    run(capsys, "ledger", "show", store_file)
    assert before == store_file.read_bytes()
    with LedgerFile(store_file) as file:
        assert 5 == len(list(file.entries()))


def test_a_body_nested_without_end_is_a_broken_entry(store_file, capsys):
    """Exit code 4, as `verify` says of it; entries before it are shown."""
    with sqlite3.connect(store_file) as raw:
        raw.execute("UPDATE entries SET body = ? WHERE position = 3", (b'{"a":' * 9_000 + b"1" + b"}" * 9_000,))
    raw.close()

    code, out, err = run(capsys, "ledger", "show", store_file)

    assert 4 == code
    assert 3 == len(out.splitlines())
    assert "nests deeper" in err


def test_a_forged_checkpoint_does_not_move_the_cursor(store_file, capsys, monkeypatch):
    """On a terminal it is shown like all hostile text; in a file it is kept byte for byte."""
    with sqlite3.connect(store_file) as raw:
        raw.execute("UPDATE checkpoints SET note = ?", (b"\x1b[2JWHOLE\n",))
    raw.close()

    _, kept, _ = run(capsys, "ledger", "checkpoint", store_file)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, shown, _ = run(capsys, "ledger", "checkpoint", store_file)

    assert "\x1b[2JWHOLE\n" == kept
    assert "\N{MIDDLE DOT}[2JWHOLE\n" == shown
