"""The picture: what it says, and what is told when it cannot be drawn."""

import importlib.util
import itertools
import xml.etree.ElementTree as ET

import pytest

from holdfast.app.bench.hijack.chart import draw, grouped, listed, spaced
from holdfast.app.bench.hijack.data import read_data
from holdfast.app.bench.hijack.measure import Bench, Options
from holdfast.app.bench.hijack.report import History
from holdfast.app.charting import drawable
from holdfast.errors import StoreError, UsageError


@pytest.fixture
def report(bench):
    """The report of a small benchmark, with all that a chart needs."""
    options = Options(data=bench(), histories=tuple(History), memory_mb=8, thresholds=True)
    return Bench(options, read_data(options.data), lambda _name, _posts: lambda _fed: None).report()


def test_a_chart_names_every_variant_and_both_thresholds_and_is_the_same_each_time(report, tmp_path):
    """SVG without a date; the PNG of the same report is a PNG."""
    draw(report, tmp_path / "a.svg")
    draw(report, tmp_path / "b.svg")
    draw(report, tmp_path / "c.png")
    svg = (tmp_path / "a.svg").read_text()
    assert svg == (tmp_path / "b.svg").read_text()
    assert ET.fromstring(svg).tag.endswith("svg")
    for words in ("V0", "V99: never", "alert: 9.67 nats", "contain: 13.07 nats", "never posted before"):
        assert f"<!-- {words}" in svg or words in svg, words
    assert b"\x89PNG" == (tmp_path / "c.png").read_bytes()[:4]


def test_a_full_disk_is_told(report, tmp_path):
    """As a store that kept nothing."""
    (tmp_path / "full.svg").symlink_to("/dev/full")
    with pytest.raises(StoreError, match="cannot be written"):
        draw(report, tmp_path / "full.svg")


def test_what_cannot_be_drawn_is_told_before_the_work_begins(tmp_path, monkeypatch):
    """Another ending, a missing folder, a missing library; each with advice."""
    drawable(tmp_path / "a.SVG")
    for path, message in {tmp_path / "a.pdf": "neither", tmp_path / "no" / "a.png": "no folder"}.items():
        with pytest.raises(UsageError, match=message):
            drawable(path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="matplotlib") as raised:
        drawable(tmp_path / "a.svg")
    assert "holdfast[bench]" in raised.value.advice


def test_variants_that_fare_alike_share_a_line():
    """Named in order, runs of numbers drawn together."""
    lines = grouped({"V10_x": [0.0, 1.0], "V2_y": [0.0, 1.0], "V5_z": [0.0, 0.5]})
    assert {(0.0, 1.0): ["V2", "V10"], (0.0, 0.5): ["V5"]} == lines
    assert "V0-V2, V4, V5, V9-V11, odd" == listed(["V0", "V1", "V2", "V4", "V5", "V9", "V10", "V11", "odd"])


def test_labels_stand_apart_and_within_the_picture():
    """Near the ends of their lines, in the same order."""
    for heights in ([1.0, 1.0, 1.0, 0.5], [0.02, 0.01, 0.0], [1.0], []):
        places = spaced(heights)
        assert sorted(places, reverse=True) == places
        assert all(above - below >= 0.05 for above, below in itertools.pairwise(places))
        assert all(0 <= place <= 1 for place in places)
