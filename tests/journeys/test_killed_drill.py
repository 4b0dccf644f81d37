"""`kill -9` in the middle of a drill, then the same command again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = "session-theft"


@pytest.mark.parametrize(("nth", "moment"), [(3, "within"), (9, "after"), (25, "before"), (60, "within")])
def test_a_killed_drill_ends_as_if_it_had_never_been_killed(drill, tmp_path, nth, moment):
    """Same scoreboard, same ledger root: nothing lost, nothing doubled."""
    whole = drill(SCENARIO, "--store", tmp_path / "whole.db")
    store = tmp_path / "killed.db"

    doomed = subprocess.run(
        [sys.executable, Path(__file__).with_name("doomed_drill.py"), SCENARIO, store, "1", str(nth), moment],
        check=False,
        capture_output=True,
        timeout=600,
    )
    assert -signal.SIGKILL == doomed.returncode, doomed.stderr.decode()
    again = drill(SCENARIO, "--store", store)

    assert whole == again


def test_another_drill_on_the_same_store_is_refused(holdfast, drill, tmp_path):
    """A record of one run is not continued by another; it ends in exit code 4 and stays as it was."""
    store = tmp_path / "store.db"
    drill(SCENARIO, "--store", store)
    before = store.read_bytes()

    code, _, err = holdfast("drill", SCENARIO, "--seed", 2, "--store", store)

    assert 4 == code
    assert "Traceback" not in err
    assert before == store.read_bytes()
