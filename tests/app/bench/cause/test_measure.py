"""What is measured: verdicts against the truth, figures by what a world is made of, and what the command answers."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from rich.console import Console

from holdfast.app.bench.cause import measure as measuring
from holdfast.app.bench.cause.measure import Outcome, ask, measure, summed, verdict
from holdfast.app.bench.cause.pipeline import through_the_program
from holdfast.app.bench.cause.text import print_report
from holdfast.app.bench.cause.ways import WAYS
from holdfast.app.bench.cause.worlds import make
from holdfast.app.cli.main import main
from holdfast.errors import UsageError
from holdfast.investigation import Cause, Factor, FactorKind, Hypothesis


def outcome(**said) -> Outcome:
    """One world's, as if it had been asked."""
    usual = {
        "usual": False, "way": "app", "carriers": 8, "reach": "most", "decoys": ("review",), "gap": "nothing", "told": True,
        "verdict": "right", "named": "app:calendar", "early": {3: "unknown"}, "next": (1, 2, 2),
        "question_seconds": 0.01, "events": 100, "events_seconds": 0.1,
    }  # fmt: skip
    return Outcome(**usual | said)


def answer(kind: FactorKind | None, value: str = "") -> Cause:
    """A cause of this name, or none."""
    named = kind and Hypothesis(
        factor=Factor(kind=kind, value=value), touched=5, of=5, base_touched=5, base_of=9, p_value=0.0, p_corrected=0.0
    )
    return Cause(campaign="", at=0, named=named or None)


def test_only_a_right_name_is_right_and_only_unknown_where_there_is_none() -> None:
    """To name nothing where there is a cause is unknown, any other name is wrong."""
    session = make(2, "tool session", carriers=8)
    [right] = [factor for factor in session.accepted if factor.kind is FactorKind.TOOL_SESSION]
    theft = make(2, "session theft", carriers=8)
    assert verdict(answer(right.kind, right.value), session) == "right"
    assert verdict(answer(FactorKind.STAFF, "nobody"), session) == "wrong"
    assert verdict(answer(None), session) == "unknown"
    assert verdict(answer(None), theft) == "right"
    assert verdict(answer(right.kind, right.value), theft) == "wrong"


def test_the_first_carriers_are_asked_about_too() -> None:
    """With three, four and five known, at the time of the last of them; next accounts only where the cause is right."""
    found = ask(make(2, "tool session", carriers=20))
    assert found.early.keys() == {3, 4, 5}
    assert found.verdict == "right"
    assert found.next[0] <= min(found.next[1:])


def test_the_program_says_of_a_world_what_it_is_asked_directly() -> None:
    """From lines through decoder, detection and inquiry; a campaign that names no cause leaves it unknown."""
    world = make(2, "tool session", carriers=8)
    cause, touches = through_the_program(world)
    assert verdict(cause, world) == "right"
    assert touches.accounts_of(cause.named.factor).keys() >= set(cause.named.explained)


def test_figures_are_split_by_what_worlds_are_made_of() -> None:
    """A world counts under its way, each of its decoys, its gap, and, where there is a cause, its carriers."""
    report = summed(
        [
            outcome(),
            outcome(verdict="unknown", decoys=("review", "responders"), gap="no ip", next=(0, 0, 0)),
            outcome(way="drainer kit", told=False, verdict="wrong", decoys=()),
        ],
        seed=1,
    )
    assert report.hard.total.right.of == 3
    assert {name: each.right.of for name, each in report.by_decoy.items()} == {"review": 2, "responders": 1}
    assert {name: each.right.of for name, each in report.hard.by_carriers.items()} == {" 8": 2}
    assert {name: each.unknown.count for name, each in report.by_gap.items()} == {"no ip": 1, "nothing": 0}
    assert report.early["after 3"].unknown.of == 3
    assert report.hard.next_accounts.recall.of == 4
    assert report.usual.total.right.of == 0
    assert not any(goal.reached for goal in report.goals[2:])
    assert not report.reached


def test_usual_worlds_are_counted_apart() -> None:
    """What goes wrong in hard worlds takes nothing from them; drainer kits have a row of their own."""
    report = summed(
        [outcome(verdict="wrong"), outcome(usual=True), outcome(usual=True, way="drainer kit", told=False)], seed=1
    )
    assert (report.usual.total.right.count, report.usual.total.right.of) == (2, 2)
    assert (report.usual.with_cause.right.of, report.usual.without_cause.right.of) == (1, 1)
    assert report.usual.by_way["drainer kit"].wrong.count == 0
    assert report.hard.total.wrong.count == 1


def test_goals_are_reached_at_their_bounds() -> None:
    """Ninety-five right and one wrong of a hundred are enough; nine wrong of two hundred are not."""
    usual = [outcome(usual=True)] * 100
    worlds = [*usual, *[outcome()] * 95, *[outcome(verdict="unknown")] * 4]
    none = [outcome(way="drainer kit", told=False)] * 100
    assert summed([*worlds, outcome(verdict="wrong"), *none], seed=1).reached
    few = summed([*worlds, *[outcome(verdict="wrong", gap="no ip")] * 9, *none], seed=1)
    assert [goal.reached for goal in few.goals] == [True, True, True, False, True]


def test_every_way_takes_its_turn_and_is_told_of() -> None:
    """A usual world and a hard one of each; the caller hears of all; but for the clock a seed measures the same."""
    heard = []
    report = measure(len(WAYS), 5, done=lambda: heard.append(1))
    assert len(heard) == 2 * len(WAYS)
    assert list(report.hard.by_way) == list(report.usual.by_way) == sorted(WAYS)
    some, again = measure(3, 5), measure(3, 5)
    assert msgspec.structs.replace(again, speed=some.speed) == some
    assert 0 < report.speed.question_ms_median <= report.speed.question_ms_p99 < math.inf


def test_a_report_is_told_in_full() -> None:
    """Every way, decoy, gap and goal stands in it, and which goals were missed."""
    kit = outcome(usual=True, way="drainer kit", told=False, verdict="wrong")
    report = summed([outcome(), kit], seed=9)
    console = Console(record=True, width=120, force_terminal=False)
    print_report(console, report)
    told = console.export_text()
    for words in ("1 worlds of each sort from seed 9", "drainer kit", "review", "next accounts", "MISSED", "Speed"):
        assert words in told
    assert "no cause named where there is none" in told


def test_the_command_prints_one_object_with_json(capsysbinary) -> None:
    """Nothing else on standard output, and no bar where nobody looks."""
    assert main(["bench", "cause", "--worlds", "3", "--seed", "2", "--json"]) == 0
    out, err = capsysbinary.readouterr()
    said = json.loads(out)
    assert (said["worlds"], said["seed"], said["pipeline"]) == (3, 2, False)
    assert said["usual"]["total"]["right"]["of"] == said["hard"]["total"]["right"]["of"] == 3
    assert err == b""


def test_the_command_prints_tables_to_people(capsys) -> None:
    """Without `--json` a person reads them; a goal that was missed is no failure unless asked for."""
    assert main(["bench", "cause", "--worlds", "1", "--seed", "2"]) == 0
    assert "1 worlds of each sort from seed 2, asked directly" in capsys.readouterr().out


def test_check_answers_1_when_a_goal_is_missed(monkeypatch, capsys) -> None:
    """And 0 when all are reached."""
    for bound, code in ((0.0, 0), (1.1, 1)):
        monkeypatch.setattr(measuring, "RIGHT_AT_LEAST", bound)
        monkeypatch.setattr(measuring, "WRONG_AT_MOST", 1.0)
        assert main(["bench", "cause", "--worlds", "1", "--check", "--json"]) == code
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("worlds", ["0", "1000001", "-1"])
def test_how_many_worlds_has_bounds(worlds: str, capsys) -> None:
    """None, and more than seeds lie apart, are refused with advice."""
    assert main(["bench", "cause", "--worlds", worlds]) == UsageError.exit_code
    assert "Ask for 1 to 1,000,000 worlds" in capsys.readouterr().err


@pytest.mark.parametrize("accounts", ["2", "201", "-1"])
def test_how_many_accounts_has_bounds(accounts: str, capsys) -> None:
    """Two never make a cause, and of too many a platform would be conquered; 0 is any number."""
    assert main(["bench", "cause", "--accounts", accounts]) == UsageError.exit_code
    assert "Ask for 3 to 200 accounts" in capsys.readouterr().err


def test_the_pipeline_is_asked_for_by_name(capsysbinary) -> None:
    """The worlds go through the whole program, and the report says so."""
    assert main(["bench", "cause", "--worlds", "1", "--pipeline", "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["pipeline"] is True
