"""The chart of answers by number of accounts is drawn, the same each time, or it is said early why not."""

from __future__ import annotations

import pytest

from holdfast.app.bench.cause.chart import draw
from holdfast.app.bench.cause.measure import summed
from holdfast.app.cli.main import main
from holdfast.errors import StoreError, UsageError

from .test_measure import outcome

REPORT = summed([outcome(usual=usual, carriers=carriers) for usual in (False, True) for carriers in (5, 8, 45)], seed=1)


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_same_report_draws_the_same_picture(ending: str, begins: bytes, tmp_path) -> None:
    """Byte for byte, in either format."""
    first, again = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    draw(REPORT, first)
    draw(REPORT, again)
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes().startswith(begins)


def test_the_picture_says_what_it_shows(tmp_path) -> None:
    """Both sorts of worlds, each verdict, each number of accounts."""
    draw(REPORT, tmp_path / "a.svg")
    told = (tmp_path / "a.svg").read_text()
    for words in ("Usual worlds", "Hard worlds", "right", "unknown", "wrong", "45"):
        assert f"<!-- {words}" in told


def test_where_nothing_can_be_written_it_is_said(tmp_path) -> None:
    """As a failure of storage, with the path."""
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(StoreError, match=r"a\.svg cannot be written"):
        draw(REPORT, tmp_path / "a.svg")


def test_a_chart_is_refused_before_any_work(capsys) -> None:
    """By its ending; and drawn when asked for."""
    assert main(["bench", "cause", "--worlds", "1", "--chart", "a.txt"]) == UsageError.exit_code
    assert "neither .svg nor .png" in capsys.readouterr().err


def test_the_command_draws_it(tmp_path, capsys) -> None:
    """And says where to."""
    chart = tmp_path / "causes.svg"
    assert main(["bench", "cause", "--worlds", "1", "--seed", "2", "--chart", str(chart)]) == 0
    assert chart.stat().st_size > 1_000
    assert "drawn into" in capsys.readouterr().err
