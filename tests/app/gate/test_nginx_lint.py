"""What the lint finds in configurations of nginx; that these are holes, tests/real shows with nginx itself."""

import pytest
from tests.app.gate.holes import HOLES, SAFE

from holdfast.app.gate.nginx import CODES, Grade, lint

WHERE = {"gate": "127.0.0.1:9001", "tool": "127.0.0.1:9002", "port": 9003, "folder": "/srv/tool"}


@pytest.fixture
def found(tmp_path):
    """The codes that are found in a configuration, with what was found."""

    def look(text):
        (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
        return lint(tmp_path / "nginx.conf")

    return look


def test_nothing_is_found_where_nothing_is_wrong(found):
    """The frame around every hole has none itself."""
    assert [] == found(SAFE.text(**WHERE))


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_each_hole_is_found_and_nothing_else(hole, found):
    """With its code and grade, at a line of the file, with advice; and no other code."""
    findings = found(hole.text(**WHERE))
    assert {hole.code} | hole.also == {each.code for each in findings}
    assert {Grade(hole.grade)} == {each.grade for each in findings if each.code == hole.code}
    assert all(each.line > 1 and each.says and each.advice for each in findings)


def test_every_code_has_a_hole_that_shows_it():
    """No rule without a configuration that breaks it."""
    assert set(CODES) == {hole.code for hole in HOLES} | {"nothing-guarded"}
