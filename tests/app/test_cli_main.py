"""The command line as a whole: words, errors, exit codes."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast.app.cli import main
from holdfast.app.cli.main import _interrupts
from holdfast.app.cli.options import APPROVE_AFTER, auto_seconds, columns_of, responder_seconds
from holdfast.backends import SqlStore
from holdfast.errors import UsageError
from holdfast.ledger import seeded_salts, seeded_signer

HOLDFAST = (sys.executable, "-m", "holdfast")


def test_help_names_every_command(capsys):
    """`--help` is the first thing a new person reads."""
    assert 0 == main(["--help"])
    said = capsys.readouterr().out
    commands = (
        "demo",
        "drill",
        "scan",
        "watch",
        "serve",
        "doctor",
        "token",
        "ledger",
        "backup",
        "restore",
        "migrate",
        "bench",
    )
    assert all(word in said for word in (*commands, "Exit codes"))


@pytest.mark.parametrize(
    "words", [["nonsense"], ["ledger", "nonsense"], ["drill", "--sead", "1"], ["scan", "--fail-on", "maybe", "x"]]
)
def test_words_that_mean_nothing_are_usage_errors(words, capsys):
    """Exit code 2, with a pointer to the help."""
    assert 2 == main(words)
    assert "--help" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["demo", "--store", "postgresql://me@host/d"], "in a file"),
        (["watch", "--events", "-", "--store", "postgresql://me@host/d"], "--key"),
        (["watch", "--events", "-", "--store", "postgresql://me:hunter2@host/d"], "PGPASSFILE"),
        (["backup", "some.db", "--store", "postgresql://me@host/d?password=hunter2"], "PGPASSFILE"),
        (["migrate", "postgresql://me:hunter2@host/d"], "PGPASSFILE"),
        (["ledger", "show", "mysql://me:hunter2@host/d"], "postgresql://NAME@HOST/DATABASE"),
    ],
)
def test_an_address_that_a_command_cannot_use_is_told_before_anything_is_done(
    words, said, tmp_path, monkeypatch, capsys
):
    """Exit code 2, what to do instead, nothing made on the disk, and no password repeated."""
    monkeypatch.chdir(tmp_path)
    assert 2 == main(words)
    shown = capsys.readouterr()
    assert said in shown.err
    assert "hunter2" not in shown.out + shown.err
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["--key", "s.db.lock"], ["--key", "s.db"], ["--archive", "s.db"]])
def test_a_store_shares_no_file_with_its_key_or_the_archive(words, tmp_path, monkeypatch, capsys):
    """Exit code 2 and nothing made on the disk: the lock of the store would else empty its key."""
    monkeypatch.chdir(tmp_path)
    assert 2 == main(["watch", "--events", "-", "--store", "s.db", *words])
    assert f"{words[1]} belongs to the store" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_columns_are_pairs():
    """`--column account=author` maps our field to their name, once."""
    assert {"account": "author", "time": "ts=b"} == columns_of(["account=author", "time=ts=b"])
    for wrong in (["account"], ["=x"], ["account="], ["account=a", "account=b"]):
        with pytest.raises(UsageError):
            columns_of(wrong)


def test_a_responder_is_a_number_of_seconds_or_nobody():
    """`auto:60` approves after a minute; `none` never does."""
    assert 60.0 == responder_seconds("auto:60")
    assert responder_seconds("none") is None
    for wrong in ("auto", "auto:", "auto:-1", "auto:nan", "soon"):
        with pytest.raises(UsageError):
            responder_seconds(wrong)


def test_auto_alone_is_a_minute():
    """`--auto` may stand with a number of seconds or without; left out, plans are left to people."""
    assert auto_seconds(None) is None
    assert 60.0 == APPROVE_AFTER == auto_seconds(())
    assert 30.0 == auto_seconds((30.0,))
    for wrong in ((-1.0,), (float("nan"),), (1e6,), (30.0, 60.0)):
        with pytest.raises(UsageError):
            auto_seconds(wrong)


def test_a_ctrl_c_that_was_swallowed_counts_at_the_end():
    """Code that C calls back cannot raise through it; the interrupt is not lost, and the handler is as it was."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
    try:
        with pytest.raises(KeyboardInterrupt), _interrupts(), suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signal.default_int_handler == signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("words", [["--help"], ["scan", "--help"], ["migrate", "kept.db"]])
def test_a_reader_that_went_away_is_told_by_the_exit_code_alone(words, tmp_path):
    """141 as from any other program, whatever it is that speaks: 1 would say that something was found."""
    SqlStore(tmp_path / "kept.db", signer=seeded_signer(7), salt=seeded_salts(7)).close()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*HOLDFAST, *words], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (141, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("words", "code"), [(["scan", "absent"], 3), (["nonsense"], 2), (["--verbose", "nonsense"], 2)]
)
def test_an_error_that_nobody_can_be_told_keeps_its_exit_code(words, code, tmp_path):
    """Where standard error is full or its reader gone, the exit code is all that is left to say what happened."""
    reader, writer = os.pipe()
    os.close(reader)
    with Path("/dev/full").open("wb") as full:
        for deaf in (full, writer):
            done = subprocess.run([*HOLDFAST, *words], cwd=tmp_path, stderr=deaf, check=False)
            assert code == done.returncode
    os.close(writer)


def test_a_traceback_obeys_no_hostile_name(capsys):
    """`--verbose` shows where an error came from, and an escape sequence in the name of a file as harmless marks."""
    assert 3 == main(["--verbose", "scan", "absent\x1b[2J\x9b31m"])
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert not set(told) & {"\x1b", "\x9b"}
