"""Attacks with other causes, and a day without any."""

import functools
import json
import re
from pathlib import Path

import pytest

from holdfast.app.drill import Drill, DrillOptions


@functools.cache
def answered(scenario, approve_after=60.0):
    """The scoreboard of a drill where plans are approved a minute after they are proposed."""
    with Drill(DrillOptions(scenario=scenario, approve_after=approve_after)) as run:
        for _ in run.play():
            pass
        return run.scoreboard()


@pytest.mark.parametrize("scenario", ["third-party-app", "sim-swap", "session-theft", "bribed-reader"])
def test_the_cause_is_right_or_unknown_but_never_wrong(scenario):
    """A wrong cause would cut off the wrong people."""
    cause = answered(scenario).cause
    assert cause.right or "unknown" == cause.named
    assert cause.right or not cause.also


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


def test_a_bribed_reader_is_stopped_by_an_answer():
    """Sixty inboxes when nobody answers; a sixth of that when the tools are taken as soon as it shows."""
    assert 60 == answered("bribed-reader", None).exposure.inboxes_read
    assert 20 >= answered("bribed-reader").exposure.inboxes_read
    assert 0 == answered("bribed-reader").accounts.innocent_held


def test_revoking_an_app_holds_nobody_who_only_used_it():
    """Nine thousand others let it in; what its tokens can no longer do need not be forbidden to them one by one."""
    board = answered("third-party-app")

    assert "app:app-matchday" == board.cause.named
    assert 0 == board.accounts.innocent_held
    assert board.ledger.size < 1_000

    tutorial = (Path(__file__).parents[2] / "docs" / "tutorial" / "first-drill.md").read_text(encoding="utf-8")
    posted, refused = board.accounts.posted, board.lure_posts.refused_at_write
    assert f"{posted} accounts have posted, and the lure is refused {refused} times" in tutorial


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
