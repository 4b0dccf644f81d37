"""How hostile text is shown on a terminal without obeying it."""

from __future__ import annotations

import unicodedata

from rich.console import Console
from rich.text import Text

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class Screen(Console):
    """A console that tells when its reader has gone, where rich would end the process with exit code 1."""

    def on_broken_pipe(self) -> None:
        """Pass on what has happened.

        Raises:
            BrokenPipeError: always.

        """
        raise BrokenPipeError


def printable(text: str, limit: int = 280) -> str:
    """`text` with every control, format and unassigned character shown as a small mark, cut at `limit` characters.

    Escape sequences, line breaks and bidi overrides in a post must not move the cursor or reorder the screen.
    """
    shown = "".join("\N{MIDDLE DOT}" if unicodedata.category(char) in _HIDDEN else char for char in text[:limit])
    return shown + "\N{HORIZONTAL ELLIPSIS}" if len(text) > limit else shown


def plain(text: str, style: str = "", limit: int = 280) -> Text:
    """`text` as rich text without markup: brackets in a post are only brackets."""
    return Text(printable(text, limit), style=style)
