"""Somebody refits the model's figures on labelled posts of their own: what changes, what stands, and what is written."""

import json
import subprocess
from pathlib import Path

import pytest

import holdfast
from holdfast.app.cli.main import main

from .stories import HOUR, NOON, fraud, lines, talk

ATTACK = [{**post, "campaign": "fund#1"} for post in fraud()]
LINKS = [
    {
        "id": f"l{number}",
        "time": NOON + number * HOUR,
        "account": f"u{number % 24}",
        "text": f"one of the pages of the day, number {number % 60}: https://gazette.example.org/{number % 60}",
    }
    for number in range(120)
]


@pytest.fixture
def calibrate(tmp_path, capsys, monkeypatch):
    """Run the command in a folder with labelled posts; answer with its code and what it said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labelled.jsonl").write_bytes(lines(talk() + LINKS + ATTACK))
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench/background.jsonl").write_bytes(lines(talk() + LINKS))
    (tmp_path / "bench/campaigns.jsonl").write_bytes(lines(ATTACK))

    def run(*words):
        return main(["bench", "calibrate", *words]), *capsys.readouterr()

    return run


def test_what_changes_is_told_with_what_was_counted(calibrate):
    """A line for each figure, the changed ones starred, and the others by where they come from."""
    code, out, _ = calibrate("--data", "labelled.jsonl")

    assert 0 == code
    assert "315 posts, 3 of them attacks." in out
    line = next(line for line in out.splitlines() if "SHARED_COPYABLE" in line)
    assert line.startswith("* ")
    assert (
        "45 of 105: a link or number of another account" in line
    )  # without what the three taken accounts posted later
    assert "ALERT would be" in out
    assert "OWN_PAGE" in next(line for line in out.splitlines() if "judged" in line)


def test_a_folder_and_one_file_give_the_same(calibrate):
    """The benchmark's form, and posts that name their campaign, are two spellings of one thing."""
    _, one, _ = calibrate("--data", "labelled.jsonl", "--json")
    _, other, _ = calibrate("--data", "bench", "--json")
    told = json.loads(one)

    assert told == json.loads(other)
    assert {"posts", "attacks", "estimates", "thresholds", "standing"} == told.keys()
    copyable = next(estimate for estimate in told["estimates"] if estimate["figure"] == "SHARED_COPYABLE")
    assert {"shared_copyable": {"seen": 45, "of": 105}} == copyable["counts"]
    assert copyable["low"] < copyable["refitted"] < copyable["high"] < copyable["present"]


def test_weight_holds_figures_back(calibrate):
    """The present figures may count for much more than a small sample."""
    found = []
    for weight in ("1", "1000"):
        _, out, _ = calibrate("--data", "labelled.jsonl", "--weight", weight, "--json")
        estimates = {estimate["figure"]: estimate for estimate in json.loads(out)["estimates"]}
        found.append(abs(estimates["SHARED_COPYABLE"]["refitted"] - estimates["SHARED_COPYABLE"]["present"]))
    assert found[1] < found[0] / 4


def test_nothing_is_changed_and_what_is_written_is_a_patch(calibrate, tmp_path):
    """Of the starred figures only; it fits the model's source."""
    model = Path(holdfast.__file__).parent / "detection/model.py"
    before = model.read_bytes()
    _, out, _ = calibrate("--data", "labelled.jsonl", "--write", "figures.patch", "--json")
    changed = {estimate["figure"].partition(".")[0] for estimate in json.loads(out)["estimates"] if estimate["changes"]}
    patch = (tmp_path / "figures.patch").read_text()

    assert before == model.read_bytes()
    assert changed
    target = tmp_path / "src/holdfast/detection"
    target.mkdir(parents=True)
    (target / "model.py").write_bytes(before)
    subprocess.run(["git", "apply", "figures.patch"], cwd=tmp_path, check=True)
    assert all(any(name in line for line in patch.splitlines() if line.startswith("+")) for name in changed)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--data", "nowhere.jsonl"], 3, "does not exist"),
        (["--data", "empty"], 3, "holds no background.jsonl"),
        (["--data", "none.jsonl"], 3, "holds no posts"),
        (["--data", "labelled.jsonl", "--weight", "0"], 2, "leaves nothing of the present figures"),
        (["--data", "labelled.jsonl", "--weight", "nan"], 2, "leaves nothing of the present figures"),
        (["--data", "labelled.jsonl", "--memory-mb", "1"], 2, "memory_mb is 1"),
        (["--data", "labelled.jsonl", "--write", "bench"], 2, "bench"),
        ([], 2, "--data"),
    ],
)
def test_slips_are_told_with_advice(calibrate, tmp_path, words, code, message):
    """The right exit code, and nothing on standard output."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.jsonl").write_bytes(b"{}\n")
    answer, out, err = calibrate(*words)

    assert (code, "") == (answer, out)
    assert message in err
