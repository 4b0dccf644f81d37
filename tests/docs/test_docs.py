"""Does the documentation say what the program does?"""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from holdfast.app.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TUTORIAL = ROOT / "docs" / "tutorial" / "first-drill.md"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _script():
    spec = importlib.util.spec_from_file_location("command_reference", ROOT / "scripts" / "make_command_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = _script()


def _lines(text, fence="console"):
    for kind, body in FENCE.findall(text):
        if kind.startswith(fence):
            for line in body.splitlines():
                command = line.split("holdfast ", 1)
                if line.startswith("$ ") and len(command) == 2 and command[0].rstrip().endswith(("$", "|")):
                    yield command[1].split(" > ")[0]


SHOWN = sorted({line for page in PAGES for line in _lines(page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("line", SHOWN)
def test_every_command_shown_exists_with_its_options(line):
    """A command in the pages can be typed: the help knows the command and each option."""
    words = shlex.split(line)
    names = max((names for names in REFERENCE.COMMANDS if tuple(words[: len(names)]) == names), key=len)
    assert names, f"no such command: {line}"
    known = set(re.findall(r"--[a-z-]+", REFERENCE.help_text(names)))
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    """Every link to a file of ours finds it."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    assert [] == [link for link in links if link and not (page.parent / link).exists()]


def test_the_command_reference_is_what_help_says():
    """Whoever changes an option remakes the page: python scripts/make_command_reference.py."""
    page = ROOT / "docs" / "reference" / "commands.md"
    assert REFERENCE.reference() == page.read_text(encoding="utf-8")


def test_the_tutorial_runs(tmp_path, monkeypatch, capfd):
    """The file that the tutorial makes is scanned, watched, recorded and verified as it says."""
    monkeypatch.chdir(tmp_path)
    text = TUTORIAL.read_text(encoding="utf-8")
    (program,) = (body for kind, body in FENCE.findall(text) if kind == "python")
    exec(compile(program, "posts.py", "exec"), {})
    commands = list(_lines(text, "console runnable"))
    assert len(commands) >= 5
    for line in commands:
        assert 0 == main(shlex.split(line)), line
    assert "CONTAIN" in capfd.readouterr().out


def test_the_picture_refers_to_no_host():
    """Who opens the README tells nobody about it: the picture loads nothing."""
    picture = (ROOT / "docs" / "images" / "demo.svg").read_text(encoding="utf-8")
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"https?://[^\s\"')]+", picture))
