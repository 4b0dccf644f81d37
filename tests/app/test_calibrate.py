"""Refitting: counts move the present figures as far as they weigh, and the patch changes exactly those."""

from __future__ import annotations

import ast
import subprocess
from math import exp, isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.bench.calibrate.figures import estimates
from holdfast.app.bench.calibrate.patch import patch, patched, source, standing
from holdfast.app.bench.calibrate.posteriors import of_curve, of_shares
from holdfast.detection import Census, Count, model

shares = st.floats(1e-5, 1 - 1e-5)
CURVE = {"ceiling": 2.0, "half": 3.0}


def census(counts=None, novices=None):
    """A census that counted only this."""
    return Census(counts=counts or {}, novices=novices or {})


@given(shares, st.floats(0.1, 100))
def test_nothing_counted_changes_nothing(share, weight):
    """The present figure is its own best estimate."""
    refit = of_shares([Count(seen=0, of=0)], [share], lambda found: found, weight=weight)
    assert isclose(refit.value, share, rel_tol=1e-9)


@given(shares, st.integers(1, 10**6), st.floats(0, 1))
def test_a_refit_lies_between_the_present_and_what_was_counted(present, of, part):
    """And its interval around it; the more was counted, the nearer to that."""
    count = Count(seen=int(of * part), of=of)
    refit = of_shares([count], [present], lambda found: found, weight=1.0)
    low, high = sorted((present, count.seen / count.of))
    assert low - 1e-12 <= refit.value <= high + 1e-12
    assert refit.low <= refit.high


def test_weight_keeps_a_figure_where_it_is():
    """The same count moves a figure less, the more events it is worth."""
    refits = [of_shares([Count(seen=30, of=100)], [0.1], lambda s: s, weight=w).value for w in (0.1, 1, 10, 1000)]
    assert refits == sorted(refits, reverse=True)
    assert isclose(refits[0], 0.3, rel_tol=0.05)
    assert isclose(refits[-1], 0.1, rel_tol=0.05)


def test_a_known_share_is_found_again():
    """The interval holds the truth that many draws came from, and is as narrow as they allow."""
    refit = of_shares([Count(seen=2_000, of=100_000)], [0.2], lambda s: -log(1) - s, weight=1.0)
    assert -0.0210 < refit.low < -0.02 < refit.high < -0.0190


@pytest.mark.parametrize(("ceiling", "half"), [(2.0, 3.0), (4.0, 60.0), (0.7, 10.0)])
def test_a_known_curve_is_found_again(ceiling, half):
    """From counts that follow a curve exactly its two figures come back, whatever the present ones are."""
    shares_by_posts = [0.97 * exp(-ceiling * posts / (posts + half)) for posts in range(256)]
    told = [Count(seen=round(20_000 * share), of=20_000) for share in shares_by_posts]
    found, found_half = of_curve(told, **CURVE, weight=1.0)
    assert isclose(found.value, ceiling, rel_tol=0.05)
    assert isclose(found_half.value, half, rel_tol=0.1)
    assert found.low <= ceiling * 1.02
    assert found.high >= ceiling * 0.98


def test_a_curve_without_counts_stays():
    """As near as the grid allows."""
    found, half = of_curve([], **CURVE, weight=1.0)
    assert isclose(found.value, 2.0, abs_tol=0.15)
    assert isclose(half.value, 3.0, abs_tol=0.5)


def test_weights_follow_from_shares():
    """An address that one in 50 shares says ln 50; a habit is the ratio of two shares."""
    found = {
        estimate.figure: estimate
        for estimate in estimates(
            census(
                {
                    "shared_address": Count(seen=2_000, of=100_000),
                    "habit_link_accounts": Count(seen=20_000, of=100_000),
                    "habit_link_takers": Count(seen=80_000, of=100_000),
                }
            ),
            weight=1.0,
        )
    }
    assert set(found) == {"SHARED_ADDRESS", "HABIT.link"}
    assert isclose(found["SHARED_ADDRESS"].refitted, log(50), abs_tol=0.02)
    assert isclose(found["HABIT.link"].refitted, log(0.25), abs_tol=0.02)
    assert found["SHARED_ADDRESS"].changes
    assert found["SHARED_ADDRESS"].present == model.SHARED_ADDRESS


def test_too_little_says_nothing():
    """A figure of which a handful was counted, or one part only, is not refitted."""
    assert estimates(census({"shared_address": Count(seen=0, of=29)}), weight=1.0) == ()
    assert estimates(census({"habit_link_accounts": Count(seen=9, of=10**6)}), weight=1.0) == ()
    few = tuple(Count(seen=0, of=1) for _ in range(20))
    assert estimates(census(novices={"link": few}), weight=1.0) == ()


def test_what_agrees_does_not_change():
    """Counts that give the present figure leave it unmarked."""
    of = 10**6
    told = census({"shared_copyable": Count(seen=round(of * exp(-model.SHARED_COPYABLE)), of=of)})
    (estimate,) = estimates(told, weight=1.0)
    assert not estimate.changes
    assert isclose(estimate.refitted, model.SHARED_COPYABLE, abs_tol=0.01)


EVERY = tuple(
    estimate.figure
    for estimate in estimates(
        census(
            dict.fromkeys(
                [
                    "trials", "shared_address", "shared_address_shape", "shared_copyable", "shared_text", "has_a_past",
                    "popular", "obfuscated_text", "obfuscated_lure", "conversation", "conversation_attacks",
                    *(f"departure_{way}" for way in model.DEPARTURE_BASE),
                    *(f"habit_{name}_{who}" for name in model.HABIT for who in ("accounts", "takers")),
                    *(f"precursor_{kind}{whose}" for kind in model.PRECURSOR_KINDS for whose in ("", "_attacks")),
                ],
                Count(seen=40, of=100),
            ),
            {name: (Count(seen=0, of=0), Count(seen=40, of=100)) for name in model.NOVICE},
        ),
        weight=1.0,
    )
)  # fmt: skip


def test_every_figure_that_can_be_refitted_can_be_patched():
    """Each value lands at its name, and nothing else of the model changes."""
    values = {figure: 0.1 + place / 1000 for place, figure in enumerate(EVERY)}
    text = patched(values)
    changed = {}
    exec(compile(text, "model.py", "exec"), changed)
    for figure, value in values.items():
        name, _, part = figure.partition(".")
        found = changed[name]
        if part:
            found = found[part] if isinstance(found, dict) else found[int(part)]
        assert isclose(found, value, rel_tol=5e-3), figure
    names = {figure.partition(".")[0] for figure in values} | {
        "ALERT",
        "CONTAIN",
        "MARKS_TELL",
    }  # these follow from others
    untouched = [name for name in vars(model) if name.isupper() and name not in names]
    assert all(changed[name] == getattr(model, name) for name in untouched)


def test_the_patch_is_taken_by_git(tmp_path):
    """It applies to the source it was made from."""
    (tmp_path / "src/holdfast/detection").mkdir(parents=True)
    target = tmp_path / "src/holdfast/detection/model.py"
    target.write_text(source(), encoding="utf-8")
    values = {"HABIT.link": -1.21, "PRECURSOR_BASE.4": 0.02, "POPULAR": 0.00174, "TRIALS_PER_MILLION": 3157.0}
    subprocess.run(["git", "apply"], cwd=tmp_path, input=patch(values).encode(), check=True)
    assert target.read_text(encoding="utf-8") == patched(values)
    assert patch({}) == ""


def test_every_other_figure_is_listed_with_its_origin():
    """What is not refitted stands, under the origin that the model states beside it; units are no figures."""
    stands = {figure.figure: figure.origin for figure in standing(EVERY)}
    refitted = {figure.partition(".")[0] for figure in EVERY}
    assigned = {
        name.id
        for statement in ast.parse(source()).body
        if isinstance(statement, ast.Assign)
        for name in ast.walk(statement.targets[0])
        if isinstance(name, ast.Name)
    }
    assert set(stands) | refitted == assigned - {"SECOND", "MINUTE", "HOUR", "DAY"}
    assert stands["OWN_PAGE"] == "judged"
    assert stands["FIRST_GAP"] == stands["NEXT_GAP"] == "theory"
    assert stands["PRECURSOR_SHARE"] == "field"
    assert stands["COPIED"] == "bg"
    assert stands["MISSED"] == "unstated"
