"""Broken files, broken clocks, full disks and slips of the hand: told with advice and the right exit code."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from holdfast.app.cli.main import main

from .stories import attack, fraud, lines, talk

POSTS = lines(talk() + fraud())
FIRST = lines(fraud() + [{**post, "time": post["time"] + 10**9} for post in talk()])  # the campaign at the beginning
NO_EVENTS = [
    b"\xff\xfe{}",
    b"[" * 100_000,
    b'{"a":' * 5_000,
    b'{"id":"1","time":NaN,"account":"a","text":"t"}',
    b'{"id":"2","time":0,"account":"a","text":"t"}',
    b'{"id":"3","time":"9999-12-31T23:59:59Z","account":"a","text":"t"}',
    b'{"id":"4","time":1594814400000,"account":"","text":"t"}',
    b'{"id":"5","time":1594814400000,"account":"a","text":"\xff"}',
    b'{"id":"6","time":1594814400000,"account":"a","text":"\\ud800"}',
    b"null",
    b"{}",
    b"\0",
]


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run a command in this process, within an empty folder; answer with exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words, **files):
        for name, data in files.items():
            (tmp_path / name.replace("__", ".")).write_bytes(data)
        code = main(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["scan", "nowhere.jsonl"], 3, "does not exist"),
        (["scan", "."], 3, "is a folder"),
        (["scan", "text.gz"], 3, "not what its name says"),
        (["scan", "text.parquet"], 3, "no whole Parquet file"),
        (["scan", "--column", "acount=author", "a.jsonl"], 2, "did you mean 'account'"),
        (["scan", "--column", "account=autor", "a.jsonl"], 3, "There are: account, id"),
        (["scan", "--jsno", "a.jsonl"], 2, "no option '--jsno'"),
        (["scan", "--time-unit", "s", "a.jsonl"], 3, "it looks like milliseconds"),
        (["scan", "--rejects", "a.jsonl", "a.jsonl"], 2, "is read from"),
        (["scan", "--memory-mb", "0", "a.jsonl"], 2, "memory_mb is 0"),
        (["watch", "--events", "nowhere.jsonl", "--once"], 3, "does not exist"),
        (["watch", "--events", ".", "--once"], 3, "is a folder"),
        (["watch", "--events", "packed", "--once"], 3, "is a gzip file"),
        (["watch", "--events", "a.jsonl", "--once", "--auto", "nan"], 2, "no time to wait"),
        (["watch", "--events", "a.jsonl", "--once", "--auto", "-5"], 2, "no time to wait"),
        (["watch", "--events", "a.jsonl", "--once", "--store", "text.gz"], 3, "no store at all"),
        (["watch", "--events", "a.jsonl", "--once", "--store", "a.jsonl"], 2, "is read from"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(run, words, code, message):
    """2 for words that mean nothing, 3 for what cannot be read; never a traceback, always advice."""
    text = b"x" * 5_000
    answer, _, err = run(*words, a__jsonl=POSTS, text__gz=text, text__parquet=text, packed=gzip.compress(POSTS))

    assert code == answer
    assert message in err
    assert 2 <= len(err.splitlines())
    assert POSTS == Path("a.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_what_came_before_the_damage_is_still_told(run, name):
    """A truncated archive gives its campaigns, and exit code 3."""
    noise = b"".join(os.urandom(64).hex().encode() + b"\n" for _ in range(4_000))
    whole = gzip.compress(FIRST + noise) if name.endswith(".gz") else pa.compress(FIRST + noise, "zstd", asbytes=True)
    Path(name).write_bytes(whole[: len(whole) * 3 // 4])

    code, out, err = run("scan", "--json", name)

    assert 3 == code
    assert "damaged or incomplete" in err
    assert 3 == json.loads(out.splitlines()[0])["detected_after_posts"]


def test_lines_that_are_no_events_are_kept_and_never_stop_the_scan(run):
    """Each with its line and reason; the campaign around them is found all the same."""
    before, after = lines(talk()), lines(fraud())
    data = before + b"".join(line + b"\n" for line in NO_EVENTS) + after

    code, out, _ = run("scan", "--json", "--rejects", "rejects.jsonl", "a.jsonl", a__jsonl=data)

    kept = [json.loads(line) for line in Path("rejects.jsonl").read_text().splitlines()]
    assert 0 == code
    assert [3, len(NO_EVENTS)] == [
        json.loads(out.splitlines()[0])["detected_after_posts"],
        json.loads(out.splitlines()[-1])["summary"]["rejects"],
    ]
    assert [len(talk()) + 1 + n for n in range(len(NO_EVENTS))] == [line["line"] for line in kept]
    assert "account: is empty" in [line["reason"] for line in kept]


def test_the_text_form_shows_the_first_reject_and_how_to_keep_them(run):
    """An account without a name is refused, and a person learns of it without asking."""
    _, out, _ = run("scan", "a.jsonl", a__jsonl=POSTS + NO_EVENTS[6] + b"\n")

    assert "1 rejected" in out
    assert "account: is empty" in out
    assert "--rejects FILE" in out


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_in_is_nothing_found(run, data):
    """An empty file is no error."""
    code, out, _ = run("scan", "--json", "a.jsonl", a__jsonl=data)

    assert 0 == code
    assert 0 == json.loads(out)["summary"]["posts"]


@pytest.mark.parametrize("data", [b"{}\n" * 9, POSTS.replace(b"\n", b"\r"), b"hello\n" * 9])
def test_a_file_without_a_single_event_is_bad_input(run, data):
    """Better than 'no campaigns' and exit code 0, which would be believed."""
    code, out, err = run("scan", "--json", "--fail-on", "alert", "a.jsonl", a__jsonl=data)

    assert 3 == code
    assert "is an event; the first: a.jsonl, line 1:" in err
    assert 0 == json.loads(out)["summary"]["posts"]


@pytest.mark.parametrize("odd", [631_152_000_000, 7_258_118_399_999])
def test_a_clock_that_jumps_does_not_hide_a_campaign(run, odd):
    """One post from 1990 or 2199 in the middle, and then on as before."""
    jump = json.dumps({"id": "odd", "time": odd, "account": "u1", "text": "what year is it"}).encode() + b"\n"

    _, out, _ = run("scan", "--json", "a.jsonl", a__jsonl=lines(talk()) + jump + lines(fraud()))

    assert 3 == json.loads(out.splitlines()[0])["detected_after_posts"]


def test_a_huge_line_is_a_reject_and_hides_nothing(holdfast, tmp_path):
    """64 MiB without a line break; only its start is kept."""
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(b'{"id":"huge","text":"')
        for _ in range(64):
            file.write(b"a" * 2**20)
        file.write(b'"}\n' + POSTS)

    code, out, err = holdfast("scan", "--json", "--memory-mb", "16", tmp_path / "a.jsonl")

    assert 0 == code, err
    assert 1 == json.loads(out.splitlines()[-1])["summary"]["rejects"]
    assert 3 == json.loads(out.splitlines()[0])["detected_after_posts"]


def limited(size, *words, cwd):
    """Run a command that may make no file longer than `size` bytes, as on a full disk."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "holdfast", *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=600, cwd=cwd, preexec_fn=limit)


def test_a_full_disk_under_the_rejects_is_told_and_the_campaigns_too(tmp_path):
    """No half line is left behind."""
    (tmp_path / "a.jsonl").write_bytes(POSTS + b"x" * 5_000 + b"\n")

    done = limited(1_024, "scan", "--json", "--rejects", "rejects.jsonl", "a.jsonl", cwd=tmp_path)

    assert 3 == done.returncode
    assert b"could not be kept in rejects.jsonl" in done.stderr
    assert 3 == json.loads(done.stdout.splitlines()[0])["detected_after_posts"]
    assert b"" == (tmp_path / "rejects.jsonl").read_bytes()


def test_a_full_disk_under_the_store_is_told_and_running_again_goes_on(tmp_path, capsys):
    """The record is whole before and after."""
    (tmp_path / "a.jsonl").write_bytes(attack())
    words = ["watch", "--events", str(tmp_path / "a.jsonl"), "--once", "--auto", "0", "--store", str(tmp_path / "s.db")]

    done = limited(100_000, *words, cwd=tmp_path)

    assert 3 == done.returncode, done.stderr
    assert b"Free some space and run the same command again" in done.stderr
    assert 0 == main(["ledger", "verify", str(tmp_path / "s.db")])
    assert 0 == main(words)
    assert 0 == main(["ledger", "verify", str(tmp_path / "s.db")])
    assert "whole" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["scan"], ["scan", "--json"], ["watch", "--once", "--events"]])
def test_a_full_disk_under_the_output_is_told(tmp_path, words):
    """Exit code 3, not 1, which would say that something was found."""
    (tmp_path / "a.jsonl").write_bytes(POSTS)
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "holdfast", *words, "a.jsonl"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=600, cwd=tmp_path)

    assert 3 == done.returncode
    assert done.stderr.startswith(b"holdfast: the output cannot be written: No space left")


@pytest.mark.parametrize("words", [["scan"], ["scan", "--json"]])
def test_a_reader_that_goes_away_ends_it_quietly(tmp_path, words):
    """As with `| head`: 141, what shells report, and nothing on standard error."""
    (tmp_path / "a.jsonl").write_bytes(POSTS)
    there, gone = os.pipe()
    os.close(there)
    try:
        command = [sys.executable, "-m", "holdfast", *words, "a.jsonl"]
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, check=False, timeout=600, cwd=tmp_path)
    finally:
        os.close(gone)

    assert (141, b"") == (done.returncode, done.stderr)


def test_ctrl_c_ends_a_watch_with_130_and_a_word(tmp_path):
    """The stream is still open; what was recorded is whole."""
    heard = "import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler)"  # tests may run deaf to it
    run = f"{heard}; runpy.run_module('holdfast', run_name='__main__', alter_sys=True)"
    with subprocess.Popen(
        [sys.executable, "-c", run, "watch", "--events", "-", "--json", "--store", "s.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as child:
        child.stdin.write(attack())
        child.stdin.flush()
        assert b"happening" in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=600)

    assert 130 == child.returncode
    assert b"stopped by hand" in err
    assert b"Traceback" not in err
    assert 0 == main(["ledger", "verify", str(tmp_path / "s.db")])
