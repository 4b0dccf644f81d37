"""What must hold when an owner of a store is killed, or sleeps while another takes over, whatever the store lies in."""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from holdfast.backends import LedgerFile, verify_store
from holdfast.ledger import seeded_signer

PROGRAM = Path(__file__).with_name("acting_process.py")


@contextmanager
def acting(store, deeds, *name):
    """The program at work; a named one waits for a word before each deed."""
    words = [sys.executable, str(PROGRAM), str(store), str(deeds), *name]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def go_on(process):
    """Let it do the deed it waits with."""
    process.stdin.write("\n")
    process.stdin.flush()


def lines(deeds):
    """Who did what to whom, in order."""
    return [tuple(json.loads(line)[:3]) for line in deeds.read_text().splitlines()]


def check_record(store, outcomes):
    """The record is whole, and no attempt has two outcomes."""
    assert verify_store(store, str(seeded_signer(1).vkey)).ok
    with LedgerFile(store) as file:
        keys = [entry.record.key for entry in file.entries()]
    assert sorted({key for key in keys if key.startswith("outcome/")}) == sorted(outcomes)
    assert len(keys) == len(set(keys))
    assert {key.replace("outcome", "intent", 1) for key in outcomes} == {k for k in keys if k.startswith("intent/")}


def killed_between_two_deeds(store, deeds, freed):
    """Kill -9 after the first deed: the next owner does all three, and each attempt has one outcome."""
    with acting(store, deeds, "first") as first:
        assert first.stdout.readline() == "doing\n"
        go_on(first)
        assert first.stdout.readline() == "doing\n"
        first.kill()
        first.wait()
    freed()
    with acting(store, deeds) as second:
        assert second.stdout.read() == "done in turn 2\n"
    assert [("first", "apply")] == [line[:2] for line in lines(deeds) if line[0] == "first"]
    flags = {account: deed for _, deed, account in lines(deeds)}
    assert flags == {"a": "apply", "b": "lift", "c": "apply"}


def asleep_while_another_takes_over(store, deeds, take_lock_away):
    """The sleeper wakes in the middle of a deed: that one was on its way; he does no other and writes nothing."""
    with acting(store, deeds, "sleeper") as sleeper:
        assert sleeper.stdout.readline() == "doing\n"
        take_lock_away()
        with acting(store, deeds) as second:
            assert second.stdout.read() == "done in turn 2\n"
        before = lines(deeds)
        go_on(sleeper)
        assert sleeper.stdout.readline() == "deposed\n"
        assert sleeper.wait(60) == 0
    assert lines(deeds) == [*before, ("sleeper", "apply", before[0][2])]
