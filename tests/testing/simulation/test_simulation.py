"""Schedules of trouble, and whether the response ends as it must; `make simulate` plays a thousand of them."""

import json
import subprocess
import sys

import pytest
from tests.testing.simulation.mutants import MUTANTS, guard_is_late

from holdfast.testing.simulation import in_memory, play, schedule, shrink, simulate
from holdfast.testing.simulation.__main__ import main
from holdfast.testing.simulation.steps import Agree, Ask, Lure, Run

SEEDS = range(30)  # as many as fit in a few seconds
TWICE = range(1_000, 1_004)  # played two times each
ENOUGH = 40  # schedules within which every mistake must be found; most are by the first few


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_it_ends_as_it_must(seed):
    """Crashes, failing stores, unruly platforms, rivals and clocks: no law is broken."""
    assert () == simulate(seed, in_memory).broken


@pytest.mark.parametrize("seed", TWICE)
def test_the_same_seed_writes_the_same_record(seed):
    """Byte for byte, in one process."""
    assert () == simulate(seed, in_memory, again=True).broken


def test_a_seed_means_the_same_in_every_process(tmp_path):
    """Nothing hangs on the order in which a process happens to keep its sets."""
    words = [sys.executable, "-m", "holdfast.testing.simulation", "--seeds", "3", "--jobs", "1", "--json"]
    told = [
        subprocess.run(words, env={"PYTHONHASHSEED": each, "HOME": str(tmp_path)}, capture_output=True, check=True)
        for each in ("1", "2")
    ]
    assert told[0].stdout == told[1].stdout
    assert [0, 1, 2] == [json.loads(line)["seed"] for line in told[0].stdout.splitlines()]


@pytest.mark.parametrize(("mistake", "law"), MUTANTS.items(), ids=lambda each: getattr(each, "__name__", None))
def test_each_mistake_is_found(monkeypatch, mistake, law):
    """A response with this mistake breaks this law within forty schedules."""
    mistake(monkeypatch.setattr)
    for seed in range(ENOUGH):
        if law in {broken.law for broken in simulate(seed, in_memory).broken}:
            return
    pytest.fail(f"{ENOUGH} schedules, and nobody noticed")


def noticed():
    """The first schedule that breaks a law."""
    return next(outcome for outcome in (simulate(seed, in_memory) for seed in range(ENOUGH)) if outcome.broken)


def test_a_failing_schedule_is_shrunk_to_what_it_fails_by(monkeypatch):
    """What is left still breaks the law, and nothing can be left out of it."""
    guard_is_late(monkeypatch.setattr)
    outcome = noticed()

    least = shrink(outcome, in_memory, most=120)

    assert outcome.broken[0].law == least.broken[0].law
    assert len(least.steps) < len(schedule(outcome.seed)) / 4
    for left_out in range(len(least.steps)):
        fewer = (*least.steps[:left_out], *least.steps[left_out + 1 :])
        assert least.broken[0].law not in {each.law for each in play(outcome.seed, fewer, in_memory).broken}


def test_a_failure_says_how_to_see_it_again(monkeypatch, capsys):
    """The command names seed, steps and law on standard error, and ends in exit code 1."""
    guard_is_late(monkeypatch.setattr)
    seed = noticed().seed

    assert 1 == main(["--seed", str(seed)])

    said = " ".join(capsys.readouterr().err.split())
    assert f"python -m holdfast.testing.simulation --seed {seed} --shrink" in said
    assert "the guard answers by the holds" in said
    assert "1 schedules, 1 of them broke a law" in said


def test_a_schedule_does_something():
    """An attack that is answered ends in deeds on the platform and entries on the record; silence in neither."""
    lures = tuple(Lure(star=star, scam=0) for star in range(3))
    answered = (*lures, Ask(by=0, pick=1), Agree(by=1, pick=0), Agree(by=2, pick=0), Run(lasting=60_000))

    assert (0, 0) == ((nothing := play(0, (), in_memory)).entries, nothing.calls)
    assert play(0, answered, in_memory).calls > 10
