"""The afternoon at the support desk, as `make demo-gate` tells it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told():
    """All that is printed."""
    words = [sys.executable, "-m", "examples.afternoon"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    done = subprocess.run(words, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=600, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def came_of(told, act):
    """What is printed below what somebody does, up to what is done next."""
    lines = told.partition(act)[2].splitlines()[1:]
    shown = [line for line in lines if line.strip()]
    ends = next((n for n, line in enumerate(shown) if re.match(r"(\d\.|  \w)", line)), len(shown))
    return [line.strip() for line in shown[:ends]]


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        ("looks up @ana for ticket T-1", "yes  allowed, on record as"),
        ("looks up @ana for no ticket", "no   ticket_needed"),
        ("looks up @ana for ticket T-99", "no   ticket_unknown"),
        ("replaces @president's e-mail with thief@example.net", "no   second_person_needed"),
        ("asks for somebody to agree, and agrees as Sam", "no   sam cannot agree to what sam asks for"),
        ("replaces it, but with another address than carl saw", "no   second_person_needed"),
        ("replaces it with press@example.gov", "yes  it waits"),
        ("once more, by the same agreement", "no   second_person_needed"),
        ("opens the link in her mail", "yes  undone; her e-mail is ana@example.org"),
        ("She asks for it", "yes  done"),
        ("intruder  looks up @ana", "no   staff_held; tool_session_held"),
        ("goes on with her work", "no   session_over"),
        ("they are not locked out", "yes  allowed, on record as"),
        ("gate attempts --target 1002", "Tried 4 times by 1 person, reached once"),
        ("ledger verify", "whole"),
    ],
)
def test_each_step_ends_as_it_is_meant_to(told, act, outcome):
    """What one person alone does is refused, what two agreed to passes once, and the record is whole."""
    assert act in told
    assert came_of(told, act)[0].startswith(outcome)


def test_what_one_person_may_do_is_not_silent(told):
    """While the new address waits, a reset goes to the old one."""
    assert "a reset would go to ana@example.org" in told
