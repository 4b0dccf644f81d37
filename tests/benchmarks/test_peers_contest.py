"""Are contestants run, read and told as they should be?"""

import json
import sys

import pytest
from benchmarks.peers.contest import Result, Spent, accounted, groups_of
from benchmarks.peers.judge import Found, Truth, Verdict
from benchmarks.peers.table import page, ratio

BUSY = "b = bytearray(80 << 20); n = sum(range(3_000_000)); print('done')"


def test_the_system_says_what_a_process_spent(tmp_path):
    """Processor time, wall time and peak memory are of the program that was run, and what it printed is kept."""
    spent = accounted([sys.executable, "-c", BUSY], tmp_path / "out")
    assert (tmp_path / "out").read_text() == "done\n"
    assert 0 < spent.cpu < 60
    assert 0 < spent.wall < 60
    assert spent.peak >= 80


def test_processes_of_a_process_are_counted(tmp_path):
    """What its children spent is its own."""
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"
    assert accounted([sys.executable, "-c", child], tmp_path / "out").peak >= 80


def test_a_failure_ends_the_contest_with_its_words(tmp_path):
    """Nobody is judged by half an output."""
    with pytest.raises(SystemExit, match="no such rule"):
        accounted([sys.executable, "-c", "raise SystemExit('no such rule')"], tmp_path / "out")


def test_campaigns_and_groups_are_read_alike(tmp_path):
    """Holdfast's times are those of the tier asked for; a tool that reads whole files has none."""
    campaign = {
        "tier": "contain",
        "accounts": ["a"],
        "detected_at": "1970-01-01T00:00:01Z",
        "contained_at": "1970-01-01T00:00:02Z",
    }
    alert = campaign | {"tier": "alert", "accounts": ["b"], "contained_at": None}
    lines = [campaign, alert, {"accounts": ["c"], "found_at": None}, {"summary": {}}]
    (tmp_path / "said").write_text("\n".join(map(json.dumps, lines)))
    read = [(sorted(group.accounts), group.found_at) for group in groups_of(tmp_path / "said")]
    assert read == [(["a"], 1_000), (["b"], 1_000), (["c"], None)]
    (tmp_path / "tiers").write_text("\n".join(map(json.dumps, lines[:2])))
    assert [group.found_at for group in groups_of(tmp_path / "tiers", "contain")] == [2_000]


def result(name, found, *, false_groups=0, innocent=0, cpu=1.0):
    attacked = Verdict(found={"V0_x#0": found, "V10_x#0": None}, false_groups=false_groups, innocent=innocent)
    teased = Verdict(found={}, false_groups=false_groups + 2, innocent=innocent + 7)
    return Result(name=name, spent=Spent(wall=2.0, cpu=cpu, peak=100.0), attacked=attacked, teased=teased)


def test_the_page_sets_figures_side_by_side():
    """Each contestant has a row of figures, each but the first a row of ratios, each variant a row of its own."""
    campaigns = {"V0_x#0": [("a", 1)], "V10_x#0": [("b", 1)]}
    truth = Truth(
        background=1_000_000, campaigns=campaigns, variants={"V0_x#0": "V0", "V10_x#0": "V10"}, lookalikes=1_000
    )
    ours = result("ours", Found(posts_until=3, recalled=1.0))
    theirs = result("theirs", None, false_groups=4, innocent=12, cpu=30.0)
    lines = page({"attacked": truth, "teased": truth}, [ours, theirs]).splitlines()
    assert "| ours | 1 of 2 | 0.500 | 3 | 0.0 | 0 | 2,000 | 7 | 2.0 | 1.0 | 100 |" in lines
    assert "| theirs | 0 of 2 | 0.000 | - | 4.0 | 12 | 2,000 | 7 | 2.0 | 30.0 | 100 |" in lines
    assert "| theirs | 0 | 0 | - | 4 : 0 | 12 : 0 | 1 | 1 | 1 | 30 | 1 |" in lines
    assert "| V0 | 1/1, 1.00, 3 | - |" in lines
    assert lines.index("| V10 | - | - |") == len(lines) - 1


def test_a_ratio_to_nothing_shows_both():
    """Where we have none, how many times cannot be said."""
    assert (ratio(1_500, 2), ratio(4_321, 0), ratio(0, 0), ratio(1, 8)) == ("750", "4,321 : 0", "0 : 0", "0.12")
