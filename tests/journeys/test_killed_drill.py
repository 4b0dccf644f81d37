"""`kill -9` in the middle of a drill, then the same command again."""

import functools
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.app.drill import Drill, DrillOptions
from holdfast.backends import LedgerFile

from .small_july import NAME as JULY
from .small_july import NIGHT

SCENARIO = "session-theft"


def kill(scenario, store, nth, moment):
    """Play until the drill kills itself about its `nth` transaction."""
    doomed = subprocess.run(
        [sys.executable, Path(__file__).with_name("doomed_drill.py"), scenario, store, "1", str(nth), moment],
        check=False,
        capture_output=True,
        timeout=600,
    )
    assert -signal.SIGKILL == doomed.returncode, doomed.stderr.decode()


def play(scenario, store):
    """Play a drill on this store; its scoreboard, with the root of its ledger."""
    with Drill(DrillOptions(scenario=scenario, approve_after=60.0, store=store)) as run:
        for _ in run.play():
            pass
        return run.scoreboard()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """How a drill ends when nobody kills it; each is played once."""
    return functools.cache(lambda scenario: play(scenario, tmp_path_factory.mktemp(scenario) / "whole.db"))


@pytest.mark.parametrize(("nth", "moment"), [(3, "within"), (9, "after"), (25, "before"), (60, "within")])
def test_a_killed_drill_ends_as_if_it_had_never_been_killed(whole, tmp_path, nth, moment):
    """Same scoreboard, same ledger root: nothing lost, nothing doubled."""
    store = tmp_path / "killed.db"

    kill(SCENARIO, store, nth, moment)

    assert whole(SCENARIO) == play(SCENARIO, store)


@pytest.mark.parametrize(
    ("nth", "moment", "permitted", "done"),
    [("+1", "within", False, False), ("+10", "after", True, True)],
    ids=["while hundreds of holds are being placed", "while they are carried out"],
)
def test_july_is_killed_at_its_worst_moments(whole, tmp_path, nth, moment, permitted, done):
    """Between approval and permit, and with some deeds done and others not, the second run ends like a whole one."""
    store = tmp_path / "killed.db"

    kill(JULY, store, nth, moment)

    with LedgerFile(store) as record:
        keys = [entry.record.key.partition("/")[0] for entry in record.entries()]
    assert "approval" in keys
    assert (permitted, done) == ("permit" in keys, "outcome" in keys)
    assert keys.count("outcome") <= keys.count("intent") // 2
    board = whole(JULY)
    assert (3, True) == (board.detected_after_lure_posts, board.ledger.verified)
    assert board == play(JULY, store)


@pytest.mark.parametrize(("nth", "moment"), [("+60", "within"), ("+150", "after")])
def test_a_drill_killed_while_accounts_are_given_back_ends_like_a_whole_one(whole, tmp_path, nth, moment):
    """No wave goes twice, no door is left open, nobody is released who would not have been."""
    store = tmp_path / "killed.db"

    kill(NIGHT, store, nth, moment)

    with LedgerFile(store) as record:
        keys = {entry.record.key.partition("/")[0] for entry in record.entries()}
    assert {"waves", "recovery"} <= keys
    board = whole(NIGHT)
    assert board.recovery.released > 80
    assert board == play(NIGHT, store)


def test_another_drill_on_the_same_store_is_refused(holdfast, drill, tmp_path):
    """A record of one run is not continued by another; it ends in exit code 4 and stays as it was."""
    store = tmp_path / "store.db"
    drill(SCENARIO, "--store", store)
    before = store.read_bytes()

    code, _, err = holdfast("drill", SCENARIO, "--seed", 2, "--store", store)

    assert 4 == code
    assert "Traceback" not in err
    assert before == store.read_bytes()
