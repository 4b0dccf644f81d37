"""A stream in, warnings, campaigns, proposals and holds out: what `holdfast watch` does."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from holdfast.app.cli.main import main
from holdfast.app.live import LiveWatch, StreamClock
from holdfast.backends import ParquetArchive
from holdfast.connectors.files import FollowFile
from holdfast.events import Decoder

from .stories import DAY, MINUTE, NOON, SESSION, STAFF, attack, fraud, lines, takeovers, talk

TEN = 10_000  # milliseconds
WIDEST_GAP = 20  # seconds between two events of the stream: time passes only as events tell of it


@pytest.fixture
def watch(tmp_path, capsys):
    """Watch bytes as a file, once and in this process; answer with what was told, by its type or kind."""

    def run(data, *words):
        (tmp_path / "stream.jsonl").write_bytes(data)
        code = main(["watch", "--once", "--json", "--events", str(tmp_path / "stream.jsonl"), *words])
        told = {}
        for line in map(json.loads, capsys.readouterr().out.splitlines()):
            told.setdefault(line.get("kind", line["type"]), []).append(line)
        assert 0 == code
        return told

    return run


def test_takeovers_are_warned_of_before_the_fraud_and_the_campaign_gets_its_cause(watch):
    """Judged as it was lived, although the file is read at once."""
    told = watch(attack())

    assert told["warning"][0]["time"].startswith("2020-07-15T11:30:40")
    assert told["campaign"][0]["time"].startswith("2020-07-15T12:02:00")
    assert told["cause"][0]["time"].startswith("2020-07-15T12:02:00")
    assert SESSION in told["cause"][0]["text"] or STAFF in told["cause"][0]["text"]
    assert all(plan["preview"]["accounts"] >= 0 for each in told["proposal"] for plan in each.get("plans", []))
    assert "placed" not in told


@pytest.mark.parametrize(
    ("words", "waited"),
    [(["--auto"], 60), (["--auto", "--memory-mb=16"], 60), (["--auto", "30"], 30), (["--auto=30"], 30)],
)
def test_auto_stands_alone_or_with_seconds(watch, words, waited):
    """A bare `--auto` approves after a minute of the stream's own time, wherever it stands among the words."""
    rain = [{"id": f"rain {n}", "time": NOON + n * TEN, "account": "u1", "text": "rain"} for n in range(30)]
    told = watch(lines(talk() + takeovers() + fraud() + rain), *words)

    asked, approved = (moment(told[kind][0]["time"]) for kind in ("request", "approval"))
    assert waited <= (approved - asked).total_seconds() <= waited + WIDEST_GAP


def test_with_auto_holds_are_placed_and_the_record_vouches_for_them(watch, tmp_path, capsys):
    """Half a minute of the stream's own time after each proposal: of takeovers before the fraud, of the campaign after."""
    store = str(tmp_path / "s.db")
    told = watch(attack(), "--auto", "30", "--store", store)

    proposed, placed = ([moment(each["time"]) for each in told[kind]] for kind in ("proposal", "placed"))
    assert placed[0] - proposed[0] >= timedelta(seconds=30)
    assert placed[0] < moment(told["campaign"][0]["time"]) < placed[-1]
    assert 0 == main(["ledger", "verify", "--json", store])
    assert told["end"][0]["ledger"]["root"] == json.loads(capsys.readouterr().out)["root"]


def test_the_same_stream_again_on_the_same_record_doubles_nothing(watch, tmp_path, capsys):
    """What is known is not told twice; only holds that the mirror has forgotten are pushed again, and say so."""
    store = str(tmp_path / "s.db")
    watch(attack(), "--auto", "0", "--store", store)
    first = entries(store, capsys)
    watch(attack(), "--auto", "0", "--store", store)
    second = entries(store, capsys)

    assert first == second[: len(first)]
    assert {"intent", "outcome"} >= {entry["kind"] for entry in second[len(first) :]}
    again = [entry for entry in second[len(first) :] if entry["kind"] == "intent"]
    assert {"missing on the platform"} == {entry["body"]["why"] for entry in again}
    assert 0 == main(["ledger", "verify", store])


def test_every_event_is_kept_in_an_archive_that_can_be_scanned_again(watch, tmp_path, capsys):
    """Posts and security events of the stream, each once; a scan of the files finds the campaign that the watch found."""
    folder = tmp_path / "archive"
    told = watch(attack(), "--archive", str(folder))
    capsys.readouterr()

    heard = Decoder().decode(attack()).batch
    kept = list(ParquetArchive(folder).read(0, 1 << 60))
    assert heard.posts.num_rows == sum(batch.posts.num_rows for batch in kept)
    assert list(heard.others) == [event for batch in kept for event in batch.others]
    assert 0 == main(["scan", "--json", *(str(path) for path in sorted(folder.glob("posts-*.parquet")))])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()][:-1]
    assert len(found) == len({each["subject"] for each in told["campaign"]})


def test_a_second_watch_on_the_same_record_is_refused_and_the_first_goes_on(holdfast, tmp_path):
    """It ends at once with exit code 3 and says who is there; the first ends as if nothing had been."""
    store, stream = str(tmp_path / "s.db"), attack()
    words = ["watch", "--events", "-", "--json", "--auto", "30", "--store", store]
    with subprocess.Popen(
        [sys.executable, "-m", "holdfast", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        first.stdin.write(stream[: stream.rindex(b"\n", 0, -1) + 1])
        first.stdin.flush()
        assert b'"type":"happening"' in first.stdout.readline()
        code, out, err = holdfast(*words, stdin=stream)
        assert (code, out) == (3, "")
        assert f"pid {first.pid} on " in err
        assert "Traceback" not in err
        assert holdfast("ledger", "verify", store)[0] == 0
        out, _ = first.communicate(stream[stream.rindex(b"\n", 0, -1) + 1 :])
        assert first.returncode == 0
    assert b'"kind":"placed"' in out
    assert holdfast("ledger", "verify", store)[0] == 0
    assert not (tmp_path / "s.db.lock").exists()


def moment(time):
    """A time as it is told."""
    return datetime.fromisoformat(time)


def entries(store, capsys):
    """What is on record."""
    main(["ledger", "show", "--json", store])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_end_says_what_was_forgotten(watch, capsys, tmp_path):
    """Counted for programs; for people in a sentence, and only where there is something to say."""
    crowd = [{"id": f"c{n}", "time": NOON + n, "account": f"c{n}", "text": "good morning"} for n in range(14_000)]
    (end,) = watch(lines(crowd), "--memory-mb", "4")["end"]

    assert (0, 0) == (end["late"], end["unresolved"])
    assert 0 < end["evicted"]["accounts"]
    assert 0 == main(["watch", "--once", "--events", str(tmp_path / "stream.jsonl"), "--memory-mb", "4"])
    assert re.search(r"forgotten: the past of [1-9][\d,]* accounts", capsys.readouterr().out)


def test_the_standard_input_is_watched_to_its_end(holdfast):
    """With `--events -`, as from a pipe."""
    code, out, err = holdfast("watch", "--events", "-", "--json", stdin=attack())

    assert 0 == code, err
    assert "campaign" in [json.loads(line).get("kind") for line in out.splitlines()]


def test_a_growing_file_is_judged_as_it_grows(tmp_path):
    """The third post completes the campaign while the file is being watched."""
    path = tmp_path / "growing.jsonl"
    path.write_bytes(lines(talk()))
    parts = [lines([post]) for post in fraud()]
    seen = []
    run = LiveWatch(approve_after=None, store=None, memory_mb=16)

    def grow():
        seen.append(len(run.response.docket.cases))
        if not parts:
            return False
        with path.open("ab") as file:
            file.write(parts.pop(0))
        return True

    for delivery in FollowFile(path, wait=grow):
        run.take(delivery.batch)
    run.store.close()

    assert [0, 0, 0, 1] == seen


def test_one_clock_in_the_future_does_not_move_the_stream(watch):
    """A post from 2199 neither ends the watch nor makes time pass."""
    odd = lines([{"id": "odd", "time": 7_258_118_399_999, "account": "u1", "text": "what year is it"}])

    told = watch(lines(talk()) + odd + lines(fraud()))

    assert 1 == len(told["end"])
    clock = StreamClock(monotonic=lambda: 0.0, wall=lambda: (NOON + DAY) / 1000)
    run = LiveWatch(approve_after=None, store=None, memory_mb=16, clock=clock)
    run.take(batch_of(odd))
    run.store.close()
    assert NOON + DAY == clock.now()


def test_one_event_from_years_ahead_stops_no_hold():
    """A date that nothing bears out, though it has come by now, is counted and changes nothing else: holds are placed."""
    odd = [{"id": "odd", "time": NOON + 365 * DAY, "account": "u1", "text": "what year is it"}]
    placed = []
    for stray in ([], odd):
        run = LiveWatch(approve_after=1, store=None, memory_mb=16)
        for part in (talk(), stray, takeovers() + fraud() + later()):
            run.take(batch_of(lines(part)))
        placed.append([happening.text for happening in run.happenings() if happening.kind == "placed"])
        run.store.close()
        assert run.counters["misdated"] == len(stray)
    assert placed[0]
    assert placed[0][0] == placed[1][0]


def later():
    """Somebody posts on, a minute after the other."""
    return [{"id": f"on {n}", "time": NOON + n * MINUTE, "account": "u1", "text": "rain"} for n in range(10)]


def test_events_that_come_late_do_not_turn_time_back():
    """The newest event says what time it is."""
    clock = StreamClock(monotonic=lambda: 0.0)
    clock.saw(batch_of(lines(fraud())))
    clock.saw(batch_of(lines(talk())))

    assert NOON + 2 * MINUTE == clock.now()


def batch_of(data):
    """The lines as one batch."""
    return Decoder().decode(data, 1).batch


def test_hostile_text_does_not_reach_the_terminal(tmp_path, capsys):
    """Neither from the stream nor from the record."""
    evil = "\x1b]0;gone\x07[bold red]x[/]\u202e"
    events = takeovers() + [
        {**post, "account": post["account"] + evil, "text": post["text"] + evil} for post in fraud()
    ]
    events = [{**event, "staff": STAFF + evil} if "staff" in event else event for event in events]
    (tmp_path / "stream.jsonl").write_bytes(lines(events))
    store = str(tmp_path / "s.db")

    assert 0 == main(["watch", "--once", "--events", str(tmp_path / "stream.jsonl"), "--auto", "0", "--store", store])
    assert 0 == main(["ledger", "show", store])

    out = capsys.readouterr().out
    assert "looks taken over by" in out
    assert not set("\x1b\x07\u202e") & set(out)
