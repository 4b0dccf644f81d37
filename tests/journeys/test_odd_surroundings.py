"""Odd names, closed streams, terminals that cannot spell, outputs that are inputs, faults of ours: told, not suffered."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import cyclopts
import pytest

from holdfast.app.cli.demo import _refuse_other_records
from holdfast.app.cli.main import _interrupts, _told, main
from holdfast.app.drill import Drill, DrillOptions
from holdfast.app.live import ORIGIN, deliveries
from holdfast.backends import SqlStore
from holdfast.ledger import Signer, seeded_signer

from .stories import fraud, lines, talk

POSTS = lines(talk() + fraud())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, with posts in it."""
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_bytes(POSTS)
    return tmp_path


def shell(words, **environment):
    """Run `holdfast` with these words in a shell; answer with exit code, output and errors as bytes."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m holdfast {words}"],
        capture_output=True,
        check=False,
        timeout=600,
        env=os.environ | environment,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [["scan", "--json"], ["watch", "--once", "--json", "--events"]])
def test_rejects_tell_of_a_file_whose_name_is_not_utf8(words, capsys):
    """The name is spelt out, in the reject file and on the screen."""
    odd = os.fsdecode(b"odd\xff.jsonl")
    Path(odd).write_bytes(POSTS + b"no event\n")

    assert 0 == main([*words, odd, "--rejects", "rejects.jsonl"])

    assert "odd\\xff.jsonl" == json.loads(Path("rejects.jsonl").read_bytes())["source"]
    assert capsys.readouterr().out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [["ledger", "verify"], ["watch", "--once", "--events", "a.jsonl", "--store"]])
def test_a_store_whose_name_is_not_utf8_is_refused(words, capsys):
    """SQLite would not find it again."""
    odd = os.fsdecode(b"odd\xff.db")

    assert 2 == main([*words, odd])

    assert "not UTF-8" in capsys.readouterr().err
    assert [Path("a.jsonl")] == list(Path().iterdir())


@pytest.mark.usefixtures("here")
def test_a_terminal_that_spells_ascii_only_gets_escapes():
    """Nothing that others write may end the command; and a checkpoint's bytes are its own in every language."""
    posts = [{**post, "account": post["account"] + "é"} for post in fraud()]
    Path("b.jsonl").write_bytes(lines(talk() + posts))
    with SqlStore("s.db", signer=seeded_signer(1)):
        pass

    code, out, err = shell("scan b.jsonl", PYTHONIOENCODING="ascii")
    plain, ascii_only = (shell("ledger checkpoint s.db", PYTHONIOENCODING=coding) for coding in ("utf-8", "ascii"))

    assert (0, b"") == (code, err)
    assert b"\\xe9" in out
    assert plain == ascii_only
    assert "\N{EM DASH}".encode() in plain[1]


@pytest.mark.usefixtures("here")
def test_a_terminal_without_columns_shows_campaigns_all_the_same(monkeypatch, capsys):
    """Some supervisors say that lines are 0 wide."""
    monkeypatch.setenv("COLUMNS", "0")
    assert 0 == main(["scan", "a.jsonl"])
    assert "campaigns in" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [["scan", "a.jsonl", "--rejects"], ["ledger", "verify"], ["scan"]])
def test_a_name_that_no_file_can_have_is_told(words, capsys):
    """It is longer than the system allows."""
    assert 3 == main([*words, "x" * 300])
    err = capsys.readouterr().err
    assert "File name too long" in err
    assert "output" not in err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("closed", "code"), [(">&-", 3), ("2>&-", 0), ("<&- 2>&-", 0), ("<&- >&- 2>&-", 3)])
def test_closed_streams_are_no_traceback(closed, code):
    """3 where there is nowhere to write to, for 1 would say that something was found."""
    answer, out, err = shell(f"scan a.jsonl --json {closed}")

    assert code == answer
    assert b"Traceback" not in err
    assert (b"summary" in out) is (code == 0)
    assert (b"the output cannot be written: it is closed" in err) is (closed == ">&-")


@pytest.mark.usefixtures("here")
def test_more_memory_than_there_is_is_told():
    """The machine refuses, and the message names the setting."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

    command = [sys.executable, "-m", "holdfast", "scan", "a.jsonl", "--memory-mb", "500000"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=600, preexec_fn=limit)

    assert (3, b"") == (done.returncode, done.stdout)
    assert b"not enough memory" in done.stderr
    assert b"--memory-mb" in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_nobody_foresaw_is_70_and_says_how_to_report_it(monkeypatch, capsys):
    """Never 1; the traceback only for who asks for it."""
    broken = cyclopts.App(name="holdfast")
    broken.command(lambda: 1 // 0, name="scan")
    monkeypatch.setitem(main.__globals__, "app", broken)

    assert 70 == main(["scan"])
    short = capsys.readouterr().err
    assert 70 == main(["--verbose", "scan"])
    long = capsys.readouterr().err

    assert "ZeroDivisionError" in short
    assert "holdfast --verbose" in short
    assert "Traceback" not in short
    assert "Traceback" in long


def test_only_what_is_recorded_can_be_gone_on_with():
    """A scan that was stopped begins anew."""
    code, _, advice = _told(KeyboardInterrupt(), ["scan", "a.jsonl"])
    assert (130, False) == (code, "go on" in advice)
    for words in (["watch", "--store", "s.db"], ["drill", "--store=s.db"]):
        assert "go on" in _told(KeyboardInterrupt(), words)[2]


def test_a_ctrl_c_that_turned_into_another_error_is_still_one():
    """Imports and C code make an error of their own of it."""

    def imported():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError from None

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), _interrupts():
            imported()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_ctrl_c_during_the_first_imports_ends_it_quietly():
    """As it would end any other program: by the signal, without a traceback."""
    interrupted = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'cyclopts':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from holdfast.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", interrupted], capture_output=True, check=False, timeout=600)
    assert (-signal.SIGINT, b"") == (done.returncode, done.stderr)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "words",
    [
        ["watch", "--events", "a.jsonl", "--once", "--store", "s.db", "--rejects", "s.db"],
        ["watch", "--events", "a.jsonl", "--once", "--store", "s.db", "--rejects", "./s.db.key"],
        ["watch", "--events", "a.jsonl", "--once", "--store", "s.db", "--rejects", "s.db-wal"],
        ["watch", "--events", "s.db.key", "--once", "--store", "s.db"],
        ["watch", "--events", "a.jsonl", "--once", "--store", ""],
        ["watch", "--events", "a.jsonl", "--once", "--store", ":memory:"],
        ["drill", "ordinary-day", "--store", ":memory:"],
        ["drill", "ordinary-day", "--store", "."],
        ["scan", "a.jsonl", "--rejects", "link.jsonl"],
        ["scan", "a.jsonl", "--rejects", "."],
        ["demo", "--store", "a.jsonl"],
        ["demo", "--store", "s.db"],
        ["bench", "calibrate", "--data", "a.jsonl", "--write", "a.jsonl"],
        ["bench", "calibrate", "--data", ".", "--write", "a.jsonl"],
    ],
)
def test_what_is_there_is_not_written_over(words, capsys):
    """Neither what is read, nor the files of the store, nor what no drill has left."""
    Path("link.jsonl").symlink_to("a.jsonl")
    with SqlStore("s.db", signer=Signer(ORIGIN, bytes(32))):
        pass
    Path("s.db.key").write_bytes(b"key")
    before = {path: path.read_bytes() for path in Path().iterdir()}

    assert 2 == main(words)

    assert 2 <= len(capsys.readouterr().err.splitlines())
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.usefixtures("here")
def test_a_demo_may_replace_the_record_of_a_drill():
    """Also one that was killed before its first word."""
    with SqlStore("drill.db", signer=seeded_signer(3)):
        pass
    Path("begun.db").touch()
    for name in ("drill.db", "begun.db", "absent.db"):
        _refuse_other_records(Path(name))


def test_a_drill_with_a_store_makes_no_folder_of_its_own(here, monkeypatch):
    """Nothing is left behind when it is killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    with Drill(DrillOptions(scenario="ordinary-day", store=here / "s.db")):
        assert not list(here.glob("holdfast-drill-*"))


def test_whatever_ends_the_reader_ends_the_watch():
    """The thread that reads hands every error on; nobody waits for ever."""

    def source():
        yield from ()
        raise MemoryError

    with pytest.raises(MemoryError):
        list(deliveries(source(), idle=1.0))


def test_packed_standard_input_is_told(holdfast):
    """A person learns what to type instead."""
    for words in (["scan", "-"], ["watch", "--events", "-"]):
        code, _, err = holdfast(*words, stdin=gzip.compress(POSTS))
        assert 3 == code
        assert "standard input is a gzip file" in err
        assert "zcat" in err
