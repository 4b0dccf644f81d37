"""Which commands and options are there? Writes docs/reference/commands.md from what `--help` says.

python scripts/make_command_reference.py [FILE.md]
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import cyclopts
from rich.console import Console

from holdfast.app.cli.main import app


def _below(shown: cyclopts.App, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    for name in shown:
        if not name.startswith("-"):
            yield from _below(shown[name], (*words, name))


COMMANDS = tuple(_below(app, ()))  # each is imported for it, and only then the lists say what it does
WIDTH = 100
_HEAD = """# Commands

Made from `--help` by `scripts/make_command_reference.py`; a test compares the two.
"""


def help_text(words: tuple[str, ...]) -> str:
    """What `holdfast WORDS --help` says, without colours, `WIDTH` columns wide."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, force_terminal=False)
    app.help_print(list(words), console=console)
    return re.sub(r"[ \t]+$", "", out.getvalue(), flags=re.MULTILINE).strip()


def reference() -> str:
    """The whole page."""
    parts = [_HEAD]
    for words in COMMANDS:
        name = " ".join(("holdfast", *words))
        parts.append(f"## {name}\n\n```text\n{help_text(words)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs/reference/commands.md"
    target.write_text(reference(), encoding="utf-8")
    print(f"wrote {target}")
