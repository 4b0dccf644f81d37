"""What `holdfast gate lint` says and with which code it ends."""

import json

import pytest
from tests.app.gate.holes import HOLES, SAFE

from holdfast.app.cli.main import main

WHERE = {"gate": "127.0.0.1:9001", "tool": "127.0.0.1:9002", "port": 9003, "folder": "/srv/tool"}


@pytest.mark.parametrize(("text", "code"), [(SAFE.text(**WHERE), 0), (HOLES[0].text(**WHERE), 1), ("http {", 3)])
def test_it_ends_in_a_code_that_a_pipeline_can_read(text, code, tmp_path, capfd):
    """0 nothing, 1 found, 3 unreadable."""
    file = tmp_path / "nginx.conf"
    file.write_text(text, encoding="utf-8")
    assert code == main(["gate", "lint", str(file)])
    told = "".join(capfd.readouterr())
    assert ("return-before-check" in told) == (code == 1)


def test_for_programs_it_says_one_finding_a_line(tmp_path, capfd):
    """As JSON, with the request that gets through where one can be told."""
    capitals = next(hole for hole in HOLES if hole.name == "capitals")
    file = tmp_path / "nginx.conf"
    file.write_text(capitals.text(**WHERE), encoding="utf-8")
    assert 1 == main(["gate", "lint", str(file), "--json"])
    (line,) = capfd.readouterr().out.splitlines()
    assert ("tool-unguarded", "bypass", "GET /TOOL/") == tuple(
        json.loads(line)[key] for key in ("code", "grade", "request")
    )


def test_a_hostile_name_in_a_configuration_does_not_move_the_cursor(tmp_path, capfd):
    """Control characters are shown as marks."""
    file = tmp_path / "nginx.conf"
    file.write_text(HOLES[0].text(**WHERE).replace("/tool/", "/\x1b[2J/"), encoding="utf-8")
    assert 1 == main(["gate", "lint", str(file)])
    assert "\x1b" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("none.conf", None, "No such file"),
        ("bad.yml", b"http:\n  a: [b\n", "line 3"),
        ("bad.toml", b"x = [", "cannot be read: "),
        ("odd.conf", b"\xff\xfe", "it is no text"),
        ("static.yml", b"entryPoints: {}\n", "providers.file"),
        ("empty.conf", b"", "docs/how-to/put-the-gate-before-a-tool.md"),
    ],
)
def test_what_cannot_be_read_is_told_in_words_and_with_its_line(name, data, said, tmp_path, capfd):
    """Whoever reads it in a pipeline's log knows what to look at, or which file to name."""
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    assert main(["gate", "lint", str(file)]) == (1 if data == b"" else 3)
    told = "".join(capfd.readouterr())
    assert said in told
    assert "Error" not in told
