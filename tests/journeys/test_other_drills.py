"""Attacks with other causes, and a day without any."""

import json
import re

import pytest


@pytest.mark.parametrize("scenario", ["third-party-app", "sim-swap", "session-theft", "bribed-reader"])
def test_the_cause_is_right_or_unknown_but_never_wrong(drill, scenario):
    """A wrong cause would cut off the wrong people."""
    cause = drill(scenario)["cause"]
    assert cause["right"] or "unknown" == cause["named"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_without_an_attack_has_no_proposal(drill, seed):
    """Nothing is proposed, named or held where there is nothing to stop; an organisation's chapters are one voice."""
    board = drill("ordinary-day", "--seed", seed)

    assert 0 == board["proposals"]
    assert "unknown" == board["cause"]["named"]
    assert board["cause"]["right"] is True
    assert 0 == board["accounts"]["innocent_held"]
    assert board["detected_at"] is None


def test_the_same_seed_gives_the_same_record_byte_for_byte(holdfast, tmp_path):
    """What a drill prints and its ledger follow from scenario and seed alone; how long it took is told beside it."""
    words = ["drill", "session-theft", "--seed", 5, "--json", "--store"]
    (code, first, err), (_, second, _) = (holdfast(*words, tmp_path / f"{n}.db") for n in range(2))

    assert 0 == code
    assert first == second
    assert "posts_seen" in json.loads(first)
    assert re.search(r"posts and [\d,]+ security events in [\d.]+ s", err)


def test_the_scenarios_are_listed(holdfast):
    """`--list` prints one name a line, the calm day among them."""
    code, out, _ = holdfast("drill", "--list")

    assert 0 == code
    assert {"twitter-2020-07-15", "ordinary-day"} <= set(out.split())
    assert 6 == len(out.splitlines())


def test_an_unknown_scenario_is_a_usage_error_that_names_the_nearest(holdfast):
    """A typing slip gets advice."""
    code, _, err = holdfast("drill", "ordinary-dya")

    assert 2 == code
    assert "ordinary-day" in err
