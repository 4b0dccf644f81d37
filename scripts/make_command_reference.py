"""Which commands and options are there? Writes docs/reference/commands.md from what `--help` says.

python scripts/make_command_reference.py [FILE.md]
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console

from holdfast.app.cli.main import app

COMMANDS = (
    (),
    ("demo",),
    ("drill",),
    ("drill", "controls"),
    ("scan",),
    ("explain",),
    ("watch",),
    ("init",),
    ("serve",),
    ("doctor",),
    ("request",),
    ("request", "plan"),
    ("request", "lift"),
    ("request", "release"),
    ("request", "list"),
    ("request", "show"),
    ("approve",),
    ("deny",),
    ("emergency",),
    ("review",),
    ("review", "list"),
    ("review", "close"),
    ("notices",),
    ("people",),
    ("people", "list"),
    ("people", "add"),
    ("people", "change"),
    ("people", "remove"),
    ("people", "enrol"),
    ("people", "passkeys"),
    ("people", "revoke-passkey"),
    ("approvals",),
    ("approvals", "verify"),
    ("token",),
    ("token", "list"),
    ("token", "make"),
    ("token", "revoke"),
    ("policy",),
    ("policy", "check"),
    ("policy", "show"),
    ("staff",),
    ("staff", "report"),
    ("staff", "alarms"),
    ("lockdown",),
    ("lockdown", "set"),
    ("gate",),
    ("gate", "lint"),
    ("gate", "sessions"),
    ("gate", "requests"),
    ("gate", "request"),
    ("gate", "approve"),
    ("gate", "deny"),
    ("gate", "attempts"),
    ("gate", "changes"),
    ("gate", "who"),
    ("gate", "recertify"),
    ("staff",),
    ("staff", "grant"),
    ("staff", "grants"),
    ("staff", "revoke"),
    ("staff", "protect"),
    ("staff", "unprotect"),
    ("staff", "protected"),
    ("lockdown",),
    ("lockdown", "set"),
    ("lockdown", "lift"),
    ("lockdown", "agree"),
    ("lockdown", "show"),
    ("undo",),
    ("waves",),
    ("waves", "resume"),
    ("letters",),
    ("letters", "retry"),
    ("brakes",),
    ("brakes", "raise"),
    ("ledger",),
    ("ledger", "verify"),
    ("ledger", "show"),
    ("ledger", "checkpoint"),
    ("backup",),
    ("restore",),
    ("migrate",),
    ("bench",),
    ("bench", "calibrate"),
    ("bench", "cause"),
    ("bench", "hijack"),
    ("bench", "staff"),
)
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
    for words in COMMANDS:
        help_text(words)  # commands are imported on first use, and only then the list says what they do
    parts = [_HEAD]
    for words in COMMANDS:
        name = " ".join(("holdfast", *words))
        parts.append(f"## {name}\n\n```text\n{help_text(words)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs/reference/commands.md"
    target.write_text(reference(), encoding="utf-8")
    print(f"wrote {target}")
